# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# gitops.sh: a GitOps repository on the stand-in for GitHub, and events that move its pins. Source it after tap.sh and
# github.sh.
#
#   gitops_open             starts the stand-in with the bare repository o/r ($BARE); the current folder is a clone
#   gitops_close            for a trap
#   event SEQ TAG [IMAGES]  the event file $EVENT: image a (and with IMAGES=2 also b) is at TAG, which is 40 hex digits
#   tag DIGIT               such a tag
#   commit_base TEXT        commits what the clone has to main, and pushes
#   bump ARG...             lockstep bump of $EVENT by a pull request
#   branch_file FILE        a file of the branch; tip, base_tip: commits
#   open_pulls              numbers of the open pull requests
BARE=
EVENT=
gitops_dir=
BRANCH=lockstep/bump/agents

gitops_open() {
	for gitops_tool in python3 jq curl; do
		command -v $gitops_tool >/dev/null || skip_all "no $gitops_tool"
	done
	gitops_dir=$(mktemp -d "${TMPDIR:-/tmp}/gitops.XXXXXX")
	trap gitops_close EXIT
	unset GITHUB_API_URL GITHUB_ACTIONS GH_TOKEN
	HOME=$gitops_dir
	LOCKSTEP_STATE=$gitops_dir/state
	EVENT=$gitops_dir/event.json
	export HOME LOCKSTEP_STATE
	git config --global user.name t
	git config --global user.email t@example.org
	github_start "$gitops_dir/github"
	GITHUB_TOKEN=$GITHUB_SECRET
	export GITHUB_TOKEN
	BARE=$gitops_dir/github/git/o/r.git
	git init -q --bare -b main "$BARE"
	git clone -q "$BARE" "$gitops_dir/clone" 2>/dev/null
	cd "$gitops_dir/clone" || exit 1
	git checkout -q -b main
	git remote set-url origin "file://$BARE"
	mkdir -p apps/a apps/b
	printf 'image: ghcr.io/o/a:%s # kept\n' "$(tag 1)" >apps/a/a.yaml
	printf 'image: ghcr.io/o/b:%s\n' "$(tag 1)" >apps/b/b.yaml
	echo 'nothing here' >README.md
	commit_base 'manifests'
}

gitops_close() {
	github_stop
	cd /
	[ -z "$gitops_dir" ] || rm -rf "$gitops_dir"
}

tag() {
	printf '%040d' 0 | tr 0 "$1"
}

event() {
	jq -nc --argjson seq "$1" --arg tag "$2" --argjson n "${3:-1}" --arg one "$(tag 1)" '
		def image(name; tag): { image: ("ghcr.io/o/" + name), tag: tag, digest: ("sha256:" + tag[:32] + tag[:32]) };
		{ schema: "lockstep.images/1", id: ("01K2ZZZZZZZZZZZZZZZZZZZ" + ($seq + 1000 | tostring)[:3]), seq: $seq, group: "agents",
		time: "2026-08-15T19:26:54Z", source: { repo: "o/images", commit: $tag },
		changed: [ image("a"; $tag) + { cause: "Dockerfile changed by @someone, #7" } ],
		images: [ image("a"; $tag), image("b"; if $n == 2 then $tag else $one end) ] }' >"$EVENT"
}

commit_base() {
	git add -A && git commit -qm "$1" && git push -q origin HEAD:main
}

bump() {
	"${LOCKSTEP:?}" bump --event "$EVENT" --gate off --via push --api-url "$GITHUB" "$@"
}

branch_file() {
	git -C "$BARE" show "$BRANCH:$1"
}

tip() {
	git -C "$BARE" rev-parse --verify -q "refs/heads/$BRANCH" || echo none
}

base_tip() {
	git -C "$BARE" rev-parse main
}

open_pulls() {
	github_state '[.pulls[] | select(.state == "open") | .number]'
}
