use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;

use tempfile::TempDir;

use super::*;
use crate::catalog;
use crate::diag::{Style, render_text};

const DOCUMENT: &str = "apiVersion: wrtpod.dev/v1alpha1\nkind: Overlay\nmetadata: {name: mine}\nspec:\n";

struct Read {
    overlays: Overlays,
    documents: Documents,
    text: String,
}

/// Reads an Image that names overlays; `at` is the path that its file is said to have.
fn read(at: &str, overlays: &str) -> Read {
    let text = format!(
        "apiVersion: wrtpod.dev/v1alpha1\nkind: Image\nmetadata: {{name: i}}\nspec:\n  \
         base: {{amd64: {{layout: ./l}}}}\n  overlays: [{overlays}]\n"
    );
    let (mut sources, mut diags) = (SourceMap::new(), Diagnostics::new());
    let inputs = [Input { name: at.to_owned(), text }];
    let documents = spec::load(&Request { inputs: &inputs, ..Request::default() }, &mut sources, &mut diags);
    let overlays = gather(&documents, &mut sources, &mut diags);
    Read { overlays, documents, text: render_text(&diags, &sources, Style::Plain) }
}

impl Read {
    fn overlay(&self, at: usize) -> &Overlay {
        let reference = &self.documents.images[0].spec.overlays[at];
        self.overlays.get(reference).unwrap_or_else(|| panic!("{}", self.text))
    }
}

fn folder() -> TempDir {
    let folder = TempDir::new().expect("a temporary folder");
    fs::create_dir(folder.path().join("mine")).expect("a folder");
    write(&folder, "overlay.yaml", &format!("{DOCUMENT}  packages: [tcpdump, -ppp]\n"));
    folder
}

fn write(folder: &TempDir, path: &str, text: &str) {
    let path = folder.path().join("mine").join(path);
    fs::create_dir_all(path.parent().expect("it lies in the folder")).expect("its folder");
    fs::write(path, text).expect("a file");
}

fn refused(folder: &TempDir) -> String {
    let read = read(&folder.path().join("image.yaml").display().to_string(), "./mine");
    assert!(read.overlays.0.is_empty());
    read.text.replace(&folder.path().display().to_string(), "TMP")
}

#[test]
fn reads_a_folder_beside_the_file_that_names_it() {
    let folder = folder();
    write(&folder, "files/usr/bin/b", "b");
    write(&folder, "files/etc/a", "a");
    write(&folder, "uci-defaults/20-b", "b");
    write(&folder, "uci-defaults/10-a", "a");
    let program = folder.path().join("mine/files/usr/bin/b");
    fs::set_permissions(program, fs::Permissions::from_mode(0o4775)).expect("a mode");
    symlink("../../../../../etc/shadow", folder.path().join("mine/files/etc/link")).expect("a link");
    let read = read(&folder.path().join("image.yaml").display().to_string(), "./mine");
    assert_eq!(read.text, "");
    let overlay = read.overlay(0);
    let shown: Vec<String> = overlay
        .files
        .iter()
        .map(|file| match &file.content {
            Content::Bytes { bytes, mode } => {
                format!("{} {mode:o} {}", file.path, String::from_utf8_lossy(bytes))
            }
            Content::Link(text) => format!("{} -> {text}", file.path),
        })
        .collect();
    // The link is text: what it leads to here was not read.
    assert_eq!(shown, ["/etc/a 644 a", "/etc/link -> ../../../../../etc/shadow", "/usr/bin/b 755 b"]);
    let scripts: Vec<&str> = overlay.uci_defaults.iter().map(|script| script.name.as_str()).collect();
    assert_eq!((overlay.name.as_str(), scripts), ("mine", vec!["10-a", "20-b"]));
    assert_eq!(overlay.spec.packages.len(), 2);
}

#[test]
fn names_what_is_not_there() {
    let missing = read("image.yaml", "wiregard, ./nowhere, wiregard");
    assert_eq!(missing.text.matches("error[").count(), 2, "{}", missing.text);
    assert!(missing.text.contains("error[unknown-overlay]: no overlay `wiregard` comes with wrtpod"));
    assert!(missing.text.contains("did you mean `wireguard`?"));
    assert!(
        missing.text.contains("error[overlay-folder]: cannot read `./nowhere/overlay.yaml`: No such file")
    );
    assert!(missing.text.contains("the path is relative to the file that names it"));
}

#[test]
fn follows_no_link_out_of_the_folder() {
    for name in ["files", "uci-defaults", "overlay.yaml"] {
        let folder = folder();
        let path = folder.path().join("mine").join(name);
        let _ = fs::remove_file(&path);
        symlink("/etc", &path).expect("a link");
        let text = refused(&folder);
        assert!(text.contains(&format!("`TMP/mine/{name}` is a link, and has to be")), "{text}");
    }
    let folder = folder();
    write(&folder, "uci-defaults/10-a", "a");
    symlink("/etc/hostname", folder.path().join("mine/uci-defaults/20-b")).expect("a link");
    assert!(refused(&folder).contains("`TMP/mine/uci-defaults/20-b` is a link, and has to be a file"));
}

#[test]
fn refuses_what_is_too_large() {
    let script = folder();
    write(&script, "uci-defaults/10-a", &"a".repeat((64 << 10) + 1));
    assert!(refused(&script).contains("`TMP/mine/uci-defaults/10-a` has more than 64 KiB"));
    let files = folder();
    for name in ["a", "b"] {
        let file = fs::File::create(files.path().join("mine").join(name)).expect("a file");
        file.set_len(9 << 20).expect("a sparse file");
        fs::create_dir_all(files.path().join("mine/files")).expect("a folder");
        let (from, to) = (files.path().join("mine").join(name), files.path().join("mine/files").join(name));
        fs::rename(from, to).expect("moved");
    }
    assert!(
        refused(&files).contains("`TMP/mine/files/b` has more than 16 MiB together with the other files")
    );
    let many = folder();
    fs::create_dir_all(many.path().join("mine/files")).expect("a folder");
    for name in 0..=4096 {
        fs::write(many.path().join(format!("mine/files/{name}")), "").expect("a file");
    }
    assert!(refused(&many).contains("`TMP/mine/files` has more than 4096 files and folders"));
}

#[test]
fn refuses_what_is_no_overlay() {
    let other = folder();
    let site = format!("{}  namespace: a\n", DOCUMENT.replace("Overlay", "Site"));
    write(&other, "overlay.yaml", &site);
    assert!(refused(&other).contains("`TMP/mine/overlay.yaml` holds something else than one Overlay"));
    let faulty = folder();
    write(&faulty, "overlay.yaml", &format!("{DOCUMENT}  package: [a]\n"));
    let text = refused_but_read(&faulty);
    assert!(
        text.contains("did you mean `packages`?") && text.contains("TMP/mine/overlay.yaml:5:3"),
        "{text}"
    );
    let dotted = folder();
    write(&dotted, "uci-defaults/.hidden", "a");
    assert!(
        refused(&dotted).contains("`TMP/mine/uci-defaults/.hidden` has a name that has other characters")
    );
    let latin = folder();
    fs::create_dir(latin.path().join("mine/uci-defaults")).expect("a folder");
    fs::write(latin.path().join("mine/uci-defaults/10-a"), b"\xe9").expect("a file");
    assert!(refused(&latin).contains("`TMP/mine/uci-defaults/10-a` is not UTF-8 text"));
}

fn refused_but_read(folder: &TempDir) -> String {
    let read = read(&folder.path().join("image.yaml").display().to_string(), "./mine");
    read.text.replace(&folder.path().display().to_string(), "TMP")
}

#[test]
fn settings_become_a_script_that_can_run_twice() {
    let folder = folder();
    let uci = "  uci:\n    a-b:\n      s: {x: \"it's\", .type: t, l: [1, 2]}\n      \"@t[0]\": {y: 1}\n      \"@t[-1]\": {z: 1}\n";
    write(&folder, "overlay.yaml", &format!("{DOCUMENT}{uci}"));
    let read = read(&folder.path().join("image.yaml").display().to_string(), "./mine");
    let script = read.overlay(0).settings_script().expect("there are settings");
    assert_eq!(script.name, "40-wrtpod-mine");
    let want = "# written by wrtpod: the settings of an overlay\n\
                touch '/etc/config/a-b'\n\
                uci set 'a-b.@t[-1].z=1'\n\
                uci -q get 'a-b.@t[0]' >/dev/null || uci add 'a-b' 't' >/dev/null\n\
                uci set 'a-b.@t[0].y=1'\n\
                uci set 'a-b.s=t'\n\
                uci set 'a-b.s.x=it'\\''s'\n\
                uci -q delete 'a-b.s.l' || :\n\
                uci add_list 'a-b.s.l=1'\n\
                uci add_list 'a-b.s.l=2'\n\
                uci commit 'a-b'\n\
                exit 0\n";
    assert_eq!(script.text, want);
}

/// What lies in `overlays/` and what is embedded are the same, and each is read without a word.
#[test]
fn every_overlay_of_the_folder_is_embedded() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("overlays");
    let entries = fs::read_dir(&root).expect("the overlays are here");
    let mut names: Vec<String> =
        entries.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    assert_eq!(EMBEDDED.iter().map(|overlay| overlay.name).collect::<Vec<_>>(), names);
    for name in &names {
        let at = root.join("image.yaml").display().to_string();
        let read = read(&at, &format!("{name}, ./{name}"));
        assert_eq!(read.text, "");
        assert_eq!(read.overlay(0), read.overlay(1), "{name}");
        let overlay = read.overlay(0);
        assert_eq!(overlay.name, *name);
        assert!(overlay.spec.description.is_some() && overlay.spec.notes.is_some(), "{name}");
    }
}

/// eth0 is the cluster's: no overlay writes its interface, nor names it as another's device.
#[test]
fn no_overlay_touches_eth0() {
    for embedded in EMBEDDED {
        let read = read("image.yaml", embedded.name);
        for (file, sections) in &read.overlay(0).spec.uci {
            for (section, options) in &sections.value {
                let reserved = file.value == "network" && section.starts_with("cluster");
                let on_eth0 = options.iter().any(|(_, value)| match &value.value {
                    spec::UciValue::One(text) => text == "eth0",
                    spec::UciValue::Many(texts) => texts.iter().any(|text| text.value == "eth0"),
                    spec::UciValue::Secret(_) => false,
                });
                assert!(!reserved && !on_eth0, "{}: {}", embedded.name, section.value);
            }
        }
    }
}

/// What lies in `images/` is embedded, and names overlays that are.
#[test]
fn every_image_of_the_folder_is_embedded_and_whole() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("images");
    let entries = fs::read_dir(&root).expect("the images are here");
    let mut files: Vec<String> =
        entries.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned()).collect();
    files.sort();
    let embedded: Vec<String> = catalog::IMAGES.iter().map(|image| format!("{}.yaml", image.name)).collect();
    assert_eq!(embedded.len(), files.len());
    assert!(files.iter().all(|file| embedded.contains(file)), "{files:?}");
    for image in catalog::IMAGES {
        let (mut sources, mut diags) = (SourceMap::new(), Diagnostics::new());
        let inputs = [Input { name: image.file.to_owned(), text: image.text.to_owned() }];
        let documents =
            spec::load(&Request { inputs: &inputs, ..Request::default() }, &mut sources, &mut diags);
        let overlays = gather(&documents, &mut sources, &mut diags);
        assert_eq!(render_text(&diags, &sources, Style::Plain), "", "{}", image.name);
        let document = &documents.images[0];
        assert_eq!(document.metadata.name.as_str(), image.name);
        assert!(document.spec.overlays.iter().all(|reference| overlays.get(reference).is_some()));
    }
}
