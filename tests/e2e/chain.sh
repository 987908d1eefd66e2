#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# chain.sh: the whole chain with real parts: lockstep ci on graphs/agent-images, registry, event, the workflow of
# docs/pullrequest.md, one branch, one pull request, merge, verify. Then with nothing changed, and with one leaf changed.
#
# Takes 3 to 8 minutes: Debian packages and npm are fetched. Agents (1 GB) are left out.
# BASE_TAR: where scripts/lib/make-debian-base has made a root file system, or shall; to save its half a minute.
#
# limit: 2400 s
set -eu
# shellcheck source=tests/lib/tap.sh
. "${top_srcdir:?}/tests/lib/tap.sh"
# shellcheck source=tests/lib/chain.sh
. "$top_srcdir/tests/lib/chain.sh"
chain_open mmdebstrap
LOCKSTEP_VAR_WITH_AGENTS=0
export LOCKSTEP_VAR_WITH_AGENTS
all='agent-base python-sandbox secure-agent-kali vibe-kanban-build vk-local'

# --- the images, under names of this registry, which has Debian too
cp -R "$top_srcdir/graphs/agent-images/." .
chmod -R u+w .
grep -rlZ ghcr.io/derio-net . --exclude-dir=.git | xargs -0 sed -i "s,ghcr\.io/derio-net,$NAMES,g"
chain_events >>lockstep.yaml
ci_commit 'the images'
runner() {
	ci_runner
	printf '[[registry]]\nprefix = "docker.io"\nlocation = "%s/docker.io"\ninsecure = true\n' "$REG_HOST" >>"$CONTAINERS_REGISTRIES_CONF"
}
runner
tar=${BASE_TAR:-$PLAY/base.tar}
if [ ! -e "$tar" ]; then
	ok 'a Debian base is made without any hub' "$top_srcdir/scripts/lib/make-debian-base" "$tar"
fi
debian=docker.io/library/debian:bookworm-slim
ok 'and pushed to where debian:bookworm-slim is read from' sh -c "'$top_srcdir/scripts/lib/import-base' '$tar' &&
	buildah push --tls-verify=false $debian docker://$REG_HOST/$debian"

# --- the GitOps repository: every form of a pin; ruled by $tag and $digest
declare -A tag digest
manifests() {
	mkdir -p apps/agents apps/sandbox apps/notebook
	cp "$PLAY/repo/pod.yaml" apps/agents/deployment.yaml
	sed -i "s,\(secure-agent-kali\):latest,\1:${tag[secure-agent-kali]}," apps/agents/deployment.yaml
	sed -i "s,\(vk-local\):latest,\1:${tag[vk-local]}@${digest[vk-local]} # the sidecar," apps/agents/deployment.yaml
	cat >apps/agents/backup.yaml <<-YAML
		apiVersion: batch/v1
		kind: CronJob
		metadata: { name: backup }
		spec:
		  jobTemplate:
		    spec:
		      template:
		        spec:
		          containers:
		            - name: backup
		              image: "$NAMES/agent-base@${digest[agent-base]}"
		              env: [ { name: BUILT_FROM, value: "$NAMES/vibe-kanban-build:${tag[vibe-kanban-build]}" } ]
		---
		# secure-agent-kali:${zeros:0:40} was the first
		apiVersion: v1
		kind: Pod
		metadata: { name: scan }
		spec: { containers: [ { name: scan, image: $NAMES/secure-agent-kali:${tag[secure-agent-kali]} } ] }
	YAML
	printf 'kind: Pod\nmetadata: { name: sandbox }\nspec: { containers: [ { name: python, image: %s/python-sandbox } ] }\n' \
		"$NAMES" >apps/sandbox/pod.yaml
	printf 'resources: [ pod.yaml ]\nimages:\n  - name: %s/python-sandbox\n    newTag: "%s"\n' "$NAMES" "${tag[python-sandbox]}" \
		>apps/sandbox/kustomization.yaml
	printf 'image:\n  repository: %s/python-sandbox\n  tag: "%s" # of the chart\n' "$NAMES" "${tag[python-sandbox]}" \
		>apps/notebook/values.yaml
	echo "The pod was at $NAMES/secure-agent-kali:${zeros:0:40} once." >apps/README.md
}
zeros=$(printf '%064d' 0)
for i in $all; do
	tag[$i]=${zeros:0:40}
	digest[$i]=sha256:$zeros
done
chain_gitops manifests

# wanted IMAGE...: these are at the commit now.
wanted() {
	for i in "$@"; do
		tag[$i]=$(git rev-parse HEAD)
		digest[$i]=$(ci_digest "$i" latest)
	done
	rm -rf "$PLAY/wanted"
	mkdir "$PLAY/wanted"
	(cd "$PLAY/wanted" && manifests)
}

# as_wanted REV NAME: the manifests there.
as_wanted() {
	rm -rf "$PLAY/is"
	mkdir "$PLAY/is"
	git -C "$BARE" archive "$1" apps | tar -x -C "$PLAY/is"
	ok "$2" diff -r "$PLAY/is" "$PLAY/wanted"
}

# merged: what a person does, and what the GitOps repository's own CI says.
merged() {
	ok 'it is merged' chain_merge
	chain_clone
	as_wanted main 'main is as it should be'
	exits 0 'verify: the manifests hold against every rule' "$LOCKSTEP" verify "$PLAY/gitops/apps" --registry --graph lockstep.yaml
	like "$tap_out" '* files, 4 pods, 0 findings' 'all of them'
	exits 0 'bump --check: the pins agree' "$LOCKSTEP" bump --repo "$PLAY/gitops" --graph lockstep.yaml --check
}
took() { diag "$1: $(($(date +%s) - started)) s"; }

# --- from nothing
started=$(date +%s)
ci "0: $all" 'the first job builds all five'
took 'the first job'
is "$(chain_told '[length, (.[0].changed | length), .[0].agent_images_sha] | map(tostring) | join(" ")')" "1 5 $(git rev-parse HEAD)" \
	'and tells the receiver once, of all of them'
started=$(date +%s)
exits 0 'the workflow that listens runs' actions_run
took 'the receiver'
like "$(actions_said)" '*opened https://stand.in/o/r/pull/1*' 'and opens a pull request'
is "$(chain_pulls) $(git -C "$BARE" rev-list --count "main..$BRANCH")" '[1] 1' 'one, with one commit'
# shellcheck disable=SC2086 # a list
wanted $all
as_wanted "$BRANCH" 'each pin is at the commit and the digest that the registry has'
like "$(github_state '.pulls[0].body' | jq -r .)" '*7/7 pins in 4 files; 0 uncovered*' 'all of them'
merged

# --- nothing changed
told=$(chain_told length)
runner
ci '0: ' 'the same commit on a new machine builds nothing'
echo 'a word' >>kali/docs/operations.md
ci_commit 'docs'
runner
started=$(date +%s)
ci '0: ' 'nor does a commit of what nothing copies'
took 'a job with nothing to do'
is "$(chain_told length)" "$told" 'no event'
exits 0 'the receiver' actions_run
is "$(chain_pulls) $(find "$actions_dir/jobs" -name status | wc -l)" '[] 1' 'has nothing to do: no pull request'

# --- one leaf
echo '# a line' >>kali/sshd_config
ci_commit 'kali: sshd'
runner
started=$(date +%s)
ci '0: secure-agent-kali' 'a leaf: it alone is built'
took 'a leaf'
is "$(chain_told ".[$told:] | [.[].changed[].image | split(\"/\")[-1]] | join(\" \")")" 'secure-agent-kali' 'it alone is told'
like "$(chain_told '.[-1].changed[0].cause')" 'kali/sshd_config changed*' 'with its cause'
exits 0 'the receiver' actions_run
is "$(chain_pulls)" '[2]' 'opens one pull request'
wanted secure-agent-kali
as_wanted "$BRANCH" 'exactly the pins of that image move'
is "$(git -C "$BARE" diff --numstat main "$BRANCH" | tr '\t\n' '  ')" '1 1 apps/agents/backup.yaml 1 1 apps/agents/deployment.yaml ' 'two lines of two files'
like "$(github_state '.pulls[1].body' | jq -r .)" '*kali/sshd_config changed*' 'the pull request says why'
merged

[ "$API" = "$GITHUB" ] || is "$(contract_against)" '' 'the description of the API has nothing against any request'
is "$(grep -rl "$GITHUB_SECRET" "$PLAY" --exclude-dir=contract || :)" '' 'the token is in no file'
done_testing
