# The cluster sink's own tests (tests/apiserver), which cargo alone leaves out: what it sends to a real API server. The two that break
# what the others stand on are the case sink-breaks.
program=$(apiserver_tests)
export WRTPOD_TEST_KUBECONFIG=$KUBECONFIG
"$here/node" "$program" --ignored --skip speed --skip "$sink_killed" --skip "$sink_late"
