//! `wrtpod render`: the manifests, without a cluster.

use std::fmt::Write;

use super::args::{ManifestFormat, RenderArgs};
use super::error::{CliError, Outcome};
use super::load::{Loaded, WithoutSite, load};
use super::posture::explain_pod;
use super::printer::Printer;
use super::root_notes::root_notes;
use super::written;
use crate::cluster;
use crate::net::Nad;
use crate::objects::ObjectSet;
use crate::plan::{Appliance, AppliedOverlay, Credentials};
use crate::shown;
use crate::sink;

/// Runs the verb.
pub fn run(args: &RenderArgs, printer: Printer) -> Result<Outcome, CliError> {
    let mut loaded = load(&args.documents, &args.names, WithoutSite::Example, printer)?;
    if args.explain {
        Printer::told(&explanation(&loaded))?;
        return Ok(Outcome::Done);
    }
    let mut notes = what_is_not_rendered(&loaded);
    notes.extend(root_notes(&loaded));
    let sets = loaded.take_sets(args.with_namespace);
    if let Some(folder) = &args.out {
        let written = sink::write_folder(folder, &sets).map_err(|error| written::refusal(&error))?;
        printer.notes_last(&notes);
        printer.flush();
        written::tell(folder, &written, printer);
        let folder = shown::path(folder);
        if args.with_namespace {
            printer.note("the namespace is in it: write other folders under the same kustomization without --with-namespace");
        }
        printer.note(&format!("apply them with `kubectl apply --server-side -k {folder}`"));
        return Ok(Outcome::Done);
    }
    printer.notes_last(&notes);
    match args.output {
        ManifestFormat::Yaml => Printer::data_of(sink::yaml_texts(&sets))?,
        ManifestFormat::Json => Printer::data(&sink::json_text(&sets))?,
    }
    // The process ends here, and its memory goes with it: a large site's takes long to be given back piece by piece.
    std::mem::forget((loaded, sets));
    Ok(Outcome::Done)
}

/// A Secret is never rendered: `deploy` makes it, whoever applies by other means has to.
fn what_is_not_rendered(loaded: &Loaded) -> Vec<String> {
    let note = |credentials: &Credentials| {
        format!(
            "the pod waits for the Secret `{}`, which is not rendered; `wrtpod deploy` makes it, or:\n  {}",
            credentials.secret,
            cluster::make_credentials(&loaded.plan.namespace, &credentials.secret, false)
        )
    };
    loaded.chosen().filter_map(|(appliance, _)| appliance.credentials.as_ref()).map(note).collect()
}

/// What each pod may do and see, why each capability, route and sysctl is there, and how overlays come to the machine.
fn explanation(loaded: &Loaded) -> String {
    let mut text = String::new();
    for (appliance, objects) in loaded.chosen() {
        explain_appliance(&mut text, appliance, objects);
    }
    text
}

fn explain_appliance(text: &mut String, appliance: &Appliance, objects: &ObjectSet) {
    let _ = writeln!(text, "{}", appliance.name.value);
    for nic in &appliance.nics {
        let mac = match &nic.mac {
            Some(mac) if nic.mac_derived => format!("{} (derived)", mac.value),
            Some(mac) => mac.value.to_string(),
            None => "its parent's".to_owned(),
        };
        let nad = nic.attachment.as_ref().map(|attachment| Nad::of(&appliance.name, attachment));
        let attachment = match nad {
            None => "the cluster's own network".to_owned(),
            Some(Nad { name, config: Some(_), .. }) => name,
            Some(Nad { name, namespace, .. }) => {
                let of = namespace.map_or_else(String::new, |namespace| format!("{namespace}/"));
                format!("{of}{name}, which somebody else made")
            }
        };
        let _ = writeln!(text, "  NIC {}: {attachment}, MAC {mac}", nic.interface.value);
    }
    explain_pod(text, appliance, objects);
    for overlay in &appliance.overlays {
        explain_overlay(text, overlay);
    }
    for (at, (module, reason)) in appliance.host_modules().enumerate() {
        if at == 0 {
            let _ = writeln!(text, "  kernel modules that the node must have");
        }
        let _ = writeln!(text, "    {}: {reason}", module.value);
    }
    let _ = writeln!(text, "  routes");
    for route in &appliance.routes {
        let _ = writeln!(text, "    {}: {}", route.route, route.reason);
    }
    for nic in &appliance.nics {
        let Some(attachment) = nic.attachment.as_ref().filter(|one| !one.link.is_existing()) else {
            continue;
        };
        let _ = writeln!(text, "  sysctls of {}, set by its attachment", nic.interface.value);
        for sysctl in &attachment.sysctls {
            let key = sysctl.key.replace("IFNAME", &nic.interface.value);
            let _ = writeln!(text, "    {key} = {}: {}", sysctl.value, sysctl.reason);
        }
    }
}

/// How an overlay gets to the machine, where there is more to it than settings.
fn explain_overlay(text: &mut String, overlay: &AppliedOverlay) {
    let name = &overlay.name.value;
    let Some(boot) = &overlay.boot else {
        if overlay.in_image && overlay.needs_image {
            let _ = writeln!(text, "  overlay {name}: built into the image");
        }
        return;
    };
    let _ = writeln!(text, "  overlay {name}, which the pod applies itself");
    let files: Vec<String> = boot.files.iter().map(|file| file.path.to_string()).collect();
    let packages: Vec<String> = boot.packages.iter().map(ToString::to_string).collect();
    let scripts: Vec<&str> = boot.scripts.iter().map(|script| script.name.as_str()).collect();
    let scripts_at = if packages.is_empty() { "once, at boot" } else { "once, after the packages" };
    for (what, names) in [
        ("files, before the boot", files.join(" ")),
        ("packages, from the image's feeds once it is ready", packages.join(" ")),
        (&format!("scripts, {scripts_at}"), scripts.join(" ")),
        ("services that do not start", boot.disabled_services.join(" ")),
    ] {
        if !names.is_empty() {
            let _ = writeln!(text, "    {what}: {names}");
        }
    }
}
