{{/* The appliance's capabilities that no value adds. */}}
{{- define "wrtpod.ownCapabilities" -}}
["NET_ADMIN","NET_RAW","NET_BIND_SERVICE","SETUID","SETGID","DAC_OVERRIDE","KILL","CHOWN"]
{{- end -}}
