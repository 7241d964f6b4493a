#!/usr/bin/env bash
# kube holds NO_PROXY against the proxy's own address, not against the API server's.
#
# Input:     a kubeconfig whose server is 192.168.1.10, HTTPS_PROXY with a proxy on 10.9.9.9, and NO_PROXY with the server's address, with
#            the server's network, or with the proxy's address.
# Expected:  with the first two the server is asked without the proxy, with the third by it: as kubectl and every Go program does it.
# Behaviour: the other way round. With the server's address or network in NO_PROXY the proxy is used nevertheless: a cluster at home is
#            asked for through a proxy that cannot reach it. With the proxy's address, or a network that it is in, it is not.
# Seen with: kube 5.0.0 (features client, http-proxy), the first version that reads NO_PROXY; rustc 1.95, 2026-11-30.
# Control:   without NO_PROXY there is the proxy, with `*` there is none, and with the name of another machine there is the proxy. Go's
#            net/http does with the same variables as expected.
#
# Needs cargo (Rust 1.89 or later) and go. Exits with 0 when this is still so, with 1 when it is not, with 2 when it cannot tell.
set -euo pipefail
readonly kube=5.0.0 openapi=0.29.0 tokio=1.54.1

cannot() {
  echo "cannot tell: $1" >&2
  exit 2
}

for tool in cargo go; do command -v "$tool" >/dev/null || cannot "$tool is missing"; done
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
mkdir "$folder/src" "$folder/go"
cat >"$folder/Cargo.toml" <<EOF
[package]
name = "finding"
version = "0.0.0"
edition = "2024"

[dependencies]
kube = { version = "=$kube", default-features = false, features = ["client", "http-proxy"] }
k8s-openapi = { version = "=$openapi", features = ["v1_33"] }
tokio = { version = "=$tokio", features = ["macros", "rt"] }
EOF
cat >"$folder/src/main.rs" <<'EOF'
use kube::config::{Config, KubeConfigOptions, Kubeconfig};

const KUBECONFIG: &str = "
apiVersion: v1
kind: Config
current-context: home
contexts: [{name: home, context: {cluster: home}}]
clusters: [{name: home, cluster: {server: 'https://192.168.1.10:6443'}}]
";

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let kubeconfig = Kubeconfig::from_yaml(KUBECONFIG).unwrap();
    let config = Config::from_custom_kubeconfig(kubeconfig, &KubeConfigOptions::default()).await.unwrap();
    println!("{}", if config.proxy_url.is_some() { "proxy" } else { "direct" });
}
EOF
cat >"$folder/go/main.go" <<'EOF'
package main

import (
	"fmt"
	"net/http"
)

func main() {
	request, _ := http.NewRequest("GET", "https://192.168.1.10:6443/", nil)
	proxy, err := http.ProxyFromEnvironment(request)
	switch {
	case err != nil:
		panic(err)
	case proxy != nil:
		fmt.Println("proxy")
	default:
		fmt.Println("direct")
	}
}
EOF
(cd "$folder" && CARGO_TARGET_DIR=$folder/target cargo build --quiet) || cannot "the program with kube does not build"
(cd "$folder/go" && go build -o "$folder/with-go" main.go) || cannot "the program in Go does not build"

seen=""
for list in none '*' nas.lan 192.168.1.10 192.168.1.0/24 10.9.9.9; do
  variables=(HTTPS_PROXY=http://10.9.9.9:3128)
  [ "$list" = none ] || variables+=("NO_PROXY=$list")
  for program in target/debug/finding with-go; do
    seen+="$(env -u https_proxy -u no_proxy -u NO_PROXY "${variables[@]}" "$folder/$program") " || cannot "$program fails"
  done
  awk -v list="$list" '{ print "NO_PROXY " list ": kube " $(NF - 1) ", Go " $NF }' <<<"$seen"
done
case $seen in
  "proxy proxy direct direct proxy proxy proxy direct proxy direct direct proxy ")
    echo "still so: NO_PROXY is held against the proxy" ;;
  "proxy proxy direct direct proxy proxy "*direct*direct*proxy" ")
    echo "this has changed: look whether wrtpod still has to read NO_PROXY by itself" >&2
    exit 1 ;;
  *) cannot "the control is not as expected" ;;
esac
