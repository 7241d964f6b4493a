# shellcheck shell=bash disable=SC2154
# The package database of opkg: files that no package claims are base-files'. Sourced by build, in the root.

make_database() {
  local name version depends files conffiles file list info all
  local -A owner
  mkdir -p etc/opkg/keys usr/lib/opkg/{info,lists}
  all=$(find . \( -type f -o -type l \) -printf '/%P\n' | grep -v '^/usr/lib/opkg/' | LC_ALL=C sort)
  while IFS='|' read -r name version depends files conffiles; do
    for file in $files; do owner[$file]=$name; done
  done < <(grep -v '^#' "$here/packages")
  while IFS='|' read -r name version depends files conffiles; do
    list=$(for file in $all; do [ "${owner[$file]:-base-files}" != "$name" ] || echo "$file"; done)
    [ -n "$list" ] || [ "$name" = libc ] || continue
    info=usr/lib/opkg/info/$name
    echo "$list" | sed '/^$/d' >"$info.list"
    version=${version//@R@/$release}
    {
      printf 'Package: %s\nVersion: %s\n' "$name" "$version"
      [ -z "$depends" ] || printf 'Depends: %s\n' "$depends"
      printf 'Section: base\nArchitecture: x86_64\nInstalled-Size: 1\nDescription:  stand-in\n'
    } >"$info.control"
    {
      printf 'Package: %s\nVersion: %s\n' "$name" "$version"
      [ -z "$depends" ] || printf 'Depends: %s\n' "$depends"
      printf 'Status: install ok installed\nArchitecture: x86_64\n'
      [ -z "$conffiles" ] || echo 'Conffiles:'
      for file in $conffiles; do
        [ ! -f ".$file" ] || printf ' %s %s\n' "$file" "$(sha256sum ".$file" | cut -d' ' -f1)"
      done
      printf 'Installed-Time: %s\n\n' "$built"
    } >>usr/lib/opkg/status
    [ -z "$conffiles" ] || echo "${conffiles// /$'\n'}" >"$info.conffiles"
  done < <(grep -v '^#' "$here/packages")
}
