# shellcheck shell=bash
# What serves the cluster and the LAN beside Kubernetes itself: resolver, registry, volumes, DNS.

start_resolver() {
  cat >"$run/lan.corefile" <<C
lan:53 {
    bind 192.168.1.1
    errors
    hosts {
        192.168.1.1 host.lan
        192.168.1.1 registry.lan
        192.168.1.10 node1.lan
        192.168.1.2 node2.lan
    }
}
.:53 {
    bind 192.168.1.1
    template ANY ANY {
        rcode NXDOMAIN
    }
}
C
  start_on lan resolver "$coredns" -conf lan.corefile
}

start_registry() {
  cat >"$run/registry.yaml" <<Y
version: 0.1
log: {level: error}
storage: {filesystem: {rootdirectory: $run/registry}}
http:
  addr: 192.168.1.1:5000
  tls: {certificate: $run/pki/registry.crt, key: $run/pki/registry.key}
Y
  start_on lan registry docker-registry serve registry.yaml
}

make_objects() {
  kctl create --validate=false -f "$here/nad-crd.yaml" -f "$here/multus.yaml" -f "$here/storage.yaml" -f "$here/dns.yaml" >/dev/null
  cp "$local_path" "$run/"
  start local-path ./local-path-provisioner start --kubeconfig admin.kubeconfig --namespace kube-system --helper-image localhost/busybox:1 --service-account-name local-path
}

await_services() {
  until_true 30 kube-apiserver kctl wait --for=condition=Established --timeout=10s crd/network-attachment-definitions.k8s.cni.cncf.io
  until_true 30 kube-controller-manager kctl get serviceaccount default
  until_true 60 kubelet kctl -n kube-system wait --for=condition=Available --timeout=10s deployment/coredns
}
