# shellcheck shell=bash
# What a case starts from: a folder and a namespace of its own, a site file, and words for what it looks at. Sourced.
# An address on the LAN or the IoT network is in one case only: the hosts there remember whose MAC it had.
# shellcheck source=tests/cluster/lib.bash
. "$here/lib.bash"
name=$(basename "$0")
folder=$work/$name.d
# The root that the case stands on: localhost/openwrt-standin, or that of NAME@apk. `manager` is opkg or apk; `run` knows that of a real root.
standin=localhost/openwrt-standin
case $name in *@apk) name=${name%@apk} manager=apk standin=$standin-apk ;; esac
space=case-$name
mkdir -p "$folder"
cd "$folder"
export KUBECONFIG=$run/admin.kubeconfig NO_COLOR=1

# wrtpod as a user of the node types it.
w() { "$here/node" "$wrtpod" "$@"; }
k() { "$here/kubectl" -n "$space" "$@"; }
on_lan() { "$here/lan" "$@"; }

say() { echo "-- $*"; }
fail() {
  echo "FAILED: $*"
  k get pods,events -o wide 2>/dev/null || true
  for pod in $(k get pods -o name 2>/dev/null); do k logs "$pod" --all-containers --prefix --tail=40 || true; done
  exit 1
}
# not_run REASON: ends the case, which cannot be run here. `run` says so and counts it neither way.
not_run() {
  echo "NOT RUN cluster $name: $*"
  exit 77
}

# expect CODE COMMAND…: runs it, keeps what it says in $out, and wants that exit code.
expect() {
  local want=$1 got=0
  shift
  out=$("$@" 2>&1) || got=$?
  printf '$ %s\n%s\n' "$*" "$out"
  [ "$got" = "$want" ] || fail "exit code $got, not $want"
}
said() { grep -qF -- "$1" <<<"$out" || fail "not said: $1"; }
not_said() { if grep -qF -- "$1" <<<"$out"; then fail "said: $1"; fi; }

# push ARCHIVE NAME:TAG: an image of images/build into the cluster's registry, 192.168.1.1:5000.
push() { "$here/node" skopeo copy -q --insecure-policy "oci-archive:$run/images/$1.tar" "docker://192.168.1.1:5000/$2"; }

# end PID…: ends what was left running in the background. A function is a shell there, and what it waits for would outlive it.
end() {
  local pid
  for pid; do
    pkill -P "$pid" || true
    kill "$pid" 2>/dev/null || true
  done
}

# within SECONDS COMMAND…: until it succeeds.
within() {
  local tries=$(($1 * 5 * patience))
  shift
  until "$@" >/dev/null 2>&1; do
    tries=$((tries - 1))
    [ "$tries" -gt 0 ] || fail "still not so: $*"
    sleep 0.2
  done
}

# COMMAND | has PATTERN: whether grep finds it in what the command says. To its end: one that is cut off by `grep -q` has failed.
has() { grep "$@" >/dev/null; }
# COMMAND | shows PATTERN: the same, and the log has what was said.
shows() { tee -a /dev/stderr | has "$@"; }

# lan_sees ADDRESS MAC: it answers, and has that MAC.
lan_sees() { on_lan ping -q -c 1 -W 2 "$1" && on_lan ip neigh show "$1" | has -i "lladdr $2"; }

# luci COMMAND…: what a request with curl, made by this command, is answered. A real LuCI shows its login with status 403.
luci() {
  local status
  status=$("$@" -s -o /dev/null -w '%{http_code}' --max-time 5) || return 1
  [ "$status" = 200 ] || [ "$status" = 403 ]
}

# The site of the test cluster; $1 is appended to its spec, $2 are further documents.
site() {
  cat >site.yaml <<Y
apiVersion: wrtpod.dev/v1alpha1
kind: Site
metadata: {name: $name}
spec:
  salt: $name
$([ "$runtime" != userns ] || echo "  hostUsers: false")
  namespace: $space
  distribution: $layout
  storageClass: local-path
  cluster: {podCIDRs: 10.42.0.0/16, serviceCIDRs: 10.96.0.0/16}
  networks:
    lan:
      macvlan: {parent: enp3s0}
      subnet: 192.168.1.0/24
      gateway: 192.168.1.1
    iot:
      macvlan: {parent: enp3s0, vlan: 2}
      subnet: 192.168.32.0/24
    wan:
      macvlan: {parent: enp4s0}
${1:-}
---
${2:-}
Y
}

# An OpenWrt appliance of the stand-in image at an address of the LAN; $3 is appended to its spec.
openwrt() {
  cat <<Y
apiVersion: wrtpod.dev/v1alpha1
kind: Appliance
metadata: {name: $1}
spec:
  from: openwrt
  image: $standin:1
  interfaces:
    - {network: lan, address: $2}
${3:-}
---
Y
}

# A generic appliance that serves a page on port 8080; $2 is appended to its spec.
web() {
  cat <<Y
apiVersion: wrtpod.dev/v1alpha1
kind: Appliance
metadata: {name: $1}
spec:
  profile: generic
  image: localhost/busybox:1
  env: {PORT: '8080'}
  ports: {http: {port: 8080}}
$2
---
Y
}

versions() { k get statefulset,service,configmap,networkpolicy,pvc,net-attach-def -o json | jq -r '.items[] | "\(.kind) \(.metadata.name) \(.metadata.uid) \(.metadata.resourceVersion) \(.metadata.generation)"' | sort; }
# nad_of APPLIANCE: the attachment of its first NIC, as its workload's template names it.
nad_of() { k get statefulset "$1" -o json | jq -r '.spec.template.metadata.annotations["k8s.v1.cni.cncf.io/networks"] | fromjson | .[0].name'; }
pod_uid() { k get pod "$1-0" -o jsonpath='{.metadata.uid}'; }

# renew APPLIANCE…: deletes their pods, and waits until others are ready in their place. kubectl's own waiting takes a successor of
# the same name for the pod now and then, and never ends.
renew() {
  local -A uids
  local appliance
  for appliance; do uids[$appliance]=$(pod_uid "$appliance"); done
  k delete pod --wait=false "${@/%/-0}"
  for appliance; do within 90 renewed "$appliance" "${uids[$appliance]}"; done
}
renewed() { [ "$(pod_uid "$1")" != "$2" ] && k wait --for=condition=Ready "pod/$1-0" --timeout=1s; }

# The tests of the cluster sink, built; and the names of those that break what other cases stand on.
apiserver_tests() {
  (cd "$top" && cargo test --quiet --locked --no-run --message-format json --test apiserver) |
    jq -r 'select(.target.name == "apiserver" and .executable).executable'
}
export sink_killed=server::a_server_that_is_killed_in_mid_deploy_is_waited_for
export sink_late=pods::a_pod_that_was_made_before_multus_comes_back_with_its_nics
