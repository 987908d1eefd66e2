#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# agent-images.sh: the user's whole system, for real: cold, null, and the right subset after each kind of change.
#
# Takes 5 to 12 minutes: Debian packages and npm are fetched. Agents (1 GB) are left out.
# BASE_TAR: where scripts/lib/make-debian-base has made a root file system, or shall; to save its half a minute.
#
# limit: 2400 s
set -eu
# shellcheck source=tests/lib/tap.sh
. "${top_srcdir:?}/tests/lib/tap.sh"
for tool in buildah mmdebstrap jq git; do
	command -v "$tool" >/dev/null || skip_all "no $tool"
done
# shellcheck source=scripts/lib/env.sh
. "$top_srcdir/scripts/lib/env.sh"
# shellcheck disable=SC2119 # no folder named: a new one
env_open || skip_all 'no container environment'
# shellcheck disable=SC2154 # assigned in the line itself
trap 'status=$?; cd /; env_close; exit $status' EXIT
out=$ENV_HOME/out

tar=${BASE_TAR:-$ENV_HOME/base.tar}
if [ ! -e "$tar" ]; then
	ok 'a Debian base is made without any hub' "$top_srcdir/scripts/lib/make-debian-base" "$tar"
fi
ok 'and imported as debian:bookworm-slim' "$top_srcdir/scripts/lib/import-base" "$tar"

cp -R "$top_srcdir/graphs/agent-images" "$ENV_HOME/images"
chmod -R u+w "$ENV_HOME/images"
cd "$ENV_HOME/images"
git init -q .
commit() {
	git add -A && git -c user.name=t -c user.email=t@example.org -c commit.gpgsign=false commit -qm "$1"
}
commit 'the images'
LOCKSTEP_VAR_WITH_AGENTS=0
export LOCKSTEP_VAR_WITH_AGENTS
all='agent-base python-sandbox secure-agent-kali vibe-kanban-build vk-local'

# rebuilds WANTED NAME [ARG...]
rebuilds() {
	want=$1
	name=$2
	shift 2
	started=$(date +%s)
	if "$LOCKSTEP" build --json "$@" >"$out" 2>"$out.err"; then
		is "$(jq -r '[.images[] | select(.state == "built") | .image] | sort | join(" ")' "$out")" "$want" "$name"
	else
		fail "$name" "$(tail -n 40 "$out.err")"
	fi
	diag "$(($(date +%s) - started)) s"
}

rebuilds "$all" 'cold: all five'
if command -v podman >/dev/null; then
	id() {
		jq -r --arg name "$1" '.images[] | select(.image == $name) | .image_id' "$out"
	}
	is "$(jq -r '.pods[] | .pod + " " + .outcome' "$out")" 'agents passed' 'the pod of kali and vk-local passes'
	like "$(cat "$LOCKSTEP_STATE/logs/1/pod-agents.log")" "kali=secure-agent-kali@$(id secure-agent-kali)
vk-local=vk-local@$(id vk-local)
*gone
demo
demo" 'made of the images that were built: vibe-kanban is gone from kali, and both see the same repositories'
fi
rebuilds '' 'null: none'
like "$("$LOCKSTEP" graph)" '*vk-local  <- vibe-kanban-build, agent-base*' 'vk-local stands on the artifact and on the base'

echo '# a line' >>kali/sshd_config
commit 'kali: sshd'
rebuilds 'secure-agent-kali' 'a file of kali: kali'
like "$("$LOCKSTEP" why secure-agent-kali)" "*because kali/sshd_config changed (+1 −0 lines, commit $(git rev-parse --short HEAD))
*unchanged: Dockerfile, *" 'and why'

sed -i '1s/.*/# agent-base: a comment, said in other words/' base/Dockerfile
rebuilds '' 'a comment in base: none'
is "$("$LOCKSTEP" why agent-base base/Dockerfile)" 'base/Dockerfile changed in comments only (line 1)' 'and why not'

echo 'nobody copies this' >>kali/docs/operations.md
rebuilds '' 'a file that nothing copies: none'
like "$("$LOCKSTEP" why secure-agent-kali kali/docs/operations.md)" '*is no input*' 'and why not'

chmod 700 kali/scripts/session.sh
rebuilds '' 'mode bits that git does not keep: none'
chmod -x kali/scripts/session.sh
rebuilds 'secure-agent-kali' 'the executable bit of a script: kali'
chmod +x kali/scripts/session.sh
rebuilds '' 'and back: the recorded image is taken again'

main=$(find vk-fork/packages/local-web/src -name 'main.*')
sed -i 's/board/boards/I' "$main"
git diff --quiet -- "$main" && echo '// changed' >>"$main"
commit 'the page'
rebuilds 'vibe-kanban-build vk-local' "the fork's frontend: the artifact and vk-local"
like "$("$LOCKSTEP" why vk-local)" '*because parent vibe-kanban-build has a new image*
    because vk-fork/packages/local-web/src/* changed*' 'and why, through the artifact'

sed -i 's/context: python-sandbox$/context: python-sandbox\n    args: { SOURCE_DATE_EPOCH: "1" }/' lockstep.yaml
rebuilds 'python-sandbox' 'an argument: the sandbox alone'
like "$("$LOCKSTEP" why python-sandbox)" '*because argument SOURCE_DATE_EPOCH *0*1*' 'and why'

sed -i 's/^    unzip \\$/    unzip \\\n    tree \\/' base/Dockerfile
commit 'base: tree'
rebuilds 'agent-base python-sandbox secure-agent-kali vk-local' 'a package in base: it and all that stand on it'
like "$("$LOCKSTEP" why secure-agent-kali)" "*because parent agent-base has a new image*
    because base/Dockerfile:* changed: RUN apt-install*: 'tree' is new*" 'and why'
rebuilds '' 'and nothing is left to do'

# --- the first lesson: two servers on one port
if command -v podman >/dev/null; then
	sed -i 's/value: "18081"/value: "8081"/; s/value: 127.0.0.1/value: 0.0.0.0/' pod.yaml
	exits 2 'kali and vk-local both on 8081' "$LOCKSTEP" build
	like "$tap_out" "*pod.yaml:*: containers 'kali' (line *) and 'vk-local' of pod 'agents' both claim port 8081*" \
		'are refused before anything starts'
	# The same with nothing written down: a vibe-kanban that was left on the volume takes the port that it has by default.
	git checkout -q -- pod.yaml
	sed -i '/name: PORT/d; /name: HOST/d; s/^          env:$//' pod.yaml
	sed -i 's|^      containers:$|      initContainers:\
        - name: relic\
          image: ghcr.io/derio-net/vk-local:latest\
          command: [ sh, -c, "mkdir -p ~/.local/bin \&\& cp /usr/local/bin/vibe-kanban ~/.local/bin" ]\
          volumeMounts: [ { name: agent-home, mountPath: /home/claude } ]\
          securityContext: { runAsUser: 1000, runAsGroup: 1000 }\
      containers:|; s|^        - name: vk-local$|&\
          env: [ { name: VK_COLD_START, value: "3" } ]|' pod.yaml
	exits 1 'a relic on the volume that nobody has written down' "$LOCKSTEP" build
	like "$tap_out" "*check failed: *the container 'vk-local' ended with exit status *; its last words: *EADDRINUSE*" \
		'is seen when the pod runs'
	git checkout -q -- pod.yaml
fi

# --- a fork without its frontend: by the guard before the build, and without it by the check after
cp vk-fork/crates/server/Dockerfile.footgun vk-fork/crates/server/Dockerfile
exits 2 'the server without its page is refused' "$LOCKSTEP" build
like "$tap_out" "*lockstep.yaml:*: guard of image 'vibe-kanban-build': nothing in 'crates/server/Dockerfile' matches*" 'by its guard'
sed -i '/^    guards:/,/^    checks:/{/^    checks:/!d}' lockstep.yaml
exits 1 'without the guard it is built' "$LOCKSTEP" build
like "$tap_out" "*vibe-kanban-build failed: 1 of * checks
*check failed: file /server: *holds 'Please build @vibe/local-web first'*
vk-local skipped: 'vibe-kanban-build' failed*" 'and caught by its check, before anything stands on it'

# What looks into files away, too: nothing is left but the question over HTTP.
if command -v podman >/dev/null; then
	sed -i '/^      - file: \/server/,/^  agent-base/{/^  agent-base/!d}
		/^      - file: \/usr\/local\/bin\/vibe-kanban/,/^      - config/{/^      - config/!d}' lockstep.yaml
	sed -i '/^  vibe-kanban-build:/,/^  agent-base:/s/^    checks:$//' lockstep.yaml
	exits 1 'without that it is built, starts, and is healthy' "$LOCKSTEP" build -k
	like "$tap_out" "*vk-local failed: * of * checks
*check failed: http :8081/: the answer holds 'Please build @vibe/local-web first'*" 'and caught by who asks for its page'
fi
done_testing
