{{/* Paths of a node that give it away: with all that is in them, but for what is harmless; as a whole; by their
     last part. */}}
{{- define "wrtpod.nodePaths" -}}
{
  "trees": [
    "/bin",
    "/boot",
    "/etc",
    "/lib",
    "/lib64",
    "/opt/cni",
    "/proc",
    "/root",
    "/run/containerd",
    "/run/crio",
    "/run/k3s",
    "/run/systemd",
    "/sbin",
    "/sys",
    "/usr",
    "/var/lib/cni",
    "/var/lib/containerd",
    "/var/lib/containers",
    "/var/lib/docker",
    "/var/lib/etcd",
    "/var/lib/k0s",
    "/var/lib/kubelet",
    "/var/lib/rancher",
    "/var/log",
    "/var/snap/microk8s"
  ],
  "harmless": [
    "/etc/localtime",
    "/etc/machine-id",
    "/etc/timezone",
    "/lib/modules",
    "/usr/lib/modules",
    "/usr/share/zoneinfo"
  ],
  "whole": [
    "/dev",
    "/run",
    "/opt"
  ],
  "sockets": [
    "docker.sock",
    "containerd.sock",
    "containerd.sock.ttrpc",
    "crio.sock",
    "cri-dockerd.sock",
    "podman.sock",
    "kubelet.sock"
  ]
}
{{- end -}}

{{/* Sets of capabilities by name. */}}
{{- define "wrtpod.capabilitySets" -}}
{
  "root-entrypoint": [
    "CHOWN",
    "DAC_OVERRIDE",
    "FOWNER",
    "SETUID",
    "SETGID",
    "KILL",
    "NET_BIND_SERVICE"
  ],
  "s6": [
    "CHOWN",
    "DAC_OVERRIDE",
    "FOWNER",
    "SETUID",
    "SETGID",
    "KILL"
  ]
}
{{- end -}}

{{/* Link-local ranges, and the metadata of clouds. */}}
{{- define "wrtpod.linkLocal" -}}
["169.254.0.0/16","fd00:ec2::254/128","fe80::/10"]
{{- end -}}

{{/* Options that hold a secret: by their names, by the ends of these, by the type of their section; and those that
     are called so and hold none. */}}
{{- define "wrtpod.secretNames" -}}
{"names":["access_key","accesskey","acct_secret","api_key","api_token","apikey","auth_key","auth_secret","authkey","client_secret","community","dae_secret","encryption_key","key_passwd","network_key","pass","passphrase","passwd","password","pincode","pre_shared_key","preshared_key","presharedkey","priv_key2_pwd","priv_key_pwd","private_key","privatekey","psk","puk","pwd","sae_password","secret_key","secretkey","shared_secret","token","wps_pin"],"ends":["_access_key","_accesskey","_api_key","_apikey","_auth_key","_pass","_passphrase","_passwd","_password","_pincode","_preshared_key","_private_key","_psk","_pwd","_secret","_secret_key","_secretkey","_shared_key","_token"],"ofTypes":["wifi-iface key","wifi-iface key1","wifi-iface key2","wifi-iface key3","wifi-iface key4","wifi-iface r0kh","wifi-iface r1kh","wifi-station key","wifi-vlan key","interface pin"],"harmless":["dropbear password","openvpn auth_user_pass","system token"],"harmlessNames":["PWD"]}
{{- end -}}
