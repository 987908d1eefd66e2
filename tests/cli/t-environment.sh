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
		  base:
		    context: base
		    checks:
		    - { file: /leaked, contains: unset, max-size: 6 }
		    - { file: /env, contains: PATH=, not-contains: [ hunter2, from-the-shell ] }
	YAML
	cat >base/Dockerfile <<-'DF'
		FROM scratch
		ARG LEAKED
		COPY busybox /bin/sh
		COPY busybox /bin/env
		RUN /bin/env >/env; echo "${LEAKED-unset}" >/leaked
	DF
}

graph_open
wrapped=yes
graph_wrap "case \" \$* \" in *' bud '* | *' build '*) env >>'$graph_dir/given' ;; esac" || wrapped=no
LEAKED=from-the-shell SECRET_TOKEN=hunter2 BUILDAH_FORMAT=docker SOURCE_DATE_EPOCH=7 \
	"$LOCKSTEP" build --json >"$OUT" 2>"$OUT.err" || fail 'builds' "$(cat "$OUT" "$OUT.err")"
if [ $wrapped = yes ]; then
	is "$(grep -c '^TMPDIR=' "$graph_dir/given")" 1 'the builder ran'
	# BuildKit's clock is ours.
	own=
	[ "$BUILDER" != buildx ] || own=SOURCE_DATE_EPOCH=0
	is "$(grep -E '^(LEAKED|SECRET_TOKEN|BUILDAH_FORMAT|SOURCE_DATE_EPOCH)=' "$graph_dir/given" || :)" "$own" \
		'the builder gets nothing but what it needs to run'
fi
checked() {
	jq -r --arg file "$1" '.images[0].checks[] | select(.subject == "file \($file)") | .outcome' "$OUT"
}
is "$(checked /leaked)" passed 'ARG without a value is unset, whatever the environment holds'
is "$(checked /env)" passed 'and RUN sees none of it'

key() {
	lockstep inputs base --canonical | sha256sum
}
plain=$(key)
is "$(LEAKED=x LC_ALL=C.UTF-8 TZ=Asia/Tokyo HOME=/nowhere key)" "$plain" 'locale, time zone, home and variables do not move the key'
is "$(umask 077 && cp -r "$GRAPH" "$graph_dir/copy" && cd "$graph_dir/copy" && key)" "$plain" \
	'nor do another folder and a umask of 077'
is "$(cd base && key)" "$plain" 'nor the current folder'
done_testing
