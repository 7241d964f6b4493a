//! How long parse, plan, check and render take on generated sites.
//!
//! `cargo bench --bench scale` prints the medians for 1,000 and 10,000 appliances; behind it, `-- 500 20`
//! those for 500, of 20 runs, and `-- site 1000` such a site, which `benches/compare` uses.
#![expect(clippy::print_stdout, reason = "the figures are the result")]

use std::fmt::Write;
use std::time::{Duration, Instant};

use wrtpod::diag::{Diagnostics, SourceMap};
use wrtpod::objects::{ObjectSet, ScriptsOwner};
use wrtpod::overlay::Overlays;
use wrtpod::{catalog, objects, plan, rules, sink, spec};

const STAGES: [&str; 5] = ["parse", "plan", "check", "render", "sum"];

fn main() {
    // Cargo adds `--bench`.
    let args: Vec<String> = std::env::args().skip(1).filter(|arg| arg != "--bench").collect();
    let number = |at: usize| args.get(at).and_then(|arg| arg.parse().ok());
    if args.first().is_some_and(|arg| arg == "site") {
        print!("{}", site(number(1).unwrap_or(1_000)));
        return;
    }
    println!("| appliances | {} |\n|{}", STAGES.join(" | "), "---|".repeat(STAGES.len() + 1));
    match number(0) {
        Some(count) => row(count, number(1).unwrap_or(15)),
        None => [(1_000, 15), (10_000, 5)].into_iter().for_each(|(count, runs)| row(count, runs)),
    }
}

/// A site of `count` appliances with three NICs each, as its owner would write it.
fn site(count: usize) -> String {
    let mut text = String::from(
        "apiVersion: wrtpod.dev/v1alpha1\nkind: Site\nmetadata: {name: bench}\nspec:\n  salt: 8f14e45fceea167a\n  \
         namespace: bench\n  distribution: k3s\n  networks:\n",
    );
    for (network, second) in [("lan", 16), ("iot", 17), ("cameras", 18)] {
        let parent = if network == "lan" { "{parent: enp3s0}" } else { "{parent: enp3s0, vlan: 2}" };
        let _ = writeln!(
            text,
            "    {network}: {{macvlan: {parent}, subnet: 172.{second}.0.0/16, gateway: 172.{second}.0.1}}"
        );
    }
    for index in 0..count {
        let (high, low) = (1 + index / 250, 2 + index % 250);
        let _ = write!(
            text,
            "---\napiVersion: wrtpod.dev/v1alpha1\nkind: Appliance\nmetadata: {{name: web-{index}}}\nspec:\n  \
             from: nginx-lan\n  interfaces:\n    - {{network: lan, address: 172.16.{high}.{low}/16}}\n    - \
             {{network: iot, address: 172.17.{high}.{low}/16}}\n    - {{network: cameras, address: 172.18.{high}.{low}/16}}\n"
        );
    }
    text
}

fn row(count: usize, runs: usize) {
    let text = site(count);
    let mut times: Vec<Vec<Duration>> = vec![Vec::new(); STAGES.len()];
    for _ in 0..runs {
        let run = run(&text, count);
        for (stage, time) in times.iter_mut().zip(run.into_iter().chain([run.iter().sum()])) {
            stage.push(time);
        }
    }
    let cells: Vec<String> = times.iter_mut().map(|stage| format!("{:.1} ms", median(stage))).collect();
    println!("| {count} | {} |", cells.join(" | "));
}

fn run(text: &str, count: usize) -> [Duration; 4] {
    let inputs = [spec::Input { name: "site.yaml".to_owned(), text: text.to_owned() }];
    let request = spec::Request { inputs: &inputs, catalog: catalog::ENTRIES, ..spec::Request::default() };
    let (mut sources, mut diags) = (SourceMap::new(), Diagnostics::new());
    let mut last = Instant::now();
    let mut lap = || std::mem::replace(&mut last, Instant::now()).elapsed();

    let documents = spec::load(&request, &mut sources, &mut diags);
    let parse = lap();
    let plan = plan::decide(&documents, &Overlays::default(), &mut diags).expect("the site has a plan");
    let decide = lap();
    rules::check(&plan, &mut diags);
    let check = lap();
    let sets: Vec<ObjectSet> = plan
        .appliances
        .iter()
        .map(|appliance| objects::build(&plan, appliance, ScriptsOwner::Site))
        .collect();
    let rendered = sink::yaml_texts(&sets).collect::<String>();
    let render = lap();

    assert!(!diags.has_errors(), "a generated site has no faults");
    assert!(rendered.len() > 1_000 * count && sets.iter().map(ObjectSet::len).sum::<usize>() > 3 * count);
    [parse, decide, check, render]
}

fn median(times: &mut [Duration]) -> f64 {
    times.sort_unstable();
    times[times.len() / 2].as_secs_f64() * 1e3
}
