//! Overlays that a pod applies itself: how far each is, by the record that the pod's scripts keep.

use serde_json::Value;

use super::wire::Wire;
use super::{Error, OverlayReport, OverlayState, exec};
use crate::objects::BOOT_OVERLAYS;
use crate::shown;

/// Prints the record, which is absent when every overlay is complete. Its place and form are those of `src/pod/overlays`.
const READ: &str =
    "if [ -f /wrtpod/data/wrtpod/overlays.state ]; then cat /wrtpod/data/wrtpod/overlays.state; fi";

/// The longest reason that is passed on, in characters.
const LONGEST_REASON: usize = 200;

/// The overlays that the pods of a workload apply themselves.
pub(super) fn named(workload: &Value) -> Vec<String> {
    let annotations = workload.pointer("/spec/template/metadata/annotations");
    let names = annotations.and_then(|annotations| annotations.get(BOOT_OVERLAYS)?.as_str());
    names.into_iter().flat_map(|names| names.split(',')).map(str::to_owned).collect()
}

/// Asks a pod for them. A pod without any is not asked.
pub(super) async fn read(
    wire: &Wire,
    namespace: &str,
    pod: &str,
    container: &str,
    names: &[String],
) -> Vec<OverlayReport> {
    if names.is_empty() {
        return Vec::new();
    }
    let record = match exec::run(wire, namespace, pod, container, &["/bin/sh", "-c", READ]).await {
        Ok(output) if output.code == 0 => Ok(String::from_utf8_lossy(&output.stdout).into_owned()),
        Ok(output) => Err(format!("reading the record ended with exit code {}", output.code)),
        Err(Error::Exec { reason, .. }) => Err(reason),
        Err(error) => Err(error.to_string()),
    };
    reports(names, record.as_deref().map_err(String::as_str))
}

/// What the record says of each. The pod is not to be trusted with the terminal.
fn reports(names: &[String], record: Result<&str, &str>) -> Vec<OverlayReport> {
    let report = |name: &String| {
        let report = |state, reason: &str| {
            let reason: String = reason.chars().take(LONGEST_REASON).collect();
            let reason = shown::line(&reason).into_owned();
            OverlayReport { name: name.clone(), state, reason: (!reason.is_empty()).then_some(reason) }
        };
        let record = match record {
            Ok(record) => record,
            Err(reason) => return report(OverlayState::Unknown, reason),
        };
        let line = record.lines().find_map(|line| line.strip_prefix(name.as_str())?.strip_prefix(' '));
        let Some(line) = line else { return report(OverlayState::Installed, "") };
        let (state, reason) = line.split_once(' ').unwrap_or((line, ""));
        let state = match state {
            "pending" => OverlayState::Pending,
            "installing" => OverlayState::Installing,
            "failed" => OverlayState::Failed,
            _ => return report(OverlayState::Unknown, "its record cannot be read"),
        };
        report(state, reason)
    };
    names.iter().map(report).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn says_what_the_record_says() {
        let names = ["luci", "sqm", "vpn", "vpn-extra", "odd"].map(str::to_owned);
        let record =
            "vpn failed Unknown package 'vpn'.\x1b[31m\nsqm installing\nluci pending\nodd\nvpn-extra what\n";
        let shown = |record| -> Vec<String> {
            let line = |report: &OverlayReport| {
                format!(
                    "{} {}{}",
                    report.name,
                    report.state,
                    report.reason.as_ref().map_or(String::new(), |reason| format!(": {reason}"))
                )
            };
            reports(&names, record).iter().map(line).collect()
        };
        assert_eq!(
            shown(Ok(record)),
            [
                "luci pending",
                "sqm installing",
                "vpn failed: Unknown package 'vpn'.\\u{1b}[31m",
                "vpn-extra unknown: its record cannot be read",
                "odd installed",
            ]
        );
        assert!(shown(Ok("")).iter().all(|line| line.ends_with(" installed")));
        assert_eq!(shown(Err("no answer"))[0], "luci unknown: no answer");
    }

    #[test]
    fn the_pod_template_says_which_there_are() {
        let workload =
            json!({"spec": {"template": {"metadata": {"annotations": {BOOT_OVERLAYS: "luci,vpn"}}}}});
        assert_eq!(named(&workload), ["luci", "vpn"]);
        assert!(named(&json!({"spec": {}})).is_empty());
    }
}
