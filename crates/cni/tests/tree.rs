//! What the crate stands on: a CNI plugin is started for each NIC of each pod, and runs as root on the node.

use std::process::Command;

/// All of it, in the order of `cargo tree`.
const TREE: [&str; 2] = ["wrtpod-cni", "wrtpod-shown"];

#[test]
fn it_stands_on_nearly_nothing() {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args([
        "tree",
        "--package",
        "wrtpod-cni",
        "--edges",
        "normal,build",
        "--target",
        "all",
        "--prefix",
        "none",
    ]);
    cargo.args(["--format", "{p}", "--offline", "--locked"]);
    let output = cargo.output().expect("cargo runs");
    let tree = String::from_utf8_lossy(&output.stdout);
    let names: Vec<&str> = tree.lines().filter_map(|line| line.split(' ').next()).collect();
    assert_eq!(names, TREE, "{}", String::from_utf8_lossy(&output.stderr));
}
