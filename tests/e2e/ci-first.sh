#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# ci-first.sh: an image that comes out different each time, built by two runners at once: the first one has the key, and
# who is second says that it is not reproducible, builds on the first one's, and comes to the same release.
set -eu
# shellcheck source=tests/lib/tap.sh
. "${top_srcdir:?}/tests/lib/tap.sh"
# shellcheck source=tests/lib/ci.sh
. "$top_srcdir/tests/lib/ci.sh"
# shellcheck disable=SC2119 # no more tools
ci_open
registry_start plain "$PLAY/reg"
IMAGES='stamp above'
mkdir stamp above
cp "$(command -v busybox)" stamp/busybox
# Both have asked for the key long before one of them is done.
cat >stamp/Dockerfile <<'DF'
FROM scratch
COPY busybox /bin/busybox
RUN ["/bin/busybox", "sh", "-c", "/bin/busybox sleep 4; /bin/busybox cat /proc/sys/kernel/random/uuid > /stamp"]
DF
printf 'FROM %s/t/stamp:x\nCOPY file /file\n' "$REG_HOST" >above/Dockerfile
echo above >above/file
cat >lockstep.yaml <<YAML
version: 1
registry: $REG_HOST/t
images:
  stamp: { context: stamp, checks: [ { file: /stamp } ] }
  above: { context: above }
YAML
ci_commit one

# runner N: in the background, with state and container storage of its own; its process is $runner.
runner() {
	(
		ENV_HOME=
		env_open "$PLAY/machine$1"
		cd "$PLAY/repo"
		status=0
		GITHUB_STEP_SUMMARY=$PLAY/summary$1 "${LOCKSTEP:?}" ci --report "$PLAY/report$1" --format github \
			>"$PLAY/out$1" 2>"$PLAY/err$1" || status=$?
		echo "$status" >"$PLAY/status$1"
		env_close
	) &
	runner=$!
}
runner 1
first=$runner
runner 2
wait "$first"
wait "$runner"
is "$(cat "$PLAY/status1" "$PLAY/status2" | tr '\n' ' ')" '0 0 ' 'both runners end well'
[ "$(cat "$PLAY/status1" "$PLAY/status2" | tr -d '\n')" = 00 ] || diag "$(cat "$PLAY"/err[12])"
told() { jq -r '.images[] | select(.image == "stamp") | "\(.state) \(.not_reproducible)"' "$PLAY/report$1"; }
is "$(printf '%s\n' "$(told 1)" "$(told 2)" | sort | tr '\n' ';')" 'built false;built true;' 'both built it, and one was second'
second=$(case $(told 1) in *true) echo 1 ;; *) echo 2 ;; esac)
earlier=$((3 - second))
like "$(cat "$PLAY/out$second" "$PLAY/err$second")" '*stamp is not reproducible: the registry had another image under its key, *which is kept*' \
	'which it says'
# shellcheck disable=SC2016 # GitHub's Markdown
like "$(cat "$PLAY/summary$second")" '*| `stamp` | built |*\*\*not reproducible\*\*: another image had its key already, and is kept |*' \
	'and its summary, in the column that says why'
is "$(grep -c 'not reproducible' "$PLAY/summary$earlier")" 0 'the first one knows of nothing'

# --- the first one stays
key=$(curl -s "$REG_URL/v2/t/stamp/tags/list" | jq -r '.tags[] | select(startswith("key-"))')
digests() { jq -r '.images[] | "\(.image) \(.digest)"' "$PLAY/report$1" | sort; }
is "$(digests "$second")" "$(digests "$earlier")" 'both come to the same images'
is "$(ci_digest stamp "$key")" "$(digests "$earlier" | sed -n 's/^stamp //p')" 'the key stands for that of the first'
is "$(grep -c "\"PUT /v2/t/stamp/manifests/$key " "$REG_DIR/log")" 1 'and was set once'
layers() { skopeo inspect --tls-verify=false "docker://$REG_HOST/t/$1:latest" | jq -r '.Layers[]'; }
is "$(layers above | head -n "$(layers stamp | wc -l)")" "$(layers stamp)" 'what is built on it is built on that'
is "$(ci_digests latest)" "$(ci_digests "$(git rev-parse HEAD)")" 'and that is what was released'
ci_runner
ci '0: ' 'the next runner builds nothing'

# --- somebody's image gets the key in the moment in which it is set here: seen before anything is released
mkdir slow
cp stamp/busybox slow/busybox
printf 'FROM scratch\nCOPY busybox /bin/busybox\nRUN ["/bin/busybox", "sleep", "5"]\n' >slow/Dockerfile
echo '  slow: { context: slow }' >>lockstep.yaml
sed -i s/sleep.4/true/ stamp/Dockerfile
ci_commit two
before=$(ci_digests latest)
ci_runner
TYPE=application/vnd.oci.image.manifest.v1+json
keys() { curl -s "$REG_URL/v2/t/stamp/tags/list" | jq -r '.tags[] | select(startswith("key-"))'; }
"${LOCKSTEP:?}" ci -j 2 >"$OUT" 2>"$OUT.err" &
runner=$!
for _ in $(seq 600); do
	[ "$(keys | wc -l)" -lt 2 ] || break
	kill -0 $runner 2>/dev/null || break
	sleep 0.05
done
new=$(keys | grep -vFx "$key")
sleep 0.5 # its runner has looked at it
curl -s -H "Accept: $TYPE" "$REG_URL/v2/t/stamp/manifests/$new" >"$PLAY/manifest"
echo >>"$PLAY/manifest"
curl -s -o /dev/null -X PUT -H "Content-Type: $TYPE" --data-binary "@$PLAY/manifest" "$REG_URL/v2/t/stamp/manifests/$new"
status=0
wait $runner || status=$?
is "$status" 75 'a key that was lost: try again'
like "$(cat "$OUT.err")" "*the key of 'stamp' stands for another run's image by now (sha256:*run it again: it takes that one, and no tag was moved*" 'says so'
is "$(ci_digests latest)" "$before" 'nothing was released'
ci_runner
ci '0: ' 'the next run takes what the key stands for'
is "$(ci_digest stamp latest)" "sha256:$(sha256sum "$PLAY/manifest" | cut -d ' ' -f 1)" 'and releases that'
done_testing
