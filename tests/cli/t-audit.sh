#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# t-audit.sh: a hand-written workflow against the graph.
#
# LOCKSTEP_TEST_AGENT_IMAGES: a clone or git directory of derio-net/agent-images.
set -eu
# shellcheck source=tests/lib/tap.sh
. "${top_srcdir:?}/tests/lib/tap.sh"
dir=$(mktemp -d "${TMPDIR:-/tmp}/t-audit.XXXXXX")
trap 'rm -rf "$dir"' EXIT
cd "$dir"
export LOCKSTEP_STATE="$dir/state" GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_SYSTEM=/dev/null

lockstep() {
	"${LOCKSTEP:?}" "$@"
}

# findings ARG...: what lockstep audit ARG... says on standard output, without the last line.
findings() {
	lockstep audit "$@" 2>/dev/null | sed '$d'
}

git init -q .
mkdir base kali web docs
printf 'FROM debian:12\nCOPY etc /etc\n' >base/Dockerfile
mkdir base/etc
touch base/etc/a base/etc/b base/README.md docs/x.md
for image in kali web; do
	# shellcheck disable=SC2016 # of the Dockerfile
	printf 'ARG BASE=latest\nFROM ghcr.io/o/base:${BASE}\nCOPY run /\n' >"$image/Dockerfile"
	touch "$image/run"
done
cat >lockstep.yaml <<'YAML'
version: 1
registry: ghcr.io/o
images:
  base: { context: base }
  kali: { context: kali }
  web: { context: web }
YAML
cat >right.yml <<'YAML'
on:
  push:
    paths: [ 'base/**', '!**.md', kali/Dockerfile, 'kali/r?u+n', 'web/*' ]
jobs:
  base:
    steps:
      - uses: docker/build-push-action@v6
        with: { context: base, tags: 'ghcr.io/o/base:${{ github.sha }}' }
  children:
    needs: base
    strategy: { matrix: { name: [ kali, web ] } }
    steps:
      - uses: docker/build-push-action@v6
        with:
          context: ${{ matrix.name }}
          tags: ghcr.io/o/${{ matrix.name }}:${{ github.sha }}
          build-args: BASE=${{ github.sha }}
  test:
    needs: [ base, children ]
    steps: [ { run: make test } ]
YAML
exits 2 'a repository without a workflow' lockstep audit
like "$tap_out" "lockstep: '*' has no workflow" 'says so'
git add -A
exits 0 'a workflow that does what the graph says' lockstep audit right.yml
is "$tap_out" '3 builds, 0 findings' 'and how much it does'
mkdir -p .github/workflows
cp right.yml .github/workflows/ci.yml
git add -A
exits 0 'workflows are found' lockstep audit
is "$tap_out" '3 builds, 0 findings' 'where they lie'

# change SED: the findings of the right workflow with one change.
change() {
	sed "$1" right.yml >wrong.yml
	findings wrong.yml
}
is "$(change 's/\[ kali, web \]/[ kali ]/; s|, .web/\*.||')" "lockstep.yaml:6:3: unbuilt: no job builds 'web'" \
	'unbuilt: what no job builds'
is "$(change '/needs: base/d')" "wrong.yml:9:3: needs: job 'children' builds 'kali' and does not wait for 'base', which builds its parent 'base'" \
	'needs: a parent that is not waited for'
is "$(change 's/needs: base/needs: test/; s/needs: \[ base, children \]/needs: base/')" '' \
	'needs: one that is waited for through another job'
is "$(change 's/^  base:/&\n    needs: children/; s/    needs: base//')" "wrong.yml:6:12: needs: job 'base' waits for 'children', and builds nothing that stands on what that builds
wrong.yml:10:3: needs: job 'children' builds 'kali' and does not wait for 'base', which builds its parent 'base'" \
	'needs: the wrong way round'
is "$(change 's/\[ kali, web \]/[ kali, web, base ]/' | sed -n 1p)" "wrong.yml:11:35: needs: job 'children' builds 'kali' and its parent 'base' in no order" \
	'needs: both in one matrix'
is "$(change '/build-args:/d')" "wrong.yml:11:35: tags: 'kali' stands on 'base:latest' (kali/Dockerfile:2), which is whatever was pushed last: hand on the tag of this run
wrong.yml:11:41: tags: 'web' stands on 'base:latest' (web/Dockerfile:2), which is whatever was pushed last: hand on the tag of this run" \
	'tags: the default of the Dockerfile'
is "$(change 's/BASE=.*/BASE=stable/' | sed -n 1p)" "wrong.yml:11:35: tags: 'kali' stands on 'base:stable' (kali/Dockerfile:2), which is whatever was pushed last: hand on the tag of this run" \
	'tags: one that is the same in every run'
is "$(change 's|tags: .ghcr.io/o/base:|tags: '\''ghcr.io/o/basis:|')" "lockstep.yaml:4:3: unbuilt: no job builds 'base'
wrong.yml:3:14: paths: a push of 'base/Dockerfile' or of 2 more files builds, and nothing is built from that
wrong.yml:7:15: unknown: 'ghcr.io/o/basis' is not in the graph, where 'base' is built from the same Dockerfile" \
	'unknown: what the graph calls otherwise'
is "$(change "s|'base/\*\*'|'base/*'|")" "wrong.yml:3:12: paths: 'base' is built from 'base/etc/a' and 1 more, which no pattern matches: a push of that alone leaves it stale" \
	'paths: a pattern that misses an input'
is "$(change "s|, '!\*\*.md'||")" "wrong.yml:3:14: paths: a push of 'base/README.md' builds, and nothing is built from that" \
	'paths: one that lets pass what is none'
is "$(change "3s|.*|    paths-ignore: [ 'docs/**', '**/run', '**.md' ]|")" "wrong.yml:2:3: paths: a push of 'right.yml' builds, and nothing is built from that
wrong.yml:3:32: paths: 'kali' is built from 'kali/run', which is ignored: a push of that alone leaves it stale
wrong.yml:3:32: paths: 'web' is built from 'web/run', which is ignored: a push of that alone leaves it stale" \
	'paths: those that are ignored'
is "$(change '3d')" "wrong.yml:2:3: paths: a push of 'base/README.md' or of 2 more files builds, and nothing is built from that" \
	'paths: no filter at all'
cat >filter.yml <<'YAML'
on: workflow_dispatch
jobs:
  changes:
    steps:
      - uses: dorny/paths-filter@v3
        with:
          filters: |
            base: [ 'base/etc/**' ]
            kali:
              - kali/**
            other: [ x ]
  all:
    strategy: { matrix: { name: [ base, kali, web ] } }
    steps:
      - { uses: docker/build-push-action@v6, with: { context: '${{ matrix.name }}', build-args: 'BASE=${{ github.sha }}' } }
YAML
is "$(findings filter.yml)" "filter.yml:8:1: paths: 'base' is built from 'base/Dockerfile', which no pattern matches: a push of that alone leaves it stale
filter.yml:13:41: needs: job 'all' builds 'kali' and its parent 'base' in no order" 'paths: of a step that filters'

exits 4 'findings are status 4' lockstep audit filter.yml
like "$tap_out" '*3 builds, 2 findings
lockstep: 2 findings: the workflow and the graph disagree' 'and counted'
is "$(lockstep audit filter.yml --json 2>/dev/null | jq -c '[.builds, [.findings[] | [.rule, .file, .line, .column]]]')" \
	'[3,[["paths","filter.yml",8,1],["needs","filter.yml",13,41]]]' 'as JSON'
exits 2 'a workflow that is not there' lockstep audit none.yml
printf 'jobs: [\n' >bad.yml
exits 2 'one that is no YAML' lockstep audit bad.yml
like "$tap_out" 'bad.yml:2:1: *' 'with its place'
(
	cd base
	lockstep audit >"$dir/out" 2>&1
) || :
is "$(cat out)" '3 builds, 0 findings' 'from a folder below'

# Versions of one name, as init calls them.
mkdir versions
cd versions
git init -q .
mkdir -p py .github/workflows
printf 'ARG V\nFROM python:3\nARG V\n' >py/Dockerfile
cat >.github/workflows/py.yml <<'YAML'
jobs:
  py:
    strategy: { matrix: { v: [ '3.11', '3.12' ] } }
    steps:
      - uses: docker/build-push-action@v6
        with: { context: py, tags: 'ghcr.io/o/py:${{ matrix.v }}', build-args: 'V=${{ matrix.v }}' }
YAML
git add -A
lockstep init 2>/dev/null >/dev/null
exits 0 'what init makes of a workflow is what it builds' lockstep audit
cd ..

# The user's own: every push of notes and tests is built.
user=${LOCKSTEP_TEST_AGENT_IMAGES-}
if [ -z "$user" ]; then
	skip 'derio-net/agent-images' 'LOCKSTEP_TEST_AGENT_IMAGES is not set'
else
	git clone -q "$user" user
	lockstep init user >/dev/null 2>&1
	exits 4 'derio-net/agent-images' lockstep audit -C user
	like "$tap_out" "*build.yaml:4:3: paths: a push of '.gitignore' or of * more files builds, and nothing is built from that
7 builds, 1 findings*" 'rebuilds for what nothing is built from'
fi
done_testing
