//! Requests, and what is read of a base.

use super::feeds::{self, Known, Release};
use super::{Error, Family, Request, Supply, Watch};
use crate::diag::{Diagnostics, SourceMap};
use crate::fetch::Place;
use crate::image::{self, Attributes, Root, Tree};
use crate::overlay;
use crate::recipe::{self, Recipe};
use crate::registry::{self, Client, Credentials};
use crate::spec::{self, Input};
use crate::types::Digest;
use crate::{fetch, install};
use wrtpod_test_server::{Fake, Reply};

const SUM: &str = "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d";

/// A recipe as it is read from a file of that name.
fn recipe(name: &str, text: &str) -> (Recipe, SourceMap) {
    let (mut sources, mut diags) = (SourceMap::new(), Diagnostics::new());
    let text = format!("apiVersion: wrtpod.dev/v1alpha1\nkind: Image\nmetadata: {{name: x}}\nspec:\n{text}");
    let inputs = [Input { name: name.to_owned(), text }];
    let request = spec::Request { inputs: &inputs, ..spec::Request::default() };
    let documents = spec::load(&request, &mut sources, &mut diags);
    let overlays = overlay::gather(&documents, &mut sources, &mut diags);
    let [image] = &documents.images[..] else { panic!("one image") };
    let recipe = recipe::decide(&image.value, &overlays, &mut diags);
    assert!(!diags.has_errors());
    (recipe, sources)
}

const RECIPE: &str =
    "  base: {amd64: {rootfs: {file: a.tar.gz, verify: {sha256: SUM}}}, arm64: {layout: b.oci}}
  packages: [a, b, -c]
  feeds: {f: {folder: feed, keys: [{text: key}]}, g: {url: 'https://feeds.example/{arch}', unsigned: true}}
";

fn digest(name: &str, text: &str) -> Digest {
    let (recipe, sources) = recipe(name, &text.replace("SUM", SUM));
    Request::new(&recipe, &sources).expect("it is a request").digest()
}

#[test]
fn the_same_request_has_the_same_digest_wherever_it_lies() {
    let first = digest("x.yaml", RECIPE);
    assert_eq!(digest("other/folder/y.yaml", RECIPE), first);
    assert_eq!(digest("x.yaml", &RECIPE.replace("[a, b, -c]", "[-c, b, a]")), first);
    assert_eq!(
        digest("x.yaml", &format!("{RECIPE}  labels: {{a: b}}\n  files: {{/etc/a: {{content: a}}}}\n")),
        first
    );
}

#[test]
fn what_decides_the_packages_decides_the_digest() {
    let first = digest("x.yaml", RECIPE);
    for (old, new) in [
        ("a.tar.gz", "b.tar.gz"),
        ("SUM", &*SUM.replace('6', "7")),
        ("b.oci", "c.oci"),
        ("a, b", "a"),
        ("-c", "c"),
        ("folder: feed", "folder: other"),
        ("text: key", "text: other"),
        (", keys: [{text: key}]", ""),
        ("{arch}", "{release}"),
        (", unsigned: true", ""),
        ("f: {", "h: {"),
        ("  packages", "  defaultFeeds: false\n  packages"),
    ] {
        assert_ne!(digest("x.yaml", &RECIPE.replacen(old, new, 1)), first, "{new}");
    }
}

#[test]
fn a_key_that_is_not_there_names_its_file() {
    let text = RECIPE.replace("SUM", SUM).replace("text: key", "file: no.pub");
    let (recipe, sources) = recipe("no/folder/x.yaml", &text);
    let error = Request::new(&recipe, &sources).expect_err("it is not there");
    assert!(error.to_string().starts_with("no/folder/no.pub: "), "{error}");
    assert!(!error.is_environment());
}

#[test]
fn all_keys_that_are_not_there_are_told() {
    let text = RECIPE.replace("SUM", SUM).replace("{text: key}", "{file: no.pub}, {file: none.pub}");
    let text = text.replace("unsigned: true", "keys: [{file: no.pub}, {file: never.pub}]");
    let (recipe, sources) = recipe("x.yaml", &text);
    let errors = Request::new(&recipe, &sources).expect_err("none is there").each();
    let told: Vec<String> = errors.iter().map(ToString::to_string).collect();
    let files: Vec<&str> = told.iter().filter_map(|text| Some(text.split_once(": ")?.0)).collect();
    assert_eq!(files, ["no.pub", "none.pub", "never.pub"]);
}

/// Nobody looks.
struct Unwatched;

impl fetch::Progress for Unwatched {
    fn bytes(&mut self, _: &Place, _: u64, _: Option<u64>) {}
}

impl Watch for Unwatched {
    fn step(&mut self, _: &str) {}

    fn bytes(&mut self) -> &mut dyn fetch::Progress {
        self
    }
}

#[tokio::test]
async fn all_feeds_that_cannot_be_read_are_told_and_a_server_that_is_away_once() {
    let fake = Fake::new(|_| Reply::status(500)).await;
    let text = format!(
        "  base: {{amd64: {{layout: b.oci}}}}\n  feeds: {{a: {{folder: no-a, unsigned: true}}, b: {{folder: no-b, unsigned: true}}, \
         c: {{url: 'http://{0}/c', unsigned: true}}, d: {{url: 'http://{0}/d', unsigned: true}}}}\n",
        fake.host
    );
    let (recipe, sources) = recipe("x.yaml", &text);
    let request = Request::new(&recipe, &sources).expect("it is a request");
    let known = feeds::feeds(&request, &root(&[]), Family::Opkg, &Release::default()).expect("four feeds");
    let folder = tempfile::tempdir().expect("a folder");
    let limits = fetch::Limits { tries: 1, ..fetch::Limits::default() };
    let supply = Supply {
        fetcher: &fetch::Fetcher::new(limits, fetch::Cache::new(folder.path()), false),
        registry: &Client::new(registry::Limits::default()),
        credentials: &Credentials::default(),
    };
    let read = feeds::indexes(&known, Known::opkg_index, &supply, &mut Unwatched).await;
    let Err(error) = read else { panic!("none can be read") };
    assert!(error.is_environment());
    let told: Vec<String> = error.each().iter().map(ToString::to_string).collect();
    assert_eq!(told.len(), 3, "{told:?}");
    for (told, place) in told.iter().zip(["no-a/Packages.gz", "no-b/Packages.gz", "/c/Packages.gz"]) {
        assert!(told.contains(place), "{told}");
    }
    assert_eq!(fake.log().len(), 1);
}

fn root(files: &[(&str, &str)]) -> Root {
    let mut root = Root::new(Tree::default());
    for (name, text) in files {
        let at = name.parse().expect("a path");
        root.put_file(&at, Attributes::root(0o644), &mut text.as_bytes()).expect("it can be put");
    }
    root
}

#[test]
fn a_release_is_read_and_may_be_missing() {
    let text =
        "DISTRIB_ID='OpenWrt'\nDISTRIB_RELEASE='24.10.4'\nDISTRIB_TARGET=\"x86/64\"\nDISTRIB_ARCH=x86_64\n";
    let release = Release::of(&root(&[("etc/openwrt_release", text)])).expect("it is text");
    let words = [release.version, release.target, release.architecture];
    assert_eq!(words, ["24.10.4", "x86/64", "x86_64"]);
    assert_eq!(Release::of(&root(&[])).expect("none"), Release::default());
}

#[test]
fn the_database_tells_who_keeps_the_packages() {
    let family = |files| feeds::family(&root(files), "amd64");
    assert_eq!(family(&[("usr/lib/opkg/status", "")]).expect("opkg"), Family::Opkg);
    assert_eq!(family(&[("lib/apk/db/installed", "")]).expect("apk"), Family::Apk);
    assert!(matches!(family(&[("etc/apk/world", "")]), Err(Error::NoDatabase { .. })));
}

#[test]
fn the_base_has_feeds_that_are_told_apart() {
    let lists = [
        (
            "etc/apk/repositories.d/distfeeds.list",
            "# none\nhttps://a.example/targets/x86/64/packages/packages.adb\nhttps://a.example/packages/x86_64/packages/packages.adb\nhttps://a.example/targets/x86/64/kmods/6.12/packages.adb\n",
        ),
        ("etc/apk/repositories.d/note.txt", "https://a.example/no/feed\n"),
    ];
    let (recipe, sources) = recipe("x.yaml", "  base: {amd64: {layout: b.oci}}\n");
    let request = Request::new(&recipe, &sources).expect("it is a request");
    let known = feeds::feeds(&request, &root(&lists), Family::Apk, &Release::default()).expect("two feeds");
    let known: Vec<_> = known.iter().map(|feed| (feed.name.as_str(), feed.written.as_str())).collect();
    let (first, second) =
        ("https://a.example/targets/x86/64/packages", "https://a.example/packages/x86_64/packages");
    assert_eq!(known, [("64/packages", first), ("x86_64/packages", second)]);
    let local = [("etc/opkg/distfeeds.conf", "src/gz here file:///srv/feed\n")];
    let error =
        feeds::feeds(&request, &root(&local), Family::Opkg, &Release::default()).expect_err("refused");
    assert!(error.to_string().starts_with("`file:///srv/feed`: the base names this feed"), "{error}");
}

#[test]
fn what_is_not_there_is_the_inputs_fault_and_what_cannot_be_reached_is_not() {
    let place = || "x".to_owned();
    let io = |kind: std::io::ErrorKind| image::Error::Io { action: place(), source: kind.into() };
    let input = [
        Error::from(fetch::Error::NotFound { place: place() }),
        fetch::Error::TooLarge { place: place(), limit: 1 }.into(),
        io(std::io::ErrorKind::NotFound).into(),
        install::Error::NoService { service: place() }.into(),
    ];
    assert!(input.iter().all(|error| !error.is_environment()));
    let environment = [
        Error::from(fetch::Error::Offline { place: place() }),
        fetch::Error::Status { place: place(), code: 500 }.into(),
        io(std::io::ErrorKind::PermissionDenied).into(),
        install::Error::Root(io(std::io::ErrorKind::StorageFull)).into(),
    ];
    assert!(environment.iter().all(Error::is_environment));
}

#[test]
fn no_name_of_others_begins_a_line() {
    let hostile = || "a\nerror: b\u{1b}[2J".to_owned();
    let io = || std::io::Error::from(std::io::ErrorKind::NotFound);
    let path = || format!("/{}", hostile()).parse().expect("a path");
    let digest: Digest = format!("sha256:{SUM}").parse().expect("a digest");
    let registry = || "registry.example".to_owned();
    let errors = [
        Error::from(fetch::Error::NotFound { place: hostile() }),
        fetch::Error::Setup(hostile()).into(),
        fetch::Error::Unreachable { place: hostile(), reason: hostile() }.into(),
        fetch::Error::Status { place: hostile(), code: 500 }.into(),
        fetch::Error::Size { place: hostile(), want: 1, got: 2 }.into(),
        fetch::Error::TooLarge { place: hostile(), limit: 1 }.into(),
        fetch::Error::Digest { place: hostile(), want: SUM.to_owned(), got: SUM.to_owned() }.into(),
        fetch::Error::Offline { place: hostile() }.into(),
        fetch::Error::File { path: hostile(), error: io() }.into(),
        image::Error::Io { action: hostile(), source: io() }.into(),
        image::Error::Archive { archive: hostile(), problem: hostile() }.into(),
        image::Error::Document { document: hostile(), problem: hostile() }.into(),
        image::Error::Digest { what: hostile(), stated: digest.clone(), found: digest.clone() }.into(),
        image::Error::Foreign { path: hostile(), problem: "is no folder" }.into(),
        image::Error::Path { path: path(), problem: hostile() }.into(),
        image::Error::Unread { path: path(), problem: hostile() }.into(),
        image::Error::NoImage { place: hostile(), problem: hostile() }.into(),
        install::Error::Package { package: hostile(), problem: hostile() }.into(),
        install::Error::Clash { path: path(), package: hostile(), owner: hostile() }.into(),
        install::Error::Base { path: path(), problem: hostile() }.into(),
        install::Error::NoService { service: hostile() }.into(),
        Error::Signature { place: hostile(), problem: hostile() },
        Error::Feed { place: hostile(), problem: hostile() },
        Error::File { path: hostile(), problem: hostile() },
        Error::Owner { path: path(), owner: hostile() },
        Error::Registry {
            image: hostile(),
            error: registry::Error::Unreachable { registry: registry(), reason: hostile() },
        },
        Error::Registry { image: hostile(), error: registry::Error::Setup(hostile()) },
        Error::Registry {
            image: hostile(),
            error: registry::Error::Local { what: "read", digest, reason: hostile() },
        },
    ];
    for error in errors {
        let said = error.to_string();
        assert!(!said.contains(['\n', '\u{1b}']) && said.contains("a\\nerror: b"), "{said:?}");
    }
}
