//! The kernel modules that overlays need, on the nodes where their appliances run or may run. A running appliance is asked
//! itself; else a pod is made that asks.

use std::collections::{BTreeMap, BTreeSet};

use super::Patient;
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
    patients: &[Patient<'_>],
    has_namespace: bool,
    report: &mut DoctorReport,
) -> Result<(), Error> {
    let mut answers: BTreeMap<String, Seen<Modules>> = BTreeMap::new();
    let mut wanted: Vec<(&Patient<'_>, Vec<String>)> = Vec::new();
    for patient in patients.iter().filter(|patient| !patient.release.modules.is_empty()) {
        match modules::of_running_pod(session, patient.release).await {
            Ok(there) => {
                wanted.push((patient, vec![there.node.clone()]));
                answers.insert(there.node.clone(), Ok(there));
            }
            Err(error) if error.class() == Class::Environment => return Err(error),
            Err(_) => wanted.push((patient, takers(patient))),
        }
    }
    let mut asked = BTreeSet::new();
    let mut questions = Vec::new();
    for (patient, nodes) in &wanted {
        let release = patient.release;
        let namespace = if has_namespace { release.namespace.as_str() } else { ELSEWHERE };
        for node in nodes.iter().filter(|node| !answers.contains_key(*node)) {
            if asked.insert(node) {
                questions.push(Question { node, namespace, release, pod: &patient.pod });
            }
        }
    }
    for (question, answer) in questions.iter().zip(ask(session, &questions).await?) {
        answers.insert(question.node.to_owned(), answer?);
    }
    for (patient, nodes) in wanted {
        enter(patient, &nodes, &answers, report);
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

fn takers(patient: &Patient<'_>) -> Vec<String> {
    patient.placement.as_ref().map_or_else(Vec::new, |placement| placement.takers.clone())
}

fn enter(
    patient: &Patient<'_>,
    nodes: &[String],
    answers: &BTreeMap<String, Seen<Modules>>,
    report: &mut DoctorReport,
) {
    let appliance = patient.release.appliance.as_str();
    if nodes.is_empty() {
        let what = format!("the kernel modules that {appliance} needs");
        let reason = "no node is known to take its pod".to_owned();
        let obstacle = Obstacle::NotChecked { what, right: None, reason };
        report.enter(CHECK, appliance, Some(appliance), vec![obstacle]);
    }
    for node in nodes {
        let obstacles = match answers.get(node) {
            Some(Ok(there)) => modules::missing(patient.release, there),
            Some(Err(obstacle)) => vec![Obstacle::clone(obstacle)],
            None => Vec::new(),
        };
        report.enter(CHECK, format!("{appliance} on {node}"), Some(appliance), obstacles);
    }
}
