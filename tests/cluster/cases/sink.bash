# The cluster sink's own tests (tests/apiserver), which cargo alone leaves out: what it sends to a real API server. Two break what
# the others stand on, and run alone.
program=$(cd "$top" && cargo test --quiet --locked --no-run --message-format json --test apiserver |
  jq -r 'select(.target.name == "apiserver" and .executable).executable')
export WRTPOD_TEST_KUBECONFIG=$KUBECONFIG
killed=server::a_server_that_is_killed_in_mid_deploy_is_waited_for
late=pods::a_pod_that_was_made_before_multus_comes_back_with_its_nics
"$here/node" "$program" --ignored --skip speed --skip "$killed" --skip "$late"

WRTPOD_TEST_API_STOP="$here/apiserver stop" WRTPOD_TEST_API_START="$here/apiserver start" \
  "$here/node" "$program" --ignored --exact "$killed"

# Written and not moved: containerd does not look at a file that is moved into the folder.
multus=$run/node$cni_conf/00-multus.conf
cp "$multus" multus.conf
trap 'cat "$folder/multus.conf" >"$multus"' EXIT
WRTPOD_TEST_MULTUS_OFF="rm $multus" WRTPOD_TEST_MULTUS_ON="cat $folder/multus.conf >$multus" \
  "$here/node" "$program" --ignored --exact "$late"
