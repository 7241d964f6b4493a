# pod.sh: pods without Kubernetes: the mounts that the kubelet makes, around a stand-in OpenWrt root. Sourced by run.
# shellcheck shell=bash

# image RELEASE: builds the stand-in once, prints its folder.
image() {
	if [ ! -d "$work/image.$1" ]; then "$here/../standin/build" "$work/image.$1" "$1" >&2 || exit 2; fi
	printf '%s' "$work/image.$1"
}

# new_pod NAME MODE [IMAGE]: a pod with an empty claim; sets P. settings go to $P/plan/settings.
new_pod() {
	P=$work/pods/$1
	mkdir -p "$P"/{data,run,plan,secret,kubelet}
	[ "$2" != none ] || rmdir "$P/data"
	printf "PERSISTENCE='%s'\n" "$2" >"$P/plan/settings"
	echo "$2" >"$P/mode"
	: >"$P/sysfs"
	use_image "${3:-$(image 1)}"
	printf '127.0.0.1 localhost # kubelet\n' >"$P/kubelet/hosts"
	echo pod-0 >"$P/kubelet/hostname"
	printf 'nameserver 10.43.0.10\n' >"$P/kubelet/resolv.conf"
	# For tests without a network: what prepare would have captured.
	printf 'key test\nmtu 1500\naddress 10.42.0.50/24\nroute 0.0.0.0/0 10.42.0.1 0\nroute 10.42.0.0/24 - 0\n' >"$P/run/eth0"
}
use_image() { printf '%s' "$1" >"$P/image"; }
setting() { printf "%s='%s'\n" "$1" "$2" >>"$P/plan/settings"; }

# container KIND COMMAND…: a fresh root file system of the pod's image with the mounts of an init or a main container.
# Environment: NETNS, a network namespace to run in; ENTER, extra words for unshare.
container() {
	local kind=$1 ns=()
	shift
	rm -rf "$P/root"
	cp -a "$(cat "$P/image")" "$P/root"
	[ -z "${NETNS:-}" ] || ns=(ip netns exec "$NETNS")
	"${ns[@]}" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin container=oci WRTPOD_HOST_IPS="${HOST_IPS:-}" AT_INIT="${AT_INIT:-}" \
		unshare --mount ${ENTER:-} bash "$here/mounts" "$P" "$pod" "$kind" "$(cat "$P/mode")" "$@"
}
init_container() { container init "$@"; }
main_container() { container main "$@"; }

# prepare without a network, start without an init: for what has nothing to do with either. start's children die with it.
seed() { init_container /bin/sh /wrtpod/bin/seed; }
start() {
	ENTER='--net --pid --fork --kill-child' main_container /bin/sh -c '
		rm -f /sbin/init
		printf "#!/bin/sh\n%s\n" "${AT_INIT:-:}" >/sbin/init
		chmod 755 /sbin/init
		exec /bin/sh /wrtpod/bin/start'
}

# boot: start as PID 1 of a new PID namespace, in the background; sets $inside (its PID out here).
boot() {
	ENTER='--pid --fork --kill-child' main_container /bin/sh /wrtpod/bin/start >"$P/log" 2>&1 </dev/null &
	booter=$!
	started="$started $booter"
	inside=
	for _ in $(seq 50); do
		inside=$(ps -o pid= --ppid "$(ps -o pid= --ppid $booter 2>/dev/null | head -n 1 | tr -d ' ' || echo 0)" 2>/dev/null | head -n 1 | tr -d ' ')
		[ -z "$inside" ] || break
		sleep 0.1
	done
}
in_pod() { nsenter -t "$inside" -m -n -p -r -- "$@"; }
halt_pod() {
	kill -TERM "$inside" 2>/dev/null
	for _ in $(seq 100); do kill -0 "$booter" 2>/dev/null || break; sleep 0.1; done
	kill -9 "$booter" 2>/dev/null
	wait "$booter" 2>/dev/null
}
wait_ready() {
	for _ in $(seq 75); do
		in_pod /bin/sh /wrtpod/bin/probe ready >/dev/null 2>&1 && [ "$(addresses lan)" ] && return 0
		sleep 0.2
	done
	routes eth0
	in_pod /bin/sh /wrtpod/bin/probe ready
	cat "$P/log"
	return 1
}

# sum FOLDER: everything in it, to compare.
tree() { (cd "$1" && find . ! -path './wrtpod*' -printf '%y %m %p %l\n' | sort -k3 && find . -type f ! -path './wrtpod*' -print0 | sort -z | xargs -0 sha256sum); }
