//! `wrtpod image` before anything is fetched: what it refuses, and what stays as it was.

use std::fs;

use crate::place::{Place, Run};

const SITE: &str = "apiVersion: wrtpod.dev/v1alpha1\nkind: Site\nmetadata: {name: home}\nspec:\n  salt: b2f1c4d8\n  \
                    networks:\n    lan: {macvlan: {parent: enp3s0}, subnet: 192.168.1.0/24, gateway: 192.168.1.1}\n";

const IMAGE: &str = "apiVersion: wrtpod.dev/v1alpha1\nkind: Image\nmetadata: {name: mine}\nspec:\n  \
                     base: {amd64: {image: 'openwrt/rootfs:x86-64-24.10.4'}}\n  packages: [tcpdump]\n";

fn appliance(name: &str, build: &str) -> String {
    format!(
        "---\napiVersion: wrtpod.dev/v1alpha1\nkind: Appliance\nmetadata: {{name: {name}}}\nspec:\n  from: openwrt\n  \
         build: {build}\n  image: registry.lan/{name}:1\n"
    )
}

/// Whether it was taken: what it then needs is not in the cache, and is not fetched.
fn went_on(run: &Run) -> bool {
    run.code == Some(3) && run.stderr.contains("nothing is fetched offline")
}

#[test]
fn an_image_is_built_from_a_file_with_the_appliance_that_runs_it() {
    let place = Place::new();
    let both = format!("{SITE}{}---\n{IMAGE}", appliance("wrt", "mine"));
    place.write("site.yaml", &both);
    // That of the catalog is not one of this file.
    place.write(
        "two.yaml",
        &format!("{SITE}{}{}---\n{IMAGE}", appliance("wrt", "mine"), appliance("vpn", "openwrt-vpn")),
    );
    for file in ["./site.yaml", "./two.yaml"] {
        for verb in [&["build", file][..], &["lock", file], &["why", file, "tcpdump"]] {
            let run = place.run(&[&["image"], verb, &["--offline"]].concat());
            assert!(went_on(&run), "{verb:?}: {}", run.text());
        }
    }
    place.write("none.yaml", &format!("{SITE}{}", appliance("vpn", "openwrt-vpn")));
    let run = place.run(&["image", "build", "./none.yaml", "--offline"]);
    assert_eq!(run.code, Some(1), "{}", run.text());
    assert!(run.stderr.contains("`./none.yaml` holds no Image\nhelp: "), "{}", run.stderr);
    // What is wrong with the appliance is said all the same.
    place.write("site.yaml", &both.replace("from: openwrt", "from: opnwrt"));
    let run = place.run(&["image", "build", "./site.yaml", "--offline"]);
    assert!(
        run.stderr.contains("error[unknown-from]") && run.stderr.contains("did you mean `openwrt`?"),
        "{}",
        run.stderr
    );
}

#[test]
fn a_lock_is_written_over_nothing_but_a_lock() {
    let place = Place::new();
    let digest = format!("sha256:{}", "0a".repeat(32));
    let lock =
        format!("{{\"version\": 1, \"image\": \"mine\", \"request\": \"{digest}\", \"roots\": {{}}}}\n");
    place.write("mine.yaml", IMAGE).write("notes.txt", "dear diary\n").write("data.json", "{\"a\": 1}\n");
    place.write("mine.lock.json", "<<<<<<< ours\n").write("old.json", &lock);
    place.write("other.json", &lock.replace("\"version\": 1", "\"version\": 2"));
    place
        .write("later.json", &lock.replace("\"version\": 1", "\"version\": 2, \"news\": []"))
        .write("empty.json", "");
    fs::write(place.here().join("image.bin"), b"\xff\x00").expect("it can be written");
    fs::create_dir(place.here().join("folder")).expect("it can be made");
    std::os::unix::fs::symlink("mine.yaml", place.here().join("link")).expect("a link");
    let locking =
        |options: &[&str]| place.run(&[&["image", "lock", "./mine.yaml", "--offline"], options].concat());
    for file in
        ["mine.yaml", "./mine.yaml", "notes.txt", "data.json", "image.bin", "folder", "link", "/dev/null"]
    {
        let run = locking(&["--lock", file]);
        assert_eq!(
            (run.code, run.stderr),
            (
                Some(1),
                format!(
                    "error: `{file}` is there already, and is no lock file\n\
                     help: move it away, or name another file with --lock\n"
                )
            )
        );
    }
    let run = locking(&[]);
    assert!(
        run.stderr.contains("`./mine.lock.json` is there already, and is no lock file"),
        "{}",
        run.stderr
    );
    let run = place.run(&["image", "build", "./mine.yaml", "--locked", "--offline"]);
    assert!(
        run.stderr.ends_with("help: move it away, and make it again with `wrtpod image lock`\n"),
        "{}",
        run.stderr
    );
    for file in ["old.json", "other.json", "later.json", "new.json"] {
        let run = locking(&["--lock", file]);
        assert!(went_on(&run), "{file}: {}", run.text());
    }
    let run = locking(&["--lock", "empty.json"]);
    assert!(run.stderr.starts_with("error: `empty.json` is there already, and is empty\n"), "{}", run.stderr);
    assert_eq!(
        (place.read("mine.yaml"), place.read("notes.txt")),
        (IMAGE.to_owned(), "dear diary\n".to_owned())
    );
}

#[test]
fn why_tells_of_all_architectures() {
    let place = Place::new();
    let image = "{amd64: {image: 'openwrt/rootfs:x86-64-24.10.4'}}";
    place.write("mine.yaml", &IMAGE.replace(image, "{amd64: {layout: a.oci}, arm64: {layout: b.oci}}"));
    let run = place.run(&["image", "why", "./mine.yaml", "tcpdump", "--offline"]);
    assert!(run.code == Some(1) && run.stderr.matches("error: ").count() == 2, "{}", run.text());
    assert!(run.stderr.contains("a.oci") && run.stderr.contains("b.oci"), "{}", run.stderr);
}

#[test]
fn a_lock_that_cannot_be_used_is_called_what_it_is() {
    let place = Place::new();
    let lock = "{\"version\": 2, \"roots\": {}, \"news\": []}\n";
    place.write("mine.yaml", IMAGE).write("later.json", lock).write("empty.json", "");
    for (file, said) in [
        (
            "later.json",
            "error: the lock file `later.json` is of another wrtpod: its format is 2, and this wrtpod knows 1\n\
             help: make it again with `wrtpod image lock`, or build with the wrtpod that made it\n",
        ),
        (
            "empty.json",
            "error: the lock file `empty.json` is empty\n\
             help: remove it, and make it again with `wrtpod image lock`\n",
        ),
    ] {
        let run = place.run(&["image", "build", "./mine.yaml", "--locked", "--offline", "--lock", file]);
        assert_eq!((run.code, run.stderr.as_str()), (Some(1), said));
    }
}

/// What is missing is said before anything is fetched.
#[test]
fn a_place_where_nothing_can_be_written_is_refused_first() {
    let place = Place::new();
    place.write("mine.yaml", IMAGE).write("file", "");
    fs::create_dir_all(place.here().join("made/layout")).expect("they can be made");
    for (verb, option, path) in
        [("build", "--out", "no/x.tar"), ("lock", "--lock", "no/l.json"), ("build", "--out", "no/a/x.tar")]
    {
        let run = place.run(&["image", verb, "./mine.yaml", "--offline", option, path]);
        let folder = path.rsplit_once('/').expect("it has a folder").0;
        let said = format!(
            "error: cannot write `{path}`: No such file or directory (os error 2)\n\
             help: make its folder, `mkdir -p {folder}`, or name another place with {option}\n"
        );
        assert_eq!((run.code, run.stderr), (Some(3), said));
    }
    for path in ["file/x.tar", "file/x.oci"] {
        let run = place.run(&["image", "build", "./mine.yaml", "--offline", "--out", path]);
        assert!(run.code == Some(3) && run.stderr.contains(path), "{}", run.text());
        assert!(!run.stderr.contains("offline"), "{}", run.stderr);
    }
    // The folders above a layout are made with it.
    for path in ["no/x.oci", "made/layout", "made/x.tar"] {
        let run = place.run(&["image", "build", "./mine.yaml", "--offline", "--out", path]);
        assert!(went_on(&run), "{path}: {}", run.text());
    }
    let there = fs::read_dir(place.here().join("made")).expect("it is there").count();
    assert_eq!((there, place.here().join("no").exists()), (1, false));
}

#[test]
fn where_an_image_goes_is_looked_at_before_it_is_built() {
    let place = Place::new();
    place.write("mine.yaml", IMAGE).write("a.tar", "dear diary\n");
    for (name, files) in [
        ("photos", &[("one.jpg", "x")][..]),
        ("foreign", &[("oci-layout", "{}"), ("index.json", "{}")]),
        ("half", &[("oci-layout", "{}")]),
        ("b.tar", &[]),
        ("empty", &[]),
        ("mine.oci", &[("one.jpg", "x")]),
        ("layout", &[("oci-layout", "{}"), ("index.json", "{\"schemaVersion\": 2, \"manifests\": []}")]),
    ] {
        fs::create_dir(place.here().join(name)).expect("it can be made");
        for (file, text) in files {
            place.write(&format!("{name}/{file}"), text);
        }
    }
    let building =
        |options: &[&str]| place.run(&[&["image", "build", "./mine.yaml", "--offline"], options].concat());
    for (out, said) in [
        ("photos", "has files and is no OCI layout"),
        ("foreign", "has an `index.json` that is no OCI index"),
        ("half", "is an OCI layout without an `index.json`"),
        ("mine.yaml", "is no folder"),
        ("a.tar", "is no archive of an image that was built"),
        ("b.tar", "is no regular file"),
        ("mine.oci", "has files and is no OCI layout"),
    ] {
        let options: &[&str] = if out == "mine.oci" { &[] } else { &["--out", out] };
        let run = building(options);
        let expected =
            format!("error: `{out}` {said}\nhelp: move it away, or name another place with --out\n");
        assert_eq!((run.code, run.stderr), (Some(1), expected));
    }
    for out in ["empty", "layout", "new", "new.tar"] {
        let run = building(&["--out", out]);
        assert!(went_on(&run), "{out}: {}", run.text());
    }
}
