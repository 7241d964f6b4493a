# The hook lists of preinit.
boot_hook_init() { eval "pi_hooks_$1="; }
boot_hook_add() { eval "pi_hooks_$1=\"\$pi_hooks_$1 $2\""; }
boot_run_hook() {
	local hook hooks
	eval "hooks=\$pi_hooks_$1"
	for hook in $hooks; do "$hook"; done
}
