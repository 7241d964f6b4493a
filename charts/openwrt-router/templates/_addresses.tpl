{{/*
Arithmetic on addresses, the same for IPv4 and IPv6.

`wrtpod.bits` writes an address as a row of bits. A subnet is then the first bits of its addresses, and of two
addresses of one family the lower one is the lower text.
*/}}

{{/* `yes` for an address. */}}
{{- define "wrtpod.isAddress" -}}
{{- $octet := "(25[0-5]|(2[0-4]|1[0-9]|[1-9])?[0-9])" -}}
{{- $groups := "([0-9A-Fa-f]{1,4}:)*[0-9A-Fa-f]{1,4}" -}}
{{- if regexMatch (printf "^%s([.]%s){3}$" $octet $octet) . -}}
yes
{{- else if and (contains ":" .) (regexMatch (printf "^(%s)?(::(%s)?)?$" $groups $groups) .) -}}
  {{- $count := splitList ":" . | compact | len -}}
  {{- if ternary (le $count 7) (eq $count 8) (contains "::" .) }}yes{{ end -}}
{{- end -}}
{{- end -}}

{{/* `yes` for an address with its prefix length. */}}
{{- define "wrtpod.isCidr" -}}
{{- $parts := splitList "/" . -}}
{{- if and (eq (len $parts) 2) (first $parts | include "wrtpod.isAddress") -}}
  {{- $bits := first $parts | include "wrtpod.bits" | len -}}
  {{- if and (regexMatch "^(0|[1-9][0-9]{0,2})$" (last $parts)) (le (last $parts | atoi) $bits) }}yes{{ end -}}
{{- end -}}
{{- end -}}

{{/* The hexadecimal digits of an address, 8 or 32. */}}
{{- define "wrtpod.digits" -}}
{{- if contains ":" . -}}
  {{- $halves := splitList "::" . -}}
  {{- $head := first $halves | splitList ":" | compact -}}
  {{- $tail := rest $halves | join "" | splitList ":" | compact -}}
  {{- range $head }}{{ printf "0000%s" . | trunc -4 | lower }}{{ end -}}
  {{- repeat (add (len $head) (len $tail) | sub 8 | max 0 | int) "0000" -}}
  {{- range $tail }}{{ printf "0000%s" . | trunc -4 | lower }}{{ end -}}
{{- else -}}
  {{- range splitList "." . }}{{ atoi . | printf "%02x" }}{{ end -}}
{{- end -}}
{{- end -}}

{{/* An address as its bits, `n` for 0 and `y` for 1. */}}
{{- define "wrtpod.bits" -}}
{{- include "wrtpod.digits" .
  | replace "0" "nnnn" | replace "1" "nnny" | replace "2" "nnyn" | replace "3" "nnyy"
  | replace "4" "nynn" | replace "5" "nyny" | replace "6" "nyyn" | replace "7" "nyyy"
  | replace "8" "ynnn" | replace "9" "ynny" | replace "a" "ynyn" | replace "b" "ynyy"
  | replace "c" "yynn" | replace "d" "yyny" | replace "e" "yyyn" | replace "f" "yyyy" -}}
{{- end -}}

{{/* An address, with or without a prefix length, as it is usually written: an IPv6 address as RFC 5952 has it. */}}
{{- define "wrtpod.address" -}}
{{- $parts := splitList "/" . -}}
{{- $text := first $parts -}}
{{- if contains ":" $text -}}
  {{- $digits := include "wrtpod.digits" $text -}}
  {{- $groups := list -}}
  {{- range untilStep 0 (len $digits) 4 -}}
    {{- $groups = append $groups (substr . (add . 4 | int) $digits | trimPrefix "0" | trimPrefix "0" | trimPrefix "0") -}}
  {{- end -}}
  {{- $text = join ":" $groups -}}
  {{- /* The longest row of two zeros or more, the first of several, becomes `::`. */ -}}
  {{- range untilStep 8 1 -1 -}}
    {{- $zeros := repeat . "0:" | printf ":%s" -}}
    {{- if contains $zeros (printf ":%s:" $text) -}}
      {{- $sides := printf ":%s:" $text | splitn $zeros 2 -}}
      {{- $text = printf "%s::%s" (trimPrefix ":" $sides._0) (trimSuffix ":" $sides._1) -}}
      {{- break -}}
    {{- end -}}
  {{- end -}}
{{- end -}}
{{- prepend (rest $parts) $text | join "/" -}}
{{- end -}}

{{/* A JSON list of addresses, each as `wrtpod.address` writes it. */}}
{{- define "wrtpod.canonical" -}}
{{- $addresses := list -}}
{{- range . -}}
  {{- $addresses = append $addresses (include "wrtpod.address" .) -}}
{{- end -}}
{{- toJson $addresses -}}
{{- end -}}

{{/* The subnet of an address with its prefix length: the same without what is behind the prefix. */}}
{{- define "wrtpod.subnet" -}}
{{- $parts := splitList "/" . -}}
{{- $bits := first $parts | include "wrtpod.bits" -}}
{{- $size := len $bits -}}
{{- $bits = printf "%s%s" (trunc (last $parts | atoi) $bits) (repeat $size "n") | trunc $size -}}
{{- $width := ternary 8 16 (eq $size 32) -}}
{{- $groups := list -}}
{{- range $at := untilStep 0 $size $width -}}
  {{- $number := 0 -}}
  {{- range substr $at (add $at $width | int) $bits | splitList "" -}}
    {{- $number = add (mul $number 2) (ternary 1 0 (eq . "y")) -}}
  {{- end -}}
  {{- $groups = append $groups (printf (ternary "%d" "%x" (eq $size 32)) $number) -}}
{{- end -}}
{{- printf "%s/%s" (join (ternary "." ":" (eq $size 32)) $groups) (last $parts) | include "wrtpod.address" -}}
{{- end -}}

{{/* `yes` when a subnet has an address: list SUBNET ADDRESS. */}}
{{- define "wrtpod.contains" -}}
{{- $subnet := splitList "/" (first .) -}}
{{- $network := first $subnet | include "wrtpod.bits" -}}
{{- $address := last . | include "wrtpod.bits" -}}
{{- if and (eq (len $network) (len $address)) (hasPrefix (trunc (last $subnet | atoi) $network) $address) }}yes{{ end -}}
{{- end -}}

{{/* The first of these subnets that has an address, or nothing: list SUBNETS ADDRESS. */}}
{{- define "wrtpod.subnetOf" -}}
{{- $address := last . -}}
{{- range first . -}}
  {{- if include "wrtpod.contains" (list . $address) -}}
    {{- . -}}
    {{- break -}}
  {{- end -}}
{{- end -}}
{{- end -}}

{{/* `yes` when a range FIRST-LAST has an address: list RANGE ADDRESS. */}}
{{- define "wrtpod.within" -}}
{{- $ends := splitList "-" (first .) -}}
{{- $first := first $ends | include "wrtpod.bits" -}}
{{- $last := last $ends | include "wrtpod.bits" -}}
{{- $address := last . | include "wrtpod.bits" -}}
{{- if and (eq (len $first) (len $address)) (le $first $address) (le $address $last) }}yes{{ end -}}
{{- end -}}
