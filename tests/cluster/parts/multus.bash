# shellcheck shell=bash
# Multus as its manifests run it, its programs processes of the node in the place of a DaemonSet's: with a service account of its own
# and no more rights than those manifests give. Thin's entry point places the plugin and writes the runtime's configuration from that
# of the cluster's network; so does thick's daemon, which then does what the shim asks for.

# start_multus MACHINE: and the cluster's network, without which the node is not Ready. Both programs want what a pod has.
start_multus() {
  local name root=$run/$1 account=$run/$1/run/secrets/kubernetes.io/serviceaccount
  local -a pod
  name=$(named multus "$1")
  pod=(env KUBERNETES_SERVICE_HOST=10.96.0.1 KUBERNETES_SERVICE_PORT=443 "MULTUS_NODE_NAME=$(node_name "$1")")
  mkdir -p "$account"
  cp "$run/pki/ca.crt" "$account/"
  until_true 30 kube-controller-manager kctl -n kube-system get serviceaccount multus
  kctl -n kube-system create token multus --duration 48h >"$account/token"
  configure_network "$1"
  if [ "$multus" = thick ]; then
    cp "$multus_programs/multus-shim" "$root$cni_bin/"
    cp -f "$multus_programs/multus-daemon" "$run/"
    cat >"$run/$name.json" <<J
{"cniVersion": "0.3.1", "logLevel": "verbose", "logToStderr": true, "multusConfigFile": "auto", "socketDir": "/run/multus/",
 "binDir": "$cni_bin", "cniConfigDir": "$cni_conf", "multusAutoconfigDir": "$cni_conf"}
J
    start_on "$1" "$name" "${pod[@]}" ./multus-daemon -config "$name.json"
  else
    cp -f "$multus_programs"/{multus,thin_entrypoint} "$run/"
    start_on "$1" "$name" "${pod[@]}" ./thin_entrypoint --multus-conf-file=auto --multus-bin-file=./multus --cni-bin-dir="$cni_bin" \
      --cni-conf-dir="$cni_conf" --multus-autoconfig-dir="$cni_conf" --multus-cni-conf-dir=/etc/cni/multus/net.d \
      --multus-kubeconfig-file-host="$cni_conf/multus.d/multus.kubeconfig"
  fi
  until_true 60 "$name" test -s "$root$multus_conf"
}

# A single plugin and not a list: Multus 4.2 and 4.3 lose a list's IPAM on DEL, and pods then never go.
configure_network() {
  cat >"$run/$1$cni_conf/10-bridge.conf" <<J
{"cniVersion":"1.0.0","name":"cbr0","type":"bridge","bridge":"cni0","isGateway":true,"hairpinMode":true,"capabilities":{"portMappings":true},
 "ipam":{"type":"host-local","ranges":[[{"subnet":"10.42.$(pod_number "$1").0/24"}]],"routes":[{"dst":"0.0.0.0/0"}]}}
J
}
