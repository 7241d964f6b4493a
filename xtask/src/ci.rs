//! `cargo xtask ci`: the steps, and what each needs on the machine.

use std::path::Path;

use anyhow::{Result, bail};

use crate::step::{self, Count};

/// A check.
struct Step {
    name: &'static str,
    /// Programs without which it cannot run.
    needs: &'static [&'static str],
    command: &'static [&'static str],
    environment: &'static [(&'static str, &'static str)],
}

const fn step(name: &'static str, needs: &'static [&'static str], command: &'static [&'static str]) -> Step {
    Step { name, needs, command, environment: &[] }
}

/// Quick ones first. Scripts test for what else they need, and say what is missing.
const STEPS: &[Step] = &[
    step("fmt", &["rustfmt"], &["cargo", "fmt", "--all", "--check"]),
    step("shell", &["bash", "git", "shellcheck"], &["xtask/shell"]),
    step(
        "clippy",
        &["cargo-clippy"],
        &["cargo", "clippy", "--workspace", "--all-targets", "--locked", "--quiet", "--", "-D", "warnings"],
    ),
    step(
        "fuzz",
        &["c++", "cargo-clippy"],
        &[
            "cargo",
            "clippy",
            "--manifest-path",
            "fuzz/Cargo.toml",
            "--locked",
            "--quiet",
            "--",
            "-D",
            "warnings",
        ],
    ),
    Step {
        environment: &[("RUSTDOCFLAGS", "-D warnings")],
        ..step("doc", &[], &["cargo", "doc", "--workspace", "--no-deps", "--locked", "--quiet"])
    },
    step("test", &[], &["cargo", "test", "--workspace", "--locked", "--no-fail-fast"]),
    step("generate", &[], &["cargo", "xtask", "generate", "--check"]),
    step("deny", &[], &["cargo", "deny", "check", "bans", "licenses", "sources"]),
    step("advisories", &["bash"], &["xtask/advisories"]),
    step("pod", &["bash", "busybox", "ip", "shellcheck"], &["tests/pod/run"]),
    step("oracle", &["bash", "go", "python3"], &["tests/oracle/run"]),
    step("chart", &["bash", "go", "python3"], &["tests/chart/run"]),
    step("matrix", &["go"], &["go", "-C", "tests/cni/matrix", "test", "./..."]),
    step("cni", &["bash", "busybox", "go", "iptables", "qemu-system-x86_64"], &["tests/cni/run", "--check"]),
    step("image", &["bash", "jq", "skopeo", "tar", "umoci"], &["tests/image/run"]),
    step(
        "build",
        &["bash", "busybox", "curl", "docker-registry", "jq", "openssl", "python3", "skopeo", "tar", "umoci"],
        &["tests/build/run"],
    ),
    step(
        "registry",
        &["bash", "curl", "docker-registry", "htpasswd", "jq", "openssl", "skopeo"],
        &["tests/registry/run"],
    ),
    step(
        "cluster",
        &["bash", "containerd", "docker-registry", "etcd", "go", "nft", "openssl", "runc", "skopeo"],
        &["tests/cluster/run"],
    ),
    step(
        "k3s",
        &["bash", "containerd", "etcd", "go", "nft", "openssl", "runc"],
        &["tests/cluster/run", "--layout", "k3s"],
    ),
    step(
        "thick",
        &["bash", "containerd", "etcd", "go", "nft", "openssl", "runc"],
        &["tests/cluster/run", "--multus", "thick"],
    ),
    step(
        "userns",
        &["bash", "containerd", "etcd", "gcc", "go", "nft", "openssl", "runc"],
        &["tests/cluster/run", "--runtime", "userns"],
    ),
];

/// Runs the steps; true when all passed.
pub fn run(only: &[String], skip: &[String]) -> Result<bool> {
    for name in only.iter().chain(skip) {
        if !STEPS.iter().any(|step| step.name == name) {
            let names: Vec<&str> = STEPS.iter().map(|step| step.name).collect();
            bail!("there is no step `{name}`: there are {}", names.join(", "));
        }
    }
    let mut total = Count::default();
    let mut notes = Vec::new();
    for step in STEPS.iter().filter(|step| only.is_empty() || only.iter().any(|name| name == step.name)) {
        if skip.iter().any(|name| name == step.name) {
            notes.push(format!("SKIPPED {}: asked for with --skip", step.name));
            continue;
        }
        if matches!(step.name, "deny" | "advisories") && !is_there("cargo-deny") {
            let why = "cargo-deny is not installed (cargo install --locked cargo-deny)";
            notes.push(format!("NOT RUN {}: {why}", step.name));
            continue;
        }
        let needs = step.needs.iter().chain(step.command.first());
        let missing: Vec<&str> = needs.copied().filter(|program| !is_there(program)).collect();
        let count = if missing.is_empty() {
            step::run(step.name, step.command, step.environment)?
        } else {
            println!(
                "\n==> {}: MISSING {} (.ci/run installs what tests need)",
                step.name,
                missing.join(", ")
            );
            Count { failed: 1, ..Count::default() }
        };
        if count.failed > 0 {
            notes.push(format!("FAILED {}: {} passed, {} failed", step.name, count.passed, count.failed));
        }
        notes.extend(count.not_run);
        total.passed += count.passed;
        total.failed += count.failed;
    }
    println!();
    for note in notes {
        println!("{note}");
    }
    println!("{} passed, {} failed", total.passed, total.failed);
    Ok(total.failed == 0)
}

/// A script of the repository, or a program on the path.
fn is_there(program: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    if program.contains('/') {
        return Path::new(program).is_file();
    }
    std::env::split_paths(&path).any(|folder| folder.join(program).is_file())
}
