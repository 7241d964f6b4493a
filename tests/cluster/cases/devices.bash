# A device of the node: until a device plugin offers its resource the deploy says that none does; then the pod has the device and may
# use it. What wrtpod refuses, the same file as a hostPath, a pod without privileges cannot even open.
file=/dev/fuse resource=wrtpod.test/stick
trap '"$here/service" device-plugin stop 2>/dev/null || true' EXIT
site "" "$(web reader "  interfaces:
    - {network: iot, address: 192.168.32.80/24}
  devices:
    - {resource: $resource}")"
sed 's#resource: wrtpod.test/stick#path: /dev/fuse#' site.yaml >host-path.yaml
expect 1 w deploy reader -f host-path.yaml
said "device-hostpath"
expect 1 w deploy reader --timeout 20s
said "Insufficient $resource"
said "is its device plugin running"
expect 1 w doctor reader
said "error[device-missing]: node1 offers no $resource, which reader asks for"

cp "$("$here/build" device-plugin)/device-plugin" "$run/"
start device-plugin ./device-plugin $resource $file /dev/stick
offered() { [ "$(kctl get node node1 -o json | jq -r ".status.allocatable[\"$resource\"]")" = 1 ]; }
within 30 offered
expect 0 w deploy reader
opens() { k exec "$1" -- sh -c "exec 3<>$2"; }
opens reader-0 /dev/stick || fail "the device does not open"

say "as a hostPath"
k create -f - <<Y
apiVersion: v1
kind: Pod
metadata: {name: bare}
spec:
  containers:
    - name: bare
      image: localhost/busybox:1
      volumeMounts: [{name: device, mountPath: $file}]
  volumes: [{name: device, hostPath: {path: $file, type: CharDevice}}]
Y
within 30 k wait --for=condition=Ready pod/bare --timeout=1s
expect 1 opens bare $file
said "Operation not permitted"
k delete pod bare --grace-period=1
expect 0 w delete reader --delete-data
