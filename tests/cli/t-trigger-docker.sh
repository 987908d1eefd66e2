#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# t-trigger-docker.sh: what docker's builders cannot do for images that a trigger names is said before the build.
set -eu
# shellcheck source=tests/lib/tap.sh
. "${top_srcdir:?}/tests/lib/tap.sh"
# shellcheck source=tests/lib/graph.sh
. "$top_srcdir/tests/lib/graph.sh"

graph_registry

graph_write() {
	mkdir -p base tools leaf right
	cat >lockstep.yaml <<-'YAML'
		version: 1
		registry: localhost/t
		images:
		  leaf: { context: leaf }
		  base: { context: base }
		  tools: { context: tools }
	YAML
	printf 'FROM base\nCOPY own /own\n' | sed 's|FROM |&localhost/t/|' >leaf/Dockerfile
	echo own >leaf/own
	printf 'FROM scratch\nCOPY f /f\nONBUILD COPY --from=localhost/t/tools /f /copied\n' >base/Dockerfile
	echo b >base/f
	printf 'FROM scratch\nCOPY f /f\n' >tools/Dockerfile
	echo one >tools/f
}
BUILDER=docker-classic
graph_open
unset CI

is "$(lockstep graph --json | jq -r '.images[] | select(.image == "leaf") | .parents | sort | join(" ")')" 'base tools' \
	'what the Dockerfile of the base triggers is an edge of the child'
exits 2 'docker-classic does not build it' lockstep build
like "$tap_out" "*leaf/Dockerfile:1: a trigger of this base takes from 'localhost/t/tools', and docker * without BuildKit cannot be told which image that is*" \
	'and says why'
is "$("$DOCKER" images -q | wc -l)" 0 'before anything is built'
version=$("$DOCKER" version --format '{{.Server.Version}}')
if [ "${version%%.*}" -lt 28 ]; then
	exits 2 'nor does docker, whose BuildKit would see nothing of it' lockstep build --builder docker
	like "$tap_out" '*leaf/Dockerfile:1: a trigger of this base takes from another image or stage, of which docker * sees nothing*' \
		'and says so'
	is "$("$DOCKER" images -q | wc -l)" 0 'before anything is built'
else
	rebuilds 'base leaf tools' 'docker builds it' --builder docker
fi

# By its digest, it can be no other.
other=$REG_HOST/lib/other
echo exact >"$graph_dir/o"
printf 'FROM scratch\nCOPY o /o\n' >"$graph_dir/Dockerfile"
"$DOCKER" build -q -t "$other:1" "$graph_dir" >/dev/null
"$DOCKER" push -q "$other:1" >/dev/null
digest=$("$DOCKER" inspect --format '{{index .RepoDigests 0}}' "$other:1")
sed -i "s|^ONBUILD.*|ONBUILD COPY --from=$digest /o /copied|" base/Dockerfile
rebuilds 'base leaf tools' 'docker-classic takes an image by its digest' --load
container=$("$DOCKER" create localhost/t/leaf:latest x)
is "$("$DOCKER" cp "$container:/copied" - | tar -xO)" exact 'which is then in the child'
"$DOCKER" rm "$container" >/dev/null
rebuilds '' 'then there is nothing to do' --load
done_testing
