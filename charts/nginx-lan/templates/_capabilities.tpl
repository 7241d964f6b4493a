{{/* The appliance's capabilities that no value adds. */}}
{{- define "wrtpod.ownCapabilities" -}}
["CHOWN","SETUID","SETGID","NET_BIND_SERVICE"]
{{- end -}}
