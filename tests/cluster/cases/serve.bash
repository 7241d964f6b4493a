# No rogue server: `openwrt` answers no DHCP request and sends no router advertisement; `openwrt-router` serves the network that it is
# told to serve and no other, asks the WAN's name servers and not the cluster's, and knows its leases in its next pod.
. "$here/hosts.bash"
machine client iot
machine provider wan 203.0.113.5/24
dhcp_server provider 203.0.113.60 203.0.113.60 router 203.0.113.1 dns 203.0.113.53 subnet 255.255.255.0
discover() { at client busybox udhcpc -f -q -n -t 3 -T 1 -A 1 -i nic -s /bin/true "$@"; }
solicit() { at client ping -6 -c 1 -W 1 ff02::2%nic >/dev/null 2>&1 || true; }

site "" "$(openwrt guest 192.168.32.9/24 | sed 's/network: lan/network: iot/')
$(openwrt router gateway | sed 's/from: openwrt$/from: openwrt-router/; s/- {network: lan, address: gateway}/- {network: iot, address: gateway, serve: true}\n    - {network: wan, address: dhcp}/')"
sed -i 's#^      subnet: 192.168.32.0/24#&\n      gateway: 192.168.32.254#' site.yaml
watch quiet iot 'udp port 67 or udp port 68 or icmp6[0] == 134'
expect 0 w deploy guest
solicit
expect 1 discover
grep -q 'BOOTP/DHCP, Request' quiet || fail "no request was seen"
if grep -E 'BOOTP/DHCP, Reply|router advertisement' quiet; then fail "openwrt answers"; fi
expect 0 w delete guest --delete-data

watch served iot 'udp port 67 or udp port 68 or icmp6[0] == 134'
watch uplink wan 'udp port 67 or udp port 68 or icmp6[0] == 134'
expect 0 w deploy router
inside=$(mac_of router iot) outside=$(mac_of router wan)
# A server that is not there, a ruleset, a frame that does not arrive: what tells them apart is shown.
gets_lease() { for _ in $(seq 20); do ! discover -r 192.168.32.150 || return 0; done; return 1; }
if ! gets_lease; then
  k exec router-0 -- sh -c 'ps; nft list ruleset; ip -s link show dev iot; ip addr show dev iot; cat /proc/net/udp' || true
  ip -n "$node" -s link show dev enp3s0.2
  ip -n "$lan" -s link
  fail "no lease"
fi
solicit
within 10 grep -q "^[0-9.]* $inside > .*BOOTP/DHCP, Reply" served
if [ -n "${WRTPOD_TEST_ROOTFS:-}" ]; then
  within 30 grep -q "^[0-9.]* $inside > .*router advertisement" served
else
  within 10 k exec router-0 -- sh -c 'logread | grep "odhcpd: ra server on iot"'
fi
say "and nothing of it on the WAN and on the cluster's side"
grep -q "^[0-9.]* $outside > .*BOOTP/DHCP, Request" uplink || fail "it asks nobody on the WAN"
if grep "^[0-9.]* $outside > " uplink | grep -E 'BOOTP/DHCP, Reply|router advertisement'; then fail "it serves the WAN"; fi
if k exec router-0 -- sh -c 'logread | grep -E "server on (wan|cluster)"'; then fail "it serves the WAN or the cluster"; fi
[ "$(k exec router-0 -- uci -q get dhcp.cluster.ignore)" = 1 ] || fail "it serves the cluster"

say "its upstream is the WAN's lease, never the cluster's DNS"
# netifd's file; before 2020 it had no folder of its own.
upstream() { k exec router-0 -- sh -c 'cat /tmp/resolv.conf.d/resolv.conf.auto 2>/dev/null || cat /tmp/resolv.conf.auto'; }
leads_out() { upstream | has -x 'nameserver 203.0.113.53'; }
within 20 leads_out
if upstream | grep -F 10.96.0.10; then fail "the cluster's DNS is its upstream"; fi
[ -z "$(k exec router-0 -- uci -q get dhcp.dnsmasq.server)" ] || fail "it has servers of its own"
[ "$(k exec router-0 -- uci -q get dhcp.dnsmasq.localuse)" = 0 ] || fail "it appends itself to the kubelet's resolv.conf"
if [ -n "${WRTPOD_TEST_ROOTFS:-}" ]; then
  # Not an address of a documentation's network: dnsmasq takes those for a rebinding attack.
  say "and it is asked: a client of the router gets its answer"
  printf '.:53 {\n  bind 203.0.113.53\n  template ANY A {\n    answer "{{ .Name }} 60 IN A 1.2.3.4"\n  }\n  template ANY ANY {\n    rcode NOERROR\n  }\n}\n' >corefile
  at provider ip addr add 203.0.113.53/32 dev nic
  at provider "$("$here/build" coredns)/coredns" -conf "$folder/corefile" >resolver.log 2>&1 &
  background+=($!)
  at client ip addr add 192.168.32.150/24 dev nic
  answered() { at client busybox nslookup somewhere.example 192.168.32.254 | has -xF "Address: 1.2.3.4"; }
  within 20 answered
  say "a stranger, whose network is none of the router's, gets none: by the LAN, and from behind eth0"
  # ask MACHINE-COMMAND FROM TO: an A question for somewhere.example from that address, to port 53 there.
  ask() {
    "${@:3}" python3 -c 'import socket, sys
asker = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
asker.bind((sys.argv[1], 0))
asker.settimeout(3)
asker.sendto(bytes.fromhex("000101000001000000000000") + b"\x09somewhere\x07example\0\0\x01\0\x01", (sys.argv[2], 53))
print(asker.recv(512)[-4:])' "$1" "$2" 2>&1
  }
  at client ip addr add 10.77.0.1/32 dev lo
  within 10 ask 192.168.32.150 192.168.32.254 at client
  if ask 10.77.0.1 192.168.32.254 at client; then fail "it answers a stranger"; fi
  k exec router-0 -- logread | shows 'ignoring query from non-local network 10.77.0.1' || fail "the question did not come as far as dnsmasq"
  if ask 10.42.0.1 "$(k get pod router-0 -o jsonpath='{.status.podIP}')" "$here/node"; then fail "it answers on eth0"; fi
fi

say "leases are on the claim: the next pod has them"
leases=/wrtpod/data/wrtpod/dhcp.leases
mac=$(at client ip -br link show nic | awk '{ print $3 }')
# dnsmasq writes text, BusyBox's server six bytes, and only when it is told to.
leased() { k exec router-0 -- cat $leases | tee leases | has "$mac" || od -An -v -tx1 leases | tr -d ' \n' | has "${mac//:/}"; }
[ -n "${WRTPOD_TEST_ROOTFS:-}" ] || k exec router-0 -- sh -c 'kill -USR1 "$(cat /tmp/run/procd/dnsmasq.dhcp_iot/pid)"'
within 20 leased
renew router
leased || fail "the lease is gone"
expect 0 w delete router --delete-data
