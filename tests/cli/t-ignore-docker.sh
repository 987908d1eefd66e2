#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# t-ignore-docker.sh: what docker's classic builder takes is what the model says.
set -eu
# shellcheck source=tests/lib/tap.sh
. "${top_srcdir:?}/tests/lib/tap.sh"
# shellcheck source=tests/lib/ignore_builders.sh
. "$top_srcdir/tests/lib/ignore_builders.sh"
skip_if_quick

# shellcheck source=scripts/lib/env.sh
. "$top_srcdir/scripts/lib/env.sh"
# shellcheck source=scripts/lib/dockerd.sh
. "$top_srcdir/scripts/lib/dockerd.sh"
# shellcheck disable=SC2119 # no folder named: a new one
env_open || skip_all 'no container environment'
trap 'dockerd_close; env_close' EXIT
dockerd_open || skip_all "$DOCKERD_WHY"
docker=$DOCKER
# The dialect is that of 20.10: later clients read ignore files as BuildKit does.
case $("$docker" version --format '{{.Client.Version}} {{.Server.Version}}' 2>/dev/null) in
20.10.*\ *) ;;
'') skip_all 'no docker answers' ;;
*) skip_all 'the docker client is not 20.10' ;;
esac
dir=$ENV_HOME/tmp

# The client sends the Dockerfile and the ignore file in any case, and the server drops them.
build() {
	DOCKER_BUILDKIT=0 "$docker" build -q --no-cache "$@" 2>"$dir/log"
}

make_tree "$dir/tree"
make_ignore_files "$dir/files"
mkdir "$dir/got"
printf 'FROM scratch\nCOPY . /got/\n' >"$dir/tree/Dockerfile"
for file in "$dir"/files/*; do
	name=${file##*/}
	cp "$file" "$dir/tree/.dockerignore"
	if image=$(build "$dir/tree"); then
		mkdir "$dir/out"
		container=$("$docker" create "$image" none)
		"$docker" cp "$container:/got/." - | tar -xf - -C "$dir/out" || :
		list_tree "$dir/out" >"$dir/got/$name"
		"$docker" rm "$container" >/dev/null
		"$docker" rmi -f "$image" >/dev/null 2>&1 || :
		rm -rf "$dir/out"
	elif grep -q -e 'no source files' -e 'file does not exist' "$dir/log"; then
		: >"$dir/got/$name"
	else
		diag "$name: $(cat "$dir/log")"
	fi
done
compare classic "${top_builddir:?}/tests/cli/ignore_tool" "$dir/tree" "$dir/files" "$dir/got"
done_testing
