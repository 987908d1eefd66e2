#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# t-environment.sh: nothing of the caller's environment reaches an image, and none of its settings a key.
set -eu
# shellcheck source=tests/lib/tap.sh
. "${top_srcdir:?}/tests/lib/tap.sh"
# shellcheck source=tests/lib/graph.sh
. "$top_srcdir/tests/lib/graph.sh"

graph_write() {
	mkdir -p base
	cat >lockstep.yaml <<-'YAML'
		version: 1
		images:
		  base: { context: base }
	YAML
	cat >base/Dockerfile <<-'DF'
		FROM scratch
		ARG LEAKED
		COPY busybox /bin/sh
		COPY busybox /bin/env
		RUN /bin/env >/env; echo "${LEAKED-unset}" >/leaked
	DF
}

# file PATH: of the built image, found in the newest layer of lockstep's storage that has it
file() {
	# shellcheck disable=SC2012 # names of our own making
	cat "$(ls -t "$LOCKSTEP_STATE"/storage/*/*/diff/"$1" "$LOCKSTEP_STATE"/storage/*/dir/*/"$1" 2>/dev/null | head -n 1)"
}

graph_open
mkdir "$graph_dir/bin"
real=$(command -v buildah)
# buildah itself, and a note of what it was given
cat >"$graph_dir/bin/buildah" <<END
#!/bin/sh
case " \$* " in *' bud '*) env >>"$graph_dir/given" ;; esac
exec "$real" "\$@"
END
chmod +x "$graph_dir/bin/buildah"
LEAKED=from-the-shell SECRET_TOKEN=hunter2 BUILDAH_FORMAT=docker SOURCE_DATE_EPOCH=7 \
	PATH=$graph_dir/bin:$PATH "$LOCKSTEP" build >"$OUT" 2>&1 || fail 'builds' "$(cat "$OUT")"
is "$(grep -c '^TMPDIR=' "$graph_dir/given")" 1 'the builder ran'
is "$(grep -E '^(LEAKED|SECRET_TOKEN|BUILDAH_FORMAT|SOURCE_DATE_EPOCH)=' "$graph_dir/given" || :)" '' \
	'the builder gets nothing but what it needs to run'
is "$(file leaked)" unset 'ARG without a value is unset, whatever the environment holds'
is "$(file env | grep -c hunter2 || :)" 0 'and RUN sees none of it'

key() {
	lockstep inputs base --canonical | sha256sum
}
plain=$(key)
is "$(LEAKED=x LC_ALL=C.UTF-8 TZ=Asia/Tokyo HOME=/nowhere key)" "$plain" 'locale, time zone, home and variables do not move the key'
is "$(umask 077 && cp -r "$GRAPH" "$graph_dir/copy" && cd "$graph_dir/copy" && key)" "$plain" \
	'nor do another folder and a umask of 077'
is "$(cd base && key)" "$plain" 'nor the current folder'
done_testing
