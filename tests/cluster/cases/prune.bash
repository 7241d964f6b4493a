# What left the documents goes, volumes never; each appliance's attachments go with it, and nobody else's. The scripts are the site's: they go with
# the last that names them.
site "" "$(openwrt router 192.168.1.13/24)
apiVersion: wrtpod.dev/v1alpha1
kind: Appliance
metadata: {name: web}
spec:
  from: nginx-lan
  image: localhost/busybox:1
  command: [/bin/busybox, httpd, -f, -p, '8080', -h, /www]
  ports: {http: {port: 8080}}
  probes: {readiness: {tcp: http, http: null}, liveness: null}
  capabilities: null
  interfaces:
    - {network: lan, address: 192.168.1.14/24}
  volumes:
    html: {mountPath: /www, size: 10Mi}
"
expect 0 w deploy router web
k get service web router
scripts() { k get configmap -o name | grep "/wrtpod-scripts-" | sort; }
scripts_of() { echo "configmap/$(k get statefulset "$1" -o jsonpath='{.spec.template.spec.volumes[?(@.name=="wrtpod-scripts")].configMap.name}')"; }
of_router=$(scripts_of router) of_web=$(scripts_of web)
[ "$(scripts)" = "$(printf '%s\n' "$of_router" "$of_web" | sort)" ] || fail "scripts: $(scripts)"
say "one more of a kind brings no scripts, and scripts of an earlier wrtpod stay as long as an earlier template can come back"
old=wrtpod-scripts-0000000000
k get "$of_web" -o json | jq --arg name $old '.metadata |= {name: $name, namespace, labels, annotations} | .data = {a: "b"}' | k apply -f -
k create -f - <<Y
apiVersion: apps/v1
kind: ControllerRevision
metadata: {name: earlier}
revision: 1
data: {spec: {template: {spec: {volumes: [{name: wrtpod-scripts, configMap: {name: $old}}]}}}}
Y
expect 0 w deploy web
said "$old"
said "refers to it"
k get configmap $old
k delete controllerrevision earlier
expect 0 w deploy web
said "ConfigMap $old deleted"
[ "$(scripts)" = "$(printf '%s\n' "$of_router" "$of_web" | sort)" ] || fail "scripts: $(scripts)"
mine=$(nad_of web) others=$(nad_of router)
k get net-attach-def "$mine" "$others"
sed -i 's/^    html: .*//; s/^  volumes:.*//' site.yaml
sed -i 's#^  from: nginx-lan#  from: nginx-lan\n  service: null#' site.yaml
expect 0 w deploy web
said "Service web deleted"
if k get service web 2>/dev/null; then fail "the Service is still there"; fi
k get pvc web-html || fail "the claim was pruned"
k get service router || fail "another appliance's Service was pruned"
say "delete keeps claims"
expect 0 w delete web
said "web-html"
k get pvc web-html
if k get net-attach-def "$mine" 2>/dev/null; then fail "the attachment is still there"; fi
k get net-attach-def "$others" || fail "another appliance's attachment was pruned"
[ "$(scripts)" = "$of_router" ] || fail "scripts: $(scripts)"
expect 0 w delete web
expect 0 w delete router --delete-data
[ -z "$(scripts)" ] || fail "scripts: $(scripts)"
if k get pvc router-data 2>/dev/null; then fail "--delete-data kept the claim"; fi
if k get secret router-credentials 2>/dev/null; then fail "--delete-data kept the Secret"; fi
