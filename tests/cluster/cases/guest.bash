# What a guest does to itself: the network stopped, PID 1 killed, `reboot`, an old backup restored. Each time the container starts again in the same sandbox
# and eth0 is at once what it was: `cluster` is written from the init container's copy, never from the live eth0.
. "$here/hosts.bash"
site "" "$(openwrt router 192.168.1.33/24)"
expect 0 w deploy router
uid=$(pod_uid router)
eth0() { k exec router-0 -- sh -c 'ip addr show dev eth0 | grep "scope global"; ip route show dev eth0' | sed -E 's/ (proto [a-z]+|valid_lft.*)//g; s/ *$//' | sort; }
restarts() { k get pod router-0 -o jsonpath='{.status.containerStatuses[0].restartCount}'; }
restarted() { [ "$(restarts)" -ge "$1" ] && k wait --for=condition=Ready pod/router-0 --timeout=1s; }
last_exit() { k get pod router-0 -o jsonpath='{.status.containerStatuses[0].lastState.terminated.exitCode}'; }
same() {
  eth0 >now
  diff before now || fail "eth0 is not what it was"
  [ "$(pod_uid router)" = "$uid" ] || fail "the pod is another"
  connects router-0 10.96.0.1 443 || fail "Services cannot be reached"
  on_lan ping -c 1 -W 2 192.168.1.33
}
eth0 | tee before
grep -q 'inet 10\.42\.' before || fail "eth0 has no address"

say "the network stopped: eth0 is empty, and the copy is what counts"
k exec router-0 -- tar cf /etc/backup.tar -C / etc/config etc/shadow
k exec router-0 -- /etc/init.d/network stop || true
if k exec router-0 -- ip addr show dev eth0 | grep 'inet 10\.'; then fail "the guest left eth0 alone"; fi
say "and PID 1 killed"
kill -KILL "$(pid_1 router-0)"
within 60 restarted 1
[ "$(last_exit)" = 137 ] || fail "it ended with $(last_exit)"
same

say "in the next pod a backup is restored, and the guest reboots: the old \`cluster\` address does not come back"
k exec router-0 -- sh -c 'uci set system.system.hostname=newer && uci commit system'
renew router
uid=$(pod_uid router)
eth0 | tee before
[ "$(k exec router-0 -- uci get system.system.hostname)" = newer ] || fail "a user's change is gone"
old=$(k exec router-0 -- tar xOf /etc/backup.tar etc/config/network | grep -o '10\.42\.0\.[0-9]*' | head -n 1)
now=$(k get pod router-0 -o jsonpath='{.status.podIP}')
[ -n "$old" ] && [ "$old" != "$now" ] || fail "both pods had the address $old"
k exec router-0 -- tar xf /etc/backup.tar -C /
k exec router-0 -- grep -F "'$old" /etc/config/network || fail "the backup is not restored"
k exec router-0 -- reboot || true
within 60 restarted 1
[ "$(last_exit)" = 0 ] || fail "reboot ended with $(last_exit)"
same
if k exec router-0 -- grep -F "'$old" /etc/config/network; then fail "the old address came back"; fi
[ "$(k exec router-0 -- uci get system.system.hostname)" = router ] || fail "the backup was not restored"
expect 0 w delete router --delete-data
