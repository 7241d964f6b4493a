use super::*;
use crate::diag::{SourceMap, Style, render_text};
use crate::overlay;
use crate::spec::{self, Input, Request};

/// The recipe of an Image with these lines in its `spec`.
fn recipe(lines: &str) -> Recipe {
    let text = format!(
        "apiVersion: wrtpod.dev/v1alpha1\nkind: Image\nmetadata: {{name: i}}\nspec:\n  \
         base: {{amd64: {{layout: ./l}}}}\n{lines}"
    );
    let (mut sources, mut diags) = (SourceMap::new(), Diagnostics::new());
    let inputs = [Input { name: "i.yaml".to_owned(), text }];
    let documents = spec::load(&Request { inputs: &inputs, ..Request::default() }, &mut sources, &mut diags);
    let overlays = overlay::gather(&documents, &mut sources, &mut diags);
    let recipe = decide(&documents.images[0], &overlays, &mut diags);
    assert_eq!(render_text(&diags, &sources, Style::Plain), "");
    recipe
}

#[test]
fn an_image_alone_starts_openwrts_init_from_the_bases_feeds() {
    let recipe = recipe("");
    assert_eq!(recipe.entrypoint, ["/sbin/init"]);
    assert!(recipe.default_feeds && recipe.packages.is_empty() && recipe.files.is_empty());
    assert_eq!((recipe.name.as_str(), recipe.bases.len()), ("i", 1));
}

#[test]
fn the_images_own_word_on_a_package_counts() {
    let recipe = recipe("  overlays: [wireguard, mosquitto]\n  packages: [-mosquitto-client-ssl, tcpdump]\n");
    let packages: Vec<String> = recipe.packages.iter().map(|wish| wish.value.to_string()).collect();
    let want =
        ["wireguard-tools", "luci-proto-wireguard", "mosquitto-ssl", "-mosquitto-client-ssl", "tcpdump"];
    assert_eq!(packages, want);
    let modules: Vec<&str> = recipe.host_modules.iter().map(|(module, _)| module.as_str()).collect();
    assert_eq!(modules, ["wireguard"]);
}

#[test]
fn the_images_own_file_replaces_an_overlays() {
    let kept = "lib/upgrade/keep.d/wrtpod-mosquitto";
    let of_overlay = recipe("  overlays: [mosquitto]\n");
    let path: RootPath = kept.parse().expect("a path");
    assert_eq!(of_overlay.files[&path].mode, Some(0o644));
    let own = recipe(&format!(
        "  overlays: [mosquitto]\n  files:\n    /{kept}: {{content: mine, mode: 0600, owner: \"0:0\"}}\n    \
         /etc/a: {{file: ./a}}\n    /etc/b: {{link: a}}\n    /etc/c: {{content: c}}\n"
    ));
    let file = &own.files[&path];
    assert_eq!((&file.content, file.mode), (&RecipeContent::Bytes(Cow::Borrowed(b"mine")), Some(0o600)));
    assert_eq!(file.owner.as_ref().map(ToString::to_string).as_deref(), Some("0:0"));
    let modes: Vec<Option<u32>> = own.files.values().map(|file| file.mode).collect();
    assert_eq!(modes, [None, None, Some(0o644), Some(0o600)]);
}

#[test]
fn settings_are_made_before_the_scripts_that_build_on_them() {
    let recipe = recipe("  overlays: [tailscale, mosquitto, sqm]\n");
    let names: Vec<&str> = recipe.scripts.iter().map(|script| script.name.as_str()).collect();
    assert_eq!(names, ["40-wrtpod-mosquitto", "40-wrtpod-tailscale", "60-mosquitto", "60-sqm"]);
}
