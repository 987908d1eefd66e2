#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# t-in-place.sh: layers read where the builder keeps them are the layers that it exports, whatever is in them; and what
# cannot be read there is read from an export.
set -eu
# shellcheck source=tests/lib/tap.sh
. "${top_srcdir:?}/tests/lib/tap.sh"
# shellcheck source=tests/lib/graph.sh
. "$top_srcdir/tests/lib/graph.sh"
: "${top_builddir:?}"
graph_open

# in_place IMAGE...: their canonical forms, as they lie in lockstep's storage
in_place() {
	for image in "$@"; do
		shift
		set -- "$@" "$(image_id "$image")"
	done
	"$top_builddir/tests/cli/image_tree_tool" "$LOCKSTEP_STATE/storage" "$ENV_DRIVER" "$@"
}

# exported IMAGE: the same by way of the builder
exported() {
	rm -rf "$GRAPH/../export"
	own_buildah push -q --disable-compression "$(image_id "$1" | cut -d: -f2)" dir:"$GRAPH/../export" >/dev/null
	"$top_builddir/tests/cli/image_tree_tool" "$GRAPH/../export"
}

own_buildah() {
	buildah --root "$LOCKSTEP_STATE/storage" --storage-driver "$ENV_DRIVER" \
		--runroot "$(echo "$XDG_RUNTIME_DIR"/lockstep-*)" "$@"
}

image_id() {
	lockstep plan --json | jq -r --arg name "$1" '.images[] | select(.image == $name).image_id'
}

cat >base/make <<'SH'
set -eu
mkdir -p deep/a/b gone swept
long=$(busybox printf %0250d 7)
echo one >deep/a/b/one
busybox ln deep/a/b/one deep/hard
busybox ln -s ../nowhere deep/link
busybox ln -s a deep/way
echo odd >"$(busybox printf 'deep/\377\012 odd')"
echo long >"deep/$long"
busybox mkdir -p "deep/$long.d/$long"
echo longer >"deep/$long.d/$long/file"
busybox ln -s "$long$long" deep/longlink
: >deep/empty
busybox dd if=/dev/zero of=deep/large bs=65536 count=19 2>/dev/null
busybox mkfifo deep/fifo
busybox chmod 4755 deep/a/b/one
busybox chmod 0600 deep/empty
busybox chown 1234:5678 deep/empty
echo x >gone/x
echo y >swept/y
SH
cat >base/Dockerfile <<'DF'
FROM scratch
COPY busybox /bin/busybox
COPY make /make
ENV PATH=/bin
RUN ["/bin/busybox", "sh", "/make"]
DF
cat >left/Dockerfile <<'DF'
ARG TAG=latest
FROM localhost/t/base:${TAG}
RUN ["/bin/busybox", "rm", "-r", "/gone", "/deep/a/b/one"]
RUN ["/bin/busybox", "sh", "-c", "/bin/busybox rm -r /swept && /bin/busybox mkdir /swept && echo z >/swept/z"]
RUN ["/bin/busybox", "sh", "-c", "/bin/busybox rm /deep/way && /bin/busybox mkdir /deep/way && echo w >/deep/way/w"]
DF
# The checks read the images, so that they are there.
cat >lockstep.yaml <<'YAML'
version: 1
registry: localhost/t
images:
  base: { context: base, checks: [ { file: /deep/large, max-size: 2M } ] }
  left: { context: left }
YAML
rebuilds 'base left' 'images with all that can be in one'
for image in base left; do
	ok "$image can be read in place" in_place $image
	in_place $image >"$GRAPH/../here"
	is "$(exported "$image" | diff - "$GRAPH/../here")" '' "$image: the same, read in place and exported"
	like "$(cat "$GRAPH/../here")" '*/deep/large*' "$image: and it is what was built"
done

is "$(in_place base left | sha256sum)" "$({ in_place base && in_place left; } | sha256sum)" 'layers that two images have are read once'

# --- what cannot be read there
if [ "${FAULTS-}" = yes ]; then
	sed -i 's/2M/3M/' lockstep.yaml
	LOCKSTEP_FAULT=tar-split rebuilds '' 'a layer that cannot be read where it lies is exported'
	is "$(jq -r '.images[] | select(.image == "base").checks[].outcome' "$OUT")" passed 'and its check is judged'
fi

# --- a storage that somebody touched
case $ENV_DRIVER in
overlay) large=$(echo "$LOCKSTEP_STATE"/storage/overlay/*/diff/deep/large) ;;
*) large=$(find "$LOCKSTEP_STATE/storage/$ENV_DRIVER" -path '*/deep/large' | head -n 1) ;;
esac
printf x | dd of="$large" bs=1 seek=70000 conv=notrunc 2>/dev/null
exits 1 'other bytes in a file' in_place base left
like "$tap_out" '*and its files are not the layer that they were*could not be read*' 'are noticed, by each that has them'
ln -sf /etc/passwd "$large"
exits 1 'a link in place of a file' in_place base
like "$tap_out" '*cannot read*deep/large*' 'is not followed'
done_testing
