# Pods with users of their own. On a runtime that maps none: `doctor` says it before, `deploy` in the kubelet's words. On one that does
# (`run --runtime userns`): the machine on the LAN is the same, its root is nobody on the node, devices come by a device plugin, and one
# claim is used with and without, nothing on it changed.
. "$here/hosts.bash"
resource=wrtpod.test/tun
# router SHARES [MORE]: an OpenWrt whose pod has the node's users or its own.
router() {
  site "" "$(openwrt router 192.168.1.84/24 "  hostUsers: $1
${2:-}")"
}
in_pod() { k exec router-0 -c openwrt -- sh -c "$1"; }
mapped() { in_pod 'cat /proc/self/uid_map' | tr -s ' ' | sed 's/^ //'; }

if [ "$runtime" != userns ]; then
  router false
  expect 1 w doctor router
  said "error[user-namespace-missing]: node1 cannot give router users of its own: its runtime (containerd://1."
  expect 1 w deploy router --timeout 60s
  said "runtime does not support user namespaces"
  router true
  expect 0 w doctor router
  expect 0 w deploy router
  within 30 lan_sees 192.168.1.84 "$(mac_of router lan)"
  expect 0 w delete router --delete-data
  return 0
fi

# /dev/net/tun of the node is open to all, as where udev runs; the other device is its group's. runc takes a device by the path that it
# has in the container from the node, so a plugin has to give it under its own.
closed=/dev/fuse
rm -f "$run/closed"
mknod -m 660 "$run/closed" c 10 229
inside_node mount --bind "$state/closed" $closed
cp "$("$here/build" device-plugin)/device-plugin" "$run/tun-plugin"
start tun-plugin ./tun-plugin $resource /dev/net/tun /dev/net/tun
start closed-plugin ./tun-plugin wrtpod.test/closed $closed $closed
trap 'for one in tun-plugin closed-plugin; do "$here/service" $one stop 2>/dev/null || true; done; inside_node umount $closed || true; leave' EXIT
offered() { [ "$(kctl get node node1 -o json | jq -r ".status.allocatable[\"$1\"]")" = 1 ]; }
within 30 offered $resource
within 30 offered wrtpod.test/closed
say "users of its own"
devices="  devices: [{resource: $resource}, {resource: wrtpod.test/closed}]"
router false "$devices"
sed "s#resource: $resource#path: /dev/net/tun#" site.yaml >by-path.yaml
expect 1 w deploy router -f by-path.yaml
said "error[user-namespace]"
expect 0 w doctor router
expect 0 w deploy router
said 'warning[user-namespace-device]'
said wrtpod.test/closed
not_said "\`$resource\`"
mac=$(mac_of router lan)
lan_sees 192.168.1.84 "$mac"
within 30 luci on_lan curl http://192.168.1.84/
read -r inside outside count <<<"$(mapped)"
[ "$inside" = 0 ] && [ "$outside" -ge 65536 ] && [ "$count" = 65536 ] || fail "the users: $inside $outside $count"
pid=$(pid_1 router-0)
[ "$(stat -c %u "/proc/$pid")" = "$outside" ] || fail "PID 1 is of user $(stat -c %u "/proc/$pid") on the node, and not of $outside"
in_pod 'exec 3<>/dev/net/tun' || fail "/dev/net/tun does not open"
expect 1 in_pod "exec 3<>$closed"
said "Permission denied"

say "what is the node's is not the pod's root's"
# /proc of the node's processes, its settings, its memory, its devices.
for file in /proc/sys/kernel/core_pattern /proc/sysrq-trigger /sys/kernel/uevent_helper /proc/sys/vm/drop_caches; do
  if in_pod "[ ! -e $file ] || echo x >$file" 2>/dev/null && in_pod "[ -e $file ]"; then fail "$file can be written"; fi
done
# events POD: what the kernel tells the pod's network of a device of the node.
events() {
  nsenter --target "$(pid_1 "$1")" --net python3 -c '
import os, socket
heard = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 15)
heard.bind((0, 1))
heard.settimeout(3)
open("/sys/class/mem/null/uevent", "w").write("change")
try:
    while b"virtual/mem/null" not in heard.recv(65536): pass
    print("heard")
except TimeoutError: print("nothing")'
}
[ "$(events router-0)" = nothing ] || fail "it hears the node's events"

say "one claim, with and without"
in_pod 'uci set system.system.zonename=Mine; uci commit; echo mine >/etc/mine; chown 453:453 /etc/mine'
volume=$run/node$(kctl get pv "$(k get pvc router-data -o jsonpath='{.spec.volumeName}')" -o json | jq -r '.spec | (.hostPath // .local).path')
owners() { (cd "$volume" && find . -newermt 2000-01-01 \( -path ./wrtpod -prune -o -printf '%p %U %G %m\n' \) | sort); }
owners >own.owners
has '/mine 453 453' <own.owners || fail "the numbers on the disk are others: $(grep mine own.owners)"
if grep -vE ' (0|453|[0-9]{1,4}) [0-9]{1,4} [0-7]+$' own.owners; then fail "a number of the pod's users is on the disk"; fi
for shares in true false; do
  router $shares "$devices"
  expect 0 w deploy router
  within 30 lan_sees 192.168.1.84 "$mac"
  [ "$(in_pod 'cat /etc/mine; uci get system.system.zonename; stat -c %u /etc/mine' | tr '\n' ' ')" = "mine Mine 453 " ] || fail "the claim with hostUsers $shares"
  owners >"$shares.owners"
  diff <(grep -v tmp own.owners) <(grep -v tmp "$shares.owners") || fail "owners changed with hostUsers $shares"
  case $shares in
    true) [ "$(mapped | cut -d' ' -f2)" = 0 ] && [ "$(events router-0)" = heard ] || fail "without it root is the node's, and hears" ;;
    false) [ "$(mapped | cut -d' ' -f2)" != 0 ] && [ "$(events router-0)" = nothing ] || fail "with it root is nobody" ;;
  esac
done

say "an unmasked /proc"
relay=/proc/sys/net/ipv6/conf/lan/proxy_ndp
expect 1 in_pod "echo 1 >$relay"
said "Read-only"
router false "$devices
  procMount: Unmasked"
expect 0 w deploy router
in_pod "echo 1 >$relay" || fail "the settings of its network cannot be written"
expect 1 in_pod 'echo x >/proc/sys/kernel/core_pattern'
said "ermission denied"
expect 0 w delete router --delete-data
