{{- /*
Arithmetic on addresses, the same for IPv4 and IPv6.

`wrtpod.bits` writes an address as a row of bits. A subnet is then the first bits of its addresses, and of two
addresses of one family the lower one is the lower text.
*/ -}}

{{- /* The hexadecimal digits of an address, 8 or 32; nothing for what is no address. */ -}}
{{- define "wrtpod.digits" -}}
{{- $octet := "(25[0-5]|(2[0-4]|1[0-9]|[1-9])?[0-9])" -}}
{{- $groups := "([0-9A-Fa-f]{1,4}:)*[0-9A-Fa-f]{1,4}" -}}
{{- if regexMatch (printf "^%s([.]%s){3}$" $octet $octet) . -}}
  {{- range splitList "." . -}}
    {{- printf "%02x" (atoi .) -}}
  {{- end -}}
{{- else if regexMatch (printf "^(%s)?(::(%s)?)?$" $groups $groups) . -}}
  {{- $halves := splitList "::" . -}}
  {{- $head := first $halves | splitList ":" | compact -}}
  {{- $tail := rest $halves | join "" | splitList ":" | compact -}}
  {{- $left := add (len $head) (len $tail) | sub 8 | int -}}
  {{- if ternary (ge $left 1) (eq $left 0) (contains "::" .) -}}
    {{- range $head }}{{ printf "0000%s" . | trunc -4 | lower }}{{ end -}}
    {{- repeat $left "0000" -}}
    {{- range $tail }}{{ printf "0000%s" . | trunc -4 | lower }}{{ end -}}
  {{- end -}}
{{- end -}}
{{- end -}}

{{- /* An address as its bits, `n` for 0 and `y` for 1; nothing for what is no address. */ -}}
{{- define "wrtpod.bits" -}}
{{- include "wrtpod.digits" .
  | replace "0" "nnnn" | replace "1" "nnny" | replace "2" "nnyn" | replace "3" "nnyy"
  | replace "4" "nynn" | replace "5" "nyny" | replace "6" "nyyn" | replace "7" "nyyy"
  | replace "8" "ynnn" | replace "9" "ynny" | replace "a" "ynyn" | replace "b" "ynyy"
  | replace "c" "yynn" | replace "d" "yyny" | replace "e" "yyyn" | replace "f" "yyyy" -}}
{{- end -}}

{{- /* `yes` for an address with its prefix length. */ -}}
{{- define "wrtpod.isCidr" -}}
{{- $parts := splitList "/" . -}}
{{- $bits := first $parts | include "wrtpod.bits" -}}
{{- if and $bits (eq (len $parts) 2) (regexMatch "^(0|[1-9][0-9]{0,2})$" (last $parts)) (le (last $parts | atoi) (len $bits)) -}}
yes
{{- end -}}
{{- end -}}

{{- /* An address, with or without a prefix length, as it is usually written: an IPv6 address as RFC 5952 has it. */ -}}
{{- define "wrtpod.address" -}}
{{- $parts := splitList "/" . -}}
{{- $text := first $parts -}}
{{- if contains ":" $text -}}
  {{- $groups := list -}}
  {{- range regexFindAll "[0-9a-f]{4}" (include "wrtpod.digits" $text) -1 -}}
    {{- $groups = append $groups (regexReplaceAll "^0{1,3}" . "") -}}
  {{- end -}}
  {{- $text = join ":" $groups -}}
  {{- /* The longest row of two zeros or more, the first of several, becomes `::`. */ -}}
  {{- range untilStep 8 1 -1 -}}
    {{- $zeros := printf "(^|:)0(:0){%d}(:|$)" (sub . 1) -}}
    {{- if and (not (contains "::" $text)) (regexMatch $zeros $text) -}}
      {{- $text = regexSplit $zeros $text 2 | join "::" -}}
    {{- end -}}
  {{- end -}}
{{- end -}}
{{- prepend (rest $parts) $text | join "/" -}}
{{- end -}}

{{- /* A JSON list of addresses, each as `wrtpod.address` writes it. */ -}}
{{- define "wrtpod.canonical" -}}
{{- $addresses := list -}}
{{- range . -}}
  {{- $addresses = append $addresses (include "wrtpod.address" .) -}}
{{- end -}}
{{- toJson $addresses -}}
{{- end -}}

{{- /* `yes` when a subnet has an address: list SUBNET ADDRESS. */ -}}
{{- define "wrtpod.contains" -}}
{{- $subnet := splitList "/" (first .) -}}
{{- $network := first $subnet | include "wrtpod.bits" -}}
{{- $address := last . | include "wrtpod.bits" -}}
{{- if and $network (eq (len $network) (len $address)) -}}
  {{- if hasPrefix (trunc (last $subnet | atoi) $network) $address }}yes{{ end -}}
{{- end -}}
{{- end -}}

{{- /* The first of these subnets that has an address, or nothing: list SUBNETS ADDRESS. */ -}}
{{- define "wrtpod.subnetOf" -}}
{{- $address := last . -}}
{{- range first . -}}
  {{- if include "wrtpod.contains" (list . $address) -}}
    {{- . -}}
    {{- break -}}
  {{- end -}}
{{- end -}}
{{- end -}}

{{- /* `yes` when a range FIRST-LAST has an address: list RANGE ADDRESS. */ -}}
{{- define "wrtpod.within" -}}
{{- $ends := splitList "-" (first .) -}}
{{- $first := first $ends | trim | include "wrtpod.bits" -}}
{{- $last := last $ends | trim | include "wrtpod.bits" -}}
{{- $address := last . | include "wrtpod.bits" -}}
{{- if and (eq (len $first) (len $address)) (le $first $address) (le $address $last) }}yes{{ end -}}
{{- end -}}
