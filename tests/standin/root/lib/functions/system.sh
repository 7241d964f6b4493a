# First-boot scripts: each is sourced in a subshell, in name order, and removed when it succeeded.
uci_apply_defaults() {
	local file files
	cd /etc/uci-defaults || return 0
	files=$(ls)
	[ -n "$files" ] || return 0
	mkdir -p /tmp/.uci
	for file in $files; do
		(. "./$file") && rm -f "$file"
	done
	uci commit
}
