#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# ci-pod.sh: pods and later checks on fresh runners: what passed is known to all of them, what failed is never taken for
# passed, although its images have their keys.
set -eu
# shellcheck source=tests/lib/tap.sh
. "${top_srcdir:?}/tests/lib/tap.sh"
# shellcheck source=tests/lib/ci.sh
. "$top_srcdir/tests/lib/ci.sh"
ci_open podman
registry_start plain "$PLAY/reg"
IMAGES='app side lone'

mkdir app side lone
cp "$(command -v busybox)" app/busybox
printf 'FROM scratch\nCOPY busybox /bin/busybox\nENV PATH=/bin\nCMD ["busybox", "sleep", "1000"]\n' >app/Dockerfile
printf 'FROM %s/t/app:x\nCOPY what /what\n' "$REG_HOST" >side/Dockerfile
printf 'FROM scratch\nCOPY file /file\n' >lone/Dockerfile
echo good >side/what
echo 1 >lone/file
cat >pod.yaml <<YAML
apiVersion: v1
kind: Pod
metadata: { name: p }
spec:
  containers:
    - { name: app, image: '$REG_HOST/t/app:x' }
    - { name: side, image: '$REG_HOST/t/side:x' }
YAML
cat >lockstep.yaml <<YAML
version: 1
registry: $REG_HOST/t
images:
  app: { context: app }
  side: { context: side }
  lone: { context: lone, checks: [ { file: /file } ] }
pods:
  p:
    manifest: pod.yaml
    settle: 1s
    checks:
      - exec: [ busybox, cat, /what ]
        container: side
        contains: good
events: { group: g }
YAML
# A pull request of a branch of our own.
echo '{"pull_request":{"head":{"repo":{"full_name":"o/t"}},"base":{"repo":{"full_name":"o/t"}}}}' >"$PLAY/event.json"
pull_request() { GITHUB_EVENT_NAME=pull_request GITHUB_EVENT_PATH=$PLAY/event.json ci "$@" --publish keys; }
# What was asked of pods: "passed", "failed", "not run", or nothing when there was no run.
pods() { jq -r '[.pods[]?.outcome] | join(" ")' "$OUT"; }
pulled() { grep -c '"GET /v2/t/[a-z]*/blobs' "$REG_DIR/log" || :; }
events() { curl -s "$REG_URL/v2/t/lone/tags/list" | jq -r '.tags[]?' | grep -c event || :; }

# --- it fails
echo bad >side/what
ci_commit bad
ci_runner
ci '1: app lone side' 'a pod that fails'
is "$(pods)" failed 'is played'
keys() { for i in $IMAGES; do curl -s "$REG_URL/v2/t/$i/tags/list" | jq -r '.tags[]' | grep ^key- | sed "s/^/$i:/"; done; }
keyed=$(keys)
is "$(echo "$keyed" | wc -l)" 3 'its images have their keys by then'
is "$(ci_digests latest | tr '\n' ' ')$(events)" 'app  side  lone  0' 'nothing is released, and there is no event'
ci_runner
ci '1: ' 'another runner finds the images'
is "$(pods)" failed 'plays the pod, and it fails again'
is "$(ci_digests latest | tr '\n' ' ')$(ci_digests "$(git rev-parse HEAD)" | tr '\n' ' ')$(events)" \
	'app  side  lone  app  side  lone  0' 'nothing is released, and there is no event'
is "$(keys)" "$keyed" 'the keys are as they were'

# --- it passes
echo good >side/what
ci_commit good
ci_runner
ci '0: side' 'a pod that passes'
is "$(pods) $(events)" 'passed 1' 'is played, and its images are released'
ci_runner
before=$(pulled)
git commit -q --allow-empty -m nothing
ci '0: ' 'a fresh runner with nothing changed'
is "$(pods) $(find "$LOCKSTEP_STATE/storage" -maxdepth 1 -name '*-images' 2>/dev/null)" 'not run ' 'plays no pod, and pulls nothing'
diag "$(jq .registry.requests "$OUT") requests, $(($(pulled) - before)) blobs"
echo 2 >lone/file
ci_commit lone
ci_runner
ci '0: lone' 'an image that is not in it'
is "$(pods)" 'not run' 'plays no pod either'
echo 'as good' >side/what
ci_commit side
ci_runner
ci '0: side' 'an image that is in it'
is "$(pods)" passed 'plays it'

# --- a pull request, and its merge
echo 'good, too' >side/what
ci_commit pr
ci_runner
pull_request '0: side' 'a pull request that pushes keys'
is "$(pods)" passed 'plays it'
ci_runner
ci '0: ' 'its merge'
is "$(pods) $(ci_digest side latest)" "not run $(ci_digest side "$(git rev-parse HEAD)")" 'does not, and releases'

# --- a check that is younger than the image
sed -i 's|file: /file|&, max-size: 100|' lockstep.yaml
ci_commit check
ci_runner
pull_request '0: ' 'a new check of an image that is there'
is "$(jq -r '[.images[] | select(.image == "lone").checks[] | .outcome] | join(" ")' "$OUT")" passed 'is made'
ci_runner
before=$(pulled)
ci '0: ' 'and is known to the next runner'
is "$(jq -r .run "$OUT")$(find "$LOCKSTEP_STATE/storage" -maxdepth 1 -name '*-images' 2>/dev/null)" null 'who pulls nothing'
done_testing
