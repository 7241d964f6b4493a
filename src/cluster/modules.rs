//! The kernel of a node: its modules, by the `/sys/module` of a pod on it, and which of those that a release needs are not there; and
//! whether it has IPv6. A module that is built into the kernel and has no parameters is not to be seen.

use std::collections::BTreeSet;

use super::session::Session;
use super::{Error, NodeState, Obstacle, Release, deploy, exec};

/// What prints a node's modules and kinds of networks, from any pod on it: each folder's name, a colon, and what is in it.
pub(super) const COMMAND: [&str; 3] = ["ls", "/sys/module", "/proc/sys/net"];

/// A node and the modules that its kernel has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Modules {
    /// The node's name.
    pub node: String,
    /// The modules, as the kernel writes them.
    pub loaded: BTreeSet<String>,
    /// Whether it was booted with IPv6.
    pub ipv6: bool,
}

impl Modules {
    /// Reads what [`COMMAND`] prints.
    pub(super) fn read(node: &str, output: &str) -> Self {
        let mut there = Self { node: node.to_owned(), loaded: BTreeSet::new(), ipv6: false };
        let mut of_net = false;
        for word in output.split_whitespace() {
            match word {
                "/sys/module:" => of_net = false,
                "/proc/sys/net:" => of_net = true,
                word if of_net => there.ipv6 |= word == "ipv6",
                word => {
                    there.loaded.insert(word.to_owned());
                }
            }
        }
        there
    }
}

/// What the kernel loads by itself for whoever asks for it, in a pod too: until then an ordinary node does not show it.
const ON_DEMAND: [&str; 1] = ["nf_flow_table"];

/// Whether a node that does not show the module may have it all the same.
pub(super) fn comes_by_itself(module: &str) -> bool {
    ON_DEMAND.contains(&shown(module).as_str())
}

/// A module's name as the kernel writes it: `_` for `-`.
fn shown(module: &str) -> String {
    module.replace('-', "_")
}

/// Asks the running pod of a release.
pub(super) async fn of_running_pod(session: &Session<'_>, release: &Release) -> Result<Modules, Error> {
    let pod = deploy::running_pod(session, release).await?;
    let name = pod.metadata.name.unwrap_or_default();
    let node = pod.spec.and_then(|spec| spec.node_name).unwrap_or_default();
    let output = exec::run(session.wire, &release.namespace, &name, &release.container, &COMMAND).await?;
    if output.code != 0 {
        let reason = format!("{} ended with exit code {}", COMMAND.join(" "), output.code);
        return Err(Error::Exec { pod: name, reason });
    }
    Ok(Modules::read(&node, &String::from_utf8_lossy(&output.stdout)))
}

/// Whether a node's IPv6 is what the release's attachments are made for; `others` are those on which they work.
pub(super) fn of_ipv6(release: &Release, there: &Modules, others: &[String]) -> Option<Obstacle> {
    let state = match (release.sets_ipv6()?, there.ipv6) {
        (true, false) => NodeState::NoIpv6,
        (false, true) => NodeState::HasIpv6,
        _ => return None,
    };
    let others = if state == NodeState::NoIpv6 { others.to_vec() } else { Vec::new() };
    Some(Obstacle::Node { node: there.node.clone(), appliance: release.appliance.clone(), state, others })
}

/// The modules of a release that a node does not have.
pub(super) fn missing(release: &Release, there: &Modules) -> Vec<Obstacle> {
    let lacks = release.modules.iter().filter(|module| !there.loaded.contains(&shown(&module.name)));
    let obstacle = |module: &super::KernelModule| Obstacle::NoModule {
        node: there.node.clone(),
        module: module.name.clone(),
        reason: module.reason.clone(),
    };
    lacks.map(obstacle).collect()
}
