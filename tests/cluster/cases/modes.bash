# What each persistence mode promises, over the deletion of the pod and over a change of the image: configuration, passwords,
# files, packages. One appliance in each mode, all of them on the LAN at once.
. "$here/hosts.bash"
modes=(config etc system none)
documents='' number=40
for mode in "${modes[@]}"; do
  documents+=$(openwrt "$mode" "192.168.1.$number/24" "  persistence: {mode: $mode}")$'\n'
  number=$((number + 1))
done
site "" "$documents"
expect 0 w deploy "${modes[@]}"

# A package: a program, an init script that is enabled, a configuration file.
files='{program: "#!/bin/sh\necho proxy\n", service: "#!/bin/sh /etc/rc.common\nSTART=99\nPROG=/usr/bin/proxy\nstart() { $PROG; }\n",
  config: "config proxy '"'main'"'\n\toption port '"'8888'"'\n"}'
if [ "$manager" = opkg ]; then
  jq -n "$files | [{name: \"proxy\", version: \"1-1\", depends: \"libc\", conffiles: [\"/etc/config/proxy\"], files: {
    \"/usr/bin/proxy\": {text: .program, mode: \"0755\"}, \"/etc/init.d/proxy\": {text: .service, mode: \"0755\"}, \"/etc/config/proxy\": .config}}]" >table.json
  install='opkg install' has_package='opkg list-installed | grep -q "^proxy - "'
else
  jq -n "$files | [{name: \"proxy\", version: \"1-r1\", depends: [\"libc\"], conffiles: [\"/etc/config/proxy\"], files: [
    {path: \"usr/bin/proxy\", text: .program, mode: \"0755\"}, {path: \"etc/init.d/proxy\", text: .service, mode: \"0755\"}, {path: \"etc/config/proxy\", text: .config}]}]" >table.json
  install='apk add --allow-untrusted' has_package='apk info -e proxy >/dev/null'
fi
"$top/tests/feeds/$manager-feed" table.json feed
mv feed/proxy* .
package=$(echo proxy*)

on_each() { for mode in "${modes[@]}"; do "$@" "$mode"; done; }
run_in() { k exec "$1-0" -c openwrt -- sh -c "$2"; }
change() {
  # Not by stdin: `kubectl exec -i` loses the end of a short file now and then.
  run_in "$1" "printf '$(od -An -v -to1 "$package" | tr -d '\n' | tr ' ' '\\')' >'/tmp/$package'"
  run_in "$1" "set -e; $install '/tmp/$package'"'; /etc/init.d/proxy enable
    uci set system.system.zonename=Mine; uci set uhttpd.main.max_requests=9; uci commit
    sed -i "s#^root:[^:]*:#root:\$1\$mine\$hash:#" /etc/shadow
    echo "# mine" >>/etc/rc.local; echo mine >/etc/mine; echo mine >/root/mine'
}
# promised MODE WHAT…: exactly these of the changes are there.
promised() {
  local mode=$1 kept
  shift
  kept=$(run_in "$mode" '
    [ "$(uci -q get system.system.zonename)" != Mine ] || echo uci
    ! grep -q "^root:.1.mine.hash:" /etc/shadow || echo password
    ! grep -q "^# mine" /etc/rc.local || echo kept-file
    [ ! -e /etc/mine ] || echo etc-file
    [ ! -e /root/mine ] || echo root-file
    [ ! -x /usr/bin/proxy ] || echo program
    [ ! -e /etc/init.d/proxy ] || echo init-script
    [ -z "$(ls /etc/rc.d/*proxy 2>/dev/null)" ] || echo enabled
    ! '"$has_package"' || echo package
    [ ! -e /etc/config/proxy ] || echo package-config')
  diff <(printf '%s\n' "$@" | sort) <(echo "${kept:-nothing}" | sort) || fail "mode $mode keeps other things than it promises (< promised, > kept)"
}
each_promise() {
  promised config uci password kept-file package-config
  promised etc uci password kept-file etc-file package-config
  promised system uci password kept-file etc-file root-file program init-script enabled package package-config
  promised none nothing
}
on_each change
say "the pods are deleted"
renew "${modes[@]}"
each_promise
say "what the package left in etc is cleaned, with a warning"
k logs etc-0 | tee log | grep 'warning' | grep -F '/etc/init.d/proxy: /usr/bin/proxy was installed at run time and is gone' || fail "no warning"
run_in etc 'test -e /wrtpod/data/wrtpod/leftovers/proxy' || fail "the script is not kept aside"

say "another image: what the user changed stays, what nobody touched is the new one's, a conflict is kept beside and told"
sed -i "s,$standin:1,$standin:2," site.yaml
expect 0 w deploy "${modes[@]}"
for mode in "${modes[@]}"; do
  run_in "$mode" 'grep -q r2-standin /etc/openwrt_version && grep -q "listening on" /etc/init.d/uhttpd' || fail "$mode: an untouched file is the old one's"
  run_in "$mode" 'grep -q "^adguardhome:" /etc/passwd' || fail "$mode: the new image's user is missing"
done
for mode in config etc system; do
  run_in "$mode" '[ "$(uci get uhttpd.main.max_requests)" = 9 ]' || fail "$mode: the user's setting is gone"
  run_in "$mode" 'grep -q "max_requests .5." /wrtpod/data/wrtpod/conflicts/etc/config/uhttpd' || fail "$mode: the new default is not kept beside"
  k logs "$mode-0" -c prepare | grep -F '/etc/config/uhttpd: yours stays' || fail "$mode: the conflict is not told"
done
run_in none '[ "$(uci get uhttpd.main.max_requests)" = 5 ]' || fail "none: a setting outlived the pod"
promised config uci password kept-file package-config
promised etc uci password kept-file etc-file package-config
promised none nothing
say "system: a package of another release's is taken out and listed, its configuration stays"
promised system uci password kept-file etc-file root-file package-config
k logs system-0 -c prepare
run_in system 'cat /wrtpod/data/wrtpod/packages*'
expect 0 w delete "${modes[0]}" --delete-data
