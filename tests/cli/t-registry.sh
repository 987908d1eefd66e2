#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# t-registry.sh: the registry client with real registries: each kind of login, TLS, and what goes wrong on the way.
set -eu
# shellcheck source=tests/lib/tap.sh
. "${top_srcdir:?}/tests/lib/tap.sh"
# shellcheck source=scripts/lib/registry.sh
. "$top_srcdir/scripts/lib/registry.sh"
skip_if_quick

command -v docker-registry >/dev/null || skip_all 'no docker-registry'
command -v htpasswd >/dev/null || skip_all 'no htpasswd'
command -v python3 >/dev/null || skip_all 'no python3'

dir=$(mktemp -d "${TMPDIR:-/tmp}/t-registry.XXXXXX")
cleanup() {
	registry_stop ""
	rm -rf "$dir"
}
trap cleanup EXIT

# Nothing of the person at the keyboard.
HOME=$dir/home
XDG_RUNTIME_DIR=$dir/run
CONTAINERS_REGISTRIES_CONF=$dir/registries.conf
export HOME XDG_RUNTIME_DIR CONTAINERS_REGISTRIES_CONF
unset REGISTRY_AUTH_FILE DOCKER_CONFIG XDG_CONFIG_HOME SSL_CERT_FILE SSL_CERT_DIR
mkdir -p "$HOME/.docker" "$XDG_RUNTIME_DIR"
: >"$CONTAINERS_REGISTRIES_CONF"

TYPE=application/vnd.oci.image.manifest.v1+json

tool() {
	"${top_builddir:?}/tests/cli/registry_tool" "$@"
}

digest_of() {
	echo "sha256:$(sha256sum "$1" | cut -d ' ' -f 1)"
}

# login_as USER:PASSWORD
login_as() {
	printf '{"auths":{"%s":{"auth":"%s"}}}' "$REG_HOST" "$(printf %s "$1" | base64)" >"$HOME/.docker/config.json"
}

logout() {
	rm -f "$HOME/.docker/config.json"
}

printf '{"architecture":"amd64","os":"linux","rootfs":{"type":"layers","diff_ids":[]}}' >"$dir/config"
echo layer >"$dir/layer"
printf '{"schemaVersion":2,"mediaType":"%s","config":{"mediaType":"%s","digest":"%s","size":%d},"layers":[]}' \
	"$TYPE" application/vnd.oci.image.config.v1+json "$(digest_of "$dir/config")" "$(wc -c <"$dir/config")" >"$dir/manifest"
M=$(digest_of "$dir/manifest")
C=$(digest_of "$dir/config")
L=$(digest_of "$dir/layer")
SIZE=$(wc -c <"$dir/manifest")

# whole_life NAME: everything, from an empty registry on.
whole_life() {
	is "$(tool head "$REG_HOST/a/b:key-1")" absent "$1: nothing is there"
	is "$(tool push-blob "$REG_HOST/a/b" "$dir/config")" "present $C 78" "$1: a blob is pushed"
	is "$(tool push-blob "$REG_HOST/a/b" "$dir/config")" "present $C mounted 78" "$1: once"
	is "$(tool push-blob "$REG_HOST/c" "$dir/config" a/b)" "present $C mounted 78" "$1: and mounted elsewhere"
	is "$(tool stream-blob "$REG_HOST/a/b" "$dir/layer")" "present $L 6" "$1: or streamed"
	is "$(tool blob "$REG_HOST/a/b" "$L")" "present $L 6
layer" "$1: and read back"
	is "$(tool put "$REG_HOST/a/b:key-1" $TYPE "$dir/manifest")" "present $M $SIZE" "$1: a manifest is put"
	is "$(tool tag "$REG_HOST/a/b:key-1" latest v1)" "present $M $SIZE" "$1: and gets further tags"
	is "$(tool head "$REG_HOST/a/b:v1" "$REG_HOST/a/b@$M" "$REG_HOST/a/b:v2")" "present $M $TYPE $SIZE
present $M $TYPE $SIZE
absent" "$1: which are there"
	is "$(tool image "$REG_HOST/a/b")" "present $M $M $C $TYPE $SIZE" "$1: the image ID is known"
	is "$(tool tags "$REG_HOST/a/b")" 'present key-1 latest v1' "$1: tags are listed"
	tool attach "$REG_HOST/a/b@$M" application/x.one "$dir/layer" >"$dir/one"
	tool attach "$REG_HOST/a/b@$M" application/x.two "$dir/config" >"$dir/two"
	tool attach "$REG_HOST/a/b@$M" application/x.two "$dir/config" >>"$dir/two"
	is "$(sort -u "$dir/two" | wc -l | tr -d ' ')" 1 "$1: an artifact is attached, twice the same"
	is "$(tool referrers "$REG_HOST/a/b@$M" application/x.two)" \
		"present application/x.two=$(cut -d ' ' -f 2 "$dir/two" | head -n 1)" "$1: and found"
	is "$(tool referrers "$REG_HOST/a/b@$M" | tr ' ' '\n' | grep -c =)" 2 "$1: as is another"
	is "$(tool referrers "$REG_HOST/a/b@$C")" absent "$1: nothing refers to anything else"
}

registry_start plain
whole_life plain
is "$(tool ping "$REG_HOST/a")" 'http, wants no login, none was found: present' 'plain: what it wants is told'
PLAIN=$REG_HOST

registry_start auth
is "$(tool ping "$REG_HOST/a")" 'http, wants a login, none was found: present' 'auth: what it wants is told'
like "$(tool head "$REG_HOST/a/b:t")" "unknown remote: cannot ask for a manifest: *answers 401 | log in: *" \
	'auth: without a login nothing is known'
login_as lk:wrong-word
like "$(tool head "$REG_HOST/a/b:t")" "unknown remote: *answers 401 | the login that was found *" \
	'auth: with a wrong one neither'
is "$(tool head "$REG_HOST/a/b:t" 2>&1 | grep -c wrong-word)" 0 'auth: and the password is not told'
login_as lk:lk-secret
whole_life auth

registry_start tls
is "$(tool ping "$REG_HOST/a")" 'https, certificate not verified, wants no login, none was found: present' \
	'tls: on loopback any certificate is taken'
is "$(SSL_CERT_FILE=$REG_CA tool ping "$REG_HOST/a")" 'https, wants no login, none was found: present' \
	'tls: a known one is verified'
registry_start tlsauth
login_as lk:lk-secret
SSL_CERT_FILE=$REG_CA
export SSL_CERT_FILE
whole_life tlsauth
unset SSL_CERT_FILE

# --- certificates of one registry, as podman and docker have them
certs() {
	rm -rf "$HOME/.config"
	CERTS=$HOME/.config/containers/certs.d/$REG_HOST
	mkdir -p "$CERTS"
}
registry_start tls
certs
cp "$REG_CA" "$CERTS/ca.crt"
VERIFIED='https, wants no login, none was found: present'
is "$(tool ping "$REG_HOST/a")" "$VERIFIED" 'certs.d: a CA for one registry'
LOCALHOST=localhost:${REG_HOST##*:}
is "$(tool ping "$LOCALHOST/a")" 'https, certificate not verified, wants no login, none was found: present' \
	'certs.d: and for no other name'
# That of the system still counts.
openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj '/CN=another CA' -keyout "$dir/key" -out "$CERTS/ca.crt" 2>/dev/null
is "$(SSL_CERT_FILE=$REG_CA tool ping "$REG_HOST/a")" "$VERIFIED" "certs.d: the system's CAs count beside it"
registry_start tlsclient
certs
is "$(SSL_CERT_FILE=$REG_CA tool ping "$REG_HOST/a" | grep -c "$VERIFIED")" 0 'certs.d: a registry that wants to know who we are'
cp "$REG_CA" "$REG_DIR/client.cert" "$REG_DIR/client.key" "$CERTS"
is "$(tool ping "$REG_HOST/a")" "$VERIFIED" 'certs.d: is told'
whole_life tlsclient
if command -v skopeo >/dev/null; then
	like "$(skopeo inspect --raw "docker://$REG_HOST/a/b:v1" 2>&1)" '{"schemaVersion":2,*' 'certs.d: as skopeo does'
fi
rm "$CERTS/client.key"
like "$(tool ping "$REG_HOST/a")" "*unknown input: the certificates for '$REG_HOST': '$CERTS/client.cert' has no key beside it: 'client.key' is missing | *ends in .crt*" \
	'certs.d: a certificate without its key is told'
rm -rf "$HOME/.config"

registry_start token
is "$(tool ping "$REG_HOST/a")" 'http, wants a login, none was found: present' 'token: what it wants is told'
like "$(tool head "$REG_HOST/a/b:t")" 'unknown remote: *answers 401*' 'token: an anonymous token opens little'
is "$(tool head "$REG_HOST/public/b:t")" absent 'token: but what is public'
login_as lk:wrong-word
like "$(tool head "$REG_HOST/public/b:t")" \
	"unknown remote: cannot get a token: *answers 401: *wrong name or password* | the login that was found in '$HOME/.docker/config.json' does not allow it; *docker login $REG_HOST*" \
	'token: a login that the token server refuses is named'
login_as lk:lk-secret
whole_life token
is "$(grep -c 'GET lk repository:c:pull,push repository:a/b:pull$' "$REG_DIR/token.requests")" 1 \
	'token: a mount asks for both repositories'
printf '{"auths":{"%s":{"auth":"%s","identitytoken":"identity-lk"}}}' "$REG_HOST" "$(printf 'lk:' | base64)" \
	>"$HOME/.docker/config.json"
is "$(tool head "$REG_HOST/a/b:v1")" "present $M $TYPE $SIZE" 'token: an identity token is exchanged'
is "$(grep -c '^POST lk repository:a/b:pull$' "$REG_DIR/token.requests")" 1 'token: by POST'
logout

# --- mirrors
printf '[[registry]]\nprefix = "ghcr.io/x"\nlocation = "%s/a"\n' "$PLAIN" >"$CONTAINERS_REGISTRIES_CONF"
is "$(tool head ghcr.io/x/b:v1)" "present $M $TYPE $SIZE" 'a registry that was moved is read at its new place'
printf '[[registry]]\nlocation = "%s"\n[[registry.mirror]]\nlocation = "127.0.0.1:1/down"\n' "$PLAIN" \
	>"$CONTAINERS_REGISTRIES_CONF"
is "$(tool --attempts=1 head "$PLAIN/a/b:v1" "$PLAIN/a/b:v2")" "present $M $TYPE $SIZE
absent" 'a mirror that is down does not matter'
: >"$CONTAINERS_REGISTRIES_CONF"

# --- what doctor says of the graph's registry
mkdir "$dir/graph"
# doctor REGISTRY: its finding.
doctor() {
	printf 'version: 1\nregistry: %s\nimages: { a: { context: . } }\n' "$1" >"$dir/graph/lockstep.yaml"
	printf 'FROM scratch\n' >"$dir/graph/Dockerfile"
	# No builder: it would make container storages.
	PATH=$dir/none "${LOCKSTEP:?}" doctor -C "$dir/graph" --state "$dir/state" --json 2>/dev/null |
		jq -r '.[] | select(.check == "registry") | "\(.ok) \(.found)"'
}
is "$(doctor "$PLAIN/x")" "true $PLAIN answers by http, and wants no login" 'doctor: a registry answers'
is "$(doctor "$REG_HOST")" "true $REG_HOST answers by http; it wants a login, and none was found" \
	'doctor: it wants a login'
login_as lk:lk-secret
is "$(doctor "$REG_HOST")" "true $REG_HOST answers by http, and takes the login that was found" \
	'doctor: it takes the login'
like "$(doctor 127.0.0.1:1)" "false cannot reach the registry: 'http://127.0.0.1:1/v2/': *" 'doctor: it does not answer'
is "$(doctor localhost/t)" '' 'doctor: localhost is no registry'
logout

# --- what goes wrong on the way
registry_start plain
registry_faults ""
FAULTS_FILE=$REG_DIR/faults
tool push-blob "$REG_HOST/a/b" "$dir/config" >"$dir/out"
tool put "$REG_HOST/a/b:v1" $TYPE "$dir/manifest" >"$dir/out"

# after FAULT_LINE...: the faults from now on.
after() {
	printf '%s\n' "$@" >"$FAULTS_FILE"
	: >"$REG_DIR/requests"
}

for fault in 'status 401' 'status 403' 'status 400'; do
	after "* /v2/a/ 0 $fault"
	like "$(tool head "$REG_HOST/a/b:v1")" 'unknown remote: *' "$fault: unknown"
	is "$(grep -c HEAD "$REG_DIR/requests")" 1 "$fault: asked once"
done
for fault in 'status 500' 'status 503' close 'slow 6'; do
	after "* /v2/a/ 0 $fault"
	like "$(tool --attempts=2 head "$REG_HOST/a/b:v1" "$REG_HOST/a/b:none")" 'unknown temporary: *
unknown temporary: *' "$fault: unknown, whether it is there or not"
	after "* /v2/a/ 1 $fault"
	is "$(tool --attempts=3 head "$REG_HOST/a/b:v1")" "present $M $TYPE $SIZE" "$fault, once: found all the same"
done
after '* /v2/a/ 0 status 429 Retry-After: 1'
like "$(tool --attempts=2 head "$REG_HOST/a/b:v1")" 'unknown temporary: *429 (try again after 1 s)*' '429: unknown'
after '* /v2/a/ 1 status 429 Retry-After: 1'
is "$(tool head "$REG_HOST/a/b:v1")" "present $M $TYPE $SIZE" '429, once: waits as long as it was told to'
after 'GET /manifests/ 0 half'
like "$(tool --attempts=2 get "$REG_HOST/a/b:v1")" 'unknown temporary: *' 'half an answer is none'
after '* /manifests/ 0 digest'
like "$(tool head "$REG_HOST/a/b@$M")" "unknown remote: *answers for 'sha256:0000*" 'another digest is told'
like "$(tool get "$REG_HOST/a/b:v1")" 'unknown remote: *content of another digest*' 'as is other content'
after 'GET /manifests/ 0 endless'
like "$(tool get "$REG_HOST/a/b:v1")" 'unknown remote: *larger than allowed*' 'a body without end is cut off'

after 'PUT /blobs/uploads/ 1 close' 'POST /blobs/uploads/ 1 status 503'
is "$(tool push-blob "$REG_HOST/a/b" "$dir/layer")" "present $L 6" 'an upload survives a cut'
after 'PUT /manifests/ 1 lost'
is "$(tool put "$REG_HOST/a/b:v2" $TYPE "$dir/manifest")" "present $M $SIZE" \
	'a manifest is put again when nobody said that it arrived'
after 'PUT /manifests/v4 0 status 403'
like "$(tool tag "$REG_HOST/a/b:v1" v3 v4 v5)" 'unknown remote: *' 'a tag that is refused'
: >"$FAULTS_FILE"
is "$(tool tags "$REG_HOST/a/b")" 'present v1 v2 v3' 'ends the row'

done_testing
