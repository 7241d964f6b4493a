# kubectl and the API server read every rendered object of the catalog, the examples and the site to play with as it is.
"$here/kubectl" create namespace "$space" || true
for site in "$top"/examples/sites/*/site.yaml "$here/site.yaml"; do
  "$wrtpod" render -f "$site" -n "$space" >rendered.yaml
  expect 0 "$here/kubectl" apply --server-side --dry-run=server --validate=strict -f "$folder/rendered.yaml"
done
for appliance in openwrt openwrt-router home-assistant nginx-lan; do
  "$wrtpod" render "$appliance" -n "$space" --out "$folder/$appliance"
  expect 0 "$here/kubectl" apply --server-side --dry-run=server --validate=strict -k "$folder/$appliance"
done
