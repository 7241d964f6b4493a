#!/usr/bin/env bash
# What apk 3 does with what it finds below /etc, with links above folders that go, with folders of several packages and with names
# that are only provided. `wrtpod image build` does the same without running apk.
#
# Input:     a root of OpenWrt 25.12, a feed of two packages (tests/feeds/apk-feed), and files and links of nobody's.
# Expected:  that a package's file replaces what nobody owns, as outside of /etc, and that `apk del` takes a package's files.
# Behaviour: below /etc each file or link that is not as apk installed it stays, in etc/init.d too, and the package's goes to
#            `NAME.apk-new`, unless both are the same. `apk del` leaves what was changed there, and takes `.apk-new` away. A
#            folder below /var goes through the link /var, which stays. Of a folder of several packages the one whose name comes
#            first decides the mode, whatever is installed first, and it stays so when that package goes. `apk del` of a provided
#            name takes a package out only where world has that name, and else succeeds without doing so; of a name that nothing
#            has it ends with 1.
# Seen with: apk-tools 3.0.5-r2 of OpenWrt 25.12.2, 2026-11-30.
# Control:   below /usr a file of nobody's is replaced.
#
#   findings/apk-keeps-what-is-in-etc.sh ROOT.tar.gz      a root of OpenWrt 25.12 or later
#
# Needs root, openssl, python3. Exits with 0 when this is still so, with 1 when it is not, with 2 when it cannot tell.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

cannot() {
  echo "cannot tell: $1" >&2
  exit 2
}

[ "$(id -u)" = 0 ] || cannot "it has to be root, for chroot"
[ -f "${1:-}" ] || cannot "name the root tar of an OpenWrt with apk"
root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
tar -C "$root" -xpzf "$1"
[ -x "$root/usr/bin/apk" ] || cannot "the root has no apk"
[ -e "$root/dev/urandom" ] || mknod "$root/dev/urandom" c 1 9
[ "$(readlink "$root/var")" = tmp ] || cannot "the root has no link /var"

cat >"$root/feed.json" <<'J'
[{"name": "finding", "version": "1.0-r1", "arch": "noarch", "provides": ["finding-name"],
  "files": [{"path": "etc/nobodys", "text": "new\n"}, {"path": "etc/link", "symlink": "new"}, {"path": "etc/init.d/nobodys", "text": "new\n"},
            {"path": "etc/same", "text": "same\n"}, {"path": "etc/changed", "text": "new\n"}, {"path": "etc/came", "text": "new\n"},
            {"path": "usr/share/nobodys", "text": "new\n"}, {"path": "var/finding/data", "text": "x\n"}, {"path": "srv/both", "folder": true, "mode": "0700"}]},
 {"name": "a-finding", "version": "1.0-r1", "arch": "noarch", "depends": ["finding"], "files": [{"path": "srv/both", "folder": true, "mode": "0711"}]}]
J
"$here/../tests/feeds/apk-feed" "$root/feed.json" "$root/feed" --key "$root/key.pem" || cannot "the feed cannot be made"
mkdir -p "$root/etc/init.d" "$root/usr/share"
echo mine | tee "$root"/etc/{nobodys,init.d/nobodys} "$root/usr/share/nobodys" >/dev/null
echo same >"$root/etc/same"
ln -s mine "$root/etc/link"

apk() { chroot "$root" /usr/bin/apk "$1" --repositories-file /dev/null --allow-untrusted -X /feed/packages.adb --no-scripts "${@:2}" >>"$root/log" 2>&1; }
same=0
# is WHAT WANT GOT
is() {
  if [ "$2" = "$3" ]; then echo "as found: $1"; else
    echo "CHANGED:  $1: »$3«, not »$2«"
    same=1
  fi
}
text() { cat "$root/$1" 2>/dev/null || echo -; }

apk add a-finding finding || cannot "apk add fails: $(tail -3 "$root/log")"
is "what is nobody's stays, and the package's is beside it" "mine new" "$(text etc/nobodys) $(text etc/nobodys.apk-new)"
is "a link too" "mine new" "$(readlink "$root/etc/link") $(readlink "$root/etc/link.apk-new")"
is "in etc/init.d too" "mine new" "$(text etc/init.d/nobodys) $(text etc/init.d/nobodys.apk-new)"
is "not what is the same" "same -" "$(text etc/same) $(text etc/same.apk-new)"
is "not below /usr" "new -" "$(text usr/share/nobodys) $(text usr/share/nobodys.apk-new)"
is "the first by name decides what a folder is like" 711 "$(stat -c %a "$root/srv/both")"
apk del a-finding && is "and does so when it is gone" 711 "$(stat -c %a "$root/srv/both" 2>/dev/null || echo gone)"
apk del finding-name && is "a provided name that world has not removes nothing" "new" "$(text etc/came)"
code=0
apk del no-such-finding || code=$?
is "a name that nothing has ends with 1" 1 "$code"
echo mine >"$root/etc/changed"
apk del finding || cannot "apk del fails: $(tail -3 "$root/log")"
is "what was changed stays, what was not goes" "mine -" "$(text etc/changed) $(text etc/came)"
is "what stood beside goes" "-" "$(text etc/nobodys.apk-new)"
is "the link above a folder that goes stays" tmp "$(readlink "$root/var")"
exit $same
