#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# t-docker-api.sh: docker's classic builder where there is no docker program: the engine does it all.
set -eu
# shellcheck source=tests/lib/tap.sh
. "${top_srcdir:?}/tests/lib/tap.sh"
# shellcheck source=tests/lib/graph.sh
. "$top_srcdir/tests/lib/graph.sh"
# shellcheck source=scripts/lib/registry.sh
. "$top_srcdir/scripts/lib/registry.sh"
BUILDER=docker-classic
relay_pid=
cleanup() {
	[ -z "$relay_pid" ] || kill "$relay_pid" 2>/dev/null || :
	# shellcheck disable=SC2119 # all of them
	registry_stop
	graph_cleanup
}
graph_open
trap cleanup EXIT
mkdir "$graph_dir/bin"
for tool in git skopeo; do
	! path=$(command -v "$tool") || ln -s "$path" "$graph_dir/bin/$tool"
done
exits 3 "docker's engine is no service of podman" env CONTAINER_HOST="$DOCKER_HOST" "$LOCKSTEP" plan --builder podman-service
like "$tap_out" "lockstep: docker * answers at '$DOCKER_HOST', and not podman
    write \`builder: docker\`, or set CONTAINER_HOST" 'and that is said'
# relay FILE [CERTS]: a relay in front of the engine; FILE is there when it listens.
relay() {
	[ -z "$relay_pid" ] || kill "$relay_pid" 2>/dev/null || :
	"$top_srcdir/tests/lib/engine_relay.py" "$graph_dir/relay" "${DOCKER_HOST#unix://}" ${2+"$2"} &
	relay_pid=$!
	for _ in $(seq 100); do
		[ ! -e "$graph_dir/relay/$1" ] || return 0
		sleep 0.1
	done
}

bare() {
	PATH=$graph_dir/bin "$LOCKSTEP" "$@"
}

exits 0 'a graph is built' bare build
exits 0 'a name is given' bare build --load leaf
exits 0 'doctor' bare doctor
like "$tap_out" '*ok   builder * engine * (API 1.*ok   times * the time of a build is in its image: *' \
	'says what the engine speaks, and what it does to images'
if [ ! -e /proc/sys/fs/binfmt_misc/qemu-s390x ] && [ "$(uname -m)" != s390x ]; then
	sed -i 's/right: {/& platform: linux\/s390x,/' lockstep.yaml
	exits 3 'an engine on this machine cannot run what the machine cannot' bare build right
	like "$tap_out" "*image 'right': RUN at right/Dockerfile:4: this machine is *, and cannot run programs of linux/s390x*" \
		'which is said before it is asked to'
	git checkout -q lockstep.yaml
fi
is "$("$DOCKER" run --rm --network none localhost/t/leaf:latest busybox cat /greeting)" hello 'what it says is there'

# --- options, and output that is hard to carry
cat >lockstep.yaml <<-'YAML'
	version: 1
	registry: localhost/t
	images:
	  base: { context: base }
	  app:
	    context: app
	    network: none
	    add-host: [ "one:10.9.8.7", "two:10.9.8.6" ]
	    ulimit: [ "nofile=123:321", "core=0" ]
	    shm-size: 5M
	    args: { A: 'b "c" & d=e' }
YAML
mkdir -p app/sub
printf 'a file' >"app/sub/name with ü and '"
ln -s "name with ü and '" app/sub/link
cat >app/Dockerfile <<-'DF'
	FROM localhost/t/base
	ARG A
	COPY sub /sub
	RUN ["/bin/busybox", "sh", "-c", "/bin/busybox cat /etc/hosts; ulimit -n; ulimit -Hn; echo \"A=$A\"; /bin/busybox df -k /dev/shm; /bin/busybox printf 'nul \\0 and \\377\\n'; /bin/busybox cat /sub/link"]
DF
exits 0 'options and odd bytes' bare build app
log=$(lockstep log app | tr '\0' 0)
for want in '10.9.8.7?one' '10.9.8.6?two' '123' '321' 'A=b "c" & d=e' ' 5120 ' 'nul 0 and' 'a file'; do
	like "$log" "*$want*" "it got through: $want"
done

# --- an external from a registry with a login
registry_start auth || skip_all 'no registry'
mkdir "$graph_dir/ext"
echo external >"$graph_dir/ext/file"
printf 'FROM scratch\nCOPY file /file\n' >"$graph_dir/ext/Dockerfile"
buildah bud -q -t ext "$graph_dir/ext" >/dev/null 2>&1
buildah push -q --tls-verify=false --creds "$REG_USER:$REG_PASSWORD" ext "docker://$REG_HOST/ext/base:1" >/dev/null 2>&1
printf 'FROM %s/ext/base:1\nCOPY file /file2\n' "$REG_HOST" >lone/Dockerfile
printf 'version: 1\nregistry: localhost/t\nimages:\n  lone: { context: lone }\n' >lockstep.yaml
exits 1 'an external without a login' bare build lone
like "$tap_out" "*cannot pull '$REG_HOST/ext/base:1'*" 'cannot be pulled'
mkdir -p "$DOCKER_CONFIG"
printf '{"auths":{"%s":{"auth":"%s"}}}' "$REG_HOST" "$(printf %s "$REG_USER:$REG_PASSWORD" | base64)" >"$DOCKER_CONFIG/config.json"
exits 0 'with one' bare build lone
is "$(grep -rlF -e "$REG_PASSWORD" -e "$(printf %s "$REG_USER:$REG_PASSWORD" | base64)" "$LOCKSTEP_STATE/logs" "$LOCKSTEP_STATE/lockstep.db" || :)" \
	'' 'which is nowhere afterwards'

# --- engines that are not there, or go away
git checkout -q -- .
exits 3 'no engine' env DOCKER_HOST=unix:///nowhere/docker.sock "$LOCKSTEP" build
like "$tap_out" "*no docker engine answers at 'unix:///nowhere/docker.sock'*start dockerd*" 'is said with what to do'
exits 3 'a host that needs a program' env DOCKER_HOST=ssh://there "$LOCKSTEP" build
like "$tap_out" "*cannot speak to 'ssh://there'*write unix:///PATH, or tcp://HOST:PORT*" 'is said with what would do'
mkdir "$graph_dir/relay"
relay relay.sock
printf '"Step 3/' >"$graph_dir/relay/cut"
exits 1 'an engine that breaks off half way' env DOCKER_HOST="unix://$graph_dir/relay/relay.sock" "$LOCKSTEP" build --force right
like "$tap_out" "*the docker engine at 'unix://$graph_dir/relay/relay.sock' broke off: *" 'is no success'
is "$(lockstep history --json -n 1 | jq -r '.[0].images[] | select(.image == "right").outcome')" failed 'and nothing is taken for built'
rm "$graph_dir/relay/cut"
exits 0 'and when it stays' env DOCKER_HOST="unix://$graph_dir/relay/relay.sock" "$LOCKSTEP" build right

# --- an engine by TLS
registry_start tls || skip_all 'no registry with TLS'
mkdir "$graph_dir/certs"
cp "$REG_DIR/ca.crt" "$graph_dir/certs/ca.pem"
cp "$REG_DIR/server.crt" "$graph_dir/certs/cert.pem"
cp "$REG_DIR/server.key" "$graph_dir/certs/key.pem"
sed -i 's/^extendedKeyUsage.*/&, clientAuth/' "$REG_DIR/server.ext"
openssl x509 -req -in "$REG_DIR/server.csr" -CA "$REG_DIR/ca.crt" -CAkey "$REG_DIR/ca.key" -CAcreateserial -days 30 \
	-extfile "$REG_DIR/server.ext" -out "$graph_dir/certs/cert.pem" 2>/dev/null
relay port "$REG_DIR"
DOCKER_HOST=tcp://127.0.0.1:$(cat "$graph_dir/relay/port")
exits 3 'an engine that wants TLS' bare build --force lone
like "$tap_out" "*no docker engine answers at '$DOCKER_HOST'*" 'does not answer without'
export DOCKER_TLS_VERIFY=1 DOCKER_CERT_PATH="$graph_dir/certs"
exits 0 'but with certificates' bare build --force lone
DOCKER_CERT_PATH=/nowhere
exits 3 'that can be read' bare build --force lone
done_testing
