# A new image is merged with the claim: what the user changed stays, the rest follows the image.
site "" "$(openwrt router 192.168.1.24/24)"
expect 0 w deploy router
k exec router-0 -- sh -c 'echo mine >>/etc/rc.local; echo "# kept" >/etc/my-own'
k exec router-0 -- cat /etc/openwrt_release
expect 0 w deploy router --set image=localhost/openwrt-standin:2
k exec router-0 -- grep -q mine /etc/rc.local || fail "a changed file is gone"
k exec router-0 -- grep -q kept /etc/my-own || fail "a file of the user's is gone"
k exec router-0 -- cat /etc/openwrt_release
expect 0 w delete router
say "and after a delete the data is there"
expect 0 w deploy router --set image=localhost/openwrt-standin:2
k exec router-0 -- grep -q kept /etc/my-own || fail "the data did not survive delete"
expect 0 w delete router --delete-data
