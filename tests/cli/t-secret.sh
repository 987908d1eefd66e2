#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# t-secret.sh: that a secret is used is an input; its value goes to the build and nowhere else. A builder without
# secrets says so before it starts.
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
		    checks: [ { file: /sizes, contains: "19\n22\nseen-4711" } ]
	YAML
	printf 'FROM scratch\nCOPY busybox /bin/busybox\n' >app/Dockerfile
	printf 'RUN --mount=type=secret,id=token --mount=type=secret,id=key ["/bin/busybox", "sh", "-c", "%s"]\n' \
		'/bin/busybox wc -c < /run/secrets/token > /sizes; /bin/busybox wc -c < /run/secrets/key >> /sizes; printf seen-%d 4711 >> /sizes' \
		>>app/Dockerfile
	printf '*.secret\n' >app/.dockerignore
	cp "$(command -v busybox)" app/busybox
}
graph_open
token=planted-tocken-4711
key=planted-file-0815-4711
printf %s "$key" >app/key.secret
echo '*.secret' >.gitignore

if [ "$BUILDER" = docker-classic ]; then
	exits 2 'a builder that knows no secrets' lockstep build
	like "$tap_out" "*app/Dockerfile:3:5: flag '--mount' of RUN is not supported by dialect 'classic'*supported by BuildKit and buildah*" \
		'does not read them'
	sed -i '/^RUN/d' app/Dockerfile
	exits 2 'where they are not used' lockstep build
	like "$tap_out" "lockstep.yaml:4:*: image 'app': docker * without BuildKit knows no secrets
    docker with BuildKit, buildah and podman do*" 'it says so, and who does'
	is "$("$DOCKER" images --all --quiet)" '' 'before it builds anything'
	done_testing
	exit
fi

exits 1 'a secret that is not there' lockstep build
like "$tap_out" '*the variable APP_TOKEN of a secret is not set*' 'is told, and not taken for an empty one'

# The builder's argv is written down on the way, where there is one.
graph_wrap "printf '%s\n' \"\$@\" >>'$graph_dir/argv'" || argv=none
# Where it keeps what it builds.
case $BUILDER in
docker) kept=$ENV_HOME/docker ;;
buildx) kept=$ENV_HOME/buildkit ;;
podman-service) kept=$ENV_HOME/storage ;;
*) kept=$LOCKSTEP_STATE/storage ;;
esac
APP_TOKEN=$token
export APP_TOKEN
rebuilds app 'built with both'
[ "${argv-}" = none ] || is "$(sed -n '/^--secret$/{n;p;}' "$graph_dir/argv" | tr '\n' ' ')" "id=token,env=APP_TOKEN src=$GRAPH/app/key.secret,id=key " \
	'the builder is told where they are'
cd app
APP_TOKEN=planted-others-4712
rebuilds '' 'another value is no other input'
cd ..
{
	lockstep inputs app
	lockstep inputs app --json
	lockstep inputs app --canonical
} >"$graph_dir/said" 2>&1
is "$(sed -n 's/^secret[ \t]*//p' "$graph_dir/said" | sed 's/ .*//' | sort -u | tr '\n' ' ')" 'key token ' 'their names are inputs'
is "$(lockstep inputs app --json | jq -r '[.inputs[] | select(.kind == "secret").id] | join(" ")')" 'key token' 'as JSON, too'
{
	lockstep why app
	lockstep log app
	lockstep history --json
	lockstep build --force --json
	cat "$OUT" "$OUT.err"
} >>"$graph_dir/said" 2>&1

# found TEXT: files that hold it, databases and layers included, but for the secret itself. All there is lies below
# $ENV_HOME: state, logs, images, what the builder keeps, argv, output.
found() {
	grep -raol -e "$1" "$ENV_HOME" 2>/dev/null | grep -vxF "$GRAPH/app/key.secret" || :
}
is "$(found "$token")" '' 'the variable is nowhere: state, logs, database, images, argv, output'
is "$(found planted-other)" '' 'nor is the other value'
is "$(found "$key")" '' 'nor is the file'
[ "${argv-}" = none ] || like "$(found APP_TOKEN)" "*$graph_dir/argv*" 'and the search finds what is there'
like "$(found 'id=key')" "*$LOCKSTEP_STATE/*" 'in the state'
like "$(found seen-4711)" "*$kept/*" 'and in the layers of the image'
done_testing
