#![expect(clippy::unwrap_used, reason = "a test stops where it is wrong")]

use super::*;
use crate::feed::opkg::{HostModule, Removal, Resolution, Version};
use proptest::prelude::*;

/// A feed from lines `name version [field: value; …]`; architecture `all` unless given.
fn index(lines: &str) -> Index {
    let text: String = lines.lines().map(str::trim).filter(|line| !line.is_empty()).map(paragraph).collect();
    Index::parse("feed", text.as_bytes()).unwrap_or_else(|error| panic!("{error}"))
}

fn paragraph(line: &str) -> String {
    let (name, rest) = line.split_once(' ').unwrap();
    let (version, fields) = rest.split_once(' ').unwrap_or((rest, ""));
    let fields: String = fields
        .split(';')
        .filter(|field| !field.is_empty())
        .map(|field| field.trim().to_owned() + "\n")
        .collect();
    let architecture = if fields.contains("Architecture:") { "" } else { "Architecture: all\n" };
    let sum = "0".repeat(64);
    format!(
        "Package: {name}\nVersion: {version}\n{fields}{architecture}Filename: {name}_{version}.ipk\nSize: 1\nSHA256sum: {sum}\n\n"
    )
}

fn base(lines: &str) -> Database {
    let text: String = lines
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .map(|line| paragraph(line).trim_end().to_owned() + "\nStatus: install ok installed\n\n")
        .collect();
    Database::parse(text.as_bytes(), |_| None).unwrap_or_else(|error| panic!("{error}"))
}

fn set(names: &str) -> BTreeSet<String> {
    names.split_whitespace().map(str::to_owned).collect()
}

/// Resolves `wanted`, where `-name` removes.
fn run(feeds: &[Index], installed: &Database, wanted: &str) -> Result<Resolution, Error> {
    asked(feeds, installed, wanted, |request| resolve(&request))
}

/// Gives `answer` the request for `wanted`.
fn asked<T>(feeds: &[Index], installed: &Database, wanted: &str, answer: impl FnOnce(Request<'_>) -> T) -> T {
    let (removed, wanted): (Vec<&str>, Vec<&str>) =
        wanted.split_whitespace().partition(|name| name.starts_with('-'));
    let removed = set(&removed.join(" ").replace('-', " "));
    let wanted = set(&wanted.join(" "));
    let architectures =
        [("all", 1), ("noarch", 1), ("x86_64", 10)].map(|(name, priority)| (name.to_owned(), priority));
    let architectures = BTreeMap::from(architectures);
    answer(Request { feeds, installed, wanted: &wanted, removed: &removed, architectures: &architectures })
}

#[test]
fn every_package_that_cannot_be_had_is_told() {
    let feed = [index("a 1 Depends: gone\nb 1\nc 1 Conflicts: b")];
    let told = |wanted: &str| -> Vec<String> {
        let answer = |request: Request<'_>| faults(&request, resolve(&request).unwrap_err());
        asked(&feed, &Database::default(), wanted, answer).iter().map(ToString::to_string).collect()
    };
    assert_eq!(
        told("a b other unknown"),
        [
            "`a` needs `gone`, and no feed has it",
            "no feed has the package `other`",
            "no feed has the package `unknown`"
        ]
    );
    assert_eq!(told("b c").len(), 1);
}

/// The chosen packages in order, `name=version`, or the message.
fn chosen(feeds: &[Index], installed: &Database, wanted: &str) -> String {
    match run(feeds, installed, wanted) {
        Err(error) => error.to_string(),
        Ok(resolution) => {
            let entry = |step: &crate::feed::opkg::Step| &feeds[step.feed].entries[step.entry].control;
            let steps = resolution.install.iter().map(entry);
            steps.map(|one| format!("{}={}", one.name, one.version)).collect::<Vec<_>>().join(" ")
        }
    }
}

fn on_nothing(feed: &str, wanted: &str) -> String {
    chosen(&[index(feed)], &Database::default(), wanted)
}

#[test]
fn dependencies_come_first_and_once() {
    let feed = "a 1 Depends: b, c\nb 1 Depends: c, d\nc 1\nd 1\nunused 1";
    assert_eq!(on_nothing(feed, "a"), "c=1 d=1 b=1 a=1");
    assert_eq!(on_nothing(feed, "d a"), "c=1 d=1 b=1 a=1");
}

#[test]
fn circles_are_installed_as_opkg_does() {
    let feed = "a 1 Depends: b\nb 1 Depends: a";
    assert_eq!(on_nothing(feed, "a"), "a=1 b=1");
    assert_eq!(on_nothing("a 1 Depends: a", "a"), "a=1");
}

#[test]
fn the_newest_wins_before_the_architecture_and_that_before_nothing() {
    let feed = "a 1 Architecture: x86_64\na 2\na 2 Architecture: x86_64\na 3 Architecture: mips";
    let feeds = [index(feed)];
    let resolution = run(&feeds, &Database::default(), "a").unwrap();
    let entry = &feeds[0].entries[resolution.install[0].entry].control;
    assert_eq!((entry.version.as_str(), entry.architecture.as_str()), ("2", "x86_64"));
    assert_eq!(on_nothing("a 2\na 1 Architecture: x86_64", "a"), "a=2");
}

#[test]
fn the_same_package_in_two_feeds_is_the_later_feeds() {
    let feeds = [index("a 1"), index("a 1")];
    assert_eq!(run(&feeds, &Database::default(), "a").unwrap().install[0].feed, 1);
}

#[test]
fn what_is_installed_satisfies() {
    let feeds = [index("a 1 Depends: b, v | c\nb 2\nc 1\np 1 Provides: v")];
    assert_eq!(chosen(&feeds, &base("b 1\np 0 Provides: v"), "a"), "a=1");
    assert_eq!(chosen(&feeds, &base("b 1\nc 1"), "a"), "a=1");
}

#[test]
fn a_wanted_package_is_upgraded_and_never_downgraded() {
    let feeds = [index("a 2\nb 1")];
    let resolution = run(&feeds, &base("a 1\nb 1.1"), "a b").unwrap();
    assert_eq!(resolution.install.len(), 1);
    assert_eq!(resolution.install[0].upgrades.as_ref().map(Version::as_str), Some("1"));
    assert!(resolution.install[0].wanted);
    assert_eq!(resolution.already, ["b"]);
    let message = "`x` needs `b (= 1)`, and `b` 1.1 is installed: opkg does not go back to 1";
    assert_eq!(chosen(&[index("x 1 Depends: b (= 1)\nb 1")], &base("b 1.1"), "x"), message);
}

#[test]
fn a_dependency_upgrades_when_it_has_to() {
    let feeds = [index("x 1 Depends: b (>= 2)\nb 2\nb 3")];
    assert_eq!(chosen(&feeds, &base("b 1"), "x"), "b=3 x=1");
}

#[test]
fn of_several_providers_the_own_name_wins_then_the_wanted_then_the_last() {
    let feed = "x 1 Depends: v\na 1 Provides: v\nb 1 Provides: v\nc 9 Provides: other";
    assert_eq!(on_nothing(feed, "x"), "b=1 x=1");
    assert_eq!(on_nothing(feed, "x a"), "a=1 x=1");
    assert_eq!(on_nothing(&format!("{feed}\nv 0"), "x"), "v=0 x=1");
    // As a wanted name the highest architecture wins.
    let feed = "a 1 Provides: v; Architecture: x86_64\nb 1 Provides: v";
    assert_eq!(on_nothing(feed, "v"), "a=1");
}

#[test]
fn the_first_choice_that_can_be_had_is_taken() {
    let feed = "x 1 Depends: missing | old (>= 2) | y\nold 1\ny 1";
    assert_eq!(on_nothing(feed, "x"), "y=1 x=1");
}

#[test]
fn providers_that_cannot_be_installed_are_passed_over() {
    let feed = "x 1 Depends: v\na 1 Provides: v\nb 1 Provides: v; Depends: c\nc 1 Depends: missing";
    assert_eq!(on_nothing(feed, "x"), "a=1 x=1");
}

#[test]
fn what_the_base_lacks_stands_in_nobodys_way() {
    let feeds = [index("x 1 Depends: odd")];
    assert_eq!(chosen(&feeds, &base("odd 1 Depends: never-there"), "x"), "x=1");
}

#[test]
fn greedy_dependencies_take_what_needs_nothing_more() {
    let feed =
        "x 1 Depends: l, mod *\na 1 Provides: mod; Depends: l\nb 1 Provides: mod; Depends: z\nl 1\nz 1";
    assert_eq!(on_nothing(feed, "x"), "l=1 a=1 x=1");
    assert_eq!(on_nothing("x 1 Depends: nothing *", "x"), "x=1");
}

#[test]
fn recommendations_are_taken_where_they_can_be_had() {
    assert_eq!(on_nothing("x 1 Recommends: y, missing\ny 1", "x"), "y=1 x=1");
    assert_eq!(on_nothing("x 1 Recommends: y\ny 1", "x -y"), "x=1");
}

#[test]
fn a_replacement_takes_the_place_of_what_it_conflicts_with() {
    let feeds = [index("full 1 Provides: mini; Replaces: mini; Conflicts: mini\nmini 1\nx 1 Depends: mini")];
    assert_eq!(chosen(&feeds, &Database::default(), "x"), "full=1 x=1");
    let resolution = run(&feeds, &base("mini 1\nuser 1 Depends: mini"), "full").unwrap();
    assert_eq!(
        resolution.remove,
        [Removal { name: "mini".to_owned(), replaced_by: Some("full".to_owned()) }]
    );
}

#[test]
fn a_removal_comes_first_and_another_provider_may_follow() {
    let feeds = [index("full 1 Provides: mini; Conflicts: mini\nmini 1")];
    let installed = base("mini 1\nuser 1 Depends: mini");
    let message = "`full` and `the base → mini` cannot be installed together: `full` says so; write `-mini` among the packages to \
         take the base's out";
    assert_eq!(chosen(&feeds, &installed, "full"), message);
    let resolution = run(&feeds, &installed, "-mini full").unwrap();
    assert_eq!(resolution.remove, [Removal { name: "mini".to_owned(), replaced_by: None }]);
    assert_eq!(resolution.install.len(), 1);
}

#[test]
fn a_removal_that_leaves_somebody_without_is_refused() {
    let installed = base("mini 1\nuser 1 Depends: mini\nodd 1 Depends: never-there");
    let message = "`user` needs `mini`, which the removal of `mini` takes away: remove `user` as well, or keep what it needs";
    assert_eq!(chosen(&[], &installed, "-mini"), message);
    assert_eq!(chosen(&[], &installed, "-mini -user"), "");
}

#[test]
fn a_name_that_cannot_be_removed_is_told() {
    let installed = base("mini 1 Provides: dns");
    let feeds = [index("known 1\nfull 1 Provides: known, names")];
    let unknown = |wanted| run(&feeds, &installed, wanted).unwrap().unknown;
    let name = str::to_owned;
    assert_eq!(unknown("-nobody -minni"), [(name("minni"), Some(name("mini"))), (name("nobody"), None)]);
    assert_eq!(unknown("-mini -known -names"), []);
    let message =
        "`dns` is to be removed, and is only a name that mini provides: write `-mini` to leave that out";
    assert_eq!(chosen(&feeds, &installed, "-dns"), message);
    let message =
        "`names` is to be removed, and is only a name that full provides: write `-full` to leave that out";
    assert_eq!(chosen(&feeds, &installed, "full -names"), message);
    // A package's own name means that package, whoever provides it too.
    assert_eq!(chosen(&feeds, &installed, "full -known"), "full=1");
    assert_eq!(run(&feeds, &installed, "full").unwrap().why("names"), [["full"]]);
}

#[test]
fn what_is_removed_is_not_brought_back() {
    let feeds = [index("x 1 Depends: y\ny 1")];
    assert_eq!(chosen(&feeds, &Database::default(), "x -y"), "`x` needs `y`, and `y` is to be removed");
    assert_eq!(
        chosen(&feeds, &Database::default(), "x -x"),
        "the package `x` is wanted and to be removed: drop one of the two"
    );
    assert_eq!(
        chosen(&feeds, &base("libc 1 Essential: yes"), "-libc"),
        "the package `libc` is essential and cannot be removed"
    );
}

#[test]
fn names_what_is_missing_and_who_wants_it() {
    let feed =
        "a 1 Depends: b\nb 1 Depends: c\nc 1 Depends: d (>= 2)\nd 1\ne 1 Depends: f\nf 1 Architecture: mips";
    assert_eq!(on_nothing(feed, "a"), "`a → b → c` needs `d (>= 2)`, and there is only version 1");
    assert_eq!(on_nothing(feed, "e"), "`e` needs `f`, and it is only there for mips");
    assert_eq!(on_nothing("a 1 Depends: x | y", "a"), "`a` needs `x | y`, and no feed has it");
    assert_eq!(
        on_nothing("luci-ssl 1", "lucissl"),
        "no feed has the package `lucissl`; did you mean `luci-ssl`?"
    );
    assert_eq!(on_nothing(feed, "f"), "no feed has the package `f` for this architecture, only for mips");
}

#[test]
fn a_conflict_names_both_and_who_wants_them_in_either_direction() {
    let feed = "x 1 Depends: a\ny 1 Depends: b\na 1 Conflicts: b\nb 1";
    let message = "`x → a` and `y → b` cannot be installed together: `a` says so; leave one of them out";
    assert_eq!(on_nothing(feed, "x y"), message);
    assert_eq!(
        on_nothing("a 1\nb 1 Conflicts: a", "a b"),
        "`b` and `a` cannot be installed together: `b` says so; leave one of them out"
    );
    assert_eq!(on_nothing("a 2\nb 1 Conflicts: a (<< 1)", "a b"), "a=2 b=1");
    // A package may conflict with a name that it provides itself.
    assert_eq!(on_nothing("a 1 Provides: v; Conflicts: v", "a"), "a=1");
}

#[test]
fn two_versions_of_one_package_are_refused() {
    let feed = "x 1 Depends: a, b\nb 1 Depends: a (= 1)\na 1\na 2";
    assert_eq!(
        on_nothing(feed, "x"),
        "`x → b` needs `a (= 1)`, and `a` 2 is already chosen for another package"
    );
}

#[test]
fn a_version_chosen_before_will_do_where_it_fits() {
    assert_eq!(on_nothing("x 1 Depends: b, a\nb 1 Depends: a (= 1)\na 1\na 2", "x"), "a=1 b=1 x=1");
    let circle = "a 2 Depends: b\nb 1 Depends: a (= 1)\na 1";
    assert_eq!(
        on_nothing(circle, "a"),
        "`a → b` needs `a (= 1)`, and `a` 2 is already chosen for another package"
    );
}

#[test]
fn a_wanted_package_that_another_brings_is_no_old_one() {
    let resolution = run(&[index("a 1 Depends: b\nb 1")], &Database::default(), "a b").unwrap();
    assert!(resolution.already.is_empty() && resolution.install.iter().all(|step| step.wanted));
}

#[test]
fn kernel_modules_are_the_nodes() {
    let feeds = [index(
        "vpn 1 Depends: kmod-tun, tools\ntools 1\nkmod-tun 5 Depends: kernel (= 9)\nkmod-x 1 Provides: feature\ny 1 Depends: feature",
    )];
    let installed = base("kernel 4\nkmod-nft 4 Depends: kernel\nfw 1 Depends: kmod-nft");
    let resolution = run(&feeds, &installed, "vpn kmod-own y").unwrap();
    let module = |name: &str, needed_by: &str, is_unknown| HostModule {
        name: name.to_owned(),
        needed_by: set(needed_by),
        is_unknown,
    };
    let modules = [
        module("kmod-nft", "fw", false),
        module("kmod-own", "", true),
        module("kmod-tun", "vpn", true),
        module("kmod-x", "y", true),
    ];
    assert_eq!(resolution.host_modules, modules);
    assert_eq!(resolution.install.len(), 3);
}

#[test]
fn tells_why_by_the_shortest_chain() {
    let feeds = [index("a 1 Depends: b\nb 1 Depends: c\nc 1\nd 1 Depends: c")];
    let resolution = run(&feeds, &base("top 1 Depends: low\nlow 1"), "a d").unwrap();
    assert_eq!(resolution.why("c"), [vec!["a", "b", "c"], vec!["d", "c"]]);
    assert_eq!(resolution.why("low"), [["top", "low"]]);
    assert_eq!(resolution.why("a"), [["a"]]);
    assert!(resolution.why("nothing").is_empty());
}

#[test]
fn two_wanted_names_take_one_version_of_a_package() {
    let feeds = [index("b 1 Provides: a\nb 2")];
    assert_eq!(chosen(&feeds, &Database::default(), "a b"), "b=1");
}

#[test]
fn a_feed_made_to_take_for_ever_is_stopped() {
    let lines =
        |most: usize, line: &dyn Fn(usize) -> String| (0..most).map(line).collect::<Vec<_>>().join("\n");
    let deep = lines(1000, &|at| format!("p{at} 1 Depends: p{}", at + 1)) + "\np1000 1";
    assert!(on_nothing(&deep, "p0").ends_with("no real feed is like that"));
    let many = lines(5000, &|at| format!("p{at} 1 Provides: v; Depends: v (= 2)"));
    assert!(on_nothing(&many, "p0").starts_with("choosing took more than"));
    let greedy = lines(4_000, &|at| format!("p{at} 1 Provides: v; Depends: v (= 1)"));
    assert!(on_nothing(&format!("a 1 Depends: v *\n{greedy}"), "a").starts_with("choosing took more than"));
    let judged = base(&lines(4_000, &|at| format!("p{at} 1 Provides: v; Depends: v (= 1), v")));
    assert!(chosen(&[index("a 1")], &judged, "a").starts_with("choosing took more than"));
}

/// A feed of eight packages that need, provide and exclude one another at random.
fn feeds() -> impl Strategy<Value = String> {
    let name = || (0..8_u8).prop_map(|at| char::from(b'a' + at).to_string());
    let list = move |most| prop::collection::vec(name(), 0..most).prop_map(|names| names.join(", "));
    let package = (name(), 1..4_u8, list(4), list(2), list(2));
    prop::collection::vec(package, 1..12).prop_map(|all| {
        let line = |(name, version, depends, provides, conflicts): (String, u8, String, String, String)| {
            format!("{name} {version} Depends: {depends}; Provides: {provides}; Conflicts: {conflicts}\n")
        };
        all.into_iter().map(line).collect()
    })
}

proptest! {
    #[test]
    fn everything_chosen_has_what_it_needs(feed in feeds(), shuffled in any::<bool>()) {
        let mut all = index(&feed);
        if shuffled {
            all.entries.reverse();
        }
        let all = [all];
        let Ok(resolution) = run(&all, &Database::default(), "a b") else { return Ok(()) };
        let chosen: Vec<_> = resolution.install.iter().map(|step| &all[0].entries[step.entry].control).collect();
        for package in &chosen {
            for dependency in &package.depends {
                let has = |one: &Demand| chosen.iter().any(|other| other.names().any(|name| name == one.name));
                prop_assert!(dependency.choices.iter().any(has), "{} {dependency}", package.name);
            }
            prop_assert_eq!(chosen.iter().filter(|other| other.name == package.name).count(), 1);
        }
    }
}
