#!/bin/sh
# Prints every plain file right inside the folders $@: path, NUL, size, newline, content. Runs in the appliance
# (BusyBox ash), by exec; a file that changes between wc and cat is noticed by the reader.
for folder in "$@"; do
	for file in "$folder"/*; do
		[ -f "$file" ] || continue
		size=$(wc -c <"$file") || exit 1
		printf '%s\0%s\n' "$file" "$size"
		cat "$file" || exit 1
	done
done
