#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# t-usage.sh: wrong calls get a sentence, the nearest right name and status 2; help is complete.
set -eu
# shellcheck source=tests/lib/tap.sh
. "${top_srcdir:?}/tests/lib/tap.sh"
# shellcheck source=tests/lib/graph.sh
. "$top_srcdir/tests/lib/graph.sh"
graph_files

says() {
	want=$1
	name=$2
	shift 2
	exits 2 "$name: status" lockstep "$@"
	is "$tap_out" "$want" "$name: message"
}

exits 0 'help' lockstep --help
like "$tap_out" 'usage: lockstep COMMAND*build *plan *why *inputs *graph *history *log *doctor*' 'help lists the commands'
exits 0 'version' lockstep --version
like "$tap_out" 'lockstep [0-9]*' 'version is printed'
exits 2 'no command' lockstep

says "lockstep: unknown command 'biuld'
    did you mean 'build'?" 'unknown command' biuld
says "lockstep: '-C' is no command
    options come after the command: lockstep COMMAND [OPTION...]" 'an option before the command' -C . build
exits 0 'help of a command' lockstep help build
is "$tap_out" "$(lockstep build --help)" 'is what --help prints'
says "lockstep: unknown command 'biuld'
    did you mean 'build'?" 'help of an unknown command' help biuld
says "lockstep: unknown option '--jbos'
    did you mean '--jobs'?" 'unknown option' build --jbos 3
says "lockstep: option '--jobs' needs a value: N
    lockstep build --help tells its options" 'option without value' build --jobs
says "lockstep: --jobs: '0' is no whole number above 0
    lockstep build --help tells its options" 'no jobs' build -j 0
says "lockstep: option '--json' takes no value
    lockstep plan --help tells its options" 'a value that is too much' plan --json=1
says 'lockstep: --into DIR is missing' 'a folder without a name' stage leaf --into ''
says "lockstep: --tag: 'x?y' is no tag
    letters, digits, '_', '.' and '-', at most 128, not beginning with '.' or '-'" 'a tag that is none' ci --tag 'x?y'
for tag in key-1 id-1 sha256-1 lockstep-event-g "$(git rev-parse HEAD)"; do
	says "lockstep: --tag: '$tag' is a name that lockstep gives by itself" "the tag $tag" ci --tag latest --tag "$tag"
done
says 'lockstep: an IMAGE is missing' 'missing image' why
says "lockstep: no image 'lefft' in 'lockstep.yaml'
    did you mean 'left'?" 'unknown image' why lefft
says "lockstep: --format: 'png' is none of text, dot, mermaid, svg, json" 'unknown format' graph --format png
says "lockstep: --set 'X': write VAR=VALUE" 'malformed variable' plan --set X
says "lockstep: --only needs the name of an image" 'only what?' build --only
exits 2 'a graph file that is not there' lockstep graph --graph nosuch.yaml
like "$tap_out" "lockstep: cannot open 'nosuch.yaml': No such file or directory" 'says what is missing'
exits 2 'no graph file at all' sh -c "cd / && $LOCKSTEP graph"
like "$tap_out" "lockstep: no lockstep.yaml here or in any folder above '/'*" 'says where it looked'
exits 3 'doctor without a state folder' env -u HOME -u XDG_STATE_HOME -u LOCKSTEP_STATE "$LOCKSTEP" doctor
like "$tap_out" "*BAD  state*no state folder: set HOME, LOCKSTEP_STATE or --state*BAD  builder*not looked at*" 'doctor says so'
exits 3 'output that cannot be written' sh -c "$LOCKSTEP graph >/dev/full"
exits 2 'a commit that does not exist' lockstep graph --commit nosuch
like "$tap_out" "*no commit 'nosuch'*" 'names it'

for command in $(lockstep --help | awk '/^  [a-z]/ { print $1 }'); do
	exits 0 "$command --help" lockstep "$command" --help
	like "$tap_out" "usage: lockstep $command *options of every command:*--json*examples:*lockstep $command*" "$command --help is whole"
done

# --- the graph, in its forms; from elsewhere; from a commit
is "$(lockstep graph)" "base
lone
  left  <- base
  right  <- base
    leaf  <- left, right
5 images, 2 leaves" 'graph'
like "$(lockstep graph --format dot)" 'digraph*"left" -> "leaf";*' 'graph as dot'
like "$(lockstep graph --format mermaid)" 'graph LR*i1 --> i3*' 'graph as mermaid'
if command -v dot >/dev/null; then
	like "$(lockstep graph --format svg)" '*<svg *<text *>leaf</text>*</svg>' 'graph drawn by Graphviz'
else
	skip 'graph drawn by Graphviz' 'no dot'
fi
mkdir "$graph_dir/nodot"
ln -s "$(command -v git)" "$graph_dir/nodot/git"
exits 3 'without Graphviz' env PATH="$graph_dir/nodot" "$LOCKSTEP" graph --format svg
like "$tap_out" "*cannot find 'dot'*apt-get install graphviz*" 'how to get it'
is "$(lockstep graph --json | jq -c '[.images[] | {image, parents}] | .[4]')" '{"image":"leaf","parents":["left","right"]}' 'graph as JSON'
is "$(cd / && lockstep graph -C "$GRAPH" | tail -n 1)" '5 images, 2 leaves' 'with -C'
is "$(cd right/docs && lockstep graph | tail -n 1)" '5 images, 2 leaves' 'from a folder below'
sed -i '/lone/d' lockstep.yaml
is "$(lockstep graph --commit HEAD | tail -n 1)" '5 images, 2 leaves' 'of a commit'
is "$(lockstep graph | tail -n 1)" '4 images, 1 leaf' 'of the working tree'
is "$(lockstep inputs right --commit HEAD --json | jq -c '[.inputs[] | select(.kind == "file") | [.path, .executable]]')" \
	'[["right/right.sh",true]]' 'inputs of a commit'
is "$(lockstep inputs right --files0 | tr '\0' ' ')" 'right/Dockerfile right/right.sh ' 'inputs as a list of files'
is "$(NO_COLOR=1 lockstep graph --color always | head -c 4 | od -An -c | tr -d ' ')" '033[1m' '--color always wins'
done_testing
