# written by wrtpod at each start: a backup that sysupgrade packs has what is behind wrtpod's links, and one that it unpacks arrives,
# past what is mounted into the pod
# shellcheck shell=sh
tar() {
	case "$1 $2 $3" in
	"-C / -x"*) /bin/sh /wrtpod/bin/restore "$3" "$4" ;;
	c*) /bin/sh /wrtpod/bin/backup "$@" ;;
	*) command tar "$@" ;;
	esac
}
wrtpod_list() { /bin/sh /wrtpod/bin/backup list "$1"; }
sysupgrade_init_conffiles="$sysupgrade_init_conffiles wrtpod_list"
