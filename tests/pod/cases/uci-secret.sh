# uci-secret: settings whose values Secrets have. They are put into UCI at each start; the records have sums, no values.
# shellcheck shell=bash

run_start() { out=$(start 2>&1) || not_ok "start exits with $?" "$out"; }
key() { (printf '%s' "$3" >"$P/secrets/$1/$2"); }
option() { sed -n "s/^	option $1 //p" "$etc/config/network"; }
sum() { printf '%s' "$1" | sha256sum | cut -d' ' -f1; }

new_pod uci-secret etc
mkdir -p "$P/secrets/wg" "$P/secrets/isp"
cat >"$P/plan/uci.network" <<'UCI'

config interface 'wg0'
	option proto 'wireguard'
	secret private_key 'wg/private-key'
	secret password 'isp/password'

config wireguard_wg0
	option public_key 'AAAA'
	secret preshared_key 'wg/psk'
UCI
key wg private-key 'cGx1cy9zbGFzaD0='
key wg psk 'one='
key isp password "it's \"odd\" \\ \$(id) # ; é"$'\n'
seed >/dev/null 2>&1
run_start
etc=$P/data/etc
records=$P/data/wrtpod
is "a Secret's value is in UCI" "'cGx1cy9zbGFzaD0='" "$(option private_key)"
is "… whatever is in it, without the line break at its end" "'it'\\''s \"odd\" \\ \$(id) # ; é'" "$(option password)"
is "… in a section without a name too" "'one='" "$(option preshared_key)"
is "the record has the sum" "'$(sum 'cGx1cy9zbGFzaD0=')'" "$(sed -n "s/^	secret private_key //p" "$records/applied/uci/network")"
holds "no value is in the records" sh -c "! grep -rqF -e cGx1cy9zbGFzaD0 -e odd -e one= '$records'"
# The last of the first-boot scripts: what was noted before them goes.
main_container /bin/sh /wrtpod/bin/settle record
holds "no value stays in the run's folder" sh -c "! grep -rqF -e cGx1cy9zbGFzaD0 -e odd -e one= '$P/run'"
is "what was written last is root's alone" "700 600" "$(stat -c %a "$records/applied") $(stat -c %a "$records/applied/uci/network")"
has_not "nothing secret is printed" "$out" "cGx1cy9zbGFzaD0"

before=$(stat -c %Y.%i "$etc/config/network")
run_start
is "a start that changes nothing writes nothing" "$before" "$(stat -c %Y.%i "$etc/config/network")"

key wg private-key 'second='
run_start
is "a changed Secret is taken over" "'second='" "$(option private_key)"
key wg psk 'two='
run_start
is "… in a section without a name too" "'two='" "$(option preshared_key)"
is "… which stays one" 1 "$(grep -c '^config wireguard_wg0' "$etc/config/network")"

sed -i "s/option private_key .*/option private_key 'users='/" "$etc/config/network"
run_start
is "a value that the user set stays" "'users='" "$(option private_key)"
key wg private-key 'third='
run_start
is "… when the Secret changes too" "'users='" "$(option private_key)"
has "… which is told" "$out" "network.wg0.private_key: changed by the user and by the site"
has_not "… without either" "$out" "third="
is "… and the base is the old one" "'$(sum second=)'" "$(sed -n "s/^	secret private_key //p" "$records/applied/uci/network")"
sed -i "s/option private_key .*/option private_key 'third='/" "$etc/config/network"
run_start
is "… until both say the same" "'$(sum third=)'" "$(sed -n "s/^	secret private_key //p" "$records/applied/uci/network")"

sed -i "/option password/d" "$etc/config/network"
run_start
is "an option that the user deleted stays deleted" "" "$(option password)"

# A document that had the value itself until now: the base that holds it goes.
new_pod uci-literal etc
cat >"$P/plan/uci.network" <<'UCI'

config interface 'wg0'
	option private_key 'plain='
UCI
seed >/dev/null 2>&1
run_start
etc=$P/data/etc
records=$P/data/wrtpod
mkdir -p "$P/secrets/wg"
key wg private-key 'plain='
sed -i "s/option private_key .*/secret private_key 'wg\/private-key'/" "$P/plan/uci.network"
run_start
is "the value stays when it moves into a Secret" "'plain='" "$(option private_key)"
holds "… and leaves the records" sh -c "! grep -rqF plain= '$records'"
key wg private-key ''
run_start
is "an empty one is no option" "" "$(option private_key)"
key wg private-key $'a\001b'
out=$(start 2>&1) && not_ok "a control character is refused" "$out"
has "a control character is refused" "$out" "the Secret's key wg/private-key holds a control character"
rm "$P/secrets/wg/private-key"
out=$(start 2>&1) && not_ok "a key that is not there is refused" "$out"
has "a key that is not there is refused" "$out" "the Secret's key wg/private-key is not there"
