//! What to do about what is missing: the commands that make it, or what to write in its place. Pure.

use std::collections::BTreeSet;

use super::needs::PULL_KEYS;

/// The command for the Secret with root's credentials.
pub fn make_credentials(namespace: &str, name: &str, new_namespace: bool) -> String {
    let object = format!("secret generic {name} --from-literal=password-hash=\"$(openssl passwd -6)\"");
    create(namespace, new_namespace, &object)
}

/// For another one with these keys.
pub(super) fn secret(namespace: &str, name: &str, keys: &BTreeSet<String>, new_namespace: bool) -> String {
    let command = create(namespace, new_namespace, &secret_of_files(name, keys));
    format!("`{command}`, or correct its name")
}

/// For a ConfigMap.
pub(super) fn config_map(
    namespace: &str,
    name: &str,
    keys: &BTreeSet<String>,
    new_namespace: bool,
) -> String {
    let command = create(namespace, new_namespace, &format!("configmap {name} {}", of_files(keys)));
    format!("`{command}`, or correct its name")
}

/// For a storage class, of those that are known.
pub(super) fn class(class: Option<&str>, known: &[String]) -> String {
    match (class, known) {
        (_, []) => "install a provisioner: the cluster has no storage class at all".to_owned(),
        (Some(_), known) => format!("write one that there is: {}", known.join(", ")),
        (None, known) => format!("write `storageClass` into the site, one of {}", known.join(", ")),
    }
}

/// The command that makes an object, and its namespace where that is missing too: not joined by `&&`, for the command of another
/// object may have made that.
fn create(namespace: &str, new_namespace: bool, object: &str) -> String {
    let first = if new_namespace { format!("kubectl create namespace {namespace}; ") } else { String::new() };
    format!("{first}kubectl -n {namespace} create {object}")
}

/// A Secret with these keys, as kubectl makes it. From files: what is on a command line, others see, and the shell remembers.
fn secret_of_files(name: &str, keys: &BTreeSet<String>) -> String {
    // The node takes a registry's credentials from a Secret of that type alone.
    let of_registry = keys.iter().any(|key| PULL_KEYS.contains(&key.as_str()));
    let kind = if of_registry { "docker-registry" } else { "generic" };
    format!("secret {kind} {name} {}", of_files(keys))
}

/// Where the keys come from; a file of variables where all that there are count.
fn of_files(keys: &BTreeSet<String>) -> String {
    if keys.is_empty() {
        return "--from-env-file=FILE".to_owned();
    }
    keys.iter().map(|key| format!("--from-file={key}=FILE")).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cluster::Obstacle;

    #[test]
    fn what_is_missing_is_made_with_one_command() {
        let secret = |keys: &[&str], new_namespace: bool| {
            let keys = keys.iter().map(|key| (*key).to_owned()).collect();
            Obstacle::NoSecret { namespace: "lan".into(), name: "vpn".into(), keys, new_namespace }.fix()
        };
        assert_eq!(
            secret(&["key", "psk"], false),
            "`kubectl -n lan create secret generic vpn --from-file=key=FILE --from-file=psk=FILE`, or correct its name"
        );
        assert_eq!(
            secret(&[], true),
            "`kubectl create namespace lan; kubectl -n lan create secret generic vpn --from-env-file=FILE`, or correct its name"
        );
        assert!(secret(&PULL_KEYS[..1], false).contains("secret docker-registry vpn --from-file=.docker"));
        let keys = ["ca.crt".to_owned()].into();
        let map =
            Obstacle::NoConfigMap { namespace: "lan".into(), name: "ca".into(), keys, new_namespace: false };
        assert_eq!(
            map.fix(),
            "`kubectl -n lan create configmap ca --from-file=ca.crt=FILE`, or correct its name"
        );
        let credentials =
            Obstacle::NoCredentials { namespace: "lan".into(), name: "root".into(), new_namespace: true };
        assert!(credentials.fix().starts_with("kubectl create namespace lan; kubectl -n lan create secret"));
    }
}
