#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# t-plan-jobs.sh: what has to be built, as jobs of other engines: the right ones, each after those that it needs.
set -eu
# shellcheck source=tests/lib/tap.sh
. "${top_srcdir:?}/tests/lib/tap.sh"
# shellcheck source=tests/lib/graph.sh
. "$top_srcdir/tests/lib/graph.sh"
graph_files
command -v jq >/dev/null || skip_all 'no jq'

# --- GitHub: a matrix a wave, on one line
jobs=$(lockstep plan --format github-matrix)
is "$(printf '%s\n' "$jobs" | wc -l)" 1 'github-matrix: one line'
is "$(printf '%s' "$jobs" | jq -r '.count')" 5 'github-matrix: all images'
is "$(printf '%s' "$jobs" | jq -r '.waves[] | [.include[].image] | sort | join(" ")')" 'base lone
left right
leaf' 'github-matrix: waves'
is "$(lockstep plan left --format github-matrix | jq -c '.waves')" \
	'[{"include":[{"image":"base"}]},{"include":[{"image":"left"}]}]' 'github-matrix: only what was asked for'

# A matrix takes 256 jobs: what is more is one more wave, before what stands on it.
mkdir "$GRAPH/../wide"
cp -r "$GRAPH/lone" "$GRAPH/../wide"
mkdir "$GRAPH/../wide/top"
printf 'FROM localhost/t/i1:x\nFROM localhost/t/i300:x\nCOPY --from=0 /file /file\n' >"$GRAPH/../wide/top/Dockerfile"
{
	printf 'version: 1\nregistry: localhost/t\nimages:\n  top: { context: top }\n'
	seq 300 | sed 's/.*/  i&: { context: lone }/'
} >"$GRAPH/../wide/lockstep.yaml"
jobs=$(lockstep plan -C "$GRAPH/../wide" --format github-matrix)
is "$(printf '%s' "$jobs" | jq -c '[.count, (.waves[].include | length)]')" '[301,256,44,1]' 'github-matrix: at most 256 a wave'
is "$(printf '%s' "$jobs" | jq -r '.waves[1:][].include[].image' | tail -n 2 | tr '\n' ' ')" 'i300 top ' 'github-matrix: in order'

# --- GitLab: jobs with needs
jobs=$(lockstep plan --format gitlab)
is "$(printf '%s' "$jobs" | jq -r 'keys_unsorted | join(",")')" 'build base,build lone,build left,build right,build leaf' \
	'gitlab: a job an image'
is "$(printf '%s' "$jobs" | jq -c '."build leaf"')" \
	'{"script":["lockstep build --only leaf --push"],"needs":["build left","build right"]}' 'gitlab: a job'

# --- Argo
jobs=$(lockstep plan --format argo)
is "$(printf '%s' "$jobs" | jq -r '.kind + " " + .spec.entrypoint')" 'Workflow images' 'argo: a workflow'
is "$(printf '%s' "$jobs" | jq -r '.spec.templates[0].dag.tasks[] | .name + " <- " + (.dependencies | join(" "))' |
	sed 's/ $//')" "$(printf '%s\n' 'base-0 <-' 'lone-4 <-' 'left-1 <- base-0' 'right-2 <- base-0' 'leaf-3 <- left-1 right-2')" \
	'argo: tasks and what they wait for'
is "$(printf '%s' "$jobs" | jq -r '.spec.arguments.parameters[] | select(.name == "commit").value')" \
	"$(git rev-parse HEAD)" 'argo: the commit of the plan'

# --- make: run by make itself, with a program that notes its call
cat >"$GRAPH/../note" <<'EOF'
#!/bin/sh
echo "$3" >>"$NOTES"
[ "$1 $2 $4" = 'build --only --push' ]
EOF
chmod +x "$GRAPH/../note"
NOTES=$GRAPH/../notes
export NOTES
lockstep plan --format make >"$GRAPH/../jobs.mk"
ok 'make: runs' make -s -j4 -f "$GRAPH/../jobs.mk" LOCKSTEP="$GRAPH/../note"
is "$(sort "$NOTES" | tr '\n' ' ')" 'base leaf left lone right ' 'make: each image once'
is "$(grep -vx lone "$NOTES" | sed '2,3s/.*/left or right/' | tr '\n' ' ')" 'base left or right left or right leaf ' \
	'make: parents before children'

exits 2 'unknown format' lockstep plan --format matrix
is "$tap_out" "lockstep: --format: 'matrix' is none of text, json, github-matrix, gitlab, argo, make" 'names the formats'
done_testing
