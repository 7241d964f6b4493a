# shellcheck shell=bash
# The control plane, on the first node.

# A pod leaves a node that does not answer after 20 + 3 s, not after five minutes: the cases on two nodes wait for it.
start_etcd_and_apiserver() {
  start etcd etcd --data-dir etcd --unsafe-no-fsync --listen-client-urls http://127.0.0.1:2379 --advertise-client-urls http://127.0.0.1:2379 \
    --listen-peer-urls http://127.0.0.1:2380 --initial-advertise-peer-urls http://127.0.0.1:2380 --initial-cluster default=http://127.0.0.1:2380
  start kube-apiserver kube/kube-apiserver --etcd-servers=http://127.0.0.1:2379 --advertise-address=192.168.1.10 --secure-port=6443 \
    --tls-cert-file=pki/apiserver.crt --tls-private-key-file=pki/apiserver.key --client-ca-file=pki/ca.crt \
    --service-account-key-file=pki/sa.pub --service-account-signing-key-file=pki/sa.key --service-account-issuer=https://kubernetes.default.svc \
    --service-cluster-ip-range=10.96.0.0/16 --authorization-mode=Node,RBAC --allow-privileged \
    --kubelet-client-certificate=pki/admin.crt --kubelet-client-key=pki/admin.key --kubelet-preferred-address-types=InternalIP \
    --default-not-ready-toleration-seconds=3 --default-unreachable-toleration-seconds=3
}

start_controllers() {
  start kube-controller-manager kube/kube-controller-manager --kubeconfig=admin.kubeconfig --service-account-private-key-file=pki/sa.key \
    --root-ca-file=pki/ca.crt --allocate-node-cidrs --cluster-cidr=10.42.0.0/16 --leader-elect=false --enable-hostpath-provisioner \
    --node-monitor-period=2s --node-monitor-grace-period=20s
  start kube-scheduler kube/kube-scheduler --kubeconfig=admin.kubeconfig --leader-elect=false
}
