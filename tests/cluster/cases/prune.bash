# What left the documents goes, volumes never; each appliance's attachments go with it, and nobody else's.
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
expect 0 w delete web
expect 0 w delete router --delete-data
if k get pvc router-data 2>/dev/null; then fail "--delete-data kept the claim"; fi
if k get secret router-credentials 2>/dev/null; then fail "--delete-data kept the Secret"; fi
