# shellcheck shell=bash disable=SC2154
# The package database as apk 3.0.5 and OpenWrt's build write it: installed, scripts.tar.gz, triggers, world, and the lists of
# lib/apk/packages. Files that no package claims are base-files'. Sourced by build, in the root.

# The packages of the table as 25.12 calls them: what opkg's table says of opkg is apk's here.
apk_table() {
  grep -v '^#' "$here/packages" | sed "s/@R@/$release/g" |
    sed 's/^base-files|1500-r\([0-9]\)-standin/base-files|1699~standin-r\1/; s/^luci-base|git-23\.\([0-9]\)/luci-base|26.082-r\1/' |
    sed 's/^\([^|]*|[0-9][^|]*\)-\([0-9]\)|/\1-r\2|/; s/^\([^|]*|[0-9]*\)|/\1-r1|/; s/^\([^|]*|[0-9]\{4\}\)-\([0-9][0-9]\)-\([0-9][0-9]\)-/\1.\2.\3-/' |
    sed 's#^opkg|[^|]*|.*#apk-mbedtls|3.0.5-r'"$release"'|libc, wget-any|/usr/bin/apk /usr/share/standin/adb.awk /usr/share/standin/tar.awk /etc/apk/repositories.d/customfeeds.list|/etc/apk/repositories.d/customfeeds.list#'
}
# Hashes in hexadecimal, `HASH  NAME` a line as sha256sum prints them, as the database has them.
short_hashes() {
  awk '
    function digit(i) { return index("0123456789abcdef", substr($1, i, 1)) - 1 }
    {
      out = ""
      for (i = 1; i <= 40; i += 3) {
        left = digit(i) * 256 + (i < 40 ? digit(i + 1) * 16 + digit(i + 2) : 0)
        out = out substr(all, int(left / 64) + 1, 1) (i < 40 ? substr(all, left % 64 + 1, 1) : "")
      }
      print "Q1" out "=", $2
    }' all=ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/
}
# What the build puts into each package: enable and start its services, and the way back.
script() { # NAME KIND
  printf '#!/bin/sh\n'
  [ "$2" != post-upgrade ] || echo 'export PKG_UPGRADE=1'
  # shellcheck disable=SC2016 # the package's
  [ "$2" = pre-deinstall ] || echo '[ "${IPKG_NO_SCRIPT}" = "1" ] && exit 0'
  # shellcheck disable=SC2016
  printf '[ -s ${IPKG_INSTROOT}/lib/functions.sh ] || exit 0\n. ${IPKG_INSTROOT}/lib/functions.sh\nexport root="${IPKG_INSTROOT}"\nexport pkgname="%s"\n' "$1"
  if [ "$2" = pre-deinstall ]; then echo default_prerm; else printf 'add_group_and_user\ndefault_postinst\n'; fi
}
# Sorted paths, as the records of a package have them: each folder, what is above it first, with its files. HASHES: `HASH PATH` a line.
record_files() { # HASHES
  sed 's#^/\(.*\)/\([^/]*\)$#\1\t\2#; t; s#^/#\t#' | LC_ALL=C sort -t $'\t' -k1,1 -k2,2 | sed 's#^\t##; s#\t#/#' |
    xargs -d '\n' -r stat --printf '%n\t%a\n' |
    awk -F'\t' -v hashes="$1" '
    BEGIN { while ((getline line < hashes) > 0) { split(line, one, " "); hash[substr(one[2], 2)] = one[1] } }
    {
      folder = name = $1
      if (!sub(/\/[^\/]*$/, "", folder)) folder = ""
      sub(/.*\//, "", name)
      n = split(folder, part, "/")
      if (!("" in seen) && folder == "") { print "F:"; seen[""] }
      path = ""
      for (i = 1; i <= n; i++) { path = path (i > 1 ? "/" : "") part[i]; if (!(path in seen)) { print "F:" path; seen[path] } }
      print "R:" name
      if ($2 != 644) print "a:0:0:" $2
      print "Z:" hash[$1]
    }'
}
make_database() {
  local name version depends files conffiles file id scripts table
  scripts=$(mktemp -d)
  table=$(apk_table | LC_ALL=C sort -t '|' -k1,1)
  mkdir -p etc/apk/keys lib/apk/{db,packages}
  echo x86_64 >etc/apk/arch
  : >lib/apk/db/triggers
  (umask 077; : >lib/apk/db/lock)
  declare -A owner provided=([apk-mbedtls]=apk=3.0.5-r$release [busybox]=wget-any)
  while IFS='|' read -r name version depends files conffiles; do
    for file in $files; do owner[$file]=$name; done
    [ -z "$conffiles" ] || printf '%s\n' $conffiles >"lib/apk/packages/$name.conffiles"
    for file in $conffiles; do [ ! -f ".$file" ] || echo "$file $(sha256sum <".$file" | cut -d' ' -f1)"; done >"lib/apk/packages/$name.conffiles_static"
    [ -s "lib/apk/packages/$name.conffiles_static" ] || rm "lib/apk/packages/$name.conffiles_static"
  done <<<"$table"
  find . \( -type f -o -type l \) -printf '/%P\n' | grep -vE '^/lib/apk/(db|packages)/' | LC_ALL=C sort >"$scripts/all"
  while read -r file; do echo "$file" >>"lib/apk/packages/${owner[$file]:-base-files}.list"; done <"$scripts/all"
  # Every file with its folder, mode and hash, by package.
  {
    find . -type f ! -path './lib/apk/db/*' -exec sha256sum {} +
    find . -type l -printf '%p\n' | while read -r file; do printf '%s  %s\n' "$(readlink -n "$file" | sha256sum | cut -d' ' -f1)" "$file"; done
  } | short_hashes | sed 's#\./#/#' | LC_ALL=C sort -k2 >"$scripts/hashes"
  while IFS='|' read -r name version depends files conffiles; do
    [ -e "lib/apk/packages/$name.list" ] || [ "$name" = libc ] || continue
    id=$(printf %s "$name-$version" | sha256sum)
    for file in post-install pre-deinstall post-upgrade; do script "$name" $file >"$scripts/$name-$version.X1${id:0:40}.$file"; done
    printf 'C:%s\nP:%s\nV:%s\nA:x86_64\nS:1\nI:1\nT:stand-in\nU:\nL:\n' "$(short_hashes <<<"$id" | cut -d' ' -f1)" "$name" "$version"
    [ -z "$depends" ] || echo "D:${depends//,/}"
    echo "p:$name-any${provided[$name]:+ ${provided[$name]}}"
    echo f:S
    { cat "lib/apk/packages/$name.list" 2>/dev/null || true; find lib/apk/packages -name "$name.*" -printf '/%p\n'; } | LC_ALL=C sort |
      record_files "$scripts/hashes"
    echo
    echo "$name" >>etc/apk/world
  done <<<"$table" >lib/apk/db/installed
  rm "$scripts/all" "$scripts/hashes"
  chmod 755 "$scripts"/*
  (cd "$scripts" && tar --format=gnu --sort=name --mtime=@0 --owner=root:0 --group=root:0 -cf - -- *) | gzip -9n >lib/apk/db/scripts.tar.gz
  rm -r "$scripts"
}
