//! Home Assistant behind an Ingress or an HTTP route: to a proxy that its own configuration does not name it answers 400.

use serde_json::Value;

use super::kinds::Kind;
use super::session::Session;
use super::{exec, ground, request};
use crate::diag::{Code, Finding};
use crate::objects;
use crate::types::ImageRef;

/// Where Home Assistant has its configuration.
const FOLDER: &str = "/config";

/// Ends with exit code 1 where no file of the folder $1, nor of those in it, names a proxy. A folder without a configuration is not
/// Home Assistant's, or not yet.
const NAMED: &str = "[ -f \"$1/configuration.yaml\" ] || exit 2; \
                     find \"$1\" -name '*.yaml' -exec grep -l '^[^#]*trusted_proxies' {} + 2>/dev/null | grep -q .";

fn fix() -> String {
    format!("{}, with the range of the cluster's pods", objects::trust_proxies("RANGE"))
}

/// That no proxy is named, where one leads to an appliance of this image. Who may not see Ingresses, or not run commands, is told
/// nothing.
pub(super) async fn untrusted(
    session: &Session<'_>,
    namespace: &str,
    appliance: &str,
    pod: &str,
    container: &str,
    image: &str,
) -> Option<Finding> {
    image.parse::<ImageRef>().ok().filter(ImageRef::is_home_assistant)?;
    let way = way(session, namespace, appliance).await?;
    let command = ["/bin/sh", "-c", NAMED, "named", FOLDER];
    let answer = exec::run(session.wire, namespace, pod, container, &command).await;
    judge(way, answer.ok()?.code)
}

fn judge(way: String, code: i32) -> Option<Finding> {
    (code == 1)
        .then(|| Finding::warning(Code::ProxyUntrusted, objects::PROXY_UNTRUSTED).object(way).help(fix()))
}

/// The first that leads to it: `Ingress home-assistant`.
pub(super) async fn way(session: &Session<'_>, namespace: &str, appliance: &str) -> Option<String> {
    let labels = ground::instance(appliance);
    for kind in ["Ingress", "HTTPRoute"] {
        let list = request::list(Kind::named(kind), Some(namespace), &[("labelSelector", &labels)]);
        let found = session.find("look for what leads to it", list).await.ok().flatten().unwrap_or_default();
        if let Some(name) = found.pointer("/items/0/metadata/name").and_then(Value::as_str) {
            return Some(format!("{kind} {name}"));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::process::Command;

    use super::*;

    #[test]
    fn only_a_configuration_that_was_read_is_judged() {
        let judged = judge("Ingress ha".to_owned(), 1).expect("no proxy is named");
        assert_eq!((judged.object.as_deref(), judged.code), (Some("Ingress ha"), Code::ProxyUntrusted));
        assert!([0, 2, 126, 127].into_iter().all(|code| judge("Ingress ha".to_owned(), code).is_none()));
    }

    #[test]
    fn a_proxy_is_named_in_whatever_file_of_the_folder() {
        for (file, text, code) in [
            ("configuration.yaml", "http:\n  trusted_proxies: [10.42.0.0/16]\n", 0),
            ("http.yaml", "use_x_forwarded_for: true\ntrusted_proxies:\n  - 10.42.0.0/16\n", 0),
            ("packages/web.yaml", "{\"http\": {\"trusted_proxies\": [\"10.42.0.0/16\"]}}\n", 0),
            ("configuration.yaml", "http:\n  # trusted_proxies: [10.42.0.0/16]\n", 1),
            ("notes.txt", "trusted_proxies: []\n", 1),
        ] {
            let folder = tempfile::tempdir().expect("a folder");
            let named = || {
                let status = Command::new("sh").args(["-c", NAMED, "named"]).arg(folder.path()).status();
                status.expect("there is a shell").code()
            };
            assert_eq!(named(), Some(2));
            fs::create_dir(folder.path().join("packages")).expect("a folder");
            fs::write(folder.path().join("configuration.yaml"), "default_config:\n").expect("a file");
            fs::write(folder.path().join(file), text).expect("a file");
            assert_eq!(named(), Some(code), "{file}: {text}");
        }
    }
}
