#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# t-platform.sh: FROM --platform: an external is resolved, pulled and keyed for the platform that FROM says, two
# platforms of one reference in one Dockerfile as well.
set -eu
# shellcheck source=tests/lib/tap.sh
. "${top_srcdir:?}/tests/lib/tap.sh"
# shellcheck source=tests/lib/graph.sh
. "$top_srcdir/tests/lib/graph.sh"
# shellcheck source=scripts/lib/registry.sh
. "$top_srcdir/scripts/lib/registry.sh"

command -v docker-registry >/dev/null || skip_all 'no docker-registry'
trap graph_cleanup EXIT
registry_start plain
MULTI=$REG_HOST/multi:1

graph_write() {
	mkdir base app one
	cat >lockstep.yaml <<-YAML
		version: 1
		registry: localhost/t
		images:
		  base: { context: base, platform: linux/amd64 }
		  app: { context: app, platform: linux/amd64 }
		  one: { context: one, platform: linux/amd64 }
	YAML
	printf 'FROM scratch\nCOPY f /f\n' >base/Dockerfile
	echo f >base/f
	cat >app/Dockerfile <<-EOD
		FROM --platform=linux/arm64 $MULTI AS other
		FROM --platform=\$TARGETPLATFORM $MULTI
		COPY --from=other /arch /other
	EOD
	printf 'FROM %s\nCOPY f /f\n' "$MULTI" >one/Dockerfile
	echo f >one/f
}

# publish AMD64 ARM64: an index of two images with these texts in /arch.
publish() {
	buildah manifest rm localhost/multi >/dev/null 2>&1 || :
	buildah manifest create localhost/multi >/dev/null
	for arch in amd64 arm64; do
		text=$1
		shift
		mkdir -p "$GRAPH.multi"
		echo "$text" >"$GRAPH.multi/arch"
		printf 'FROM scratch\nCOPY arch /arch\n' >"$GRAPH.multi/Dockerfile"
		buildah bud --quiet --platform "linux/$arch" --timestamp 0 -t "localhost/multi-$arch" "$GRAPH.multi" >/dev/null 2>&1
		buildah manifest add localhost/multi "localhost/multi-$arch" >/dev/null
		eval "$arch=sha256:$(buildah inspect --type image --format '{{.FromImageID}}' "localhost/multi-$arch")"
	done
	buildah manifest push --all --tls-verify=false localhost/multi "docker://$MULTI" >/dev/null 2>&1
	buildah manifest rm localhost/multi >/dev/null
	buildah rmi -a -f >/dev/null
}
# IDs and uses of what an image stands on.
externals() {
	lockstep inputs "$1" --json | jq -r '.inputs[] | select(.kind == "external") | .use + " " + .image_id'
}
# The text of a file in the last image of app.
in_app() {
	app_box=$(buildah from --pull-never localhost/t/app) && app_dir=$(buildah mount "$app_box") && cat "$app_dir/$1"
	buildah rm "$app_box" >/dev/null
}

graph_open
unset CI
amd64='' arm64=''
publish x86 arm
is "$(externals app)" "FROM --platform=linux/arm64 $arm64
FROM $amd64" 'each FROM means the image of its own platform'
rebuilds 'app base one' 'both are pulled and built on' --load
is "$(in_app arch)" x86 'the base is that of the image'"'"'s platform'
is "$(in_app other)" arm 'and the other stage that of its FROM'
rebuilds '' 'then there is nothing to do'

publish x86 other-arm
rebuilds 'app' 'another image of the other platform rebuilds who uses that one' --pull --load
is "$(in_app other)" other-arm 'from what it is now'
like "$(lockstep why app)" "*$MULTI moved*" 'which why says'
publish other-x86 other-arm
exits 0 'locked by the digest of the index' lockstep lock
rebuilds 'app one' 'the lock holds for both platforms' --locked --load
is "$(in_app arch) $(in_app other)" 'other-x86 other-arm' 'each with its own'

sed -i "s|^FROM .*|FROM --platform=linux/arm64 localhost/t/base|" one/Dockerfile
exits 2 'a parent that is built for another platform' lockstep plan
like "$tap_out" "*one/Dockerfile:1*FROM --platform=linux/arm64: image 'base' is built for linux/amd64*" 'is a mistake with its line'

# --- what this machine cannot run is said before anything is built
if [ -e /proc/sys/fs/binfmt_misc/qemu-s390x ] || [ "$(uname -m)" = s390x ]; then
	skip 'programs of linux/s390x cannot be run' 'they can'
	done_testing
	exit
fi
here=linux/$(uname -m | sed 's/x86_64/amd64/; s/aarch64/arm64/')
mkdir far near
# shellcheck disable=SC2016 # the Dockerfile expands it
printf 'FROM --platform=$BUILDPLATFORM localhost/t/native AS work\nRUN ["/bin/busybox", "touch", "/made"]\nFROM scratch\nCOPY --from=work /made /made\n' >near/Dockerfile
printf 'FROM localhost/t/plain\nRUN ["/bin/busybox", "true"]\n' >far/Dockerfile
mkdir native plain
cp "$(command -v busybox)" native/busybox
printf 'FROM scratch\nCOPY busybox /bin/busybox\n' | tee native/Dockerfile >plain/Dockerfile
cp native/busybox plain/busybox
cat >lockstep.yaml <<-YAML
	version: 1
	registry: localhost/t
	images:
	  native: { context: native, platform: $here }
	  near: { context: near, platform: linux/s390x }
	  plain: { context: plain, platform: linux/s390x }
	  far: { context: far, platform: linux/s390x }
YAML
no="image 'far': RUN at far/Dockerfile:2: this machine is $here, and cannot run programs of linux/s390x"
exits 3 'a plan with a RUN for another platform' lockstep plan
like "$tap_out" "*far *waits for plain*$no*qemu-user-static*" 'says so, behind the plan'
exits 3 'in JSON as well' lockstep plan --json
exits 0 'a plan for other machines does not' lockstep plan --format github-matrix
exits 3 'a build does not begin' lockstep build
like "$tap_out" "lockstep: $no*" 'and says why'
is "$(lockstep history --json | jq '[.. | objects | select(.image? == "plain")] | length')" 0 'nothing was built'
exits 3 'nor does a build that only tells' lockstep build --dry-run
exits 3 'nor do two builds' lockstep reproduce --twice far
like "$tap_out" "*cannot run programs of linux/s390x*" 'for the same reason'
rebuilds 'native near plain' 'what runs nothing of it is built' native near plain
done_testing
