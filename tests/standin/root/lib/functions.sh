# The part of OpenWrt's shell library that the stand-in's own scripts, init scripts and first-boot scripts use.
# Options of loaded sections are CONFIG_<section>_<option>; a list is its items joined by blanks, with _LENGTH and _ITEMn.
. /lib/functions/system.sh

include() { # folder
	local file
	for file in "$1"/*.sh; do
		[ ! -f "$file" ] || . "$file"
	done
}

config() {
	CONFIG_COUNT=$((${CONFIG_COUNT:-0} + 1))
	CONFIG_SECTION=${2:-cfg$CONFIG_COUNT}
	case " $CONFIG_SECTIONS " in
		*" $CONFIG_SECTION "*) ;;
		*) CONFIG_SECTIONS="$CONFIG_SECTIONS $CONFIG_SECTION" ;;
	esac
	eval "CONFIG_${CONFIG_SECTION}_TYPE=\$1"
}
option() { eval "CONFIG_${CONFIG_SECTION}_$1=\$2"; }
list() {
	local length value
	eval "length=\$((\${CONFIG_${CONFIG_SECTION}_$1_LENGTH:-0} + 1)) value=\$CONFIG_${CONFIG_SECTION}_$1"
	eval "CONFIG_${CONFIG_SECTION}_$1_LENGTH=$length CONFIG_${CONFIG_SECTION}_$1_ITEM$length=\$2"
	eval "CONFIG_${CONFIG_SECTION}_$1=\"\${value:+\$value }\$2\""
}

config_load() { # package
	local section
	for section in $CONFIG_SECTIONS; do
		unset $(set | sed -n "s/^\(CONFIG_${section}_[A-Za-z0-9_]*\)=.*/\1/p")
	done
	CONFIG_SECTIONS= CONFIG_COUNT=0
	[ -f "/etc/config/$1" ] || return 1
	eval "$(uci -q export "$1" | sed '/^package /d')"
}
config_get() { # variable, section, option, default (with two arguments: prints)
	if [ -n "$3" ]; then
		eval "$1=\${CONFIG_$2_$3:-\$4}"
	else
		eval "printf '%s\n' \"\$CONFIG_$1_$2\""
	fi
}
config_get_bool() {
	local value
	config_get value "$2" "$3" "$4"
	case $value in 1 | on | true | yes | enabled) eval "$1=1" ;; *) eval "$1=0" ;; esac
}
config_foreach() { # function, type, arguments…
	local function=$1 wanted=$2 section type
	shift 2
	for section in $CONFIG_SECTIONS; do
		eval "type=\$CONFIG_${section}_TYPE"
		[ -z "$wanted" ] || [ "$type" = "$wanted" ] || continue
		"$function" "$section" "$@"
	done
}
config_list_foreach() { # section, option, function, arguments…
	local section=$1 option=$2 function=$3 length index=1 value
	shift 3
	eval "length=\${CONFIG_${section}_${option}_LENGTH:-0}"
	while [ "$index" -le "$length" ]; do
		eval "value=\$CONFIG_${section}_${option}_ITEM$index"
		"$function" "$value" "$@"
		index=$((index + 1))
	done
}

# What the scripts of packages call: their users, first-boot scripts and services. $pkgname is set.
package_files() { cat "/lib/apk/packages/$pkgname.list" "/usr/lib/opkg/info/$pkgname.list" 2>/dev/null | grep "^$1"; }
add_group_and_user() {
	local tuple user group
	for tuple in $(cat "/lib/apk/packages/$pkgname.rusers" 2>/dev/null); do
		user=${tuple%%:*} group=${tuple#*:}
		grep -q "^${group%%=*}:" /etc/group || echo "${group%%=*}:x:${group#*=}:" >>/etc/group
		grep -q "^${user%%=*}:" /etc/passwd || echo "${user%%=*}:x:${user#*=}:${group#*=}:${user%%=*}:/var/run/${user%%=*}:/bin/false" >>/etc/passwd
	done
}
default_postinst() {
	local file
	for file in $(package_files /etc/uci-defaults/); do
		[ ! -f "$file" ] || { (cd /etc/uci-defaults && . "$file") && rm -f "$file"; }
	done
	for file in $(package_files /etc/init.d/); do
		[ "$PKG_UPGRADE" = 1 ] || "$file" enable
		"$file" start
	done
	return 0
}
default_prerm() {
	local file
	for file in $(package_files /etc/init.d/); do
		[ "$PKG_UPGRADE" = 1 ] || "$file" disable
		"$file" stop
	done
	return 0
}
