# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# registry.sh: source it for registries of one's own (Debian's docker-registry), on free ports of 127.0.0.1.
#
#   . scripts/lib/registry.sh
#   registry_start MODE [FOLDER [PORT]]   start one and wait until it answers; MODE is one of
#                    plain      http
#                    auth       http and Basic authentication
#                    tls        https with a certificate of a CA of its own
#                    tlsauth    both
#                    tlsclient  https for those who show a certificate of that CA
#                    token      http and Bearer tokens, from a server of its own
#   registry_faults [FOLDER]              a proxy in front of the last one that fails as FOLDER/faults says, see
#                    tests/lib/faulty_proxy.py; $REG_HOST is the proxy from then on (plain and auth only)
#   trap registry_stop EXIT
#   registry_stop [PID]                   end this one, or all that registry_start started; remove their new folders
#
# registry_start sets for the registry that it started:
#   REG_HOST      127.0.0.1:PORT, as in image names
#   REG_URL       http://... or https://...
#   REG_PID       its process
#   REG_DIR       FOLDER, or a new one: data/, config.yml, log
#   REG_CA        the file with the CA's certificate, or empty
#   REG_USER, REG_PASSWORD   who may read and write, or empty
#   REG_CURL      flags for curl: --cacert, --user, --cert and --key
#   REG_TOKEN_URL with token: where tokens are had
# FOLDER may be that of a registry that was stopped: then it goes on with the data, and with PORT at its old place.
# It listens on 127.0.0.1 only; the certificate is also for localhost and ghcr.io.

REG_STARTED=
REG_FOLDERS=

registry_die() {
	echo "registry.sh: $*" >&2
	return 1
}

# For the background only: it replaces the shell that calls it. Debian's docker-registry takes every REGISTRY_*
# variable for a setting of its own, REGISTRY_AUTH_FILE too.
registry_exec() {
	for reg_name in $(env | sed -n 's/^\(REGISTRY_[A-Za-z0-9_]*\)=.*/\1/p'); do
		unset "$reg_name"
	done
	exec docker-registry serve "$REG_DIR/config.yml"
}

# A CA, and a certificate for the names that tests use.
registry_make_certificates() {
	[ ! -s "$REG_DIR/server.crt" ] || return 0
	cat >"$REG_DIR/server.ext" <<-'EOT' || return
		subjectAltName = DNS:localhost, DNS:ghcr.io, DNS:docker.io, DNS:registry-1.docker.io, IP:127.0.0.1
		extendedKeyUsage = serverAuth
	EOT
	{
		openssl req -x509 -newkey rsa:2048 -nodes -days 30 -subj '/CN=test CA' \
			-addext 'keyUsage=critical,keyCertSign,cRLSign' -keyout "$REG_DIR/ca.key" -out "$REG_DIR/ca.crt" &&
			openssl req -newkey rsa:2048 -nodes -subj /CN=localhost \
				-keyout "$REG_DIR/server.key" -out "$REG_DIR/server.csr" &&
			openssl x509 -req -in "$REG_DIR/server.csr" -CA "$REG_DIR/ca.crt" -CAkey "$REG_DIR/ca.key" \
				-CAcreateserial -days 30 -extfile "$REG_DIR/server.ext" -out "$REG_DIR/server.crt" &&
		openssl req -newkey rsa:2048 -nodes -subj /CN=somebody \
			-keyout "$REG_DIR/client.key" -out "$REG_DIR/client.csr" &&
		openssl x509 -req -in "$REG_DIR/client.csr" -CA "$REG_DIR/ca.crt" -CAkey "$REG_DIR/ca.key" \
			-CAcreateserial -days 30 -out "$REG_DIR/client.cert"
	} >"$REG_DIR/openssl.log" 2>&1 || registry_die "no certificate: $(cat "$REG_DIR/openssl.log")"
}

# The registry trusts tokens that the key of its certificate signed; tests/lib/token_server.py makes them.
registry_start_token_server() {
	registry_make_certificates || return
	: >"$REG_DIR/token.log"
	python3 "${top_srcdir:-.}/tests/lib/token_server.py" "$REG_DIR" lk:lk-secret >"$REG_DIR/token.log" 2>&1 &
	REG_STARTED="$REG_STARTED $!"
	registry_wait_for "$REG_DIR/token.log" 's/^listening on \(.*\)$/\1/p' "$!" || return
	REG_TOKEN_URL=http://$reg_found/token
}

registry_write_config() {
	cat <<-EOT
		version: 0.1
		log: {level: info, formatter: text, accesslog: {disabled: false}}
		storage:
		  filesystem: {rootdirectory: $REG_DIR/data}
		  delete: {enabled: true}
	EOT
	case $REG_MODE in
	*auth) printf 'auth: {htpasswd: {realm: test, path: %s}}\n' "$REG_DIR/htpasswd" ;;
	token)
		printf 'auth: {token: {realm: "%s", service: test, issuer: test, rootcertbundle: %s}}\n' \
			"$REG_TOKEN_URL" "$REG_DIR/server.crt"
		;;
	esac
	printf 'http:\n  addr: 127.0.0.1:%s\n' "$1"
	case $REG_MODE in
	tlsclient)
		printf '  tls: {certificate: %s, key: %s, clientcas: [ %s ]}\n' "$REG_DIR/server.crt" "$REG_DIR/server.key" \
			"$REG_DIR/ca.crt"
		;;
	tls*) printf '  tls: {certificate: %s, key: %s}\n' "$REG_DIR/server.crt" "$REG_DIR/server.key" ;;
	esac
}

# registry_wait_for FILE SED_PROGRAM PID: until a line of the file has what is looked for; it is then in $reg_found.
registry_wait_for() {
	reg_turns=0
	while :; do
		reg_found=$(sed -n "$2" "$1" | head -n 1)
		[ -z "$reg_found" ] || return 0
		reg_turns=$((reg_turns + 1))
		if [ $reg_turns -gt 600 ] || ! kill -0 "$3" 2>/dev/null; then
			registry_die "nothing listens: $(tail -n 5 "$1")" || return
		fi
		sleep 0.05
	done
}

registry_start() {
	REG_MODE=$1
	REG_DIR=${2-}
	REG_URL=http REG_CA='' REG_USER='' REG_PASSWORD='' REG_CURL=''
	command -v docker-registry >/dev/null || registry_die 'docker-registry is not installed' || return
	if [ -z "$REG_DIR" ]; then
		REG_DIR=$(mktemp -d "${TMPDIR:-/tmp}/registry-XXXXXX") || return
		REG_FOLDERS="$REG_FOLDERS $REG_DIR"
	fi
	mkdir -p "$REG_DIR/data" || return
	case $REG_MODE in
	plain | auth) ;;
	tls | tlsauth | tlsclient)
		registry_make_certificates || return
		# shellcheck disable=SC2034 # for whoever sources this
		REG_URL=https REG_CA=$REG_DIR/ca.crt REG_CURL="--cacert $REG_DIR/ca.crt"
		[ "$REG_MODE" != tlsclient ] || REG_CURL="$REG_CURL --cert $REG_DIR/client.cert --key $REG_DIR/client.key"
		;;
	token)
		REG_USER=lk REG_PASSWORD=lk-secret
		registry_start_token_server || return
		;;
	*) registry_die "what is the mode '$REG_MODE'?" || return ;;
	esac
	case $REG_MODE in
	*auth)
		REG_USER=lk REG_PASSWORD=lk-secret REG_CURL="$REG_CURL --user lk:lk-secret"
		# bcrypt is the only kind that it takes.
		htpasswd -Bbn "$REG_USER" "$REG_PASSWORD" >"$REG_DIR/htpasswd" || return
		;;
	esac
	registry_write_config "${3:-0}" >"$REG_DIR/config.yml" || return
	: >"$REG_DIR/log"
	registry_exec >>"$REG_DIR/log" 2>&1 </dev/null &
	REG_PID=$!
	REG_STARTED="$REG_STARTED $REG_PID"
	# The system chose the port, so nobody else can have taken it.
	registry_wait_for "$REG_DIR/log" 's/.*msg="listening on \(127\.0\.0\.1:[0-9]*\).*/\1/p' "$REG_PID" || return
	REG_HOST=$reg_found
	REG_URL=$REG_URL://$REG_HOST
}

registry_faults() {
	reg_folder=${1:-$REG_DIR}
	python3 "${top_srcdir:-.}/tests/lib/faulty_proxy.py" "$reg_folder" "${REG_HOST##*:}" >"$reg_folder/proxy.log" 2>&1 &
	REG_STARTED="$REG_STARTED $!"
	registry_wait_for "$reg_folder/proxy.log" 's/^listening on \(.*\)$/\1/p' "$!" || return
	REG_HOST=$reg_found
	REG_URL=http://$REG_HOST
}

registry_stop() {
	for reg_pid in ${1:-$REG_STARTED}; do
		kill "$reg_pid" 2>/dev/null || :
		wait "$reg_pid" 2>/dev/null || :
	done
	[ -z "${1-}" ] || return 0
	# shellcheck disable=SC2086 # a list of folders that mktemp named
	[ -z "$REG_FOLDERS" ] || rm -rf $REG_FOLDERS
	REG_STARTED='' REG_FOLDERS=''
}
