#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# t-ignore-buildah.sh: what the real buildah takes of a tree under each ignore file is what the model says.
set -eu
# shellcheck source=tests/lib/tap.sh
. "${top_srcdir:?}/tests/lib/tap.sh"
# shellcheck source=tests/lib/ignore_builders.sh
. "$top_srcdir/tests/lib/ignore_builders.sh"

[ "$(id -u)" -eq 0 ] || skip_all 'needs root'
command -v buildah >/dev/null || skip_all 'there is no buildah'
dir=$(mktemp -d /var/tmp/t-ignore-buildah.XXXXXX)
container=
finish() {
	[ -z "$container" ] || b rm "$container" >/dev/null 2>&1 || :
	b rmi -a -f >/dev/null 2>&1 || :
	rm -rf "$dir"
}
trap finish EXIT

b() {
	buildah --root "$dir/root" --runroot "$dir/run" --storage-driver vfs "$@" 2>"$dir/log"
}

make_tree "$dir/tree"
make_ignore_files "$dir/files"
mkdir "$dir/got"
container=$(b from scratch) || skip_all "buildah cannot work here: $(cat "$dir/log")"
mount=$(b mount "$container") || skip_all "buildah cannot mount: $(cat "$dir/log")"
for file in "$dir"/files/*; do
	name=${file##*/}
	if b copy --quiet --contextdir "$dir/tree" --ignorefile "$file" "$container" "$dir/tree" "/$name" >/dev/null; then
		mkdir -p "$mount/$name"
		list_tree "$mount/$name" >"$dir/got/$name"
	elif grep -q 'filtered out' "$dir/log"; then
		: >"$dir/got/$name" # all is left out, which is no mistake in the file
	fi
done
compare containers "${top_builddir:?}/tests/cli/ignore_tool" "$dir/tree" "$dir/files" "$dir/got"

# A build takes what a copy takes, and reads the file by the same rules.
cp "$dir/files/05" "$dir/tree/.dockerignore"
printf 'FROM scratch\nCOPY . /\n' >"$dir/tree/Dockerfile"
printf '**/keep\n' >"$dir/tree/Dockerfile.containerignore"
built() {
	rm -rf "$dir/out"
	b bud --layers --force-rm --isolation chroot --output "type=local,dest=$dir/out" "$dir/tree" >/dev/null ||
		diag "$(cat "$dir/log")"
	list_tree "$dir/out" >"$dir/list"
	grep -c '\(^\|/\)keep$' "$dir/list" || :
	grep -c '^docs/.*' "$dir/list" || :
}
is "$(built)" '0
5' 'build: <Dockerfile>.containerignore is read, alone'
printf 'docs/guide.md\n' >"$dir/tree/Dockerfile.dockerignore"
is "$(built)" '3
4' 'build: <Dockerfile>.dockerignore wins over it'
: >"$dir/tree/Dockerfile.dockerignore"
is "$(built)" '3
5' 'build: and does so when it is empty'
rm "$dir/tree/Dockerfile.dockerignore" "$dir/tree/Dockerfile.containerignore"
printf 'docs/guide.md\ndocs/api\n' >"$dir/tree/.containerignore"
is "$(built)" '3
1' 'build: .containerignore wins over .dockerignore'
rm "$dir/tree/.containerignore"
is "$(built)" '3
2' 'build: .dockerignore is read last'
done_testing
