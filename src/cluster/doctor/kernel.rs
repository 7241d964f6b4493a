//! The kernel modules that overlays and settings need, on the nodes where their appliances run or may run. A running appliance is asked
//! itself; else a pod is made that asks. A node that was asked has also said whether it has IPv6.

use std::collections::{BTreeMap, BTreeSet};

use super::Subject;
use super::probe::{self, Question};
use super::report::{DoctorReport, Seen};
use crate::cluster::modules::{self, Modules};
use crate::cluster::session::{Session, all};
use crate::cluster::{Class, Error, Obstacle};

const CHECK: &str = "kernel modules";

/// Where the pod that asks is put while the appliances' namespace does not exist.
const ELSEWHERE: &str = "default";

/// Asks each node once.
pub(super) async fn check(
    session: &Session<'_>,
    subjects: &[Subject<'_>],
    has_namespace: bool,
    report: &mut DoctorReport,
) -> Result<(), Error> {
    let mut answers: BTreeMap<String, Seen<Modules>> = BTreeMap::new();
    let mut wanted: Vec<(&Subject<'_>, Vec<String>)> = Vec::new();
    for subject in subjects.iter().filter(|subject| !subject.release.modules.is_empty()) {
        match modules::of_running_pod(session, subject.release).await {
            Ok(there) => {
                wanted.push((subject, vec![there.node.clone()]));
                answers.insert(there.node.clone(), Ok(there));
            }
            Err(error) if error.class() == Class::Environment => return Err(error),
            Err(_) => wanted.push((subject, takers(subject))),
        }
    }
    let mut asked = BTreeSet::new();
    let mut questions = Vec::new();
    for (subject, nodes) in &wanted {
        let release = subject.release;
        let namespace = if has_namespace { release.namespace.as_str() } else { ELSEWHERE };
        for node in nodes.iter().filter(|node| !answers.contains_key(*node)) {
            if asked.insert(node) {
                questions.push(Question { node, namespace, release, pod: &subject.pod });
            }
        }
    }
    for (question, answer) in questions.iter().zip(ask(session, &questions).await?) {
        answers.insert(question.node.to_owned(), answer?);
    }
    for (subject, nodes) in &wanted {
        enter(subject, nodes, &answers, report);
    }
    for subject in subjects {
        let own = wanted.iter().find(|(known, _)| std::ptr::eq(*known, subject));
        let nodes = own.map_or_else(|| takers(subject), |(_, nodes)| nodes.clone());
        enter_ipv6(subject, &nodes, &answers, report);
    }
    Ok(())
}

/// Asks all, a few at a time: every pod is deleted before an error of one ends the run.
async fn ask(
    session: &Session<'_>,
    questions: &[Question<'_>],
) -> Result<Vec<Result<Seen<Modules>, Error>>, Error> {
    let Some(first) = questions.first() else { return Ok(Vec::new()) };
    if let Err(obstacle) = probe::sweep(session, first.namespace).await? {
        return Ok(questions.iter().map(|_| Ok(Err(obstacle.clone()))).collect());
    }
    let answers = all(questions.iter().map(|question| probe::ask(session, question))).await;
    probe::gone(session, first.namespace).await;
    Ok(answers)
}

/// What the nodes that were asked have of IPv6.
fn enter_ipv6(
    subject: &Subject<'_>,
    nodes: &[String],
    answers: &BTreeMap<String, Seen<Modules>>,
    report: &mut DoctorReport,
) {
    let appliance = subject.release.appliance.as_str();
    let told: Vec<&Modules> = nodes.iter().filter_map(|node| answers.get(node)?.as_ref().ok()).collect();
    let with: Vec<String> = told.iter().filter(|there| there.ipv6).map(|there| there.node.clone()).collect();
    for there in told {
        let found = modules::of_ipv6(subject.release, there, &with).into_iter().collect();
        report.enter("IPv6", format!("{appliance} on {}", there.node), Some(appliance), found);
    }
}

fn takers(subject: &Subject<'_>) -> Vec<String> {
    subject.placement.as_ref().map_or_else(Vec::new, |placement| placement.takers.clone())
}

fn enter(
    subject: &Subject<'_>,
    nodes: &[String],
    answers: &BTreeMap<String, Seen<Modules>>,
    report: &mut DoctorReport,
) {
    let appliance = subject.release.appliance.as_str();
    if nodes.is_empty() {
        let what = format!("the kernel modules that {appliance} needs");
        let reason = "no node is known to take its pod".to_owned();
        let obstacle = Obstacle::NotChecked { what, right: None, reason };
        report.enter(CHECK, appliance, Some(appliance), vec![obstacle]);
    }
    for node in nodes {
        let obstacles = match answers.get(node) {
            Some(Ok(there)) => modules::missing(subject.release, there),
            Some(Err(obstacle)) => vec![Obstacle::clone(obstacle)],
            None => Vec::new(),
        };
        report.enter(CHECK, format!("{appliance} on {node}"), Some(appliance), obstacles);
    }
}
