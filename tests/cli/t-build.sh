#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# t-build.sh: cold, null, and exactly the right images after each kind of change, with a real builder.
set -eu
# shellcheck source=tests/lib/tap.sh
. "${top_srcdir:?}/tests/lib/tap.sh"
# shellcheck source=tests/lib/graph.sh
. "$top_srcdir/tests/lib/graph.sh"
graph_open

like "$(lockstep plan | tail -n 1)" '2 to build, 3 waiting, 0 up to date' 'plan of a cold graph'
rebuilds 'base leaf left lone right' 'cold: everything'
is "$(lockstep build)" 'nothing to do: 5 images up to date' 'nothing changed: nothing to do'
is "$(PATH=/nowhere lockstep build)" 'nothing to do: 5 images up to date' 'and no builder, no git is started for it'
rebuilds '' 'nothing changed, as JSON'

echo 'another line' >>right/docs/notes.md
rebuilds '' 'a file that nothing copies'
like "$(lockstep why right right/docs/notes.md)" '*is no input: no COPY, ADD or bind mount*' 'why it is no input'

sed -i '1s/.*/# the base of all of them/' base/Dockerfile
rebuilds '' 'a comment in the base'
is "$(lockstep why base base/Dockerfile)" 'base/Dockerfile changed in comments only (line 1)' 'why says so'

touch -d '2001-01-01' left/left.txt
rebuilds '' 'a new time'

echo lefter >left/left.txt
graph_commit 'left: more left'
rebuilds 'leaf left' 'a file of left'
like "$(lockstep why leaf)" "leaf  rebuilt in run 2, *
  because parent left has a new image: sha256:* → sha256:*
    because left/left.txt changed (+1 −1 lines, commit $(git rev-parse --short HEAD))
  unchanged: Dockerfile, * argument*, platform *" 'why, down to the root'

chmod 700 right/right.sh
rebuilds '' 'mode bits that a checkout may differ in'
chmod 644 right/right.sh
# Where no layer cache is, and the image says more than what it holds, only its contents tell that it is the same.
case $BUILDER in
podman-service) same='rebuilt, same content: the image before was kept,' ;;
*) same='rebuilt to the same image:' ;;
esac
rebuilds 'right' 'the executable bit: right, and its result is the same, so leaf is left alone'
like "$(lockstep why right)" '*because right/right.sh is not executable any more (0755 → 0644)
*'"$same its children were left alone" 'why names the modes and the early cutoff'

sed -i 's/hello/good day/' lockstep.yaml
rebuilds 'leaf' 'an argument'
like "$(lockstep why leaf)" '*because argument GREETING *hello*good day*' 'why names both values'

sed -i 's/^ENV PATH.*/ENV PATH=\/bin MORE=1/' base/Dockerfile
rebuilds 'base leaf left right' 'an instruction of the base: right comes out the same, left does not'
like "$(lockstep why leaf)" '*because parent left has a new image*
    because parent base has a new image*
      because *ENV PATH*' 'why goes down two levels'

rebuilds '' 'and again nothing'
rebuilds 'lone' '--force builds what is named' --force lone
like "$(lockstep why lone)" '*because *force*' 'and why says that it was forced'
git checkout -q -- left/left.txt base/Dockerfile right lockstep.yaml
git checkout -q HEAD~1 -- left/left.txt base/Dockerfile
rebuilds '' 'back to what was: recorded images are taken again'

exits 0 'history' lockstep history
like "$tap_out" 'run * lockstep build --json*base *built*' 'history names runs and images'
exits 0 'log' lockstep log right
case $BUILDER in
buildx) log='*RUN*' ;; # what FROM names is a context there, and no step
*) log='*FROM*RUN*' ;;
esac
like "$tap_out" "$log" 'log holds what the builder said'
exits 2 'log of an image without one' lockstep log right --run 99
is "$(lockstep inputs left --canonical | sha256sum | cut -d' ' -f1)" \
	"$(lockstep inputs left --json | jq -r .key | cut -d: -f2)" 'the canonical form hashes to the key'

exits 2 'stage into an existing folder' lockstep stage left --into "$GRAPH"
exits 0 'stage' lockstep stage left --into "$OUT.stage"
is "$(cd "$OUT.stage/context" && find . | sort | tr '\n' ' ')" '. ./left.txt ' 'the staged context holds the input alone'
is "$(stat -c '%a %Y' "$OUT.stage/context/left.txt")" '644 0' 'with uniform mode and time'
# --- what is loaded follows what is up to date, also where nothing is built
lockstep build --load lone >/dev/null 2>&1
older=$(loaded localhost/t/lone:latest)
cp lone/file "$OUT.file"
echo newer >>lone/file
lockstep build --load lone >/dev/null 2>&1
cp "$OUT.file" lone/file
exits 0 'an older state again' lockstep build --load lone
is "$(loaded localhost/t/lone:latest)" "$older" 'the older image is the one that is loaded'
is "$(lockstep build --load lone)" 'nothing to do: 1 image up to date' 'and then nothing is to do'

# --- builders of other images, side by side in one state folder
case $BUILDER in docker*)
	git checkout -q -- .
	lockstep build >/dev/null 2>&1
	is "$(lockstep plan --builder buildah | tail -n 1)" '2 to build, 3 waiting, 0 up to date' \
		'what docker built is not there for buildah'
	exits 0 'buildah builds the same graph' lockstep build --builder buildah
	is "$(lockstep build --builder buildah)" 'nothing to do: 5 images up to date' 'and knows it'
	is "$(lockstep build)" 'nothing to do: 5 images up to date' 'while docker has its own'
	;;
esac

# --- what no builder could do is said before it starts
in_engine || {
	for state in "$OUT:colon" "$OUT,comma"; do
		exits 2 "a state folder that mounts cannot name: ${state#"$OUT"}" lockstep build --state "$state"
		like "$tap_out" "*cannot build below '$state': * take*" 'and that is said'
	done
}

# --- an image of another platform under the right name is not taken
printf 'FROM localhost/t-ext/base:1\nCOPY file /file2\n' >lone/Dockerfile
mkdir "$OUT.ext"
cp "$(command -v busybox)" "$OUT.ext/busybox"
printf 'FROM scratch\nCOPY busybox /b\n' >"$OUT.ext/Dockerfile"
case $BUILDER in
buildah)
	buildah bud -q --platform linux/arm64 -t localhost/t-ext/base:1 "$OUT.ext" >/dev/null 2>&1
	like "$(lockstep plan lone)" '*localhost/t-ext/base:1 is not in the storage yet*' 'it would have to be pulled'
	buildah bud -q -t localhost/t-ext/base:1 "$OUT.ext" >/dev/null 2>&1
	like "$(lockstep plan lone)" '*localhost/t-ext/base:1 is used now: sha256:*' 'and the one for this machine is'
	;;
esac

# --- a builder of older rules reads no ignore file that is copied
cat >leaf/Dockerfile <<-'DF'
	FROM localhost/t/base
	ARG GREETING
	COPY . /all/
	RUN ["/bin/busybox", "test", "-e", "/all/fill"]
DF
printf 'fil+\n' >leaf/.dockerignore
echo 'a name that fil+ means as an expression' >leaf/fill
if [ "$BUILDER" = docker ]; then
	exits 0 'an ignore file is read once, by the rules of the key' lockstep build leaf
elif [ "$BUILDER" = docker-classic ]; then
	printf 'nothing\n' >leaf/.dockerignore
	exits 1 'docker-classic cannot copy an ignore file' lockstep build leaf
	like "$tap_out" "*cannot copy '.dockerignore'*" 'and that is said'
fi

# --- an image without layers, which docker does not export
mkdir bare
printf 'FROM scratch\nMAINTAINER me\nLABEL only=this\n' >bare/Dockerfile
sed -i 's/^images:/&\n  bare: { context: bare, checks: [ { config: { labels: { only: this } } } ] }/' lockstep.yaml
exits 0 'an image without layers is built and checked' lockstep build bare

# --- what the builder's format has no place for is said with its line, once, before it is built
printf 'FROM scratch\nCOPY file /file\nHEALTHCHECK CMD true\nHEALTHCHECK NONE\n' >lone/Dockerfile
echo lone >lone/file
case $BUILDER in
docker* | podman-service | buildx) note= ;;
*) note='lone/Dockerfile:3: HEALTHCHECK is not kept: OCI images, which buildah and podman make, have no place for it' ;;
esac
is "$(lockstep plan lone --json | jq -r '.images[0].notes[]')" "$note" 'the plan says what is dropped'
lockstep build lone --json >"$OUT" 2>"$OUT.err" || :
is "$(grep "^lockstep:" "$OUT.err")" "${note:+lockstep: $note}" 'and so does the build'
is "$(jq -r '.images[0].notes[]' "$OUT")" "$note" 'also in JSON'
done_testing
