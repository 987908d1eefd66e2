#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# t-service-builder.sh: what is peculiar to builds by podman's service: who answers, triggers, networks, shapes.
set -eu
# shellcheck source=tests/lib/tap.sh
. "${top_srcdir:?}/tests/lib/tap.sh"
# shellcheck source=tests/lib/graph.sh
. "$top_srcdir/tests/lib/graph.sh"
BUILDER=podman-service

graph_write() {
	mkdir -p base child lone
	cat >lockstep.yaml <<-'YAML'
		version: 1
		registry: localhost/t
		images:
		  base: { context: base }
		  child: { context: child }
		  lone: { context: lone }
	YAML
	cat >base/Dockerfile <<-'DF'
		FROM scratch
		COPY busybox /bin/busybox
		ONBUILD COPY trig* /triggered/
	DF
	printf 'FROM localhost/t/base:1\nCOPY own /own\n' >child/Dockerfile
	echo own >child/own
	echo one >child/trigger
	echo other >child/other
	# shellcheck disable=SC2016 # the Dockerfile's
	cat >lone/Dockerfile <<-'DF'
		FROM localhost/t/base:1
		RUN --mount=type=bind,target=/m ["/bin/busybox", "sh", "-c", "/bin/busybox ls -A /m >/mount; /bin/busybox ip -o address >/net"]
		COPY . /all/
	DF
	echo x >lone/trigger
	printf 'nothing\n' >lone/.dockerignore
}
graph_open

# --- who answers
host=$CONTAINER_HOST
exits 3 'a host that is no socket' env CONTAINER_HOST=ssh://me:secret@there/run/x "$LOCKSTEP" plan
# shellcheck disable=SC2016 # the hint's backticks
is "$tap_out" 'lockstep: CONTAINER_HOST: lockstep cannot speak to such a host
    write unix:///PATH or tcp://HOST:PORT; of ssh://, `ssh -L` makes a socket' 'is told, without what it holds'
exits 3 'nobody' env CONTAINER_HOST="$host.none" "$LOCKSTEP" build
like "$tap_out" "lockstep: no service of podman answers at '$host.none': *
    start it (\`systemctl start podman.socket\`, or \`podman system service\`), or set CONTAINER_HOST" 'is told'
exits 0 'doctor' lockstep doctor
like "$tap_out" "*ok   builder *engine 4*lockstep builds in the engine at $host*" 'names the service'
mkdir "$graph_dir/no-program"
for program in buildah podman; do
	printf '#!/bin/sh\nexit 99\n' >"$graph_dir/no-program/$program"
	chmod +x "$graph_dir/no-program/$program"
done

# --- triggers, which the service tells nobody of
PATH=$graph_dir/no-program:$PATH
rebuilds 'base child lone' 'cold, without any program of podman' --load
PATH=${PATH#*:}
is "$(env -u LOCKSTEP_BUILDER "PATH=$graph_dir/none" "$LOCKSTEP" inputs lone --canonical | sed -n 's/^output	//p')" \
	"docker	layers	0	1	0" 'with no builder in PATH, auto is the service'
is "$(lockstep inputs child --json | jq -r '[.inputs[] | select(.kind == "file") | .path] | join(" ")')" 'child/own child/trigger' \
	'what the base triggers reads is an input'
echo two >child/trigger
rebuilds child 'and moves the key' --load
echo 'another other' >child/other
rebuilds '' 'while what nothing reads does not'
# of NAME PATH: a file of an image
of() {
	of_box=$("$DOCKER" create "localhost/t/$1:latest" x)
	"$DOCKER" cp "$of_box:$2" - | tar -xO
	"$DOCKER" rm "$of_box" >/dev/null
}
is "$(of child /triggered/trigger)" two 'the image has it'

# --- the context is what was staged, and nothing else
is "$(of lone /mount)" '.dockerignore
Dockerfile
trigger' 'a mount of the whole context shows what is in it, and no file of ours'
is "$("$DOCKER" run --rm --entrypoint /bin/busybox localhost/t/lone:latest ls -A /all | tr '\n' ' ')" '.dockerignore Dockerfile trigger ' \
	'neither does a copy of it'

# --- networks
like "$(of lone /net)" '*127.0.0.1*' 'a build has the network of the machine'
sed -i 's/lone: { /&network: none, /' lockstep.yaml
rebuilds lone 'or none' --load
is "$(of lone /net | grep -c -v ': lo ' || :)" 0 'which is so'
sed -i 's/network: none/network: bridge/' lockstep.yaml
exits 2 'no other' lockstep build
is "$tap_out" "lockstep.yaml:6:20: image 'lone': the service of podman $(podman version --format '{{.Server.Version}}') has no network 'bridge' for a build
    write host, which it is without \`network\`, or none" 'is told with its place'
git checkout -q lockstep.yaml

# --- shapes
layers() {
	"$DOCKER" image inspect --format '{{len .RootFS.Layers}}' "localhost/t/$1:latest"
}
is "$(layers lone)" 4 'a layer for each instruction'
sed -i 's/lone: { /&output: flat, /' lockstep.yaml
echo z >lone/trigger
rebuilds lone 'flat' --load
is "$(layers lone)" 2 'one layer beside that of the base'
sed -i 's/output: flat/output: squash/' lockstep.yaml
echo y >lone/trigger # with the same content, the flat one would stay
rebuilds lone 'squash' --load
is "$(layers lone)" 1 'one layer, that of the base included'

# --- what is kept of configs goes with the images
is "$([ "$(find "$LOCKSTEP_STATE/configs" -name '*.json' | wc -l)" -gt 0 ] && echo some)" some 'configs are kept'
echo again >>base/busybox
rebuilds 'base child lone' 'other images'
sleep 1
lockstep gc --keep 0d --keep-runs 1 >/dev/null
for file in "$LOCKSTEP_STATE"/configs/*.json; do
	image=${file##*/}
	"$DOCKER" image exists "${image%.json}" || fail 'a config of an image that is gone' "$file"
done
is "$(find "$LOCKSTEP_STATE/tmp" -mindepth 1)" '' 'and nothing is left beside them'
done_testing
