# shellcheck shell=bash
# Certificates by a CA of the cluster's own, and client configurations.

# certificate NAME SUBJECT ALTERNATIVE-NAMES
certificate() {
  openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$run/pki/$1.key" -out "$run/pki/$1.csr" -subj "$2" 2>/dev/null
  openssl x509 -req -in "$run/pki/$1.csr" -CA "$run/pki/ca.crt" -CAkey "$run/pki/ca.key" -set_serial "0x$(openssl rand -hex 8)" -days 30 -out "$run/pki/$1.crt" \
    -extfile <(printf 'subjectAltName=%s\nextendedKeyUsage=serverAuth,clientAuth' "$3") 2>/dev/null
}

# client NAME: its kubeconfig, which needs no other file
client() {
  cat >"$run/$1.kubeconfig" <<Y
apiVersion: v1
kind: Config
clusters: [{name: wrtpod, cluster: {server: "https://192.168.1.10:6443", certificate-authority-data: $(base64 -w0 "$run/pki/ca.crt")}}]
users: [{name: $1, user: {client-certificate-data: $(base64 -w0 "$run/pki/$1.crt"), client-key-data: $(base64 -w0 "$run/pki/$1.key")}}]
contexts: [{name: wrtpod, context: {cluster: wrtpod, user: $1}}]
current-context: wrtpod
Y
}

make_certificates() {
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$run/pki/ca.key" -out "$run/pki/ca.crt" -subj /CN=wrtpod-test-ca -days 30 2>/dev/null
  certificate apiserver /CN=kube-apiserver DNS:localhost,DNS:kubernetes.default.svc,IP:127.0.0.1,IP:192.168.1.10,IP:10.96.0.1
  certificate admin /O=system:masters/CN=admin DNS:admin
  certificate registry /CN=registry DNS:registry.lan,IP:192.168.1.1
  openssl ecparam -name prime256v1 -genkey -noout -out "$run/pki/sa.key"
  openssl ec -in "$run/pki/sa.key" -pubout -out "$run/pki/sa.pub" 2>/dev/null
  client admin
}
