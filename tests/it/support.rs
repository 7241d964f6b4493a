//! From documents to objects, as the program does it, for tests of the stages between.

use wrtpod::catalog;
use wrtpod::diag::{Diagnostics, SourceMap, Style, render_text};
use wrtpod::objects::{self, ObjectSet, ScriptsOwner};
use wrtpod::plan::{self, Appliance, Plan};
use wrtpod::spec::{self, Input, Request};
use wrtpod::{overlay, passes, recipe, rules};

/// What became of documents.
pub struct Outcome {
    pub plan: Option<Plan>,
    /// The objects of each appliance; empty after an error.
    pub sets: Vec<ObjectSet>,
    pub diagnostics: Diagnostics,
    pub sources: SourceMap,
}

impl Outcome {
    /// The findings as their reader sees them.
    pub fn text(&self) -> String {
        render_text(&self.diagnostics, &self.sources, Style::Plain)
    }

    /// The findings' codes, in order of their places.
    pub fn codes(&self) -> Vec<&'static str> {
        self.diagnostics.sorted().into_iter().map(|finding| finding.code.as_str()).collect()
    }
}

/// Reads, plans, judges and builds one text of documents.
pub fn outcome(name: &str, text: &str) -> Outcome {
    outcome_of(&[Input { name: name.to_owned(), text: text.to_owned() }], &[])
}

/// The same for several texts, and appliances that the command line names.
pub fn outcome_of(inputs: &[Input], named: &[String]) -> Outcome {
    let (mut sources, mut diagnostics) = (SourceMap::new(), Diagnostics::new());
    let request =
        Request { inputs, named, catalog: catalog::ENTRIES, images: catalog::IMAGES, ..Request::default() };
    let documents = spec::load(&request, &mut sources, &mut diagnostics);
    let overlays = overlay::gather(&documents, &mut sources, &mut diagnostics);
    let stop = diagnostics.has_errors();
    let plan = documents.judged(&mut diagnostics, |documents, diagnostics| {
        for image in &documents.images {
            recipe::decide(image, &overlays, diagnostics);
        }
        let plan = plan::decide(documents, &overlays, diagnostics)?;
        rules::check(&plan, diagnostics);
        if stop || diagnostics.has_errors() {
            for appliance in plan.appliances.iter().filter(|appliance| objects::is_buildable(appliance)) {
                judged(&plan, appliance, ScriptsOwner::Site, diagnostics);
            }
        }
        Some(plan)
    });
    let mut sets = Vec::new();
    if let Some(plan) = plan.as_ref().filter(|_| !diagnostics.has_errors()) {
        let scripts = ScriptsOwner::of_rendered(plan.appliances.len());
        if scripts == ScriptsOwner::Site {
            sets.push(objects::shared(plan, plan.appliances.iter()));
        }
        for appliance in &plan.appliances {
            sets.push(judged(plan, appliance, scripts, &mut diagnostics));
        }
    }
    Outcome { plan, sets, diagnostics, sources }
}

fn judged(
    plan: &Plan,
    appliance: &Appliance,
    scripts: ScriptsOwner,
    diagnostics: &mut Diagnostics,
) -> ObjectSet {
    let mut objects = objects::build(plan, appliance, scripts);
    let planned = rules::planned(&objects);
    passes::patch(&mut objects, &appliance.patches, diagnostics);
    rules::check_objects(appliance, &planned, &objects, diagnostics);
    objects
}

/// The text without what the name of the scripts' ConfigMap ends in, which changes with each edit of a script.
pub fn without_digests(text: &str) -> String {
    const BEFORE: &str = "-scripts-";
    let mut parts = text.split(BEFORE);
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| {
        let digits = part.chars().take_while(char::is_ascii_hexdigit).count();
        let (digest, rest) = part.split_at(digits);
        text + BEFORE + if digest.len() == 10 { "[digest]" } else { digest } + rest
    })
}
