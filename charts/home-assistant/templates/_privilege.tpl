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
