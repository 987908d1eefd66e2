#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# ci.sh: fresh runners (new state, new container storage, every time) and one registry with TLS and a login.
set -eu
# shellcheck source=tests/lib/tap.sh
. "${top_srcdir:?}/tests/lib/tap.sh"
# shellcheck source=tests/lib/ci.sh
. "$top_srcdir/tests/lib/ci.sh"
# shellcheck disable=SC2119 # no more tools
ci_open
lockstep() { "${LOCKSTEP:?}" "$@"; }
IMAGES='base left right leaf'
count() { grep -c "\"$1 $2" "$REG_DIR/log" || :; }

registry_start tlsauth "$PLAY/reg"
mkdir base left right leaf
cp "$(command -v busybox)" base/busybox
printf 'FROM scratch\nCOPY busybox /bin/busybox\nCOPY motd /etc/motd\nENV PATH=/bin\n' >base/Dockerfile
echo hello >base/motd
echo 'not copied' >base/README.md
for i in left right; do
	# shellcheck disable=SC2016 # the Dockerfile expands it
	printf 'ARG TAG=x\nFROM %s/t/base:${TAG}\nCOPY %s /%s\nRUN ["/bin/busybox", "true"]\n' "$REG_HOST" $i $i >$i/Dockerfile
	echo $i >$i/$i
done
# shellcheck disable=SC2016 # the Dockerfile expands it
printf 'ARG TAG=x\nFROM %s/t/left:${TAG}\nCOPY --from=%s/t/right:x /right /right\nCOPY leaf /leaf\n' "$REG_HOST" "$REG_HOST" >leaf/Dockerfile
echo leaf >leaf/leaf
cat >lockstep.yaml <<YAML
version: 1
registry: $REG_HOST/t
images:
  base: { context: base }
  left: { context: left, checks: [ { file: /left, not-contains: broken } ] }
  right: { context: right }
  leaf: { context: leaf }
YAML
git add -A
git commit -qm one

# --- 1 cold
ci_runner
ci '0: base leaf left right' 'a cold runner builds everything'
commit=$(git rev-parse HEAD)
is "$(ci_digests "$commit")" "$(ci_digests latest)" 'latest is the commit'
cold=$(ci_digests latest)
like "$cold" 'base sha256:*left sha256:*right sha256:*leaf sha256:*' 'all have digests'

# --- 2 nothing changed
ci_runner
uploads=$(count POST /v2/t/)
pulls=$(count GET '/v2/t/[a-z]*/blobs')
git commit -q --allow-empty -m 'nothing'
started=$(date +%s%N)
ci '0: ' 'a fresh runner builds nothing when nothing changed'
diag "a null run of 4 images took $((($(date +%s%N) - started) / 1000000)) ms and $(jq .registry.requests "$OUT") requests"
is "$(count POST /v2/t/)" "$uploads" 'no blob was pushed'
diag "$(($(count GET '/v2/t/[a-z]*/blobs') - pulls)) blobs were read: configs of parents"
is "$(find "$LOCKSTEP_STATE/storage" -maxdepth 1 -name '*-images' 2>/dev/null)" '' 'no image was pulled'
is "$(ci_digests "$(git rev-parse HEAD)")" "$cold" 'every image exists at the new commit, unchanged'

# --- 3 a leaf
# pulled: names of images of whom a layer was read since $mark, each once. What was read of others is JSON.
layers() {
	# shellcheck disable=SC2086 # flags
	curl -s $REG_CURL -H 'Accept: application/vnd.oci.image.manifest.v1+json' "$REG_URL/v2/t/$1/manifests/$2" | jq -r '.layers[].digest'
}
pulled() {
	for pulled_image in $IMAGES; do
		tail -n +"$((mark + 1))" "$REG_DIR/log" | sed -n "s|.*\"GET /v2/t/$pulled_image/blobs/\([^ ]*\) .*|\1|p" |
			grep -qFx "$(layers "$pulled_image" "$1")" && echo "$pulled_image"
	done | tr '\n' ' '
}
mark=$(wc -l <"$REG_DIR/log")
ci_runner
echo more >>leaf/leaf
git commit -qam leaf
ci '0: leaf' 'a change of the leaf builds the leaf'
is "$(pulled "$(git rev-parse HEAD^)")" 'left right ' 'its parents were pulled, and nothing else'
is "$(ci_digests latest | grep -v leaf)" "$(echo "$cold" | grep -v leaf)" 'the others are as they were'
like "$(jq -r '.images[] | select(.image == "leaf") | .reasons[0].kind + " " + .reasons[0].subject' "$OUT")" \
	'file-changed leaf/leaf' 'the reason is told on a machine that never built it'

# --- why, on a machine that never built anything
ci_runner
like "$(lockstep why leaf)" 'leaf  rebuilt in run *because leaf/leaf changed (+1*' 'why tells it from the registry'

# --- 4 the base
ci_runner
echo more >>base/motd
git commit -qam base
ci '0: base leaf left right' 'a change of the base builds all'
ci_runner
like "$(lockstep why leaf)" '*because parent left has a new image*because parent base has a new image*because base/motd changed*' \
	'why goes down to the root on another machine'

# --- what an earlier step of the job has made, and git ignores
ci_runner
echo right/made >.gitignore
echo made >right/made
echo 'COPY made /made' >>right/Dockerfile
git add -A
git commit -qm 'what is made'
ci '0: leaf right' 'a file that git ignores is an input'
like "$(cat "$OUT.err")" "*lockstep: 'right' is made from 1 file that commit $(git rev-parse --short=7 HEAD) does not have, so nobody can build it again from there: right/made" \
	'and it is said that the commit does not have it'
is "$(jq -c .release.unversioned "$OUT")" '[{"image":"right","path":"right/made"}]' 'in the report, too'
git revert --no-edit HEAD >/dev/null 2>&1
rm right/made

# --- 5 a check fails
ci_runner
before=$(ci_digests latest)
echo broken >left/left
git commit -qam 'a broken left'
ci '1: ' 'a failing check fails the job'
is "$(jq -r '.images[] | select(.image == "left") | .state + ": " + .checks[0].outcome + ", " + .checks[0].subject' "$OUT")" \
	'failed: failed, file /left' 'the report says which'
is "$(ci_digests latest)" "$before" 'no release tag moved'
is "$(ci_digest base "$(git rev-parse HEAD)")" '' 'nor was one set'
git revert --no-edit HEAD >/dev/null 2>&1

# --- 9 a pull request: reads, builds, publishes nothing
ci_runner
echo pr >right/right
git commit -qam pr
uploads=$(count POST /v2/t/)
ci '0: leaf right' 'a pull request builds what changed' --pr
is "$(count POST /v2/t/)" "$uploads" 'and pushes nothing'
is "$(ci_digests latest)" "$before" 'no tag moved'
echo '{"pull_request":{"head":{"repo":{"full_name":"evil/t"}},"base":{"repo":{"full_name":"o/t"}}}}' >"$PLAY/event.json"
GITHUB_EVENT_NAME=pull_request GITHUB_EVENT_PATH=$PLAY/event.json ci '0: ' 'nor does one from a fork' --publish keys
is "$(count POST /v2/t/)" "$uploads" 'even if it wants to'
echo 'pull-requests: { publish: keys }' >>lockstep.yaml
git commit -qam 'keys of pull requests'
GITHUB_EVENT_NAME=pull_request GITHUB_EVENT_PATH=$PLAY/event.json ci '0: ' 'nor where the graph wants to'
is "$(count POST /v2/t/)" "$uploads" 'which is its own, in a fork'
writes() { grep -cE '"(POST|PUT|PATCH|DELETE) /v2/' "$REG_DIR/log" || :; }
wrote=$(writes)
rm -rf "$LOCKSTEP_STATE"
GITHUB_EVENT_NAME=pull_request_target GITHUB_EVENT_PATH=$PLAY/event.json lockstep build --push >"$OUT" 2>"$OUT.err" || diag "$(cat "$OUT.err")"
is "$(sed -n 's/^lockstep: //p' "$OUT.err")" 'this pull request comes from a fork: nothing is published' 'build --push says so, too'
like "$(cat "$OUT")" 'run *: 2 built, 2 up to date*' 'and builds all the same, on what the registry has'
echo '{"workflow_run":{"event":"pull_request","head_repository":{"full_name":"evil/t"}},"repository":{"full_name":"o/t"}}' >"$PLAY/run.json"
GITHUB_EVENT_NAME=workflow_run GITHUB_EVENT_PATH=$PLAY/run.json ci '0: ' 'a workflow that a pull request from a fork started'
like "$(cat "$OUT.err")" '*this pull request comes from a fork: nothing is published*' 'is that pull request'
GITHUB_EVENT_NAME=workflow_run GITHUB_EVENT_PATH=$PLAY/run.json ci '0: ' 'also where it wants all' --publish keys
is "$(writes)" "$wrote" 'nothing at all was written'
sed -i s/evil/o/ "$PLAY/event.json"
rm -rf "$LOCKSTEP_STATE"
GITHUB_EVENT_NAME=pull_request GITHUB_EVENT_PATH=$PLAY/event.json ci '0: leaf right' 'one of our own pushes keys'
is "$(ci_digests latest)" "$before" 'but moves no tag'
ci_runner
ci '0: ' 'so that the merge finds everything built'
is "$(ci_digests latest | cut -d' ' -f1-)" "$(ci_digests "$(git rev-parse HEAD)")" 'and releases it'

# --- 7 two runners at once
echo both >left/left
git commit -qam both
ci_runner
(lockstep ci --json >"$PLAY/a" 2>"$PLAY/a.err" && echo 0 >"$PLAY/a.status" || echo $? >"$PLAY/a.status") &
first=$!
(LOCKSTEP_STATE=$PLAY/b-state lockstep ci --json >"$PLAY/b" 2>"$PLAY/b.err" && echo 0 >"$PLAY/b.status" || echo $? >"$PLAY/b.status") &
wait "$first" $! # not for the registry
is "$(cat "$PLAY/a.status" "$PLAY/b.status" | tr '\n' ' ')" '0 0 ' 'two runners at once both end well'
is "$(jq -c '[.images[] | [.image, .digest]] | sort' "$PLAY/a")" "$(jq -c '[.images[] | [.image, .digest]] | sort' "$PLAY/b")" \
	'with the same digests'

# --- a registry that is not there
ci_runner
echo gone >leaf/leaf
git commit -qam gone
registry_stop "$REG_PID"
ci '75: ' 'no registry: try again later'
like "$(cat "$OUT.err")" '*what the registry has of 1 image is unknown*nothing was built or published*' 'said so'
registry_start tlsauth "$PLAY/reg" "${REG_HOST##*:}"
ci '0: leaf' 'the next run goes on'

# --- the tags of the graph file
sed -i 's/^images:/tags: [ stable, latest ]\n&/' lockstep.yaml
git commit -qam tags
ci_runner
ci '0: ' 'other tags are no reason to build'
is "$(ci_digests stable)" "$(ci_digests latest)" 'all of them move'
ci_runner
echo stable >leaf/leaf
git commit -qam stable
ci '0: leaf' 'a leaf, released under these'
is "$(ci_digests stable)" "$(ci_digests latest)" 'moves both'
ci_runner
like "$(lockstep why leaf)" 'leaf  rebuilt in run *because leaf/leaf changed*' 'the first is where others look'

# --- a check of what others stand on
ci_runner
sed -i 's|base: { context: base }|base: { context: base, checks: [ { file: /etc/motd } ] }|' lockstep.yaml
git commit -qam check
before=$(ci_digests stable)
ci '0: ' 'a new check of the base builds nothing'
is "$(jq -r '.images[] | select(.image == "base") | .checks[0].outcome' "$OUT")" passed 'and is made'
is "$(ci_digests stable)" "$before" 'all are as they were'

# --- the tree is no commit
echo dirty >>leaf/leaf
ci '4: ' 'changes that are not committed are no release'
like "$(cat "$OUT.err")" '*cannot be released as that commit*' 'said so'
ci '0: ' 'the commit can be released all the same' --commit HEAD
done_testing
