//! What is told of changes inside an appliance.

use super::*;

fn applied_only(text: &str) -> Noted {
    Noted { applied: uci::parse_plan(text).unwrap_or_default(), ..Noted::default() }
}

#[test]
fn the_name_that_an_old_netifd_has_for_a_device_is_no_change() {
    let planned = "config interface 'lan'\n\toption device 'lan'\n\toption proto 'dhcp'\n";
    assert_eq!(
        changes("network", planned, &planned.replace("device", "ifname"), &Noted::default(), false),
        ""
    );
    assert_eq!(
        changes(
            "network",
            planned,
            &planned.replace("device 'lan'", "ifname 'wan'"),
            &Noted::default(),
            false
        ),
        "# changed inside the appliance; it stays\n-network.lan.device='lan'\n+network.lan.ifname='wan'\n"
    );
}

#[test]
fn a_secret_inside_is_told_as_changed_and_not_shown() {
    let planned = "config interface 'wg0'\n\toption private_key 'abc='\n\toption mtu '1420'\n";
    let live = planned.replace("abc=", "def=").replace("1420", "1400");
    assert_eq!(
        changes("network", planned, &live, &Noted::default(), false),
        "# changed inside the appliance; it stays\n-network.wg0.private_key=***\n+network.wg0.private_key=***\n\
         -network.wg0.mtu='1420'\n+network.wg0.mtu='1400'\n"
    );
    assert!(
        changes("network", planned, &live, &Noted::default(), true)
            .contains("+network.wg0.private_key='def='")
    );
}

#[test]
fn what_a_secret_has_inside_the_appliance_is_no_change() {
    let planned = "config interface 'wg0'\n\tsecret private_key 'vpn/key'\n";
    let live = "config interface 'wg0'\n\toption private_key 'abc='\n";
    let applied = |sum: &str| planned.replace("vpn/key", sum);
    let noted = applied("61c9b2b17db77a27841bbeeabff923448b0f6388d64fa7f8eb7a6a6c6d7ec9b2");
    let sum = Digest::of(b"abc=");
    assert_eq!(changes("network", planned, live, &applied_only(&applied(sum.hex())), false), "");
    for noted in [Noted::default(), applied_only(&noted)] {
        assert_eq!(
            changes("network", planned, live, &noted, false),
            "# changed inside the appliance; it stays\n-network.wg0.private_key=[the Secret's vpn/key]\n\
             +network.wg0.private_key=***\n"
        );
    }
}

#[test]
fn another_sections_secret_is_a_change() {
    let section = |name: &str, line: &str| format!("config interface '{name}'\n\t{line}\n");
    let both = |one: &str, other: &str| section("wg0", one) + &section("wg1", other);
    let planned = both("secret private_key 'vpn/a'", "secret private_key 'vpn/b'");
    let sum = |key: &str| format!("secret private_key '{}'", Digest::of(key.as_bytes()).hex());
    let applied = both(&sum("abc="), &sum("def="));
    let live = |one: &str, other: &str| {
        both(&format!("option private_key '{one}'"), &format!("option private_key '{other}'"))
    };
    let told = |live: &str| changes("network", &planned, live, &applied_only(&applied), false);
    assert_eq!(told(&live("abc=", "def=")), "");
    let swapped = told(&live("def=", "abc="));
    assert!(
        swapped.contains("network.wg0.private_key") && swapped.contains("network.wg1.private_key"),
        "{swapped}"
    );
    let anonymous = |text: &str| text.replace(" 'wg0'", "").replace(" 'wg1'", "");
    let (planned, live, applied) =
        (anonymous(&planned), anonymous(&live("abc=", "def=")), anonymous(&applied));
    assert_eq!(changes("network", &planned, &live, &applied_only(&applied), false), "");
}

#[test]
fn what_a_guest_writes_steers_no_terminal() {
    let planned = "config interface 'lan'\n\toption proto 'dhcp'\n";
    let live = "config interface 'lan'\n\toption proto 'a\u{202e}\n+x\u{85}'\n";
    let text = changes("network", planned, live, &Noted::default(), false);
    assert!(text.ends_with("+network.lan.proto='a\\u{202e}\\n+x\\u{85}'\n"), "{text}");
}

#[test]
fn a_duid_that_the_guest_made_is_no_change() {
    let planned = "config globals 'globals'\n\toption dhcp_default_duid '00041'\n";
    assert_eq!(changes("network", planned, &planned.replace("00041", "00042"), &Noted::default(), false), "");
    assert!(
        changes("network", planned, "config globals 'globals'\n", &Noted::default(), false)
            .contains("dhcp_default_duid")
    );
}

#[test]
fn what_first_boot_scripts_wrote_is_no_change() {
    let planned = "config odhcpd 'odhcpd'\n\toption leasefile '/tmp/hosts/odhcpd'\n\toption maindhcp '0'\n";
    let live = planned.replace("/tmp/hosts/odhcpd", "/tmp/odhcpd.leases")
        + "\toption piodir '/tmp'\n\tlist x 'a'\n\tlist x 'b'\n";
    let sum = |text: &str| Digest::of(text.as_bytes()).hex().to_owned();
    let was = sum("\u{1}/tmp/hosts/odhcpd");
    let lines = |between: &str| {
        format!(
            "odhcpd leasefile {was} {between}\nodhcpd piodir - {}\nodhcpd leasefile {between} {}\nodhcpd x - {}\nshort line\n",
            sum("\u{1}/tmp"),
            sum("\u{1}/tmp/odhcpd.leases"),
            sum("\u{1}a\u{1}b")
        )
    };
    let told = |lines: &str, live: &str| {
        let noted = Noted { booted: Booted::read(lines), ..Noted::default() };
        changes("dhcp", planned, live, &noted, false)
    };
    assert_eq!(told(&lines(&sum("\u{1}other")), &live), "");
    let users = live.replace("maindhcp '0'", "maindhcp '1'").replace("'/tmp'", "'/mnt'");
    assert_eq!(
        told(&lines(&sum("\u{1}other")), &users),
        "# changed inside the appliance; it stays\n-dhcp.odhcpd.maindhcp='0'\n+dhcp.odhcpd.maindhcp='1'\n+dhcp.odhcpd.piodir='/mnt'\n"
    );
    // Not what the site says now: then it is told.
    assert!(told(&lines(&sum("\u{1}other")).replacen(&was, &sum("\u{1}x"), 1), &live).contains("leasefile"));
}

#[test]
fn a_place_is_the_section_that_the_pod_found() {
    let planned = "config dropbear\n\toption Port '2222'\n\nconfig rule\n\tplace '1'\n\toption a '1'\n";
    let live = "config dropbear\n\toption Port '24'\nconfig dropbear 'main'\n\toption Port '2222'\n\toption enable '1'\n\
                config rule\n\toption name 'mine'\nconfig rule\n\toption name 'A'\nconfig rule\n\toption name 'B'\n\toption a '1'\n";
    let applied = "config dropbear 'main'\n\tplace '0'\n\toption Port '2222'\n\
                   config rule\n\toption name 'A'\nconfig rule\n\tplace '1'\n\toption name 'B'\n\toption a '1'\n";
    assert_eq!(changes("any", planned, live, &applied_only(applied), false), "");
    assert_eq!(
        changes("any", planned, &live.replace("'2222'", "'2223'"), &applied_only(applied), false),
        "# changed inside the appliance; it stays\n-any.main.Port='2222'\n+any.main.Port='2223'\n"
    );
    // The pod notes the sections in the order in which they are there.
    let (first, second) = ("config rule\n\toption b '1'\n", "config rule\n\toption a '9'\n");
    let moved = format!("{first}{}", second.replace("rule\n", "rule\n\tplace '0'\n"));
    let live_moved = format!("{first}{second}");
    assert_eq!(changes("any", second, &live_moved, &applied_only(&moved), false), "");
    // A pod of an earlier wrtpod has noted no places.
    let unmarked = "config dropbear 'main'\n\toption Port '2222'\n";
    assert_eq!(changes("any", unmarked, live, &Noted::default(), false), "");
    let one = "config dropbear\n\toption Port '24'\n";
    assert_eq!(changes("any", one, live, &Noted::default(), false), "");
    // What the image has no such section of is not there.
    let missing = "config rule\n\tplace '7'\n\toption a '1'\n";
    assert!(changes("any", missing, live, &applied_only(applied), false).contains("-any.@rule[7].a='1'"));
}

#[test]
fn what_an_earlier_build_wrote_twice_is_told_with_the_commands() {
    let planned = "config dropbear\n\toption Port '2222'\n";
    let main = "config dropbear 'main'\n\toption enable '1'\n\toption Port '22'\n";
    let first = main.replace("'22'", "'2222'");
    let noted = |rest: &str| Noted {
        applied: uci::parse_plan(&format!("{}{rest}", first.replace("'main'\n", "'main'\n\tplace '0'\n")))
            .expect("UCI"),
        stock: uci::parse(main).expect("UCI"),
        ..Noted::default()
    };
    let told =
        |rest: &str, live: &str| changes("dropbear", planned, &format!("{first}{live}"), &noted(rest), false);
    let of = |index: usize| {
        format!(
            "# dropbear.@dropbear[{index}] is not the site's, or no longer: an earlier wrtpod may have written it. `uci delete \
             dropbear.@dropbear[{index}]; uci commit dropbear` inside takes it away; `uci rename dropbear.@dropbear[{index}]=NAME; uci \
             commit dropbear` keeps it as yours\n"
        )
    };
    let header = "# changed inside the appliance; it stays\n";
    let (double, changed, own) = (
        planned,
        planned.replace("2222", "2200"),
        "config dropbear\n\toption Port '9'\n\toption Interface 'wan'\n",
    );
    assert_eq!(told(double, &changed), format!("{header}{}", of(1)));
    // None of them is it for sure.
    assert_eq!(told(double, &format!("{changed}{own}")), format!("{header}{}{}", of(1), of(2)));
    // It goes with the next start, or is gone, or is the user's own by its name.
    for live in [double, "", &changed.replace("dropbear\n", "dropbear 'mine'\n")] {
        assert_eq!(told(double, live), "", "{live}");
    }
    // Sections of the user's that nobody else wrote.
    assert_eq!(told("", &format!("{changed}{own}")), "");
    // Those of the image.
    let image = Noted { stock: uci::parse(&format!("{main}{double}")).expect("UCI"), ..noted(double) };
    assert_eq!(changes("dropbear", planned, &format!("{first}{changed}"), &image, false), "");
}

/// The table of all that read `@TYPE[N]`.
#[test]
fn a_place_is_told_of_where_it_is_now() {
    let table = include_str!("../../../tests/uci/places.txt");
    let mut tried = 0;
    for case in table.split("\n=== ").skip(1) {
        let part = |name: &str| {
            let (_, rest) = case.split_once(&format!("\n--- {name}\n"))?;
            Some(rest.split("\n--- ").next().unwrap_or(rest).trim_end())
        };
        let (Some(key), Some(image), Some(found), Some(live)) =
            (part("key"), part("image"), part("found"), part("live"))
        else {
            continue;
        };
        let place = uci::Place::read(key).expect("a place");
        let planned = format!("config {}\n\tplace '{}'\n\toption set '2'\n", place.kind, place.index);
        let id = format!("\toption id '{found}'\n");
        let words = format!("{id}\tplace '{}'\n\toption set '1'\n", place.index);
        let applied = format!("{image}\n").replace(&id, &words);
        assert!(applied.contains("place"), "{case}");
        let live = uci::parse(live).expect("UCI");
        let stays = part("stays").map(|id| uci::Value::One(id.to_owned()));
        let at = live.sections().iter().position(|section| section.get("id") == stays.as_ref());
        let label = &uci::labels(&live)[at.expect("it is there")];
        assert_eq!(
            changes("any", &planned, &live.to_string(), &applied_only(&applied), false),
            format!("# changed inside the appliance; it stays\n-any.{label}.set='2'\n+any.{label}.set='1'\n"),
            "{case}"
        );
        tried += 1;
    }
    assert_eq!(tried, 6);
}
