#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# t-render-buildah.sh: the rendered Dockerfile gives the real buildah the image that the written one does, also with
# its layer cache warm, which the written one does not.
# shellcheck disable=SC2016 # texts with dollars are for others to expand
set -eu
# shellcheck source=tests/lib/tap.sh
. "${top_srcdir:?}/tests/lib/tap.sh"

[ "$(id -u)" -eq 0 ] || skip_all 'needs root'
command -v buildah >/dev/null || skip_all 'there is no buildah'
command -v jq >/dev/null || skip_all 'there is no jq'
[ -x /bin/busybox ] || skip_all 'there is no /bin/busybox'
dir=$(mktemp -d /var/tmp/t-render-buildah.XXXXXX)
trap 'b rmi -a -f >/dev/null 2>&1 || :; rm -rf "$dir"' EXIT

b() {
	buildah --root "$dir/root" --runroot "$dir/run" --storage-driver vfs "$@" 2>"$dir/log"
}

mkdir "$dir/context"
cp /bin/busybox "$dir/context/sh"
echo a >"$dir/context/a"
echo b >"$dir/context/b"

# build FILE OPTION...: what the image would run with, or why there is none.
build() {
	build_file=$1
	shift
	rm -f "$dir/id"
	if ! b bud --isolation chroot --pull-never --timestamp 0 --iidfile "$dir/id" "$@" -f "$build_file" \
		"$dir/context" >"$dir/out"; then
		tail -n 1 "$dir/log"
		return
	fi
	b inspect --type image "$(cat "$dir/id")" | jq -cS .OCIv1.config
}
# The files of what was built last.
files() {
	container=$(b from --pull-never "$(cat "$dir/id")")
	(cd "$(b mount "$container")" && find . | sort)
	b rm "$container" >/dev/null
}
render() {
	"${top_builddir:?}/tests/cli/recipe_tool" "$@" || echo 'recipe_tool failed'
}
b from scratch >/dev/null || skip_all "buildah cannot work here: $(cat "$dir/log")"

# Every instruction whose text hides its values from the cache, in each way that a value comes.
cat >"$dir/written" <<'END'
ARG G=g
FROM scratch AS unused
COPY a /unused
FROM scratch AS base
ARG V
ENV BASE="$V"
FROM base
ARG V G D=x$G
ENV A=$V B="<$V>" C='$V' P=/p:$PATH
ENV old form of "$V"  it
LABEL l=$V "l $D"=${V:-none} m=${V:+some}
USER u$V
VOLUME ["/v$D", "/w$V"]
EXPOSE 80 ${G}1 $P1
STOPSIGNAL ${S:-INT}
WORKDIR /d/$V
COPY a b ./$D/
ADD a /f$V/
END
check() {
	render render containers "$dir/written" "V=$1" "G=$2" >"$dir/rendered"
	want=$(build "$dir/written" --build-arg "V=$1" --build-arg "G=$2" && files)
	got=$(build "$dir/rendered" --layers --force-rm --build-arg "V=$1" --build-arg "G=$2" && files)
	is "$got" "$want" "V='$1' G=$2: the cache is warm, the image is the same"
}
check 1 1
check '"it'"'"'s" \$x\ é `t`' 1
check '"it'"'"'s" \$x\ é `t`' 2
check '' 2
ok 'the cache was used' grep 'Using cache' "$dir/out"

# Why this is needed: the day that this fails, buildah looks at values.
printf 'FROM scratch\nARG V\nENV A=$V\n' >"$dir/stale"
one=$(build "$dir/stale" --layers --build-arg V=1)
is "$(build "$dir/stale" --layers --build-arg V=2)" "$one" 'without rendering the layer cache gives a stale ENV'
printf 'FROM scratch\nARG V\nCOPY a /$V/\n' >"$dir/stale"
one=$(build "$dir/stale" --layers --build-arg V=1 && files)
is "$(build "$dir/stale" --layers --build-arg V=2 && files)" "$one" 'and a stale COPY'

# A stage without an instruction of its own, and where the steps stand in the file.
printf 'FROM scratch\nCOPY a /a\nCOPY sh /bin/sh\n' >"$dir/base"
b bud --isolation chroot --timestamp 0 --layers --force-rm -t localhost/base:1 -f "$dir/base" "$dir/context" >/dev/null
cat >"$dir/written" <<'END'
ARG TAG=none
FROM scratch AS unused
ENV A=1

# nothing of its own
FROM localhost/base:${TAG} AS artifact
FROM localhost/base:1 as last
COPY --from=artifact \
	# a comment
	/a /b
RUN true
END
render render containers "$dir/written" TAG=1 >"$dir/rendered"
is "$(cat "$dir/rendered")" 'ARG TAG=1
FROM localhost/base:1 AS s0
FROM localhost/base:1 AS s1
COPY --from=s0 /a /b
RUN true' 'a stage with FROM alone'
want=$(build "$dir/written" --layers --force-rm --build-arg TAG=1 && files)
is "$(build "$dir/rendered" --layers --force-rm --no-cache && files)" "$want" 'gives the same image'
is "$(b containers -q --filter name=base)" '' 'and leaves no container behind'
render steps containers "$dir/written" TAG=1 >"$dir/steps"
sed -n 's|^\[\([0-9]*\)/[0-9]*\] STEP \([0-9]*\)/.*: \([A-Z]*\) .*|\1 \2 \3|p' "$dir/out" |
	while read -r stage step keyword; do
		line=$(awk -v s=$((stage - 1)) -v n="$step" '$1 == s && $2 == n { print $3 }' "$dir/steps")
		echo "$keyword $(sed -n "${line:-0}s/ .*//p" "$dir/written") $line"
	done >"$dir/found"
is "$(cat "$dir/found")" 'FROM FROM 6
FROM FROM 7
COPY COPY 8
RUN RUN 11' 'each step is told by its line'
done_testing
