{{/* The appliance's capabilities that no value adds. */}}
{{- define "wrtpod.ownCapabilities" -}}
["CHOWN","DAC_OVERRIDE","FOWNER","SETUID","SETGID","KILL","NET_RAW"]
{{- end -}}
