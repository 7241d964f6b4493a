//! What the log of a container says when its first process is root and lacks a capability for what root does. Pure.

use k8s_openapi::api::core::v1::Pod;

/// What fails with `Operation not permitted` where CHOWN, FOWNER, SETUID, SETGID or KILL is missing: words of coreutils,
/// BusyBox, nginx, gosu, su-exec, setpriv and s6.
const FORBIDDEN: [&str; 13] = [
    "chown",
    "chmod",
    "setgid",
    "setuid",
    "setgroups",
    "initgroups",
    "setegid",
    "seteuid",
    "su-exec",
    "setresuid",
    "setresgid",
    "switching to",
    "s6-",
];

/// What fails with `Permission denied` where DAC_OVERRIDE or NET_BIND_SERVICE is missing.
const DENIED: [&str; 7] = ["bind", "mkdir", "s6-", "listen", "can't create", "cannot create", "open()"];

/// What mends it, when a line of the log says so and the container lacks what is missing.
pub(super) fn fix(pod: &Pod, container: &str, log: &[String]) -> Option<String> {
    let lines = || log.iter().map(|line| line.to_ascii_lowercase());
    let says = |line: &String, what: &str, words: &[&str]| {
        line.contains(what) && words.iter().any(|word| line.contains(word))
    };
    let found = lines().find(|line| {
        says(line, "operation not permitted", &FORBIDDEN) || says(line, "permission denied", &DENIED)
    })?;
    let containers = &pod.spec.as_ref()?.containers;
    let (at, own) = containers.iter().enumerate().find(|(_, one)| one.name == container)?;
    let capabilities = own.security_context.as_ref().and_then(|context| context.capabilities.as_ref());
    let added = capabilities.and_then(|capabilities| capabilities.add.as_deref()).unwrap_or_default();
    if ["CHOWN", "DAC_OVERRIDE", "SETUID", "SETGID"]
        .iter()
        .all(|name| added.iter().any(|known| known == name))
    {
        return None;
    }
    let set = if found.contains("s6-") { "s6" } else { "root-entrypoint" };
    // The appliance's own container is the first one.
    let place = if at == 0 { String::new() } else { format!(" under `containers.{container}`") };
    Some(format!(
        "its image starts as root and lacks a capability for what it does then: write `capabilities: {{{set}: REASON}}`{place}, \
         or have it start as a user (`wrtpod explain capabilities`)"
    ))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn told(add: &[&str], line: &str) -> Option<String> {
        let pod = json!({"spec": {"containers": [
            {"name": "web", "securityContext": {"capabilities": {"add": add, "drop": ["ALL"]}}},
        ]}});
        let pod: Pod = serde_json::from_value(pod).unwrap_or_else(|error| panic!("{error}"));
        let fix = fix(&pod, "web", &["starting".to_owned(), line.to_owned()])?;
        fix.split_once("capabilities: {")
            .and_then(|(_, rest)| rest.split_once(':'))
            .map(|(set, _)| set.to_owned())
    }

    #[test]
    fn the_lines_of_such_an_end_are_known() {
        let table = [
            ("chown: /var/cache/nginx: Operation not permitted", "root-entrypoint"),
            ("2026/11/30 [emerg] 29#29: setgid(101) failed (1: Operation not permitted)", "root-entrypoint"),
            ("nginx: [emerg] bind() to 0.0.0.0:80 failed (13: Permission denied)", "root-entrypoint"),
            ("error: failed switching to \"redis\": operation not permitted", "root-entrypoint"),
            ("su-exec: setgroups(999): Operation not permitted", "root-entrypoint"),
            ("s6-chown: fatal: unable to chown /run: Operation not permitted", "s6"),
            ("s6-mkdir: warning: unable to mkdir /var/run/s6: Permission denied", "s6"),
        ];
        for (line, set) in table {
            assert_eq!(told(&[], line).as_deref(), Some(set), "{line}");
        }
    }

    #[test]
    fn a_second_container_is_named() {
        let pod = json!({"spec": {"containers": [{"name": "web"}, {"name": "proxy"}]}});
        let pod: Pod = serde_json::from_value(pod).unwrap_or_else(|error| panic!("{error}"));
        let log = ["chown: /run: Operation not permitted".to_owned()];
        let told = |name| fix(&pod, name, &log).unwrap_or_default();
        assert!(told("proxy").contains("REASON}` under `containers.proxy`, or"), "{}", told("proxy"));
        assert!(told("web").contains("REASON}`, or"), "{}", told("web"));
    }

    #[test]
    fn other_ends_are_not_taken_for_one() {
        for line in ["Operation not permitted", "chown is done", "open /data/x: no such file or directory"] {
            assert_eq!(told(&[], line), None, "{line}");
        }
        let all = ["CHOWN", "DAC_OVERRIDE", "SETUID", "SETGID"];
        assert_eq!(told(&all, "chown: /proc/1: Operation not permitted"), None);
    }
}
