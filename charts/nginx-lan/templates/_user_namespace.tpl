{{/* What a pod with users of its own cannot have of its node. */}}
{{- define "wrtpod.userNamespace" -}}
{
  "unmapped": [
    "/dev",
    "/proc",
    "/sys"
  ],
  "bus": "/run/dbus",
  "openDevices": [
    "tun",
    "net_tun",
    "fuse"
  ],
  "lackingSysctls": [
    "net.core.xfrm_acq_expires",
    "net.core.xfrm_aevent_etime",
    "net.core.xfrm_aevent_rseqth",
    "net.core.xfrm_larval_drop",
    "net.ipv6.route.flush",
    "net.ipv6.route.gc_elasticity",
    "net.ipv6.route.gc_interval",
    "net.ipv6.route.gc_min_interval",
    "net.ipv6.route.gc_min_interval_ms",
    "net.ipv6.route.gc_thresh",
    "net.ipv6.route.gc_timeout",
    "net.ipv6.route.min_adv_mss",
    "net.ipv6.route.mtu_expires",
    "net.ipv6.route.skip_notify_on_dev_down"
  ]
}
{{- end -}}

{{/* Devices that the appliance has by their paths. */}}
{{- define "wrtpod.ownDevices" -}}
{"volumes":[],"volumeMounts":[]}
{{- end -}}
