# A broken image is said to be one, and a good one heals it without anything deleted by hand.
site "" "$(openwrt router 192.168.1.18/24)"
expect 1 w deploy router --set image=localhost/no-such-image:1 --timeout 40s
said "no-such-image"
expect 0 w deploy router
said "router-0 ready"
say "and from good to broken to good"
expect 1 w deploy router --set image=localhost/no-such-image:2 --timeout 40s
expect 0 w deploy router
k exec router-0 -- true
expect 0 w delete router --delete-data
