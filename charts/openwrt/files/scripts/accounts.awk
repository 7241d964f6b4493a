# accounts.awk: passwd, group or shadow, merged by name. Called by seed: `awk -f accounts.awk CLAIM IMAGE`.
# The user's lines stay as they are; users and groups that only the image has are appended, or its services could not start.

BEGIN { FS = ":" }
$1 == "" || $1 in have { next }
{ have[$1] = 1; print }
