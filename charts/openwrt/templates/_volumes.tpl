{{/* The appliance's volumes that no value adds. */}}
{{- define "wrtpod.ownVolumes" -}}
[]
{{- end -}}
