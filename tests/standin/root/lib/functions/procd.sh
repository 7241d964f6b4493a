# The part of procd's shell interface that init scripts use. An instance is a folder under /tmp/run/procd with its
# command (an argument a line) and flags; /usr/share/standin/instance keeps it running.
procd_dir=/tmp/run/procd

procd_open_instance() {
	procd_count=$((${procd_count:-0} + 1))
	procd_instance=$procd_dir/$name.${1:-instance$procd_count}
	rm -rf "$procd_instance"
	mkdir -p "$procd_instance"
}
procd_set_param() {
	local kind=$1
	shift
	case $kind in
		command) printf '%s\n' "$@" >"$procd_instance/command" ;;
		user | respawn) echo "$*" >"$procd_instance/$kind" ;;
	esac
}
procd_append_param() { [ "$1" != command ] || { shift; printf '%s\n' "$@" >>"$procd_instance/command"; }; }
procd_add_jail() { echo "$1" >"$procd_instance/jail"; }
procd_add_jail_mount() { :; }
procd_add_jail_mount_rw() { :; }
procd_add_reload_trigger() { :; }
procd_add_reload_interface_trigger() { :; }
procd_close_instance() {
	/usr/share/standin/instance "$procd_instance" </dev/null >/dev/null 2>&1 &
	echo $! >"$procd_instance/supervisor"
}

procd_running() {
	local dir
	for dir in "$procd_dir/$1".*; do
		[ -f "$dir/pid" ] && kill -0 "$(cat "$dir/pid")" 2>/dev/null && return 0
	done
	return 1
}

# Ends every instance of a service; fails where one stays: another user's process cannot be signalled without the capability KILL.
procd_stop() {
	local dir pid count stays=0
	for dir in "$procd_dir/$1".*; do
		[ -d "$dir" ] || continue
		kill -KILL "$(cat "$dir/supervisor" 2>/dev/null)" 2>/dev/null
		pid=$(cat "$dir/pid" 2>/dev/null)
		[ -z "$pid" ] || kill -TERM "$pid" 2>/dev/null
		count=0
		while procd_alive "$pid"; do
			count=$((count + 1))
			if [ $count = 20 ]; then
				logger -t procd "Instance ${dir##*/} pid $pid not stopped on SIGTERM, sending SIGKILL instead"
				kill -KILL "$pid" 2>/dev/null
				usleep 100000
				break
			fi
			usleep 100000
		done
		if procd_alive "$pid"; then stays=1; else rm -rf "$dir"; fi
	done
	return $stays
}
# One look: between two, a zombie goes.
procd_alive() { [ -n "$1" ] && grep -q '^State:.[^Z]' "/proc/$1/status" 2>/dev/null; }
