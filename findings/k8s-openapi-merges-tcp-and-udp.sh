#!/usr/bin/env bash
# k8s-openapi's `DeepMerge` takes a port of TCP and one of UDP for the same: a DNS server loses TCP, even if nothing is to change.
#
# Input:     a Service with port 53 of TCP and of UDP, merged with itself; a container with port 53 of TCP, merged with one of UDP.
# Expected:  the Service is as it was, the container has both ports. The API server tells entries of both lists apart by number and
#            protocol (`x-kubernetes-list-map-keys`), and the crate says of its ways to merge lists that they are those list types.
# Behaviour: the Service has port 53 of UDP twice, under one name; the container has UDP alone. The lists are merged by the number
#            alone, the older `x-kubernetes-patch-merge-key`: each port goes into the first of its number.
# Seen with: k8s-openapi 0.29.0 (feature v1_33), rustc 1.95, 2026-11-30.
# Control:   with two numbers the Service merged with itself is as it was, and the container has both ports.
#
# Needs cargo, of Rust 1.89 or later. Exits with 0 when this is still so, with 1 when it is not, with 2 when it cannot tell.
set -euo pipefail
readonly openapi=0.29.0 json=1.0.154

cannot() {
  echo "cannot tell: $1" >&2
  exit 2
}

command -v cargo >/dev/null || cannot "cargo is missing"
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
mkdir "$folder/src"
cat >"$folder/Cargo.toml" <<EOF
[package]
name = "finding"
version = "0.0.0"
edition = "2024"

[dependencies]
k8s-openapi = { version = "=$openapi", features = ["v1_33"] }
serde_json = "=$json"
EOF
cat >"$folder/src/main.rs" <<'EOF'
use k8s_openapi::DeepMerge;
use k8s_openapi::api::core::v1::{Container, Service};
use serde_json::{Value, from_value, json};

/// A Service of these ports, merged with itself.
fn service(tcp: i32, udp: i32) -> Service {
    let ports = json!([
        {"name": "dns-tcp", "port": tcp, "protocol": "TCP"},
        {"name": "dns", "port": udp, "protocol": "UDP"},
    ]);
    let written: Service = from_value(json!({"metadata": {"name": "dns"}, "spec": {"ports": ports}})).unwrap();
    let mut merged = written.clone();
    merged.merge_from(written);
    merged
}

/// A container with the one, merged with one that has the other.
fn container(tcp: i32, udp: i32) -> Container {
    let one = |port: Value| from_value::<Container>(json!({"name": "dns", "ports": [port]})).unwrap();
    let mut merged = one(json!({"containerPort": tcp, "protocol": "TCP"}));
    merged.merge_from(one(json!({"containerPort": udp, "protocol": "UDP"})));
    merged
}

fn main() {
    for (tcp, udp) in [(53, 5353), (53, 53)] {
        let ports = service(tcp, udp).spec.and_then(|spec| spec.ports).unwrap_or_default();
        let ports: Vec<String> = ports.iter().map(|port| format!("{}/{}", port.port, port.protocol.as_deref().unwrap())).collect();
        println!("service {tcp} {udp} {}", ports.join(" "));
        let ports = container(tcp, udp).ports.unwrap_or_default();
        let ports: Vec<String> = ports.iter().map(|port| format!("{}/{}", port.container_port, port.protocol.as_deref().unwrap())).collect();
        println!("container {tcp} {udp} {}", ports.join(" "));
    }
}
EOF
seen=$(cd "$folder" && CARGO_TARGET_DIR=$folder/target cargo run --quiet) || cannot "the program does not build"
awk '{ print $1 " with " $2 " of TCP and " $3 " of UDP, merged: " $4 " " $5 }' <<<"$seen"
case $(tr '\n' ',' <<<"$seen") in
  "service 53 5353 53/TCP 5353/UDP,container 53 5353 53/TCP 5353/UDP,service 53 53 53/UDP 53/UDP,container 53 53 53/UDP,")
    echo "still so: ports of one number are one port" ;;
  "service 53 5353 53/TCP 5353/UDP,container 53 5353 53/TCP 5353/UDP,"*)
    echo "this has changed: look whether patches of ports still need care" >&2
    exit 1 ;;
  *) cannot "ports of two numbers are not kept either" ;;
esac
