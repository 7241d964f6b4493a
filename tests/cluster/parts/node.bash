# shellcheck shell=bash
# What runs on a node. Processes of the second one are called as those of the first with its name added: kubelet-node2.

named() { case $2 in node) echo "$1" ;; *) echo "$1-$2" ;; esac; }

# add_node MACHINE: a node beside a running control plane.
add_node() {
  add_machine "$1"
  start_containerd "$1"
  start_kubelet "$1"
  start_multus "$1"
}

await_node() {
  until_true 60 "$(named kubelet "$1")" kctl wait --for=condition=Ready --timeout=10s "node/$(node_name "$1")"
}

# k3s links the plugins that it ships, by absolute paths, to one program in a folder that each release names anew; what else
# there is lies beside the links. Its program is a script here.
place_plugins() {
  local root=$run/$1 release plugin
  mkdir -p "$root$cni_bin" "$root$cni_conf"
  cp "$plugins"/* "$root$cni_bin/"
  if [ "$layout" = k3s ]; then
    release=/var/lib/rancher/k3s/data/0123456789abcdef
    mkdir -p "$root$release/bin/plugins"
    # shellcheck disable=SC2016 # the script's
    printf '#!/bin/sh\nexec %s/bin/plugins/"${0##*/}" "$@"\n' "$release" >"$root$release/bin/cni"
    chmod 755 "$root$release/bin/cni"
    for plugin in bandwidth bridge firewall host-local loopback portmap; do
      mv "$root$cni_bin/$plugin" "$root$release/bin/plugins/"
      ln -s "$release/bin/cni" "$root$cni_bin/$plugin"
    done
  fi
}

start_containerd() {
  local containerd archive snapshotter=overlayfs # which does not stack on itself, as in a container
  case $(stat -f -c %T "$run") in overlay*) snapshotter=native ;; esac
  containerd=$(named containerd "$1")
  place_plugins "$1"
  mkdir -p "$run/$1/etc/containerd/certs.d/192.168.1.1:5000"
  cat >"$run/$1/etc/containerd/certs.d/192.168.1.1:5000/hosts.toml" <<T
[host."https://192.168.1.1:5000"]
  ca = "$state/pki/ca.crt"
T
  cat >"$run/$containerd.toml" <<T
version = 2
[plugins."io.containerd.grpc.v1.cri"]
  restrict_oom_score_adj = true
  sandbox_image = "localhost/pause:1"
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "$cni_bin"
    conf_dir = "$cni_conf"
  [plugins."io.containerd.grpc.v1.cri".registry]
    config_path = "/etc/containerd/certs.d"
  [plugins."io.containerd.grpc.v1.cri".containerd]
    snapshotter = "$snapshotter"
    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
      runtime_type = "io.containerd.runc.v2"
T
  # Another containerd, its shim beside it, and another runc.
  [ ${#userns[@]} = 0 ] || cat >>"$run/$containerd.toml" <<T
      [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
        BinaryName = "${userns[1]}/runc"
T
  start_on "$1" "$containerd" env "PATH=${userns[0]:+${userns[0]}:}$PATH" containerd -c "$containerd.toml"
  until_true 20 "$containerd" test -S "$run/$1/run/containerd/containerd.sock"
  for archive in "${images[@]}"; do
    # CoreDNS runs on the first node alone.
    case $1/${archive##*/} in node2/coredns-*) continue ;; esac
    ln -f "$archive" "$run/images/" 2>/dev/null || cp "$archive" "$run/images/"
    inside "$1" ctr -n k8s.io images import --snapshotter "$snapshotter" "$state/images/${archive##*/}" >>"$run/log/images.log" 2>&1 || die "cannot import $archive ($run/log/images.log)"
  done
}

start_kubelet() {
  local name address kubelet proxy policy
  name=$(node_name "$1") address=$(node_address "$1")
  kubelet=$(named kubelet "$1") proxy=$(named kube-proxy "$1") policy=$(named network-policy "$1")
  certificate "$kubelet" "/O=system:nodes/CN=system:node:$name" "DNS:$name,IP:$address"
  client "$kubelet"
  echo 'nameserver 192.168.1.1' >"$run/resolv.conf"
  cat >"$run/$kubelet.yaml" <<Y
apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
cgroupDriver: cgroupfs
cgroupRoot: /$prefix-$1
failCgroupV1: false
failSwapOn: false
containerRuntimeEndpoint: unix:///run/containerd/containerd.sock
authentication: {anonymous: {enabled: false}, webhook: {enabled: true}, x509: {clientCAFile: $state/pki/ca.crt}}
authorization: {mode: Webhook}
tlsCertFile: $state/pki/$kubelet.crt
tlsPrivateKeyFile: $state/pki/$kubelet.key
clusterDNS: [10.96.0.10]
clusterDomain: cluster.local
resolvConf: $state/resolv.conf
imageGCHighThresholdPercent: 100
evictionHard: {memory.available: "100Mi"}
nodeStatusUpdateFrequency: 4s
nodeLeaseDurationSeconds: 8
Y
  start_on "$1" "$kubelet" kube/kubelet "--config=$kubelet.yaml" "--kubeconfig=$kubelet.kubeconfig" "--hostname-override=$name" "--node-ip=$address"
  cat >"$run/$proxy.yaml" <<Y
apiVersion: kubeproxy.config.k8s.io/v1alpha1
kind: KubeProxyConfiguration
mode: nftables
clientConnection: {kubeconfig: $state/admin.kubeconfig}
clusterCIDR: 10.42.0.0/16
conntrack: {maxPerCore: 0}
Y
  start_on "$1" "$proxy" kube/kube-proxy "--config=$proxy.yaml" "--hostname-override=$name"
  cp -f "$network_policy" "$run/$policy"
  start_on "$1" "$policy" "./$policy" --kubeconfig admin.kubeconfig --node "$name" --services 10.96.0.0/16
}
