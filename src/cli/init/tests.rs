use std::io::Cursor;

use super::*;
use crate::cli::args::{Cli, Verb};
use crate::spec::Distribution;
use clap::Parser;

fn node() -> Machine {
    let interface =
        |name: &str, wireless: bool, fit: bool| machine::Interface { name: name.to_owned(), wireless, fit };
    Machine {
        distribution: Some(Distribution::K3s),
        interfaces: vec![
            interface("cni0", false, false),
            interface("enp3s0", false, true),
            interface("enp4s0", false, true),
            interface("radio0", true, false),
        ],
        uplink: Some("enp3s0".to_owned()),
        gateway: "192.168.7.1".parse().ok(),
        subnet: "192.168.7.0/24".parse().ok(),
        without_ipv6: false,
        user_namespaces: false,
    }
}

/// What was asked, and the site that came of it or what was said in its place.
fn interview(options: &[&str], machine: &Machine, answers: &str) -> (String, Result<String, String>) {
    let words = ["wrtpod", "init"].iter().chain(options);
    let Ok(Cli { verb: Verb::Init(args), .. }) = Cli::try_parse_from(words) else { panic!("{options:?}") };
    let (mut input, mut output) = (Cursor::new(answers.as_bytes().to_vec()), Vec::new());
    let entry = args.entry.as_deref().map(entry).transpose().expect("it is an entry");
    let questions = Questions::new(Some(Terminal { input: &mut input, output: &mut output }));
    let draft = answers_of(&args, entry, machine, questions);
    let asked = String::from_utf8_lossy(&output).into_owned();
    (asked, draft)
}

fn answers_of(
    args: &InitArgs,
    entry: Option<Entry>,
    machine: &Machine,
    questions: Questions<'_>,
) -> Result<String, String> {
    match super::answers(args, entry, machine, questions, "00".repeat(8)) {
        Ok(draft) => Ok(draft.text("./wrtpod.schema.json")),
        Err(error) => Err(format!("{error}: {}", error.hint().unwrap_or_default())),
    }
}

#[test]
fn a_node_answers_for_itself() {
    let (asked, site) = interview(&[], &node(), "\n\n\n\n");
    assert_eq!(
        asked,
        "The cluster's distribution [k3s]: The node's interface on the LAN, one of enp3s0, enp4s0 [enp3s0]: \
         The LAN's subnet [192.168.7.0/24]: The LAN's gateway [192.168.7.1]: "
    );
    let site = site.expect("all was answered");
    assert!(
        site.contains(
            "macvlan: {parent: enp3s0}\n      subnet: 192.168.7.0/24\n      gateway: 192.168.7.1\n"
        ),
        "{site}"
    );
    // What is known of the way out says nothing of another wire.
    let (asked, _) = interview(&[], &node(), "\nenp4s0\n192.168.9.0/24\n192.168.9.1\n");
    assert!(asked.contains("The LAN's subnet (for example 192.168.1.0/24): "), "{asked}");
}

#[test]
fn users_of_their_own_are_offered_where_the_cluster_has_them() {
    let node = Machine { user_namespaces: true, ..node() };
    let (asked, site) = interview(&[], &node, "\n\n\n\nperhaps\nyes\n");
    assert!(
        asked.contains("Pods whose root is nobody on the nodes (`hostUsers: false`), yes or no [no]:   `perhaps` is neither\n"),
        "{asked}"
    );
    assert!(site.is_ok_and(|site| site.contains("\n  hostUsers: false\n")));
    let (_, site) = interview(&[], &node, "\n\n\n\n\n");
    assert!(site.is_ok_and(|site| site.contains("\n  # hostUsers: false\n")));
    // An option says it, and nobody is asked who has said all.
    let lan = ["--parent", "enp3s0", "--subnet", "192.168.7.0/24", "--gateway", "192.168.7.1"];
    for (option, line) in
        [(&[][..], "\n  # hostUsers: false\n"), (&["--host-users", "false"], "\n  hostUsers: false\n")]
    {
        let (asked, site) = interview(&[&lan, option].concat(), &node, "");
        assert!(asked.is_empty() && site.is_ok_and(|site| site.contains(line)), "{option:?}: {asked}");
    }
}

/// The machine's own word, unless an option says otherwise; nothing where it has IPv6, as most have.
#[test]
fn a_node_without_ipv6_has_a_site_without_it() {
    let line = |options: &[&str], without_ipv6: bool| {
        let (_, site) = interview(options, &Machine { without_ipv6, ..node() }, "\n\n\n\n");
        site.expect("all was answered").lines().find(|line| line.starts_with("  ipv6: ")).map(str::to_owned)
    };
    assert_eq!(line(&[], true).as_deref(), Some("  ipv6: false"));
    assert_eq!(line(&["--ipv6", "true"], true).as_deref(), Some("  ipv6: true"));
    assert_eq!(line(&["--ipv6", "false"], false).as_deref(), Some("  ipv6: false"));
    assert_eq!(line(&[], false), None);
}

#[test]
fn each_wrong_answer_is_asked_again_with_the_reason() {
    let wrong = "k4s\nk3s\nwlan0\nradio0\neth0,eth1\na/b\nenp3s0\nnone\n10.42.7.0/24\n192.168.1.0/24\n192.168.2.1\n192.168.1.255\nx\n\n192.168.1.1\n\
                 enp3s0\nenp9s0\n";
    let node = Machine { gateway: None, ..node() };
    let (asked, site) = interview(&["openwrt-router"], &node, wrong);
    assert!(site.is_ok(), "{site:?}\n{asked}");
    insta::assert_snapshot!(asked.replace(": ", ":\n"));
}

#[test]
fn an_entry_gets_every_network_and_address_that_it_needs() {
    let answers = "\n\n\n\n2\n192.168.7.0/30\n192.168.32.0/24\n192.168.7.1\n192.168.7.32\n192.168.9.3/24\n192.168.32.3/24\n";
    let (asked, site) = interview(&["home-assistant"], &node(), answers);
    let site = site.unwrap_or_else(|error| panic!("{error}\n{asked}"));
    for line in [
        "    iot:\n      # The node needs the interface enp3s0.2.\n      macvlan: {parent: enp3s0, vlan: 2}\n      subnet: 192.168.32.0/24\n",
        "    - {network: lan, address: 192.168.7.32/24, discovery: true}\n    - {network: iot, address: 192.168.32.3/24}\n",
    ] {
        assert!(site.contains(line), "{site}\n{asked}");
    }
    insta::assert_snapshot!(asked.replace(": ", ":\n"));
}

#[test]
fn a_router_is_not_offered_the_address_of_the_router_that_is_there() {
    let (asked, site) = interview(&["openwrt-router"], &node(), "\n\n\n\n192.168.7.254\n\n");
    assert!(site.is_ok_and(|site| site.contains("    wan:\n      macvlan: {parent: enp4s0}\n")), "{asked}");
    assert!(
        asked.contains("an address that openwrt-router gets and nobody else has (for example 192.168.7.1): "),
        "{asked}"
    );
}

#[test]
fn options_that_say_everything_leave_nothing_to_ask() {
    let options = ["--parent", "enp9s0", "--subnet", "10.9.0.0/24", "--gateway", "10.9.0.1"];
    let rke2 = Machine { distribution: Some(Distribution::Rke2), ..node() };
    let (asked, site) = interview(&options, &rke2, "");
    assert!(site.is_ok_and(|site| site.contains("distribution: rke2")), "{asked}");
    assert_eq!(asked, "  note: this node has no `enp9s0`, it has enp3s0, enp4s0; another node may\n");
}

#[test]
fn what_the_machine_runs_holds_where_only_a_wan_is_asked_for() {
    let options =
        ["openwrt-router", "--parent", "enp3s0", "--subnet", "192.168.7.0/24", "--gateway", "192.168.7.1"];
    let rke2 = Machine { distribution: Some(Distribution::Rke2), ..node() };
    let (asked, site) = interview(&options, &rke2, "enp4s0\n");
    assert!(site.is_ok_and(|site| site.contains("distribution: rke2")), "{asked}");
    let (asked, site) = interview(&[&options[..], &["--distribution", "k0s"]].concat(), &rke2, "enp4s0\n");
    assert!(site.is_ok_and(|site| site.contains("distribution: k0s")), "{asked}");
}

#[test]
fn answers_that_end_early_write_nothing() {
    let (asked, site) = interview(&[], &Machine::default(), "k3s\nenp3s0\n");
    assert_eq!(
        site,
        Err("the answers ended early: nothing was written; answer the questions, or give all by options: `wrtpod init --help`".to_owned()),
        "{asked}"
    );
}

/// An option that an answer shuts out ends it: every answer to come would be blamed for that option.
#[test]
fn an_option_that_no_answer_fits_ends_the_interview() {
    let options = ["openwrt-router", "--gateway", "10.0.0.1"];
    let (asked, site) = interview(&options, &node(), "\nenp3s0\n192.168.1.0/24\nenp4s0\n");
    let told = site.expect_err("it does not fit");
    assert!(told.starts_with("--gateway: the gateway 10.0.0.1 is in no subnet of `lan`"), "{told}\n{asked}");
}
