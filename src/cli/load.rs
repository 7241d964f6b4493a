//! From the command line to a checked plan: files, stdin, `--set`, the catalog and the example site.

use std::io::Read;
use std::path::{Path, PathBuf};

use super::args::DocumentArgs;
use super::assignments::assignments;
use super::error::CliError;
use super::printer::Printer;
use crate::catalog;
use crate::cores;
use crate::diag::{Code, Diagnostics, Finding, SourceMap};
use crate::objects::{self, ObjectSet, ScriptsOwner};
use crate::overlay::{self, Overlays};
use crate::passes;
use crate::plan::{self, Plan};
use crate::recipe::{self, Recipe};
use crate::rules;
use crate::shown;
use crate::spec::{self, Documents, Input};
use crate::types::nearest;

/// Where the documents are looked for when no file is named.
const DEFAULT_FILE: &str = "site.yaml";

/// What a verb does when there is no site file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WithoutSite {
    /// Shows things on the embedded example site, and says so.
    Example,
    /// Refuses to guess.
    Refuse,
}

/// A plan without errors, and the objects of the appliances that were asked for.
pub struct Loaded {
    /// The plan of the whole site.
    pub plan: Plan,
    /// The appliances that were asked for, in that order: index in the plan, and objects.
    chosen: Vec<(usize, ObjectSet)>,
    /// Whose the scripts of their pods are.
    scripts: ScriptsOwner,
    /// The images that can be built, decided.
    pub recipes: Vec<Recipe>,
    /// The documents.
    pub documents: Documents,
    /// The overlays that they name.
    pub overlays: Overlays,
    /// The files that the documents are from.
    pub sources: SourceMap,
}

impl Loaded {
    /// The appliances that were asked for, with their objects.
    pub fn chosen(&self) -> impl Iterator<Item = (&plan::Appliance, &ObjectSet)> {
        self.chosen.iter().map(|(index, objects)| (&self.plan.appliances[*index], objects))
    }

    /// What is rendered, in the order in which it is applied.
    pub fn take_sets(&mut self, with_namespace: bool) -> Vec<ObjectSet> {
        let mut sets = Vec::new();
        if with_namespace {
            sets.push(objects::namespace(&self.plan));
        }
        if self.scripts == ScriptsOwner::Site {
            sets.push(objects::shared(&self.plan, self.chosen().map(|(appliance, _)| appliance)));
        }
        sets.extend(std::mem::take(&mut self.chosen).into_iter().map(|(_, objects)| objects));
        sets
    }
}

/// Reads, merges, plans and judges; prints every finding.
pub fn load(
    args: &DocumentArgs,
    names: &[String],
    without_site: WithoutSite,
    printer: Printer,
) -> Result<Loaded, CliError> {
    let inputs = inputs(args, without_site, printer)?;
    let scripts: fn(usize) -> ScriptsOwner = match without_site {
        WithoutSite::Example => ScriptsOwner::of_rendered,
        // A cluster has them once, whatever is deployed at a time.
        WithoutSite::Refuse => |_| ScriptsOwner::Site,
    };
    judge(&inputs, args, names, scripts, printer)
}

/// The same with files that are read already; `scripts` says whose the scripts are where so many appliances are chosen.
pub fn judge(
    inputs: &[Input],
    args: &DocumentArgs,
    names: &[String],
    scripts: impl Fn(usize) -> ScriptsOwner,
    printer: Printer,
) -> Result<Loaded, CliError> {
    let (assignments, faults) = assignments(args, names);
    let mut sources = SourceMap::new();
    let mut diags = Diagnostics::new();
    let request = spec::Request {
        inputs,
        assignments: &assignments,
        named: names,
        catalog: catalog::ENTRIES,
        images: catalog::IMAGES,
    };
    let documents = spec::load(&request, &mut sources, &mut diags);
    let overlays = overlay::gather(&documents, &mut sources, &mut diags);
    if !faults.is_empty() {
        // What the values that could not be read would change is not judged.
        printer.documents(&diags, &sources);
        let input = diags.has_errors().then_some(CliError::Input);
        return Err(CliError::several(faults.into_iter().chain(input).collect()));
    }
    let stop = diags.has_errors();
    let (recipes, plan) = documents.judged(&mut diags, |documents, diags| {
        let images = documents.images.iter();
        let recipes: Vec<Recipe> = images.map(|image| recipe::decide(image, &overlays, diags)).collect();
        let plan = plan::decide(documents, &overlays, diags);
        if let Some(plan) = &plan {
            rules::check(plan, diags);
            if stop || diags.has_errors() {
                check_patches(plan, diags);
            }
        }
        (recipes, plan)
    });
    if plan.is_none() && !diags.has_errors() {
        diags.push(site_missing());
    }
    let chosen = plan.filter(|_| !diags.has_errors());
    let chosen = chosen.map(|plan| select(plan, names, scripts, &mut diags)).transpose();
    printer.documents(&diags, &sources);
    let (plan, chosen, scripts) = chosen?.filter(|_| !diags.has_errors()).ok_or(CliError::Input)?;
    Ok(Loaded { plan, chosen, scripts, recipes, documents, overlays, sources })
}

/// What a verb has to know of the documents to find something on the cluster.
#[derive(Debug, Default)]
pub struct Place {
    /// The namespace.
    pub namespace: Option<String>,
    /// The appliances that the documents or the catalog have.
    pub known: Vec<String>,
    /// How many of them the documents have themselves.
    pub documented: usize,
}

/// Reads the documents for the place alone: what runs on the cluster may have left them, or have faults.
/// Without a file, nothing is known.
pub fn place(args: &DocumentArgs, printer: Printer) -> Result<Place, CliError> {
    if args.files.is_empty() && !Path::new(DEFAULT_FILE).exists() {
        return Ok(Place { namespace: args.namespace.clone(), ..Place::default() });
    }
    let inputs = inputs(args, WithoutSite::Refuse, printer)?;
    let of_site = DocumentArgs {
        files: Vec::new(),
        sets: args.sets.iter().filter(|set| set.starts_with("site.")).cloned().collect(),
        namespace: args.namespace.clone(),
    };
    let (assignments, faults) = assignments(&of_site, &[]);
    if !faults.is_empty() {
        return Err(CliError::several(faults));
    }
    let (mut sources, mut diags) = (SourceMap::new(), Diagnostics::new());
    let request = spec::Request {
        inputs: &inputs,
        assignments: &assignments,
        named: &[],
        catalog: catalog::ENTRIES,
        images: catalog::IMAGES,
    };
    let documents = spec::load(&request, &mut sources, &mut diags);
    // Of a Site that is not whole, the namespace may be another one.
    let whole =
        documents.site.as_ref().filter(|site| !documents.unread.iter().any(|span| site.span == Some(*span)));
    let Some(site) = whole else {
        if !diags.has_errors() {
            diags.push(site_missing());
        }
        printer.diagnostics(&diags, &sources);
        return Err(CliError::Input);
    };
    let own: Vec<String> =
        documents.appliances.iter().map(|appliance| appliance.metadata.name.to_string()).collect();
    let namespace = site.spec.namespace.as_ref().map_or("default", |name| name.as_str()).to_owned();
    let documented = own.len();
    let known = own.into_iter().chain(catalog::ENTRIES.iter().map(|entry| entry.name.to_owned())).collect();
    Ok(Place { namespace: Some(namespace), known, documented })
}

fn site_missing() -> Finding {
    Finding::error(Code::SiteMissing, "there is no Site among the documents")
        .help("add one; `wrtpod init` writes it")
}

/// What is wrong with patches, where other faults keep the objects from being rendered.
fn check_patches(plan: &Plan, diags: &mut Diagnostics) {
    for appliance in plan.appliances.iter().filter(|appliance| objects::is_buildable(appliance)) {
        judged_objects(plan, appliance, ScriptsOwner::Site, diags);
    }
}

/// The objects of an appliance with its patches.
fn judged_objects(
    plan: &Plan,
    appliance: &plan::Appliance,
    scripts: ScriptsOwner,
    diags: &mut Diagnostics,
) -> ObjectSet {
    let mut objects = objects::build(plan, appliance, scripts);
    let planned = rules::planned(&objects);
    passes::patch(&mut objects, &appliance.patches, diags);
    rules::check_objects(appliance, &planned, &objects, diags);
    objects
}

/// The plan, the chosen appliances' numbers in it with their objects, and who has their scripts.
type Selected = (Plan, Vec<(usize, ObjectSet)>, ScriptsOwner);

/// The appliances that were asked for: all of them when none was named.
fn select(
    plan: Plan,
    names: &[String],
    scripts: impl Fn(usize) -> ScriptsOwner,
    diags: &mut Diagnostics,
) -> Result<Selected, CliError> {
    let known: Vec<String> = plan.appliances.iter().map(|appliance| appliance.name.value.clone()).collect();
    if let Some(unknown) = names.iter().find(|name| !known.contains(name)) {
        let candidates =
            known.iter().map(String::as_str).chain(catalog::ENTRIES.iter().map(|entry| entry.name));
        let hint = match nearest(unknown, candidates) {
            Some(name) => format!("did you mean `{name}`?"),
            None => "`wrtpod catalog` lists what there is".to_owned(),
        };
        return Err(CliError::refused(format!("there is no appliance `{}`", shown::line(unknown)), hint));
    }
    if known.is_empty() {
        let hint = "name one of the catalog, such as `openwrt`; `wrtpod catalog` lists them";
        return Err(CliError::refused("the documents hold no appliance", hint.to_owned()));
    }
    let mut indexes: Vec<usize> = Vec::new();
    for index in names.iter().filter_map(|name| known.iter().position(|known| known == name)) {
        if !indexes.contains(&index) {
            indexes.push(index);
        }
    }
    if names.is_empty() {
        indexes = (0..known.len()).collect();
    }
    let scripts = scripts(indexes.len());
    let made = cores::map(&indexes, |index| {
        let mut found = Diagnostics::new();
        (*index, judged_objects(&plan, &plan.appliances[*index], scripts, &mut found), found)
    });
    let mut chosen = Vec::new();
    for (index, objects, found) in made {
        chosen.push((index, objects));
        diags.append(found);
    }
    Ok((plan, chosen, scripts))
}

/// The files of documents: those that were named, else the default one, else the example where that will do.
pub fn inputs(
    args: &DocumentArgs,
    without_site: WithoutSite,
    printer: Printer,
) -> Result<Vec<Input>, CliError> {
    if args.files.is_empty() {
        let path = Path::new(DEFAULT_FILE);
        return match (std::fs::read(path), without_site) {
            (Ok(bytes), _) => Ok(vec![text(DEFAULT_FILE, bytes)?]),
            (Err(error), WithoutSite::Example) if error.kind() == std::io::ErrorKind::NotFound => {
                printer.note_last(&format!(
                    "there is no {DEFAULT_FILE} here: this is {}",
                    catalog::EXAMPLE_SITE_NAME
                ));
                let name = catalog::EXAMPLE_SITE_NAME.to_owned();
                Ok(vec![Input { name, text: catalog::EXAMPLE_SITE.to_owned() }])
            }
            (Err(error), WithoutSite::Refuse) if error.kind() == std::io::ErrorKind::NotFound => {
                let hint = "write one with `wrtpod init`, or name a file with -f";
                Err(CliError::refused(format!("there is no {DEFAULT_FILE} here"), hint.to_owned()))
            }
            (Err(error), _) => Err(CliError::file(path, "read", &error)),
        };
    }
    let mut inputs = Vec::new();
    for path in &args.files {
        for path in documents_of(path)? {
            inputs.push(read_input(&path)?);
        }
    }
    Ok(inputs)
}

/// The files that a path stands for: itself, or the documents of a folder by their names.
fn documents_of(path: &Path) -> Result<Vec<PathBuf>, CliError> {
    if !path.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let entries = std::fs::read_dir(path).map_err(|error| CliError::file(path, "read", &error))?;
    let mut files = Vec::new();
    for entry in entries {
        let file = entry.map_err(|error| CliError::file(path, "read", &error))?.path();
        let is_yaml = file.extension().is_some_and(|end| end == "yaml" || end == "yml");
        if is_yaml && file.is_file() {
            files.push(file);
        }
    }
    files.sort();
    if files.is_empty() {
        let hint = "name a file, or a folder that has documents itself: those below it are not read";
        let problem = format!("the folder `{}` has no *.yaml and no *.yml", shown::path(path));
        return Err(CliError::refused(problem, hint.to_owned()));
    }
    Ok(files)
}

/// Names of the appliances that files have, without a word about faults: for a shell that completes a line.
pub fn appliance_names(files: &[PathBuf]) -> Vec<String> {
    let default = [PathBuf::from(DEFAULT_FILE)];
    let files = if files.is_empty() { &default } else { files };
    let paths =
        files.iter().filter(|path| path.as_os_str() != "-").filter_map(|path| documents_of(path).ok());
    // Whoever reads a pipe waits for its writer.
    let paths = paths.flatten().filter(|path| path.is_file());
    let inputs: Vec<Input> = paths.filter_map(|path| read_input(&path).ok()).collect();
    let request = spec::Request {
        inputs: &inputs,
        catalog: catalog::ENTRIES,
        images: catalog::IMAGES,
        ..spec::Request::default()
    };
    let documents = spec::load(&request, &mut SourceMap::new(), &mut Diagnostics::new());
    documents.appliances.iter().map(|appliance| appliance.metadata.name.to_string()).collect()
}

/// Reads a file of documents; `-` is stdin.
pub fn read_input(path: &Path) -> Result<Input, CliError> {
    if path.as_os_str() == "-" {
        let mut bytes = Vec::new();
        std::io::stdin()
            .read_to_end(&mut bytes)
            .map_err(|error| CliError::file(Path::new("<stdin>"), "read", &error))?;
        return text("<stdin>", bytes);
    }
    let bytes = std::fs::read(path).map_err(|error| CliError::file(path, "read", &error))?;
    text(&path.display().to_string(), bytes)
}

fn text(name: &str, bytes: Vec<u8>) -> Result<Input, CliError> {
    match String::from_utf8(bytes) {
        Ok(text) => Ok(Input { name: name.to_owned(), text }),
        Err(error) => {
            let at = error.utf8_error().valid_up_to();
            let hint = "save the file as UTF-8".to_owned();
            Err(CliError::refused(
                format!("`{}` is not UTF-8 text: byte {at} is not", shown::line(name)),
                hint,
            ))
        }
    }
}
