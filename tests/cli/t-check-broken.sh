#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# t-check-broken.sh: images that cannot be read for their checks: stopped meanwhile, refused, damaged on the way.
set -eu
# shellcheck source=tests/lib/tap.sh
. "${top_srcdir:?}/tests/lib/tap.sh"
# shellcheck source=tests/lib/graph.sh
. "$top_srcdir/tests/lib/graph.sh"
graph_open

# The real builder, but for the export of an image, which does what $tools/how says; between two calls its storage lacks
# what a layer is read with where it lies, so that images are exported.
tools=$ENV_HOME/tools
mkdir "$tools"
cat >"$tools/buildah" <<SH
#!/bin/sh
for last; do :; done
case \$last in
dir:*) how=\$(cat "$tools/how") ;;
*) how=right ;;
esac
splits() {
	for split in "$LOCKSTEP_STATE"/storage/*-layers/*."\$1"; do
		[ ! -e "\$split" ] || mv "\$split" "\${split%."\$1"}.\$2"
	done
}
[ "\$how" != slow ] || exec sleep "59.$$"
[ "\$how" != refused ] || { echo 'Error: no room' >&2; exit 125; }
splits hidden tar-split.gz
"$(command -v buildah)" "\$@" || exit
splits tar-split.gz hidden
[ "\$how" != cut ] || for blob in "\${last#dir:}"/*; do
	[ "\$(head -c 1 "\$blob")" = '{' ] || [ "\$(wc -c <"\$blob")" -lt 2000 ] || truncate -s 1500 "\$blob"
done
[ "\$how" != damaged ] || for blob in "\${last#dir:}"/*; do
	[ "\$(wc -c <"\$blob")" -lt 2000 ] || printf 'this is no tar header' | dd of="\$blob" conv=notrunc 2>/dev/null
done
SH
chmod +x "$tools/buildah"
PATH=$tools:$PATH
echo right >"$tools/how"
sed -i 's/^  lone: .*/  lone: { context: lone, checks: [ { file: \/big, min-size: 1 } ] }/' lockstep.yaml
sed -i 's/^COPY file.*/COPY big file \//' lone/Dockerfile
cp base/busybox lone/big

for how in refused cut damaged; do
	echo "$how" >"$tools/how"
	exits 1 "an export that is $how" lockstep build lone
	case $how in
	refused) like "$tap_out" '*cannot export image sha256:*: exit status 125: *no room*' 'what the builder said' ;;
	cut) like "$tap_out" '*has a blob of another size than its manifest says*' 'no half of a layer is taken for it' ;;
	damaged) like "$tap_out" '*cannot read the archive*' 'nor anything else' ;;
	esac
	is "$(lockstep plan --json | jq -r '.images[] | select(.image == "lone") | .state')" 'build' 'nothing is recorded'
done

echo slow >"$tools/how"
# A shell starts background jobs with SIGINT ignored; setsid's child has it as it should be.
setsid env --default-signal=INT "$LOCKSTEP" build lone >"$OUT" 2>&1 &
pid=$!
for _ in $(seq 600); do
	grep -q 'lone  *reading' "$OUT" && break
	sleep 0.1
done
kill -INT "$pid"
status=0
wait "$pid" || status=$?
is "$status" 130 'stopped while an image is read'
is "$(pgrep -f "sleep 59.$$" || :)" '' 'nothing is left running'
is "$(ls "$LOCKSTEP_STATE/stage" 2>/dev/null)" '' 'nor lying about'

echo right >"$tools/how"
rebuilds 'lone' 'and then it is built' lone
done_testing
