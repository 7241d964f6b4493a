BEGIN { FS = ":" }
$1 == "" || $1 in have { next }
{ have[$1] = 1; print }
