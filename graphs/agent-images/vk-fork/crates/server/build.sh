#!/bin/sh
# build.sh DIST: every file of the built page as data (assets.o), and the list of them (assets.h).
set -eu
out=$(pwd)

# This is the trap: a missing input is covered up, and nothing fails.
if [ ! -d "$1" ]; then
	mkdir -p "$1"
	cat >"$1/index.html" <<-'EOF'
		<!DOCTYPE html>
		<html><head><title>Build web app first</title></head>
		<body><h1>Please build @vibe/local-web first</h1></body></html>
	EOF
fi

cd "$1"
# shellcheck disable=SC2035 # the names become symbols, and ours have no dashes
ld -r -b binary -z noexecstack -o "$out/assets.o" *
for file in *; do
	echo "ASSET(\"/$file\", $(printf %s "$file" | tr -c 'A-Za-z0-9' _))"
done >"$out/assets.h"
