# Of the cluster sink's own tests the two that break what other cases stand on: the API server is killed, Multus goes away.
program=$(apiserver_tests)
export WRTPOD_TEST_KUBECONFIG=$KUBECONFIG
WRTPOD_TEST_API_STOP="$here/apiserver stop" WRTPOD_TEST_API_START="$here/apiserver start" \
  "$here/node" "$program" --ignored --exact "$sink_killed"

# The controllers lost the API server too, and a pod needs what they make for a new namespace.
"$here/kubectl" create namespace "$space" || true
within 60 k get serviceaccount default

# Written and not moved: containerd does not look at a file that is moved into the folder.
conf=$run/node$multus_conf
cp "$conf" multus.conf
trap 'cat "$folder/multus.conf" >"$conf"' EXIT
WRTPOD_TEST_MULTUS_OFF="rm $conf" WRTPOD_TEST_MULTUS_ON="cat $folder/multus.conf >$conf" \
  "$here/node" "$program" --ignored --exact "$sink_late"
