# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# ci.sh: fresh runners for one repository and one registry. Source it after tap.sh; it needs bash.
#
#   ci_open TOOL...     a folder of one's own in $PLAY with an empty repository in $PLAY/repo, which is the current folder;
#                       skips the script when a tool is missing. Everything is removed at the end.
#   ci_graph            after registry_start: a graph in $REG_HOST/t, a base with a leaf on it that has a check, and one image
#                       alone; their names are in $IMAGES
#   ci_commit MESSAGE   commits all that is in the repository
#   ci_runner           a machine that has never seen anything: new state, new container storage, logged in where the registry
#                       wants that; the one before is gone, with what a killed lockstep left running there
#   ci WANT NAME [ARG...]   lockstep ci, which ends with this status and builds these images: "0: base leaf". The report
#                       is then in $OUT, what it said in $OUT.err. $CI_ARGS are given to every call.
#   ci_digest IMAGE TAG     where a tag of the registry points, "" = nowhere
#   ci_digests TAG      the same of all $IMAGES, an image a line
# shellcheck source=scripts/lib/env.sh
. "${top_srcdir:?}/scripts/lib/env.sh"
# shellcheck source=scripts/lib/registry.sh
. "$top_srcdir/scripts/lib/registry.sh"

PLAY=
OUT=
ci_runners=0

# Builders outlive a lockstep that is killed; its folder is in what they were called with.
ci_end_runner() {
	cd /
	for ci_pid in $([ -z "${ENV_HOME-}" ] || pgrep -f "$ENV_HOME/"); do
		kill -KILL "$ci_pid" 2>/dev/null || :
		for _ in $(seq 50); do
			! kill -0 "$ci_pid" 2>/dev/null || sleep 0.02
		done
	done
	env_close
}

# shellcheck disable=SC2317 # by the trap
ci_close() {
	ci_end_runner
	# shellcheck disable=SC2119 # all of them
	registry_stop
	rm -rf "$PLAY"
}

ci_open() {
	for ci_tool in buildah busybox docker-registry skopeo jq git "$@"; do
		command -v "$ci_tool" >/dev/null || skip_all "no $ci_tool"
	done
	PLAY=$(mktemp -d "${TMPDIR:-/var/tmp}/ci.XXXXXX")
	OUT=$PLAY/out
	trap ci_close EXIT
	GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_SYSTEM=/dev/null
	GIT_AUTHOR_NAME=t GIT_AUTHOR_EMAIL=t@localhost GIT_COMMITTER_NAME=t GIT_COMMITTER_EMAIL=t@localhost
	export GIT_CONFIG_GLOBAL GIT_CONFIG_SYSTEM GIT_AUTHOR_NAME GIT_AUTHOR_EMAIL GIT_COMMITTER_NAME GIT_COMMITTER_EMAIL
	# What the test itself may be run by.
	unset CI GITHUB_ACTIONS GITHUB_EVENT_NAME GITHUB_EVENT_PATH GITHUB_STEP_SUMMARY GITHUB_OUTPUT CI_MERGE_REQUEST_IID
	mkdir "$PLAY/repo"
	cd "$PLAY/repo" || exit 1
	git init -q
}

ci_graph() {
	IMAGES='base leaf lone'
	mkdir base leaf lone
	cp "$(command -v busybox)" base/busybox
	printf 'FROM scratch\nCOPY busybox /bin/busybox\n' >base/Dockerfile
	printf 'FROM %s/t/base:x\nCOPY leaf /leaf\nRUN ["/bin/busybox", "true"]\n' "$REG_HOST" >leaf/Dockerfile
	echo leaf >leaf/leaf
	printf 'FROM scratch\nCOPY lone /lone\n' >lone/Dockerfile
	echo lone >lone/lone
	cat >lockstep.yaml <<-YAML
		version: 1
		registry: $REG_HOST/t
		images:
		  base: { context: base }
		  leaf: { context: leaf, checks: [ { file: /leaf } ] }
		  lone: { context: lone }
	YAML
}

ci_commit() {
	git add -A && git commit -q --allow-empty -m "$1"
}

ci_runner() {
	ci_end_runner
	ci_runners=$((ci_runners + 1))
	env_open "$PLAY/runner$ci_runners"
	[ -z "${REG_CA-}" ] || export SSL_CERT_FILE="$REG_CA"
	[ -z "${REG_USER-}" ] || buildah login --tls-verify=false -u "$REG_USER" -p "$REG_PASSWORD" "$REG_HOST" >/dev/null
	cd "$PLAY/repo" || exit 1
}

ci() {
	ci_want=$1
	ci_name=$2
	shift 2
	ci_status=0
	# shellcheck disable=SC2086 # arguments
	"${LOCKSTEP:?}" ci --json ${CI_ARGS-} "$@" >"$OUT" 2>"$OUT.err" || ci_status=$?
	ci_built=$(jq -r '[.images[]? | select(.state == "built") | .image] | sort | join(" ")' "$OUT" 2>/dev/null || :)
	is "$ci_status: $ci_built" "$ci_want" "$ci_name"
	[ "$ci_status: $ci_built" = "$ci_want" ] || diag "$(cat "$OUT.err" "$OUT")"
}

# REG_REAL is the registry itself where $REG_HOST is a proxy in front of it.
ci_digest() {
	# shellcheck disable=SC2086 # flags
	curl -s $REG_CURL -I -H 'Accept: application/vnd.oci.image.manifest.v1+json' \
		"${REG_REAL:-$REG_URL}/v2/t/$1/manifests/$2" |
		tr -d '\r' | sed -n 's/^[Dd]ocker-[Cc]ontent-[Dd]igest: //p'
}

ci_digests() {
	for ci_image in ${IMAGES:?}; do
		echo "$ci_image $(ci_digest "$ci_image" "$1")"
	done
}
