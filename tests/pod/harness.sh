# harness.sh: what all cases share. Sourced by run, which sets here, pod, busybox, work, passed, failed.
# shellcheck shell=bash

ok() { passed=$((passed + 1)); echo "ok   $1"; }
not_ok() {
	failed=$((failed + 1))
	echo "FAIL $1"
	[ $# = 1 ] || printf '%s\n' "$2" | sed 's/^/     /'
}

# is NAME WANTED GOT: equal texts.
is() {
	if [ "$2" = "$3" ]; then
		ok "$1"
	else
		not_ok "$1" "$(diff <(printf '%s\n' "$2") <(printf '%s\n' "$3") | head -n 40)"
	fi
}

# holds NAME COMMAND…: the command succeeds. fails NAME COMMAND…: it does not.
holds() { local name=$1; shift; if "$@"; then ok "$name"; else not_ok "$name" "failed: $*"; fi; }
fails() { local name=$1; shift; if "$@"; then not_ok "$name" "succeeded: $*"; else ok "$name"; fi; }

# has NAME TEXT NEEDLE: TEXT contains NEEDLE.
has() { case $2 in *"$3"*) ok "$1" ;; *) not_ok "$1" "no »$3« in: $2" ;; esac; }
has_not() { case $2 in *"$3"*) not_ok "$1" "»$3« in: $2" ;; *) ok "$1" ;; esac; }

finish() {
	local pid
	for pid in ${started:-}; do kill -9 "$pid" 2>/dev/null; done
	remove_sandboxes
	rm -rf "$work"
}
started=

bb() { "$busybox" "$@"; }
