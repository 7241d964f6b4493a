//! Secrets in documents: from a Secret they reach the pod, and nothing that is rendered, charted or printed holds one.

use serde_json::Value;
use wrtpod::diag::render_json;

use crate::place::Place;
use crate::support::{Outcome, outcome};

/// As somebody's public issue has it: the key of a tunnel in plain sight.
const LITERAL: &str = include_str!("wireguard-key.yaml");
const KEY: &str = "bm90LWEta2V5";

/// The same with what the finding says to write.
fn referring() -> String {
    LITERAL.replace(KEY, "{secretKeyRef: {name: vpn-secrets, key: wg0-private-key}}")
}

fn rendered(outcome: &Outcome) -> Vec<&Value> {
    outcome.sets.iter().flat_map(|set| set.iter()).map(|object| &object.value).collect()
}

#[test]
fn a_key_in_a_document_is_told_and_not_shown() {
    let outcome = outcome("site.yaml", LITERAL);
    assert_eq!(outcome.codes(), ["secret-literal"]);
    let text = outcome.text();
    assert!(!text.contains(KEY), "{text}");
    assert!(
        text.contains("write `private_key: {secretKeyRef: {name: vpn-secrets, key: wg0-private-key}}`"),
        "{text}"
    );
}

#[test]
fn a_key_of_a_secret_is_mounted_and_in_no_config_map() {
    let outcome = outcome("site.yaml", &referring());
    assert_eq!(outcome.text(), "");
    let objects = rendered(&outcome);
    let plan = objects.iter().find_map(|object| object["data"]["uci.network"].as_str()).expect("a plan");
    assert!(plan.contains("\tsecret private_key 'vpn-secrets/wg0-private-key'\n"), "{plan}");
    let pod = objects.iter().find_map(|object| object.pointer("/spec/template/spec")).expect("a pod");
    let of = |list: &Value, name: &str| {
        list.as_array().into_iter().flatten().filter(|one| one["name"] == name).cloned().collect::<Vec<_>>()
    };
    assert_eq!(
        of(&pod["volumes"], "wrtpod-secrets"),
        [serde_json::json!({"name": "wrtpod-secrets", "projected": {"defaultMode": 0o400, "sources": [
            {"secret": {"name": "vpn-secrets", "items": [
                {"key": "wg0-private-key", "path": "vpn-secrets/wg0-private-key"}]}}]}})]
    );
    assert_eq!(
        of(&pod["containers"][0]["volumeMounts"], "wrtpod-secrets"),
        [serde_json::json!({"name": "wrtpod-secrets", "mountPath": "/wrtpod/secrets", "readOnly": true})]
    );
}

#[test]
fn a_variable_is_from_a_secret() {
    let text = include_str!("rules/secret-literal.env.good.yaml");
    let outcome = outcome("site.yaml", text);
    let objects = rendered(&outcome);
    let pod = objects.iter().find_map(|object| object.pointer("/spec/template/spec")).expect("a pod");
    assert_eq!(
        pod["containers"][0]["env"][0],
        serde_json::json!({"name": "MQTT_PASSWORD", "valueFrom": {"secretKeyRef": {"name": "mqtt", "key": "password"}}})
    );
}

#[test]
fn a_password_on_the_command_line_is_not_repeated() {
    let place = Place::new();
    place.write("site.yaml", &referring());
    place.write(
        "image.yaml",
        &referring().replace("from: openwrt,", "from: openwrt, image: \"me:hunter2@reg.lan/x\","),
    );
    for line in [
        "render vpn --set image=https://me:hunter2@reg.lan/x",
        "render vpn --set image=me:hunter2@reg.lan/x",
        "render -f image.yaml",
        "image verify https://me:hunter2@reg.lan/x",
        "image verify me:hunter2@reg.lan/x",
        "image build openwrt-vpn --push me:hunter2@reg.lan/x",
        "chart openwrt --push oci://me:hunter2@reg.lan/charts",
        "chart openwrt --push me:hunter2@reg.lan/charts",
    ] {
        for format in ["text", "json"] {
            let words: Vec<&str> = line.split(' ').chain(["--message-format", format]).collect();
            let run = place.run(&words);
            let text = run.text();
            assert!(!text.contains("hunter2") && !text.contains("exit: 0"), "{line}: {text}");
            assert!(text.contains("a user or a password stands before the registry"), "{line}: {text}");
        }
    }
    for line in [
        "image verify x https://me:hunter2@reg.lan/x",
        "schema https://me:hunter2@reg.lan/x",
        "deploy vpn --timeout https://me:hunter2@reg.lan/x",
        "render --set=image=https://me:hunter2@reg.lan/x --colour https://me:hunter2@reg.lan/x",
        "image verify x me:hunter2@reg.lan/x",
        "schema me:hunter2@reg.lan:5000/x",
        "deploy vpn --timeout me:hunter2@reg.lan/x",
        "me:hunter2@reg.lan/x",
        "render --colour --set=image=me:hunter2@reg.lan/x me:hunter2@reg.lan/x",
    ] {
        for format in ["text", "json"] {
            let words: Vec<&str> = line.split(' ').chain(["--message-format", format]).collect();
            let run = place.run(&words);
            assert!(run.code == Some(2) && !run.text().contains("hunter2"), "{line}: {}", run.text());
        }
    }
    place
        .write("syntax.yaml", "image: me:hunter2@reg.lan/x: y\n")
        .write("open.yaml", "a: [me:hunter2@reg.lan/x\n");
    for words in [
        &["render", "vpn", "--set", "image={repository: me:hunter2@reg.lan/x}"][..],
        &["render", "vpn", "--set", "image=[me:hunter2@reg.lan/x"],
        &["render", "me:hunter2@reg.lan/x"],
        &["explain", "me:hunter2@reg.lan/x"],
        &["catalog", "show", "me:hunter2@reg.lan/x"],
        &["render", "-f", "me:hunter2@reg.lan/x"],
        &["render", "-f", "syntax.yaml"],
        &["render", "-f", "open.yaml"],
    ] {
        for format in ["text", "json"] {
            let run = place.run(&[words, &["--message-format", format]].concat());
            let text = run.text();
            assert!(run.code != Some(0) && !text.contains("hunter2"), "{words:?}: {text}");
            // Lines of files are shown to people only.
            assert!(format == "json" || text.contains("***@reg.lan/x"), "{words:?}: {text}");
        }
    }
    // A key of WireGuard ends in `=`.
    for set in [
        "uci.network.wg0.private_key hunter2",
        "uci.network.wg0.private_key hunter2=",
        "uci.\"network\".wg0.private_key:hunter2=",
        "env.PASSWORD:hunter2",
    ] {
        for names in [&["vpn"][..], &["vpn", "web"]] {
            let text = place.run(&[&["render", "--set", set], names].concat()).text();
            let path = &set[..set.find([' ', ':']).expect("it has one")];
            let told = format!("`--set {path}…` has no `=` behind its path");
            assert!(text.contains(&told) && !text.contains("hunter2"), "{text}");
        }
    }
}

#[test]
fn a_chart_holds_no_secret_unless_it_is_told_to() {
    let place = Place::new();
    place.write("site.yaml", LITERAL);
    let refused = place.run(&["chart", "vpn"]);
    assert!(
        refused.text().contains("exit: 1") && refused.text().contains("--show-secrets"),
        "{}",
        refused.text()
    );
    assert!(!refused.text().contains(KEY), "{}", refused.text());
    assert!(place.names("vpn").is_empty());
    assert!(place.run(&["chart", "vpn", "--show-secrets"]).text().contains("exit: 0"));
    assert!(place.read("vpn/values.yaml").contains(KEY));

    let place = Place::new();
    place.write("site.yaml", &referring());
    let run = place.run(&["chart", "vpn"]);
    assert!(run.text().contains("exit: 0"), "{}", run.text());
    assert!(place.read("vpn/values.yaml").contains("secretKeyRef"));
}

#[test]
fn a_chart_holds_no_secret_in_a_list_either() {
    for list in ["[bm90LWEta2V5]", "[bm90LWEta2V5, b3RoZXI=]"] {
        let place = Place::new();
        place.write("site.yaml", &LITERAL.replace(KEY, list));
        let refused = place.run(&["chart", "vpn"]).text();
        assert!(refused.contains("exit: 1") && refused.contains("uci.network.wg0.private_key"), "{refused}");
        assert!(!refused.contains(KEY) && place.names("vpn").is_empty(), "{refused}");
    }
}

#[test]
fn what_is_typed_is_not_shown_again() {
    let place = Place::new();
    place.write("site.yaml", &referring());
    let run = place.run(&["render", "vpn", "--set", "uci.network.wg0.private_key=c2VjcmV0"]);
    assert!(run.text().contains("secret-literal") && !run.stderr.contains("c2VjcmV0"), "{}", run.stderr);
}

/// A router with these settings, and what is said of it: for people, then for machines.
fn said_of(settings: &str) -> String {
    let site = LITERAL.split("uci:").next().unwrap_or_default();
    let outcome = outcome("site.yaml", &format!("{site}{settings}}}}}\n"));
    outcome.text() + &render_json(&outcome.diagnostics, &outcome.sources)
}

#[test]
fn what_is_found_beside_a_secret_does_not_show_it() {
    for settings in [
        "uci: {wireless: {ap: {.type: wifi-iface, key: hunter2, \"ba d\": 1}}}",
        "uci: {ddns: {ap: {.type: service, secret: hunter2, \"ba d\": 1}}}",
        "uci: {ddns: {ap: {.type: service, secret: hunter2}}}, nonsense: 1",
        "env: {D_TOKEN: hunter2, \"ba d\": 1}",
        "env: {DB_PASS: hunter2, \"ba d\": 1}",
        "uci: {wireless: {ap: {.type: wifi-iface, r0kh: [x, hunter2], \"ba d\": 1}}}",
        "uci: {wireless: {ap: {.type: wifi-ifac, key: hunter2, \"ba d\": 1}}}",
        // In the wrong place, with a type that nobody knows, twice, and in what is no YAML.
        "uci: {wireless: {.type: wifi-iface, key: hunter2, \"ba d\": 1}}",
        "nonsense: {uci: {wireless: {ap: {key: hunter2}}}}",
        "uci: {wireless: {ap: {.type: wifi-iface, key: hunter2, key: hunter2}}}, nonsense: 1",
        "env: [{name: D_TOKEN, value: hunter2}], nonsense: 1",
        "env: {}, env: [{name: D_TOKEN, value: hunter2}]",
        "environment: [{name: D_TOKEN, value: hunter2}]",
        "env: [{name: D_TOKEN, value: &a hunter2}, x: y: z",
        "uci: {wireless: {ap: {key: hunter2, x: nonsense: y}}}",
        "uci: {wireless: {ap: {key: \"hunter2, nonsense: y}}}",
        "uci: {wireless: {key: \"\\x68unter2\"}}",
        "uci: {wireless: {key: 'a`hunter2'}}",
        "uci: {wireless: [{ap: {key: {secretKeyRef: {name: a, key: b, value: hunter2}}}}]}",
    ] {
        let said = said_of(settings);
        assert!(said.contains("error["), "{said}");
        assert!(!said.contains("hunter2"), "{said}");
    }
}

#[test]
fn a_secret_in_the_place_of_a_reference_is_not_shown() {
    for value in [
        "{secretKeyRef: hunter2}",
        "{secretKeyRef: [hunter2]}",
        "{secretKeyRef: {name: vpn, key: \"hunter2+/=\"}}",
        "{secretKeyRef: {name: hunter2}}",
        "{configMapKeyRef: hunter2}",
        "{configMapKeyRef: {name: vpn, key: \"hunter2+/=\"}}",
        "{secretKeyRef: {name: vpn, key: a, value: hunter2}}",
        "{value: hunter2}",
        "{hunter2: }",
        "[a, {secretKeyRef: {name: vpn, key: a, value: hunter2}}]",
        "[{secretKeyRef: hunter2}]",
    ] {
        for said in [
            said_of(&format!("uci: {{network: {{wg0: {{.type: interface, private_key: {value}}}}}}}")),
            said_of(&format!("uci: {{wireless: {{ap: {{.type: wifi-iface, key: {value}}}}}}}")),
            said_of(&format!("env: {{D_TOKEN: {value}}}")),
        ] {
            assert!(!said.contains("hunter2"), "{value}: {said}");
            assert!(said.contains("error["), "{value}: {said}");
        }
    }
}

/// It is said that there is no such thing, and what there is in its place.
#[test]
fn a_reference_in_a_list_is_refused_in_its_own_words() {
    let said = said_of(
        "uci: {wireless: {ap: {.type: wifi-iface, r0kh: [{secretKeyRef: {name: a, key: b}}, x, {secretKeyRef: {name: a, key: c}}]}}}",
    );
    let text = said.split("\n{").next().unwrap_or_default();
    assert_eq!(text.matches("error[").count(), 2, "{text}");
    assert_eq!(
        text.matches("`secretKeyRef` stands in a list: the key of a Secret makes an option, no list").count(),
        2
    );
    assert!(text.contains("write `OPTION: {secretKeyRef: {name: NAME, key: KEY}}`"), "{text}");
}

/// Nothing of the text is shown, and all the same it is said what would be right.
#[test]
fn a_reference_with_a_name_that_is_none_says_what_a_name_is() {
    let name = "error[bad-value]: the text here is not the name of an object\n";
    let named = "help: use a-z, 0-9, `-` and `.`, with a letter or digit at both ends\n";
    let key = "error[bad-value]: the text here is not the key of a Secret or ConfigMap\n";
    let keyed = "help: use letters, digits, `-`, `_` and `.`, such as `private-key`\n";
    for (kind, value, parts) in [
        ("secretKeyRef", "{name: My_Login, key: a}", [name, named]),
        ("secretKeyRef", "{name: login, key: \"a b\"}", [key, keyed]),
        ("configMapKeyRef", "{name: My_Login, key: a}", [name, named]),
        ("configMapKeyRef", "{name: login, key: a/b}", [key, keyed]),
    ] {
        let said = said_of(&format!("env: {{D_TOKEN: {{{kind}: {value}}}}}"));
        assert!(parts.iter().all(|part| said.contains(part)), "{kind} {value}: {said}");
        assert!(!said.contains("My_Login") && !said.contains("a/b") && !said.contains("a b"), "{said}");
    }
}

#[test]
fn what_is_typed_is_not_shown_where_it_is_wrong() {
    let place = Place::new();
    place.write("site.yaml", &referring());
    for typed in [
        "uci.wireless.ap.key[x=hunter2",
        "uci.wireless.ap.key={a: hunter2}",
        "uci.wireless.ap.key={a: hunter2",
        "uci.wireless.ap=hunter2",
        "ucl.wireless.ap.key=hunter2",
        "spec.uci.wireless.ap.key=hunter2",
        "env.D[x=hunter2",
        "env.D.x=hunter2",
    ] {
        for form in [
            &["render", "vpn", "--set", typed][..],
            &["render", "vpn", "--message-format", "json", "--set", typed],
        ] {
            let run = place.run(form);
            assert!(run.text().contains("exit: 1"), "{typed}: {}", run.text());
            assert!(!run.text().replace(typed, "").contains("hunter2"), "{typed}: {}", run.stderr);
            assert!(!run.stderr.contains("hunter2"), "{typed}: {}", run.stderr);
        }
    }
}

#[test]
fn one_command_makes_the_secret_of_an_appliance() {
    let said = outcome("site.yaml", include_str!("rules/secret-literal.uci.yaml")).text();
    let command = "kubectl -n default create secret generic router-secrets --from-file=wg0-private-key \
                   --from-file=home-key --from-file=mine-secret`";
    assert!(said.contains(command) && said.matches("kubectl").count() == 1, "{said}");
}

#[test]
fn the_command_that_makes_the_secret_is_plain_words() {
    let document = include_str!("rules/secret-literal.uci.yaml");
    let (before, _) = document.split_once("    network:\n").expect("settings");
    let uci =
        "    a: {'@a[b][1]': {password: one}, '@x$(id)[0]': {password: two}, '@$y[0]': {password: three}}\n";
    let said = outcome("site.yaml", &format!("{before}{uci}")).text();
    let command =
        "router-secrets --from-file=a-b-1-password --from-file=x--id--password --from-file=y-password`";
    assert!(said.contains(command), "{said}");
}
