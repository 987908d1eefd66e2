#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# t-single.sh: inputs and stage of a Dockerfile without a graph say what they say with one.
# shellcheck disable=SC2016 # texts with dollars are for others to expand
set -eu
# shellcheck source=tests/lib/tap.sh
. "${top_srcdir:?}/tests/lib/tap.sh"
# shellcheck source=tests/lib/graph.sh
. "$top_srcdir/tests/lib/graph.sh"

graph_write() {
	mkdir -p app/src elsewhere base
	cat >lockstep.yaml <<-'YAML'
		version: 1
		registry: localhost/t
		images:
		  app: { context: app, target: end, args: { WHO: "a $$b" } }
		  far: { context: app, dockerfile: ../elsewhere/D }
	YAML
	cat >app/Dockerfile <<-'DF'
		FROM scratch AS end
		ARG WHO
		LABEL who=$WHO
		COPY src /src
		FROM scratch
		COPY lib+ /lib
	DF
	printf 'FROM scratch\nCOPY src/a /a\n' >elsewhere/D
	echo a >app/src/a
	echo o >app/src/a.o
	echo l >'app/lib+'
	printf '**/*.o\n' >app/.dockerignore
}

# refuses STATUS PATTERN NAME ARG...
refuses() {
	refuses_status=$1
	refuses_like=$2
	refuses_name=$3
	shift 3
	exits "$refuses_status" "$refuses_name" lockstep "$@"
	like "$tap_out" "$refuses_like" "$refuses_name: says so"
}

graph_files
lockstep inputs app --canonical >"$OUT.graph"
lockstep inputs -f app/Dockerfile app --target end --build-arg 'WHO=a $b' --canonical >"$OUT"
same_file "$OUT" "$OUT.graph" 'the same canonical form'
lockstep inputs far --canonical >"$OUT.graph"
lockstep inputs -f elsewhere/D app --canonical >"$OUT"
same_file "$OUT" "$OUT.graph" 'also with the Dockerfile outside of the context'
(cd app/src && lockstep inputs -f ../../elsewhere/D .. --files0 | tr '\0' '\n') >"$OUT"
is "$(cat "$OUT")" '../../elsewhere/D
../../app/.dockerignore
../../app/src/a' 'files as seen from the current folder'
is "$(lockstep inputs -f elsewhere/D app --make)" "$(lockstep inputs far --make | sed 's/^far/image/')" 'a rule for make'
is "$(lockstep inputs -f elsewhere/D app --json | jq -c '.inputs[] | [.kind, .path, .line]')" \
	"$(lockstep inputs far --json | jq -c '.inputs[] | [.kind, .path, .line]')" 'the same list as JSON'
is "$(cd app/src && lockstep inputs -f ../../elsewhere/D .. --explain a --json | jq -r .answer)" input-not-built-yet \
	'a path is explained as seen from the current folder'
like "$(lockstep inputs -f app/Dockerfile app --target end --explain app/src/a.o)" "*leaves it out: \*\*/\*.o*" 'and by the pattern that ignores it'

# What no two dialects read alike: "+" repeats in an ignore file of all but BuildKit of today.
printf 'lib+\n' >app/.dockerignore
exits 2 'containers: lib+ is a regular expression, and the file stays' \
	lockstep inputs -f app/Dockerfile app --builder docker
for builder in buildah podman podman-service docker-classic; do
	is "$(lockstep inputs -f app/Dockerfile app --builder $builder --json | jq -r '[.inputs[].path] | join(" ")')" 'lib+' \
		"$builder: the file stays"
done
for builder in buildah:containers podman:containers podman-service:containers docker:buildkit buildx:buildkit docker-classic:classic; do
	is "$(lockstep inputs -f elsewhere/D app --builder ${builder%:*} --canonical | sed -n 2p)" "dialect	${builder#*:}" \
		"the dialect of ${builder%:*}"
done

ok 'stages' lockstep stage -f elsewhere/D app --into by-hand
ok 'stages the same by the graph' lockstep stage far --into by-graph
is "$(diff -r by-hand by-graph)" '' 'the same stage'

refuses 2 "*'A' has no value*nothing is taken from the environment*" 'an argument from the environment' \
	inputs -f elsewhere/D app --build-arg A
refuses 2 "*'A' is given twice*" 'an argument given twice' inputs -f app/Dockerfile app --build-arg A=1 --build-arg A=2
refuses 2 "*'NOPE' is given, but nothing*" 'an argument that nothing names' inputs -f elsewhere/D app --build-arg NOPE=1
refuses 2 "*there is no builder 'docer'*did you mean 'docker'*" 'a builder that there is not' inputs -f elsewhere/D app --builder docer
refuses 2 "*need -f DOCKERFILE*" '--target for an image of the graph' inputs app --target end
refuses 2 "*reads no graph*" '-f with a graph' inputs -f elsewhere/D app --graph lockstep.yaml
refuses 2 "*'nowhere'*" 'a context that is not there' inputs -f elsewhere/D nowhere
refuses 2 "*no Dockerfile at 'elsewhere/E'*" 'a Dockerfile that is not there' inputs -f elsewhere/E app
refuses 2 "*a CONTEXT*" 'no context' inputs -f elsewhere/D
refuses 2 "*no stage*'ende'*" 'a target that there is not' inputs -f app/Dockerfile app --target ende
done_testing
