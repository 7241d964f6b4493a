# An image that starts as root, prepares its folders and drops to a user: without capabilities it ends and status says why, with the set
# it runs, and no capability of the set can be left out.
entry='cache=/run/cache
set -e
mkdir -p $cache
chown 101:101 $cache
chmod 700 $cache
echo 1 >$cache/pid
echo "web:x:101:101::/:/bin/sh" >>/etc/passwd
su -s /bin/sh web -c "exec sleep 1000" &
sleep 1
[ "$(awk "/^Uid/ { print \$2 }" /proc/$!/status)" = 101 ]
kill $!
exec /bin/busybox httpd -f -p 8080 -h /'
root() {
  site "" "$(web root "  command: [/bin/busybox, sh, -c, $(jq -n --arg entry "$entry" '$entry')]
  service: {}
  interfaces: [{network: lan, address: 192.168.1.83/24}]
  probes: {readiness: {tcp: http}}
  capabilities: {$1}")"
}
say "without capabilities it ends, and is told what it lacks"
root ""
expect 0 w render root
said "names no capabilities and no user"
expect 1 w deploy root --timeout 60s
said "chown"
said "capabilities: {root-entrypoint: REASON}"
said "wrtpod explain capabilities"
say "with the set it runs"
root "root-entrypoint: it drops to a user of its own"
expect 0 w deploy root
not_said "names no capabilities"
expect 0 w render root --explain
said "SETUID: it drops to a user of its own"
expect 0 w delete root
