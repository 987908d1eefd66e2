#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# reproduce.sh: what one runner's ci built, another builds again from the records in the registry.
set -eu
# shellcheck source=tests/lib/tap.sh
. "${top_srcdir:?}/tests/lib/tap.sh"
# shellcheck source=tests/lib/ci.sh
. "$top_srcdir/tests/lib/ci.sh"
# shellcheck disable=SC2119 # no tools beyond the usual
ci_open

registry_start plain "$PLAY/reg"
api() { curl -s "$@"; }
# reproduce WANT NAME ARG...: the exit status; $OUT is what was printed, $OUT.err what was said
reproduce() {
	want=$1
	name=$2
	shift 2
	status=0
	"${LOCKSTEP:?}" reproduce "$@" >"$OUT" 2>"$OUT.err" || status=$?
	is "$status" "$want" "$name"
	[ "$status" = "$want" ] || diag "$(cat "$OUT" "$OUT.err")"
}
# record IMAGE: the record of `latest`, by way of the tag that stands in for the referrers API
record() {
	accept='Accept: application/vnd.oci.image.index.v1+json, application/vnd.oci.image.manifest.v1+json'
	of=$(ci_digest "$1" latest)
	manifest=$(api -H "$accept" "$REG_URL/v2/t/$1/manifests/${of/:/-}" | jq -r '.manifests[0].digest')
	api "$REG_URL/v2/t/$1/blobs/$(api -H "$accept" "$REG_URL/v2/t/$1/manifests/$manifest" | jq -r '.layers[0].digest')"
}

# A repository for a `source:`, whose branch moves afterwards.
git init -q -b main "$PLAY/fork"
printf 'FROM scratch\nCOPY f /f\n' >"$PLAY/fork/Dockerfile"
echo one >"$PLAY/fork/f"
git -C "$PLAY/fork" add -A
git -C "$PLAY/fork" commit -qm one

ci_graph
mkdir stamp outside
printf 'FROM %s/t/base:x\nRUN ["/bin/busybox", "sh", "-c", "date +%%s >/stamp"]\nENV A=1\n' "$REG_HOST" >stamp/Dockerfile
# shellcheck disable=SC2016 # the builder's variable
printf 'FROM %s/ext/thing:1\nARG GREETING\nCOPY o /o\nENV G=$GREETING\n' "$REG_HOST" >outside/Dockerfile
echo o >outside/o
cat >>lockstep.yaml <<YAML
  stamp: { context: stamp }
  outside: { context: outside, args: { GREETING: "\${GREETING}" } }
  fork: { source: { git: "file://$PLAY/fork", ref: main, path: . } }
variables:
  GREETING: { default: hello }
YAML
IMAGES="$IMAGES stamp outside fork"
ci_commit one

# --- runner A
ci_runner
external() {
	printf 'FROM scratch\nCOPY lone /%s\n' "$1" >"$PLAY/External"
	buildah bud -q --timestamp 0 -f "$PLAY/External" -t "$REG_HOST/ext/thing:1" lone >/dev/null
	buildah push -q --tls-verify=false "$REG_HOST/ext/thing:1" >/dev/null
}
external one
CI_ARGS='--set GREETING=hi' ci '0: base fork leaf lone outside stamp' 'runner A builds all' --report "$PLAY/report.json"
cold=$(ci_digests latest)
for image in $IMAGES; do record "$image" >"$PLAY/$image.json"; done
is "$(jq -r '.image + " " + .builder_kind' "$PLAY/leaf.json")" 'leaf buildah' 'records say what built'
is "$(jq -r .inputs.source.commit "$PLAY/fork.json")" "$(git -C "$PLAY/fork" rev-parse HEAD)" 'and from which commit of a source'

for image in $IMAGES; do
	jq -cS --arg i "$image" '.images[] | select(.image == $i) | .record' "$PLAY/report.json"
done >"$PLAY/records"
is "$(cat "$PLAY/records")" "$(for image in $IMAGES; do jq -cS . "$PLAY/$image.json"; done)" 'the report of the job holds all of them'
CI_ARGS='--set GREETING=hi' ci '0: ' 'nothing has changed' --report "$PLAY/nothing.json"
is "$(jq -c '[.images[].record]' "$PLAY/nothing.json")" '[null,null,null,null,null,null]' 'and then there are none'

# --- runner B, where all has moved on
first=$(git rev-parse HEAD)
echo more >>leaf/leaf
echo two >"$PLAY/fork/f"
git -C "$PLAY/fork" commit -qam two
ci_commit two
ci_runner
reproduce 0 'runner B reproduces an image by its record' leaf
like "$(cat "$OUT")" "leaf: reproduced: the same image $(jq -r .image_id "$PLAY/leaf.json"), key *, commit ${first:0:12}" 'says of which commit'
is "$("$LOCKSTEP" history --json | jq -c '[.. | objects | select(.image?)]')" '[]' 'nothing of it is recorded'
reproduce 0 'by the tag of a commit' "leaf@$first" --json
is "$(jq -r '"\(.reproduced) \(.commit)"' "$OUT")" "true $first" 'as JSON'
reproduce 0 'by a revision' leaf@HEAD~1
reproduce 0 'by the digest of its manifest' "base@$(ci_digest base latest)"
reproduce 1 'no tag and no commit' leaf@a..b
reproduce 1 'a commit that has no image' leaf@HEAD
like "$(cat "$OUT.err")" "*the registry has no image 'leaf' under 'HEAD'*" 'says so'
reproduce 0 'by an external that is pulled, with the argument of then' outside
reproduce 0 'of a source whose branch has moved' fork
reproduce 4 'an image that holds the time' stamp
like "$(cat "$OUT")" '*stamp: not reproducible: it was sha256:*
  layer 2 of 2 is the first that differs: */bin/sh*
    /stamp: content*' 'is pulled and compared: layer, command, file'
reproduce 0 'from a record in a file' --record "$PLAY/leaf.json"
reproduce 4 'which finds the image by its key' --record "$PLAY/stamp.json"
like "$(cat "$OUT")" '*/stamp: content*' 'in the registry'
reproduce 2 'a record of another image' --record "$PLAY/leaf.json" base
reproduce 0 'from the report of a job' --record "$PLAY/report.json" leaf
like "$(cat "$OUT")" "leaf: reproduced: the same image $(jq -r .image_id "$PLAY/leaf.json"), *commit ${first:0:12}" 'of one image'
reproduce 4 'of another' --record "$PLAY/report.json" stamp
reproduce 0 'with an argument' --record "$PLAY/report.json" outside
reproduce 2 'a report of several images, and none named' --record "$PLAY/report.json"
like "$(cat "$OUT.err")" "*holds the records of 6 images: say which: base, *" 'they are listed'
reproduce 2 'an image that it does not have' --record "$PLAY/report.json" more
like "$(cat "$OUT.err")" "*is the report of a job without an image 'more'*it built base, *" 'says what it has'
reproduce 2 'an image that was not built then' --record "$PLAY/nothing.json" leaf
like "$(cat "$OUT.err")" "*holds no record*nothing was built in that job*" 'says so'
jq '(.images[] | select(.image == "leaf")) |= (.record = null | .state = "up to date")' "$PLAY/report.json" >"$PLAY/bad.json"
reproduce 2 'an image that was up to date beside others' --record "$PLAY/bad.json" leaf
like "$(cat "$OUT.err")" "*no record of image 'leaf': in that job it was 'up to date'*lockstep reproduce leaf@$(ci_digest leaf latest)*" \
	'says where its record is'
reproduce 0 'the record of an image, saved' leaf --save-record "$PLAY/saved.json"
same_file "$PLAY/saved.json" "$PLAY/leaf.json" 'is that of the registry'
is "$(ci_digests latest)" "$cold" 'the registry is as it was'

# --- records that do not fit
jq --arg c "$(git rev-parse HEAD)" '.run.commit = $c' "$PLAY/leaf.json" >"$PLAY/bad.json"
reproduce 4 'a commit with other files' --record "$PLAY/bad.json"
like "$(cat "$OUT")" 'leaf: not built: its inputs are not those of the record
  leaf/leaf changed*' 'the file is named'
jq '.run.commit = "0123456789012345678901234567890123456789"' "$PLAY/leaf.json" >"$PLAY/bad.json"
reproduce 3 'a commit that is not here' --record "$PLAY/bad.json"
like "$(cat "$OUT.err")" '*commit 012345678901 is not in this repository*git fetch*' 'says what to do'
jq '.builder = "/usr/bin/buildah buildah version 1.0"' "$PLAY/leaf.json" >"$PLAY/bad.json"
reproduce 3 'another version of the builder' --record "$PLAY/bad.json"
like "$(cat "$OUT")" "leaf: not built: this machine lacks what it needs
  it was built by 'buildah version 1.0', and here is 'buildah version *" 'is told before the build'
reproduce 0 'and is taken when asked for' --record "$PLAY/bad.json" --any-version
jq '.builder_kind = "kaniko"' "$PLAY/leaf.json" >"$PLAY/bad.json"
reproduce 3 'another builder' --record "$PLAY/bad.json" --json
is "$(jq -c '[.lacks, .second]' "$OUT")" '[["it was built by kaniko, and this is buildah"],null]' 'in JSON, too'
sed 's/etc/usr/; s/leaf\/leaf/leaf\/gone/; s/\("key":"sha256:\)./\10/' "$PLAY/leaf.json" >"$PLAY/bad.json"
reproduce 2 'a record whose key is not that of its inputs' --record "$PLAY/bad.json"

# --- a commit at which it was for another platform
if [ ! -e /proc/sys/fs/binfmt_misc/qemu-s390x ] && [ "$(uname -m)" != s390x ]; then
	git checkout -q -b far "$first"
	sed -i 's/^\(  leaf: {\)/\1 platform: linux\/s390x,/' lockstep.yaml
	git commit -qam 'for another platform'
	jq --arg c "$(git rev-parse HEAD)" '.run.commit = $c' "$PLAY/leaf.json" >"$PLAY/far.json"
	git checkout -q -
	reproduce 3 'a record of an image for a platform whose programs cannot be run here' --record "$PLAY/far.json"
	like "$(cat "$OUT")" "leaf: not built: this machine lacks what it needs
  this machine is *, and cannot run programs of linux/s390x" 'is told before the build'
fi

# --- an external that is gone
ci_runner
external two
buildah rmi --all --force >/dev/null
reproduce 3 'an external that is another one by now' outside
like "$(cat "$OUT")" "outside: not built: this machine lacks what it needs
  external '$REG_HOST/ext/thing:1' is gone: *" 'is told before the build'
rm -r "$REG_DIR/data/docker/registry/v2/repositories/ext"
ci_runner
reproduce 3 'and one that is not there' outside
like "$(cat "$OUT")" "*external '$REG_HOST/ext/thing:1' is gone: *" 'as well'
registry_stop "$REG_PID"
reproduce 75 'no registry' leaf

# --- nothing but the report and the repository
ci_runner
reproduce 0 'a parent that nobody has is built from its record in the report' --record "$PLAY/report.json" leaf --json
is "$(jq -r '"\(.image) \(.reproduced)"' "$OUT")" 'leaf true' 'and the image stands on it'
like "$(cat "$OUT.err")" "*parent 'base' is not to be had: building it from its record*building base*building leaf*" 'says so'
reproduce 0 'it stays' --record "$PLAY/report.json" leaf
is "$(grep -c 'building base' "$OUT.err")" 0 'and is not built again'
ci_runner
jq 'del(.images[] | select(.image == "base"))' "$PLAY/report.json" >"$PLAY/bad.json"
reproduce 75 'a report without it' --record "$PLAY/bad.json" leaf
jq '(.images[] | select(.image == "base") | .record.run.commit) = "0123456789012345678901234567890123456789"' \
	"$PLAY/report.json" >"$PLAY/bad.json"
reproduce 3 'a parent of a commit that is not here' --record "$PLAY/bad.json" leaf
like "$(cat "$OUT.err")" "*parent 'base': commit 012345678901 is not in this repository*" 'is told as what it is'
# A pull request publishes nothing, and its job has an artifact all the same; only the external is nowhere.
ci '75: base fork leaf lone stamp' 'a pull request without a registry' --pr --report "$PLAY/pr.json" --set GREETING=hi
is "$(jq -r '[.images[] | select(.record.image == .image and .record.image_id == .image_id)] | length' "$PLAY/pr.json")" 5 'reports records'
reproduce 0 'that are enough' --record "$PLAY/pr.json" lone
done_testing
