//! What is chosen.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;

/// `name version`, then words: `D` depends, `p` provides, `i` install_if, `k` priority, as in the database.
fn info(text: &str) -> Info {
    let mut words = text.split(' ');
    let mut info = Info {
        name: words.next().unwrap().into(),
        version: words.next().unwrap().into(),
        architecture: "noarch".into(),
        hash: text.bytes().cycle().take(32).collect(),
        ..Info::default()
    };
    for word in words {
        let (letter, value) = word.split_once(':').unwrap();
        match letter {
            "D" => info.depends.push(wish(value)),
            "p" => info.provides.push(wish(value)),
            "i" => info.install_if.push(wish(value)),
            "k" => info.provider_priority = value.parse().unwrap(),
            "A" => info.architecture = value.into(),
            other => panic!("{other}"),
        }
    }
    info
}

/// Feeds are parted by `|`. Wanted are words, removed ones with a `-`.
fn chosen(feeds: &str, installed: &str, world: &str, wanted: &str) -> Result<Solution, String> {
    asked(feeds, installed, world, wanted, |request| solve(&request).map_err(|problem| problem.to_string()))
}

/// Gives `answer` the request.
fn asked<T>(
    feeds: &str,
    installed: &str,
    world: &str,
    wanted: &str,
    answer: impl FnOnce(Request<'_>) -> T,
) -> T {
    let list =
        |text: &str| -> Vec<Info> { text.split(';').filter(|one| !one.is_empty()).map(info).collect() };
    let feeds: Vec<Vec<Info>> = feeds.split('|').map(list).collect();
    let feeds: Vec<&[Info]> = feeds.iter().map(Vec::as_slice).collect();
    let installed = list(installed);
    let installed: Vec<&Info> = installed.iter().collect();
    let words =
        |text: &str| text.split(' ').filter(|word| !word.is_empty()).map(str::to_owned).collect::<Vec<_>>();
    let wishes = |text: &str| {
        words(text).iter().filter(|word| !word.starts_with('-')).map(|word| wish(word)).collect::<Vec<_>>()
    };
    let removed: Vec<String> =
        words(wanted).iter().filter_map(|word| word.strip_prefix('-')).map(str::to_owned).collect();
    let (world, wanted) = (wishes(world), wishes(wanted));
    let architectures = ["x86_64".to_owned()];
    answer(Request {
        feeds: &feeds,
        architectures: &architectures,
        installed: &installed,
        world: &world,
        wanted: &wanted,
        removed: &removed,
    })
}

#[test]
fn every_package_that_cannot_be_had_is_told() {
    let told = |wanted: &str| -> Vec<String> {
        let answer =
            |request: Request<'_>| problems(&request, solve(&request).expect_err("it cannot be done"));
        asked("a 1 D:gone;b 1;c 1 D:!b", "", "", wanted, answer).iter().map(ToString::to_string).collect()
    };
    assert_eq!(
        told("a b others unknown"),
        [
            "a wants `gone`, and no feed has it",
            "the image is to have `others`, and no feed has it",
            "the image is to have `unknown`, and no feed has it"
        ]
    );
    assert_eq!(told("b c").len(), 1);
}

fn steps(solution: &Solution) -> String {
    let gone = solution.remove.iter().map(|name| format!("-{name}"));
    let come = solution.install.iter().map(|choice| match &choice.before {
        Some(before) => format!("{}-{}<{before}", choice.info.name, choice.info.version),
        None => format!("{}-{}", choice.info.name, choice.info.version),
    });
    gone.chain(come).collect::<Vec<_>>().join(" ")
}

fn check(feeds: &str, installed: &str, world: &str, wanted: &str, want: &str) {
    let said = chosen(feeds, installed, world, wanted).map(|solution| steps(&solution));
    assert_eq!(
        said.as_deref().unwrap_or_else(|problem| problem),
        want,
        "{feeds} / {installed} / {world} / {wanted}"
    );
}

#[test]
fn dependencies_come_first_and_the_latest_is_taken() {
    check("a 1 D:b D:c;b 1 D:c;b 2 D:c;c 1", "", "", "a", "c-1 b-2 a-1");
    check("a 1 D:b;b 1 D:a", "", "", "a", "b-1 a-1");
    check("a 1 D:b<2;b 1;b 2", "", "", "a", "b-1 a-1");
    check("a 1|a 1", "", "", "a", "a-1");
}

#[test]
fn what_is_installed_stays() {
    check("a 1 D:b;b 2", "b 1", "b", "a", "a-1");
    check("a 1 D:b>1;b 2", "b 1", "b", "a", "b-2<1 a-1");
    check("", "a 1;b 1 D:c;c 1", "a b", "-b", "-b -c");
    check("a 1", "a 1", "a", "a", "");
}

#[test]
fn who_offers_a_name_with_a_version_owns_it() {
    let feed = "dnsmasq 2.90-r4;dnsmasq-full 2.90-r4 p:dnsmasq=2.90-r4;web 1 D:dnsmasq";
    check(
        feed,
        "dnsmasq 2.90-r4;web 1 D:dnsmasq",
        "dnsmasq web",
        "dnsmasq-full -dnsmasq",
        "-dnsmasq dnsmasq-full-2.90-r4",
    );
    check(feed, "", "", "web dnsmasq dnsmasq-full>1", "dnsmasq-full-2.90-r4 web-1");
    check(
        "a 1 p:x=1;b 1 p:x=1",
        "",
        "",
        "a b",
        "the image is to have `b`, and the image is to have `a`: b-1 and a-1 both are `x`, which only one can be",
    );
    check(
        "full 1 p:mini=1 D:!small",
        "mini 1;small 1",
        "mini small",
        "full",
        "the image is to have `small`, and full wants `!small`: there is no small that does both",
    );
    check("a 1 p:x;b 1 p:x", "", "", "a b", "a-1 b-1");
}

#[test]
fn of_several_offers_the_priority_decides_and_without_one_the_user() {
    let feed = "ssl 1 D:tls;mbed 1 p:tls k:100;open 1 p:tls k:10";
    check(feed, "", "", "ssl", "mbed-1 ssl-1");
    check(feed, "open 1 p:tls k:10", "open", "ssl", "ssl-1");
    check(feed, "", "", "ssl open", "open-1 ssl-1");
    check(
        "ssl 1 D:tls;mbed 1 p:tls;open 1 p:tls",
        "",
        "",
        "ssl",
        "ssl wants `tls`, which is one of mbed, open: name the one to take",
    );
    check("ssl 1 D:tls;mbed 1 p:tls;open 1 p:tls", "", "", "ssl open", "open-1 ssl-1");
}

#[test]
fn kernel_modules_are_the_nodes() {
    let feed = "sqm 1 D:kmod-ifb D:kmod-old D:kernel=6.1-r1;kmod-ifb 6.1-r1 D:kernel=6.1-r1";
    let solution = chosen(feed, "kmod-old 1", "kmod-old", "sqm kmod-wireguard").unwrap();
    assert_eq!(steps(&solution), "sqm-1");
    let modules: Vec<_> = solution
        .host_modules
        .iter()
        .map(|(name, module)| {
            let by: Vec<&str> = module.wanted_by.iter().map(String::as_str).collect();
            (name.as_str(), module.version.as_deref(), by, module.in_root)
        })
        .collect();
    assert_eq!(
        modules,
        [
            ("kernel", Some("6.1-r1"), vec!["sqm"], false),
            ("kmod-ifb", Some("6.1-r1"), vec!["sqm"], false),
            ("kmod-old", None, vec!["sqm"], true),
            ("kmod-wireguard", None, vec![], false),
        ]
    );
    assert!(!solution.missing_modules().contains_key("kmod-old"));
    let world: Vec<String> = solution.world.iter().map(Dependency::to_string).collect();
    assert_eq!(world, ["kmod-old", "sqm"]);
    assert_eq!(solution.why("kmod-ifb"), [["sqm", "kmod-ifb"]]);
}

#[test]
fn goes_back_where_a_way_ends() {
    check("a 1 D:x;p 1 p:x k:9 D:gone;q 1 p:x k:1", "", "", "a", "q-1 a-1");
    check(
        "a 1 D:x D:y;p 1 p:x k:9 D:z=1;q 1 p:x k:1;r 1 p:y k:9 D:z=2;z 1;z 2;s 1 p:y k:1 D:z=2",
        "",
        "",
        "a",
        "q-1 z-2 r-1 a-1",
    );
}

#[test]
fn comes_of_itself_when_all_that_it_is_for_is_there() {
    let feed = "a 1;b 1;ab 1 i:a i:b D:c;c 1;anti 1 i:a i:!b;odd 1 i:a D:gone";
    check(feed, "", "", "a b", "a-1 b-1 c-1 ab-1");
    check(feed, "", "", "a", "a-1 anti-1");
}

#[test]
fn a_name_that_is_only_provided_removes_what_it_alone_asked_for() {
    let feed = "bat-default 1 p:bat;bat-tiny 1 p:bat;user 1 D:bat-default;full 1 p:plain=1;plain 1";
    let installed = "bat-default 1 p:bat;user 1 D:bat-default";
    // As `apk del bat` does: world has the name, and nobody else wants the package.
    check(feed, "bat-default 1 p:bat", "bat", "-bat", "-bat-default");
    let only_a_name =
        "and `bat` is only a name that bat-default provides: write `-bat-default` to leave that out";
    let stays = format!("the image is to have `bat-default`, {only_a_name}");
    check(feed, "bat-default 1 p:bat", "bat-default", "-bat", &stays);
    check(feed, installed, "user", "-bat", &format!("user wants `bat-default`, {only_a_name}"));
    check(feed, "", "", "user -bat", &format!("user wants `bat-default`, {only_a_name}"));
    // A package's own name means that package, whoever provides it too.
    check(feed, "full 1 p:plain=1", "full", "-plain", "");
}

#[test]
fn a_name_that_nothing_has_is_told_when_it_is_to_be_removed() {
    let told =
        |wanted: &str| chosen("a 1;known 1;kmod-x 1", "tcpdump 1 p:any", "tcpdump", wanted).unwrap().unknown;
    let name = str::to_owned;
    assert_eq!(told("-tcpdmp -nosuch"), [(name("tcpdmp"), Some(name("tcpdump"))), (name("nosuch"), None)]);
    assert_eq!(told("-tcpdump -known -kmod-x"), []);
}

#[test]
fn provided_names_are_asked_for_and_explained() {
    let solution = chosen("bat-default 1 p:bat k:1 D:lib;lib 1 p:so:lib", "", "", "bat").unwrap();
    let asked: Vec<bool> = solution.install.iter().map(|choice| choice.asked_for).collect();
    assert_eq!((steps(&solution).as_str(), asked), ("lib-1 bat-default-1", vec![false, true]));
    assert_eq!(solution.why("bat"), [["bat-default"]]);
    assert_eq!(solution.why("so:lib"), [["bat-default", "lib"]]);
    assert_eq!(solution.why("nothing"), [[""; 0]; 0]);
}

#[test]
fn says_who_wants_what_cannot_be() {
    for (feed, wanted, want) in [
        ("luci 1", "lucy", "the image is to have `lucy`, and no feed has it: did you mean `luci`?"),
        ("a 1 D:b;b 1 D:c;c 1 D:gone", "a", "c (for b, for a) wants `gone`, and no feed has it"),
        ("a 1 D:b>2;b 1;b 2;x 1 p:b=1.5", "a", "a wants `b>2`, and there is only 1, 2, 1.5 of x"),
        ("a 1 D:b;b 1", "a -b", "a wants `b`, and b is to be removed: keep it, or remove what wants it too"),
        ("a 1 D:!b;b 1", "a b", "the image is to have `b`, and a wants `!b`: there is no b that does both"),
        ("a 1;a 2", "a=1 b", "the image is to have `b`, and no feed has it: did you mean `a`?"),
        ("a 1 A:mips", "a", "the image is to have `a`, and no feed has it"),
        (
            "a 1 D:b;b 1 p:b=1",
            "a",
            "a wants `b`, and b-1 provides its own name with a version: apk refuses every root that has it",
        ),
        ("b 1;b 2 p:b=2", "b", "b-1"),
        (
            "a 1",
            "a@edge",
            "`a@edge` is asked for, and feeds have no tags here: leave `@` and what follows it away",
        ),
    ] {
        check(feed, "", "", wanted, want);
    }
}

#[test]
fn a_feed_made_to_be_hard_ends_in_an_error() {
    // 24 choices of two, and a wish that only fails when all are made.
    let choice = |n: u32| format!("p{n} 1 p:x{n} k:2 D:z;q{n} 1 p:x{n} k:1 D:z;");
    let choices: Vec<String> = (0..24).map(choice).collect();
    let feed = choices.concat() + "z 1 D:m;m1 1 p:m k:1 D:z>1;m2 1 p:m k:2 D:z>1";
    let wanted: Vec<String> = (0..24).map(|n| format!("x{n}")).collect();
    assert!(chosen(&feed, "", "", &wanted.join(" ")).is_err());
    let long: Vec<String> = (0..5000).map(|n| format!("a{n} 1 D:a{};", n + 1)).collect();
    let solution = chosen(&(long.concat() + "a5000 1"), "", "", "a0").unwrap();
    assert_eq!((solution.install.len(), solution.install[0].info.name.as_str()), (5001, "a5000"));
}

/// Each of these took minutes, or did not end.
#[test]
fn a_long_feed_takes_no_longer_than_it_is_long() {
    let many = |most: u32, one: &dyn Fn(u32) -> String| (0..most).map(one).collect::<String>();
    // A chain that ends in what nobody has.
    let chain = many(20_000, &|n| format!("a{n} 1 D:a{};", n + 1));
    let problem = chosen(&chain, "", "", "a0").unwrap_err();
    assert_eq!(
        problem,
        "a19999 (for a19998, for a19997, for a19996, for a19995, for a19994, for a19993, for a19992, \
         for 19991 others, for a0) wants `a20000`, and no feed has it: did you mean `a10000`?"
    );
    // One with as many wishes, and one name that as many have.
    let wishes = many(8_000, &|n| format!("D:a{n} ")) + &many(8_000, &|n| format!(";a{n} 1"));
    let names = many(8_000, &|n| format!("a{n} 1 p:v=1 k:1;"));
    for (feed, wanted) in [(format!("top 1 {}", wishes.replace(" ;", ";")), "top"), (names, "v")] {
        assert_eq!(
            chosen(&feed, "", "", wanted).unwrap_err(),
            "choosing took more than 20000000 steps: no real feed is like that"
        );
    }
}

fn feed() -> impl Strategy<Value = Vec<Info>> {
    let one = (
        "[a-f]",
        1u32..4,
        proptest::collection::vec(
            "(D:!?[a-f]|D:[a-f][<>=~][1-3]|p:[a-h]|p:[a-h]=[1-3]|i:[a-f]|k:[1-9])",
            0..4,
        ),
    );
    proptest::collection::vec(one, 1..10).prop_map(|list| {
        let packages: BTreeMap<(String, u32), Info> = list
            .into_iter()
            .map(|(name, version, words)| {
                let made = info(format!("{name} {version} {}", words.join(" ")).trim_end());
                ((name, version), made)
            })
            .collect();
        packages.into_values().collect()
    })
}

proptest! {
    #[test]
    fn a_solution_does_all_wishes(packages in feed(), wanted in proptest::collection::vec("[a-h]", 1..3)) {
        let wanted: Vec<Dependency> = wanted.iter().map(|name| wish(name)).collect();
        let request =
            Request { feeds: &[&packages], architectures: &[], installed: &[], world: &[], wanted: &wanted, removed: &[] };
        let Ok(solution) = solve(&request) else { return Ok(()) };
        let there: Vec<&Info> = solution.install.iter().map(|choice| &choice.info).collect();
        let offers = |name: &str| {
            let all = there.iter().enumerate().flat_map(|(at, info)| info.names().map(move |(name, version)| (at, name, version)));
            let found = all.filter(|(_, offered, _)| *offered == name).map(|(at, _, version)| (at, version));
            // A package may offer its own name a second time, in another version: each offer counts.
            found.collect::<Vec<_>>()
        };
        for (by, dependency) in there.iter().enumerate().flat_map(|(at, info)| info.depends.iter().map(move |wish| (Some(at), wish))).chain(wanted.iter().map(|wish| (None, wish))) {
            let done = offers(&dependency.name)
                .into_iter()
                .any(|(at, version)| dependency.matches(version, "") && !(dependency.conflict && Some(at) == by));
            prop_assert!(done != dependency.conflict, "{dependency} in {there:?}");
        }
        prop_assert_eq!(solve(&request).map(|again| again == solution), Ok(true));
    }
}
