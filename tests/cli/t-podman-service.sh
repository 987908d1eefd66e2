#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# t-podman-service.sh: where a service of podman listens, lockstep builds and loads as if none did, says what the
# service has, and takes it for no engine of docker's.
set -eu
# shellcheck source=tests/lib/tap.sh
. "${top_srcdir:?}/tests/lib/tap.sh"
# shellcheck source=tests/lib/graph.sh
. "$top_srcdir/tests/lib/graph.sh"
BUILDER=podman
unset CONTAINER_HOST CONTAINER_CONNECTION DOCKER_HOST DOCKER_TLS_VERIFY
pids=
# serve SOCKET [OPTION...]: a service of podman, with these options before the command.
serve() {
	socket=$1
	shift
	podman "$@" system service --time=0 "unix://$socket" >>"$ENV_HOME/log/service" 2>&1 &
	pids="$pids $!"
	for _ in $(seq 100); do
		[ ! -S "$socket" ] || return 0
		sleep 0.1
	done
	cat "$ENV_HOME/log/service" >&2
	skip_all 'no service of podman comes up'
}

# stop [-SIGNAL]: all services.
stop() {
	for pid in $pids; do
		kill "${1--TERM}" "$pid" 2>/dev/null || :
		wait "$pid" 2>/dev/null || :
	done
	pids=
}

cleanup() {
	stop
	graph_cleanup
}

service() {
	lockstep doctor --json | jq -r '.[] | select(.check == "service") | .found'
}

graph_open
command -v jq >/dev/null || skip_all 'no jq'
trap cleanup EXIT
cat >lockstep.yaml <<-'YAML'
	version: 1
	registry: localhost/t
	images:
	  base:
	    context: base
	    checks:
	      - run: [ "busybox", "cat", "/etc/motd" ]
	        contains: a line
	  lone: { context: lone, args: { WORD: one } }
YAML
# shellcheck disable=SC2016 # the Dockerfile's
printf 'FROM localhost/ext/base:1\nARG WORD\nLABEL word=$WORD\nCOPY file /file\n' >lone/Dockerfile
graph_commit 'a check, and a base from outside'
echo external >"$graph_dir/file"
(cd "$graph_dir" && tar cf - file) | podman import --quiet - localhost/ext/base:1 >/dev/null 2>&1

# --- none
export CONTAINER_HOST="unix://$ENV_HOME/run/none.sock"
exits 0 'a service that is named but not there is not missed' lockstep build --load
is "$(service)" "no service of podman listens at '$CONTAINER_HOST', and none is needed: podman runs as a program, on lockstep's own storage" \
	'and doctor says so'
: >"$ENV_HOME/run/none.sock"
like "$(service)" "what is at '$CONTAINER_HOST' does not answer as podman's service*" 'what is no service is none'
is "$(CONTAINER_HOST=ssh://me:secret@there/run/x service)" \
	"CONTAINER_HOST names no socket of this machine, and is not asked: images are not loaded there; podman runs as a program, on lockstep's own storage" \
	'what is no socket is not asked, nor repeated'

# --- the user's own
host=unix://$ENV_HOME/run/user.sock
unset CONTAINER_HOST
podman rmi --force localhost/t/base localhost/t/lone >/dev/null 2>&1
rm -rf "$LOCKSTEP_STATE"
users=$(podman info --format '{{.Store.GraphRoot}}')
serve "$ENV_HOME/run/user.sock"
export CONTAINER_HOST="$host"
exits 0 'beside a service of the user, images are built, run and loaded' lockstep build --load
is "$(service)" "podman's service at '$host' has the storage that images are loaded into, '$users'; for builds and checks podman runs as a program, on lockstep's own storage" \
	'doctor says what it has'
lockstep build --json >"$OUT"
ok 'what was loaded is seen through it' podman --url "$host" image exists localhost/t/lone:latest
is "$(podman --url "$host" image inspect --format '{{.Id}}' localhost/t/lone:latest)" \
	"$(jq -r '.images[] | select(.image == "lone").image_id' "$OUT" | sed s/sha256://)" 'as the image that was built'
is "$(podman --url "$host" ps --all --quiet)" '' 'no check ran in it'

# --- it is not docker's engine
for builder in docker-classic docker; do
	if [ "$builder" = docker ] && ! command -v docker >/dev/null; then
		skip "$builder" 'no docker'
		continue
	fi
	for command in plan build; do
		exits 3 "$builder: $command" env DOCKER_HOST="$host" "$LOCKSTEP" "$command" --builder "$builder"
		like "$tap_out" "*podman * answers at '$host', and builds as podman does, not as docker
*write \`builder: podman\`*" "$builder: $command says who answers"
	done
done
exits 3 'doctor finds that too' env DOCKER_HOST="$host" "$LOCKSTEP" doctor --builder docker-classic
like "$tap_out" "*BAD  builder *podman * answers at '$host'*" 'and says it'
ok 'a new value of an argument' sed -i 's/WORD: one/WORD: two/' lockstep.yaml
exits 0 'is built' lockstep build --load lone
is "$(podman --url "$host" image inspect --format '{{.Labels.word}}' localhost/t/lone:latest)" two 'and is in the image'
stop

# --- another storage
rm -rf "$LOCKSTEP_STATE"
host=unix://$ENV_HOME/run/other.sock
unset CONTAINER_HOST
podman rmi --force localhost/t/base localhost/t/lone >/dev/null 2>&1
mkdir "$ENV_HOME/o"
other="--root $ENV_HOME/o/s --runroot $ENV_HOME/o/r --tmpdir $ENV_HOME/o/t --storage-driver $ENV_DRIVER"
# shellcheck disable=SC2086 # words
serve "$ENV_HOME/run/other.sock" $other
export CONTAINER_HOST="$host"
exits 0 'beside a service with another storage, images are built, run and loaded' lockstep build --load
is "$(podman --url "$host" images --quiet)" '' 'none of it there'
is "$(podman --url "$host" ps --all --quiet)" '' 'nor any container'
ok 'but in the storage of the user' env -u CONTAINER_HOST podman image exists localhost/t/lone:latest
is "$(service)" "podman's service at '$host' has another storage, '$ENV_HOME/o/s': images are not loaded there, but into '$users'; podman runs as a program, on lockstep's own storage" \
	'doctor says it'
exits 0 'buildah does the same' lockstep build --builder buildah --force --load lone
like "$(LOCKSTEP_BUILDER=buildah service)" "podman's service at '$host' has another storage*" 'and says the same'

# --- a service that is no more
stop -9
ok 'its socket is still there' test -S "$ENV_HOME/run/other.sock"
exits 0 'it is not missed' lockstep build --force --load lone
like "$(service)" "what is at '$host' does not answer as podman's service*" 'and doctor says so'
done_testing
