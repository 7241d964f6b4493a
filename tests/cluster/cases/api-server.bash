# The API server is killed in mid-deploy and started again: the deploy survives it, or the next one finishes it.
site "" "$(openwrt router 192.168.1.17/24)"
(sleep 0.15; "$here/apiserver" stop; sleep 2; "$here/apiserver" start) &
code=0
w deploy router >first 2>&1 || code=$?
wait
cat first
[ "$code" = 0 ] || [ "$code" = 3 ] || fail "exit code $code"
expect 0 w deploy router
k exec router-0 -- true
expect 0 w delete router --delete-data
