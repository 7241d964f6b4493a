//! `wrtpod catalog`: what comes with the binary.

use super::args::{CatalogArgs, CatalogVerb};
use super::error::{CliError, Outcome};
use super::printer::Printer;
use super::table::table_within;
use crate::catalog;
use crate::diag::{Diagnostics, SourceMap};
use crate::overlay::{self, EMBEDDED};
use crate::shown;
use crate::spec::{self, Documents, Input, Request};
use crate::types::{Name, nearest};

/// A document that comes with the binary.
struct Entry {
    /// What it is called here: an appliance by its name, the others with their kind in front.
    name: String,
    file: &'static str,
    text: &'static str,
}

impl Entry {
    /// What stands in it.
    fn documents(&self) -> Documents {
        let inputs = [Input { name: self.file.to_owned(), text: self.text.to_owned() }];
        let request = Request { inputs: &inputs, catalog: catalog::ENTRIES, ..Request::default() };
        spec::load(&request, &mut SourceMap::new(), &mut Diagnostics::new())
    }
}

/// All of them: appliances, images, overlays, each by name.
fn entries() -> Vec<Entry> {
    let appliances = catalog::ENTRIES.iter().map(|entry| (String::new(), entry.name, entry.file, entry.text));
    let images =
        catalog::IMAGES.iter().map(|entry| ("image/".to_owned(), entry.name, entry.file, entry.text));
    let overlays = EMBEDDED.iter().map(|entry| ("overlay/".to_owned(), entry.name, entry.file, entry.text));
    let all = appliances.chain(images).chain(overlays);
    all.map(|(kind, name, file, text)| Entry { name: kind + name, file, text }).collect()
}

/// Runs the verb.
pub fn run(args: &CatalogArgs) -> Result<Outcome, CliError> {
    let entries = entries();
    let text = match &args.verb {
        None => list(&entries),
        Some(CatalogVerb::Show { name }) => {
            let entry = entries.iter().find(|entry| entry.name == *name);
            entry.ok_or_else(|| unknown(name, &entries))?.text.to_owned()
        }
    };
    Printer::data(&text)?;
    Ok(Outcome::Done)
}

fn list(entries: &[Entry]) -> String {
    let rows: Vec<Vec<String>> = entries
        .iter()
        .map(|entry| {
            let documents = entry.documents();
            let users = users(&documents).to_owned();
            vec![entry.name.clone(), networks(&documents), users, description(&documents)]
        })
        .collect();
    table_within(Printer::columns(), &["NAME", "NETWORKS", "OWN USERS", "WHAT IT IS"], &rows)
}

/// Whether a pod of it can have users of its own (`hostUsers: false`): a device then comes by a plugin.
fn users(documents: &Documents) -> &'static str {
    let of_images = documents.images.iter().flat_map(|image| &image.spec.overlays);
    let embedded = overlay::embedded();
    let named = of_images.filter_map(|name| embedded.iter().find(|overlay| overlay.name == name.to_string()));
    let overlays = named
        .map(|overlay| &overlay.spec)
        .chain(documents.overlays.iter().map(|overlay| &overlay.spec.value));
    let of_overlays =
        overlays.filter_map(|spec| spec.requires.as_ref()).flat_map(|requires| &requires.devices);
    let of_appliances = documents.appliances.iter().flat_map(|appliance| &appliance.spec.devices);
    if of_overlays.chain(of_appliances).next().is_some() { "by a plugin" } else { "yes" }
}

/// The networks that an appliance needs of its site.
fn networks(documents: &Documents) -> String {
    let networks = documents.appliances.iter().flat_map(|appliance| appliance.spec.networks());
    networks.map(Name::as_str).collect::<Vec<_>>().join(", ")
}

/// The sentence that an entry says of itself.
fn description(documents: &Documents) -> String {
    let appliances = documents.appliances.iter().map(|appliance| &appliance.spec.description);
    let images = documents.images.iter().map(|image| &image.spec.description);
    let overlays = documents.overlays.iter().map(|overlay| &overlay.spec.description);
    let said = appliances.chain(images).chain(overlays).flatten().next();
    said.map_or_else(String::new, |description| description.value.clone())
}

fn unknown(name: &str, entries: &[Entry]) -> CliError {
    let names: Vec<&str> = entries.iter().map(|entry| entry.name.as_str()).collect();
    let with_kind = names.iter().find(|known| known.split_once('/').is_some_and(|(_, bare)| bare == name));
    let hint = match with_kind.copied().or_else(|| nearest(name, names.iter().copied())) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("there are {}", names.join(", ")),
    };
    CliError::refused(format!("the catalog has no `{}`", shown::line(name)), hint)
}
