#!/usr/bin/env bash
# BusyBox' `tar -x` ends at the first file that is a mount, and leaves the rest of the archive out.
#
# Input:     an archive of three files, unpacked over a folder that has all three, an older content in each; on the second one another
#            file is mounted, as kubelet mounts /etc/hosts in every container.
# Expected:  the first and the third file are the archive's, a message names the second, and the exit code says that something is missing.
# Behaviour: the third file keeps its old content. `tar` wants to remove each file before it makes it anew, and ends where it cannot
#            ("can't remove old file … Resource busy"). What comes behind that in the archive is not unpacked: a backup of /etc that is
#            restored in a pod ends at `hosts`.
# Seen with: busybox-static 1.35.0-4+deb12u1, 2026-11-30.
# Control:   without the mount all three are the archive's; GNU tar 1.34 exits with 2 at the mount, and unpacks the third.
#
# Needs root, apt-get with Debian 12's packages, dpkg, GNU tar and util-linux. Exits with 0 when this is still so, with 1 when it is not,
# with 2 when it cannot tell.
set -euo pipefail
readonly version=1:1.35.0-4+deb12u1

cannot() {
  echo "cannot tell: $1" >&2
  exit 2
}

# In a mount namespace of its own. Says for each way of unpacking the exit code, and where the three files are from.
inside() {
  local busybox=$1/root/bin/busybox name file status
  cd "$1"
  mkdir new
  for name in group hosts passwd; do echo archive >"new/$name"; done
  tar -C new -cf etc.tar group hosts passwd
  echo kubelet >kubelet
  for name in busybox-without-mount busybox gnu; do
    mkdir "$name"
    for file in group hosts passwd; do echo old >"$name/$file"; done
    [ "$name" = busybox-without-mount ] || mount --bind kubelet "$name/hosts"
    status=0
    if [ "$name" = gnu ]; then
      tar -C "$name" -xf etc.tar 2>/dev/null || status=$?
    else
      "$busybox" tar -C "$name" -xf etc.tar 2>/dev/null || status=$?
    fi
    echo "$name $status $(cat "$name/group" "$name/hosts" "$name/passwd" | tr '\n' ' ')"
  done
}

if [ "${1:-}" = inside ]; then
  inside "$2"
  exit
fi

[ "$(id -u)" = 0 ] || cannot "it has to be root, for a mount"
for tool in apt-get dpkg tar unshare; do command -v "$tool" >/dev/null || cannot "$tool is missing"; done
tar --version | grep -q 'GNU tar' || cannot "tar is not GNU's"
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
# As root: the user that apt-get would take cannot write here.
(cd "$folder" && apt-get -q -o APT::Sandbox::User=root download "busybox-static=$version*") >/dev/null || cannot "busybox-static $version cannot be had"
dpkg -x "$folder"/busybox-static_*.deb "$folder/root"

seen=$(unshare --mount --propagation private bash "$0" inside "$folder") || cannot "an archive could not be made: $seen"
awk '{ print $1 ": exits with " $2 "; group is of " $3 ", hosts of " $4 ", passwd of " $5 }' <<<"$seen"
case $(tr '\n' ',' <<<"$seen") in
  "busybox-without-mount 0 archive archive archive ,busybox 1 archive kubelet old ,gnu 2 archive kubelet archive ,")
    echo "still so: BusyBox' tar leaves out what comes behind a mount" ;;
  "busybox-without-mount 0 archive archive archive ,busybox "*",gnu 2 archive kubelet archive ,")
    echo "this has changed: look whether a restore in a pod still needs its own way round mounts" >&2
    exit 1 ;;
  *) cannot "it is not as expected without a mount, or with GNU tar" ;;
esac
