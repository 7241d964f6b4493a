//! Packages into small roots.

use super::{Error, FIRST_BOOT, Installer, Keep, Note};
use crate::feed::{Item, Kind, Owner, Package, Script, ScriptKind, WantedUser};
use crate::image::{self, Attributes, Root, Tree};
use crate::types::RootPath;

const SERVICE: &str = "#!/bin/sh /etc/rc.common\nSTART=40\nSTOP=60\n";
const NEVER: Keep<'static> = &|_, _| None;

fn path(text: &str) -> RootPath {
    text.parse().expect("a path")
}

/// A root with accounts, and with these files.
fn installer(files: &[(&str, &str)]) -> Installer {
    let mut root = Root::new(Tree::default());
    let accounts = [
        ("etc/passwd", "root:x:0:0:root:/root:/bin/ash\n"),
        ("etc/group", "root:x:0:\n"),
        ("etc/shadow", "root:::0:99999:7:::\n"),
    ];
    for (name, text) in accounts.iter().chain(files) {
        root.put_file(&path(name), Attributes::root(0o644), &mut text.as_bytes()).expect("it can be put");
    }
    root.put_symlink(&path("var"), "tmp").expect("it can be put");
    Installer::new(root).expect("accounts")
}

fn item(name: &str, kind: Kind, mode: u32) -> Item {
    Item { path: path(name), kind, mode, owner: Owner::Id(0, 0) }
}

fn file(name: &str) -> Item {
    item(name, Kind::File(0), 0o644)
}

fn put(installer: &mut Installer, item: &Item, text: &str, keep: Keep<'_>) {
    installer.item("p", item, &mut text.as_bytes(), keep).expect("it can be put");
}

fn text(root: &Root, name: &str) -> String {
    let bytes = root.read(&path(name)).expect("it can be read").unwrap_or_else(|| panic!("no {name}"));
    String::from_utf8(bytes).expect("text")
}

fn link(root: &Root, name: &str) -> Option<String> {
    match &root.get(&path(name))?.kind {
        image::Kind::Symlink(text) => Some(text.clone()),
        _ => None,
    }
}

fn attributes(root: &Root, name: &str) -> (u32, u32, u32) {
    let Attributes { mode, uid, gid } = root.get(&path(name)).expect("it is there").attributes;
    (mode, uid, gid)
}

fn finished(installer: Installer) -> (Root, Vec<Note>) {
    installer.finish().expect("it can be finished")
}

#[test]
fn items_go_where_they_say() {
    let mut installer = installer(&[]);
    put(&mut installer, &item("srv/a", Kind::File(2), 0o4755), "a\n", NEVER);
    put(&mut installer, &item("srv/b", Kind::Hardlink(path("srv/a")), 0o4755), "", NEVER);
    put(&mut installer, &item("srv/c", Kind::Symlink("a".to_owned()), 0o777), "", NEVER);
    put(&mut installer, &item("srv/d", Kind::Folder, 0o700), "", NEVER);
    let (root, _) = finished(installer);
    assert_eq!((text(&root, "srv/a"), text(&root, "srv/b")), ("a\n".to_owned(), "a\n".to_owned()));
    assert_eq!(link(&root, "srv/c").as_deref(), Some("a"));
    assert_eq!(attributes(&root, "srv/a"), (0o4755, 0, 0));
    assert_eq!(attributes(&root, "srv/d"), (0o700, 0, 0));
}

#[test]
fn a_folder_that_is_there_keeps_its_mode() {
    let mut installer = installer(&[]);
    installer.root_mut().put_folder(&path("root"), Attributes::root(0o700)).expect("it can be put");
    put(&mut installer, &item("root", Kind::Folder, 0o755), "", NEVER);
    assert_eq!(attributes(installer.root(), "root"), (0o700, 0, 0));
}

#[test]
fn what_is_under_tmp_is_left_out_and_said() {
    let mut installer = installer(&[]);
    put(&mut installer, &item("tmp/x", Kind::Folder, 0o755), "", NEVER);
    put(&mut installer, &file("tmp/x/a"), "a", NEVER);
    put(&mut installer, &file("var/b"), "b", NEVER);
    let (root, notes) = finished(installer);
    assert!(root.get(&path("tmp/x")).is_none());
    let left_out = |name| Note::LeftOut { package: "p".to_owned(), path: path(name) };
    assert_eq!(notes, [left_out("tmp/x/a"), left_out("var/b")]);
}

#[test]
fn a_file_that_stays_has_the_new_one_beside_it() {
    let mut installer = installer(&[("etc/a", "mine")]);
    installer.root_mut().put_symlink(&path("etc/l"), "mine").expect("it can be put");
    installer.root_mut().put_symlink(&path("etc/same"), "there").expect("it can be put");
    installer.root_mut().put_folder(&path("etc/folder"), Attributes::root(0o755)).expect("it can be put");
    let keep: Keep<'_> = &|_, at| path(&format!("{}-new", at.as_str())).into();
    let symlink = |name, text: &str| item(name, Kind::Symlink(text.to_owned()), 0o777);
    put(&mut installer, &file("etc/a"), "new", keep);
    put(&mut installer, &file("etc/b"), "new", keep);
    put(&mut installer, &symlink("etc/l", "there"), "", keep);
    put(&mut installer, &symlink("etc/same", "there"), "", keep);
    put(&mut installer, &file("etc/folder"), "new", keep);
    installer.root_mut().put_symlink(&path("etc/text"), "target").expect("it can be put");
    put(&mut installer, &file("etc/text"), "target", keep);
    put(&mut installer, &item("etc/a-too", Kind::Hardlink(path("etc/a")), 0o644), "", keep);
    let (root, notes) = finished(installer);
    assert_eq!((text(&root, "etc/a"), text(&root, "etc/a-new")), ("mine".to_owned(), "new".to_owned()));
    assert_eq!((text(&root, "etc/b"), text(&root, "etc/a-too")), ("new".to_owned(), "new".to_owned()));
    assert_eq!(
        (link(&root, "etc/l").as_deref(), link(&root, "etc/l-new").as_deref()),
        (Some("mine"), Some("there"))
    );
    assert_eq!((link(&root, "etc/same").as_deref(), link(&root, "etc/same-new")), (Some("there"), None));
    assert_eq!(text(&root, "etc/folder-new"), "new");
    assert_eq!(text(&root, "etc/text-new"), "target");
    let kept = |name: &str| Note::Kept {
        package: "p".to_owned(),
        path: path(name),
        aside: path(&format!("{name}-new")),
    };
    assert_eq!(notes, [kept("etc/a"), kept("etc/l"), kept("etc/folder"), kept("etc/text")]);
}

#[test]
fn the_folder_for_memory_is_one() {
    let mut installer = installer(&[]);
    put(&mut installer, &item("tmp", Kind::Folder, 0o1777), "", NEVER);
    let (root, notes) = finished(installer);
    assert_eq!((attributes(&root, "tmp"), notes), ((0o1777, 0, 0), Vec::new()));
}

#[test]
fn accounts_are_those_of_the_package_that_brings_them() {
    let mut root = Root::new(Tree::default());
    root.put_folder(&path("etc"), Attributes::root(0o755)).expect("it can be put");
    let mut installer = Installer::new(root).expect("accounts");
    assert_eq!(installer.ids(&Owner::Name("root".to_owned(), "root".to_owned())), (0, 0));
    assert_eq!((installer.owner("root", "root"), installer.owner("a", "a")), (Some((0, 0)), None));
    let wanted = WantedUser { user: Some(("a".to_owned(), Some(7))), ..WantedUser::default() };
    let package = Package { name: "p".to_owned(), users: vec![wanted], ..Package::default() };
    installer.package(&package).expect("it can be installed");
    put(&mut installer, &item("etc/passwd", Kind::File(0), 0o664), "root:x:0:0:root:/root:/bin/ash\n", NEVER);
    let (root, _) = finished(installer);
    assert_eq!(
        text(&root, "etc/passwd"),
        "root:x:0:0:root:/root:/bin/ash\na:x:7:7:a:/var/run/a:/bin/false\n"
    );
    assert_eq!(
        (attributes(&root, "etc/passwd"), attributes(&root, "etc/shadow")),
        ((0o664, 0, 0), (0o600, 0, 0))
    );
}

#[test]
fn users_are_made_and_own_what_comes_after() {
    let mut installer = installer(&[]);
    let wanted = WantedUser {
        user: Some(("a".to_owned(), Some(7))),
        group: Some(("b".to_owned(), Some(8))),
        more_groups: Vec::new(),
    };
    let package = Package { name: "p".to_owned(), users: vec![wanted], ..Package::default() };
    installer.package(&package).expect("it can be installed");
    assert_eq!(installer.owner("a", "b"), Some((7, 8)));
    assert_eq!(installer.owner("9", "10"), Some((9, 10)));
    assert_eq!(installer.owner("a", "c"), None);
    let of_a = Owner::Name("a".to_owned(), "nobody".to_owned());
    put(&mut installer, &Item { owner: of_a, ..file("srv/a") }, "", NEVER);
    let (root, _) = finished(installer);
    assert_eq!(attributes(&root, "srv/a"), (0o644, 7, 65534));
    assert!(text(&root, "etc/passwd").ends_with("\na:x:7:8:a:/var/run/a:/bin/false\n"));
    assert_eq!(attributes(&root, "etc/shadow"), (0o600, 0, 0));
}

#[test]
fn services_start_and_an_earlier_version_does_not() {
    let mut installer = installer(&[("etc/init.d/a", SERVICE)]);
    installer.root_mut().put_symlink(&path("etc/rc.d/S39a"), "../init.d/a").expect("it can be put");
    let items = vec![file("etc/init.d/a"), file("etc/init.d/sub/b")];
    let package = Package { name: "p".to_owned(), items, ..Package::default() };
    installer.package(&package).expect("it can be installed");
    let (root, _) = finished(installer);
    assert_eq!(link(&root, "etc/rc.d/S40a").as_deref(), Some("../init.d/a"));
    assert_eq!(link(&root, "etc/rc.d/K60a").as_deref(), Some("../init.d/a"));
    assert_eq!(link(&root, "etc/rc.d/S39a"), None);
    assert_eq!(root.below(&path("etc/rc.d")).count(), 2);
}

#[test]
fn a_service_that_is_taken_out_does_not_start() {
    let mut installer = installer(&[]);
    for name in ["a", "b"] {
        let at = path(&format!("etc/init.d/{name}"));
        installer.file(&at, Attributes::root(0o755), &mut SERVICE.as_bytes()).expect("it can be put");
    }
    installer.take_out(&path("etc/init.d/a")).expect("it can go");
    // A folder of the base with that name is nobody's file.
    installer
        .root_mut()
        .put_file(&path("srv/a/b"), Attributes::root(0o644), &mut &b""[..])
        .expect("it can be put");
    installer.take_out(&path("srv/a")).expect("nothing goes");
    assert!(installer.root().get(&path("srv/a/b")).is_some());
    assert!(link(installer.root(), "etc/rc.d/S40b").is_some());
    assert!(
        link(installer.root(), "etc/rc.d/S40a").is_none()
            && link(installer.root(), "etc/rc.d/K60a").is_none()
    );
}

#[test]
fn refuses_to_disable_what_is_not_there() {
    let mut installer = installer(&[("etc/init.d/a", SERVICE)]);
    installer.disable("a").expect("it is there");
    let error = installer.disable("b").expect_err("it is not");
    assert_eq!(error.to_string(), "there is no service `b`: no such script is in /etc/init.d");
}

/// What a package with this script has at the first boot.
fn first_boot(name: &str, kind: ScriptKind, script: &[u8]) -> Result<(Option<Vec<u8>>, Vec<Note>), Error> {
    let mut installer = installer(&[]);
    let scripts = vec![Script { kind, text: script.to_owned() }];
    installer.package(&Package { name: name.to_owned(), scripts, ..Package::default() })?;
    let (root, notes) = finished(installer);
    Ok((root.read(&path(&format!("{FIRST_BOOT}/15_wrtpod-{name}")))?, notes))
}

#[test]
fn what_a_package_does_itself_is_done_at_the_first_boot() {
    let opkg = b"#!/bin/sh\nuci set a.b=c";
    let apk = b"#!/bin/sh\n. ${IPKG_INSTROOT}/lib/functions.sh\nexport pkgname=\"p\"\ndefault_postinst\nuci set a.b=c\n";
    for (kind, script) in [(ScriptKind::PostInstallOwn, &opkg[..]), (ScriptKind::PostInstall, &apk[..])] {
        let (text, notes) = first_boot("p", kind, script).expect("it can be installed");
        let text = String::from_utf8(text.expect("a script")).expect("text");
        assert!(text.ends_with("first boot\n. /lib/functions.sh\n#!/bin/sh\nuci set a.b=c\n"), "{text}");
        assert_eq!(notes, [Note::AtBoot { package: "p".to_owned() }]);
    }
    let (text, _) = first_boot("p", ScriptKind::PostInstallOwn, b"echo \xff\n").expect("it can be installed");
    assert!(text.expect("a script").ends_with(b"echo \xff\n"));
}

#[test]
fn what_it_does_on_a_running_system_only_is_not() {
    let script = b"[ -n \"${IPKG_INSTROOT}\" ] || {\n\treload\n}\n";
    for kind in [ScriptKind::PostInstallOwn, ScriptKind::PostInstall] {
        assert_eq!(first_boot("p", kind, script).expect("it can be installed"), (None, Vec::new()));
    }
    let removal = first_boot("p", ScriptKind::PreRemove, b"rm /x\n").expect("it can be installed");
    assert_eq!(removal, (None, Vec::new()));
}

#[test]
fn refuses_a_package_whose_name_leads_out() {
    let error = first_boot("/../../../x", ScriptKind::PostInstall, b"rm /x\n").expect_err("it is refused");
    assert!(matches!(error, Error::Package { .. }), "{error}");
}

#[test]
fn refuses_accounts_that_are_no_text() {
    let mut root = Root::new(Tree::default());
    root.put_file(&path("etc/passwd"), Attributes::root(0o644), &mut &b"\xff"[..]).expect("it can be put");
    let error = Installer::new(root).expect_err("it is refused");
    assert_eq!(error.to_string(), "/etc/passwd of the base: it is no text");
}

#[test]
fn a_root_is_made_fit_for_a_pod() {
    let mut installer =
        installer(&[("sbin/ujail", "x"), ("etc/modules.d/a", "a"), ("etc/init.d/led", SERVICE)]);
    let root = installer.root_mut();
    root.put_symlink(&path("etc/resolv.conf"), "/tmp/resolv.conf").expect("it can be put");
    root.put_symlink(&path("etc/rc.d/S96led"), "../init.d/led").expect("it can be put");
    let (root, _) = finished(installer);
    for gone in ["sbin/ujail", "etc/modules.d", "etc/rc.d/S96led"] {
        assert!(root.get(&path(gone)).is_none(), "{gone}");
    }
    assert_eq!((link(&root, "etc/resolv.conf"), text(&root, "etc/resolv.conf")), (None, String::new()));
}
