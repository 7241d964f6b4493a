# guard: scripts that something has rewritten do nothing, and no name that has lost a part is deleted.
# shellcheck shell=bash

# remove_in NAME…: `remove` of the scripts, with a folder full of files.
mkdir -p "$work/full/a/b"
remove_in() { bb ash -c '. "$1/messages"; wrtpod_bin=$1; shift; . "$wrtpod_bin/guard"; cd /; remove "$@"' _ "$pod" "$@" 2>&1; }
# refused NAME WORD…
refused() {
	local name=$1 out
	shift
	out=$(remove_in "$@")
	is "remove: $name is refused" 1 $?
	has "… and says so" "$out" "nothing was deleted"
	holds "… and so it is" test -d "$work/full/a/b"
}
refused "no word"
refused "a folder alone" "$work/full"
refused "no folder" "" "$work/full/a"
refused "no name" "$work/full" ""
refused "a name behind another" "$work/full" a ""
refused "the folder itself" "$work/full" .
refused "what lies above" "$work/full" ../full
refused "what leads up" "$work/full" a/..
out=$(remove_in "$work/full" a/b c)
is "remove deletes names in a folder, there or not" "0 " "$? $out"
is "… and nothing else" a "$(ls "$work/full")"

# What Flux' envsubst makes of them where nothing is set (tests/oracle runs the real one), and what GNU's does.
written=$pod
for way in flux gnu; do
	pod=$work/rewritten-$way
	cp -a "$written" "$pod"
	case $way in
	flux) sed -i 's/\${[^}]*}//g' "$pod"/* ;;
	gnu) sed -i 's/\$[A-Za-z_][A-Za-z_0-9]*//g; s/\${[A-Za-z_0-9]*}//g' "$pod"/* ;;
	esac
	new_pod "rewritten-$way" etc
	echo 'NICS=' >>"$P/plan/settings"
	mkdir -p "$P/data/etc" "$P/data/wrtpod/merge.new"
	echo mine >"$P/data/etc/passwd"
	# What the kubelet mounts its files on is there before any script.
	for file in hosts hostname resolv.conf; do : >"$P/data/etc/$file"; done
	before=$(tree "$P/data")
	for script in prepare seed overlay-files start settle wire probe; do
		kind=init
		case $script in start | settle | probe) kind=main ;; esac
		# shellcheck disable=SC2016
		out=$(container $kind /bin/sh -c '/bin/sh /wrtpod/bin/$0 startup; code=$?; [ -d /etc/config ] && [ -x /bin/sh ] && exit $code' $script 2>&1)
		is "$way: $script ends" 1 $?
		has "$way: … and says why" "$out" "these scripts are not as they were written"
	done
	is "$way: the claim is as it was" "$before" "$(tree "$P/data")"
	holds "$way: … wrtpod's records too" test -d "$P/data/wrtpod/merge.new"
done
pod=$written
