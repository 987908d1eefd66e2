#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# t-secret.sh: that a secret is used is an input; its value goes to the build and nowhere else.
set -eu
# shellcheck source=tests/lib/tap.sh
. "${top_srcdir:?}/tests/lib/tap.sh"
# shellcheck source=tests/lib/graph.sh
. "$top_srcdir/tests/lib/graph.sh"

graph_write() {
	mkdir base app
	cat >lockstep.yaml <<-'YAML'
		version: 1
		registry: localhost/s
		images:
		  app:
		    context: app
		    secrets: [ "id=token,env=APP_TOKEN", "src=app/key.secret,id=key" ]
	YAML
	printf 'FROM scratch\nCOPY busybox /bin/busybox\n' >app/Dockerfile
	printf 'RUN --mount=type=secret,id=token --mount=type=secret,id=key ["/bin/busybox", "sh", "-c", "%s"]\n' \
		'/bin/busybox wc -c < /run/secrets/token > /sizes; /bin/busybox wc -c < /run/secrets/key >> /sizes' >>app/Dockerfile
	printf '*.secret\n' >app/.dockerignore
	cp "$(command -v busybox)" app/busybox
}
graph_open
token=planted-tocken-4711
key=planted-file-0815-4711
printf %s "$key" >app/key.secret
echo '*.secret' >.gitignore

exits 1 'a secret that is not there' lockstep build
like "$tap_out" '*the variable APP_TOKEN of a secret is not set*' 'is told, and not taken for an empty one'

# buildah as it is, with its argv written down on the way.
mkdir "$graph_dir/bin"
cat >"$graph_dir/bin/buildah" <<-SH
	#!/bin/sh
	printf '%s\n' "\$@" >>$graph_dir/argv
	exec $(command -v buildah) "\$@"
SH
chmod +x "$graph_dir/bin/buildah"
PATH=$graph_dir/bin:$PATH
APP_TOKEN=$token
export APP_TOKEN PATH
rebuilds app 'built with both'
is "$(sed -n '/^--secret$/{n;p;}' "$graph_dir/argv" | tr '\n' ' ')" "id=token,env=APP_TOKEN src=$GRAPH/app/key.secret,id=key " \
	'the builder is told where they are'
cd app
APP_TOKEN=planted-other-4712
rebuilds '' 'another value is no other input'
cd ..
{
	lockstep inputs app
	lockstep inputs app --json
	lockstep inputs app --canonical
} >"$graph_dir/said" 2>&1
is "$(sed -n 's/^secret[ \t]*//p' "$graph_dir/said" | sed 's/ .*//' | sort -u | tr '\n' ' ')" 'key token ' 'their names are inputs'
{
	lockstep why app
	lockstep log app
	lockstep history --json
	lockstep build --force --json
	cat "$OUT" "$OUT.err"
} >>"$graph_dir/said" 2>&1

# found TEXT FOLDER...: files that hold it, databases and layers included.
found() {
	text=$1
	shift
	grep -raol -e "$text" "$@" 2>/dev/null || :
}
is "$(found "$token" "$LOCKSTEP_STATE" "$graph_dir/argv" "$graph_dir/said")" '' 'the variable is nowhere: state, logs, database, images, argv, output'
is "$(found planted-other "$LOCKSTEP_STATE" "$graph_dir/argv" "$graph_dir/said")" '' 'nor is the other value'
is "$(found "$key" "$LOCKSTEP_STATE" "$graph_dir/argv" "$graph_dir/said")" '' 'nor is the file'
ok 'and the search finds what is there' test -n "$(found APP_TOKEN "$graph_dir/argv")"
done_testing
