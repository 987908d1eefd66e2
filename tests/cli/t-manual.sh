#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# t-manual.sh: the manual page holds the help texts as they are, and every example in them works.
set -eu
# shellcheck source=tests/lib/tap.sh
. "${top_srcdir:?}/tests/lib/tap.sh"
# shellcheck source=tests/lib/graph.sh
. "$top_srcdir/tests/lib/graph.sh"

ok 'lockstep(1) holds the help texts' "$top_srcdir/scripts/update-man" --check "$LOCKSTEP"
exits 0 'update-man says what it does' "$top_srcdir/scripts/update-man" --help
like "$tap_out" '*update-man: put the help text*' 'and how'
exits 2 'what is no binary' "$top_srcdir/scripts/update-man" --check ./no-such-lockstep
exits 2 'and an option that it does not have' "$top_srcdir/scripts/update-man" --verbose
if command -v mandoc >/dev/null; then
	for page in "$top_srcdir"/man/*.[15]; do
		is "$(mandoc -T lint -W warning "$page" 2>&1 | grep -v 'mandoc.db' || :)" '' "$(basename "$page") is well formed"
	done
else
	skip 'the pages are well formed' 'no mandoc'
fi

graph_write() {
	mkdir -p base kali/docs vk-local apps
	echo 'image: ghcr.io/owner/app:v1' >apps/app.yaml
	mkdir -p .github/workflows
	cat >.github/workflows/base.yaml <<-'YAML'
		on: { push: { paths: [ base/Dockerfile, base/a ] } }
		jobs: { base: { steps: [ { uses: docker/build-push-action@v6, with: { context: base } } ] } }
	YAML
	cat >.github/workflows/build.yaml <<-'YAML'
		on: { push: { paths: [ 'kali/[Dk]*', 'vk-local/**' ] } }
		jobs:
		  children:
		    strategy: { matrix: { image: [ kali, vk-local ] } }
		    steps: [ { uses: docker/build-push-action@v6, with: { context: '${{ matrix.image }}' } } ]
	YAML
	cat >lockstep.yaml <<-YAML
		version: 1
		registry: $REG_HOST/m
		events: { group: agent-images }
		images:
		  agent-base: { context: base }
		  secure-agent-kali: { context: kali }
		  vk-local: { context: vk-local }
	YAML
	printf 'FROM scratch\nCOPY a /a\n' >base/Dockerfile
	echo a >base/a
	echo readme >base/README.md
	printf 'FROM %s/m/agent-base:1\nCOPY k /k\n' "$REG_HOST" >kali/Dockerfile
	echo k >kali/k
	echo x >kali/docs/x.md
	printf 'FROM %s/m/agent-base:1\nCOPY v /v\n' "$REG_HOST" >vk-local/Dockerfile
	echo v >vk-local/v
}

if [ -n "${LOCKSTEP_TEST_QUICK-}" ]; then
	done_testing
	exit
fi
command -v docker-registry >/dev/null || skip_all 'no docker-registry'
# shellcheck source=scripts/lib/registry.sh
. "$top_srcdir/scripts/lib/registry.sh"
trap registry_stop EXIT
registry_start plain
graph_open
trap 'graph_cleanup; registry_stop' EXIT
git branch -q -m main
lockstep ci --pr --report lockstep-report.json >/dev/null 2>&1
echo b >kali/k
graph_commit 'kali'
lockstep build >/dev/null 2>&1
echo b >vk-local/v
graph_commit 'vk-local'
# shellcheck disable=SC2154 # of graph.sh
git init -q --bare "$graph_dir/owner/manifests.git"
git remote add origin "file://$graph_dir/owner/manifests.git"
git push -q origin main
PATH=$(dirname "$LOCKSTEP"):$PATH
export PATH
for command in $(lockstep --help | awk '/^  [a-z]/ { print $1 }'); do
	"$LOCKSTEP" "$command" --help | sed -n 's/^  \$ //p' >"$OUT.examples"
	while IFS= read -r example; do
		exits 0 "\$ $example" sh -c "$example"
	done <"$OUT.examples"
done
done_testing
