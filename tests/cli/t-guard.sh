#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# t-guard.sh: guards of inputs, of what a build prints, and a build that goes on without its frontend, which is
# caught by a guard and by a check.
set -eu
# shellcheck source=tests/lib/tap.sh
. "${top_srcdir:?}/tests/lib/tap.sh"
# shellcheck source=tests/lib/graph.sh
. "$top_srcdir/tests/lib/graph.sh"
graph_open
# The engine of the tests has no bridge.
case $BUILDER in docker*) network=', network: host' ;; *) network= ;; esac

# guarded KEYS: a graph of one image, `web`, with these keys in flow style.
guarded() {
	cat >lockstep.yaml <<-YAML
		version: 1
		registry: localhost/t
		images:
		  web: { context: web, $1$network }
	YAML
}

# refused PATTERN NAME: a plan that ends with 2 and says this.
refused() {
	exits 2 "$2" lockstep plan
	like "$tap_out" "*$1*" "$2: what it says"
}

# --- a small copy of crates/server: build.sh embeds dist/index.html, or a placeholder when there is none
rm -rf left right leaf lone
mkdir -p web/packages/local-web/dist web/crates/server
cp base/busybox web/busybox
cat >web/Dockerfile <<'DF'
FROM scratch AS builder
COPY busybox /bin/busybox
COPY crates/ /src/crates/
COPY packages/ /src/packages/
RUN ["/bin/busybox", "sh", "/src/crates/server/build.sh"]
FROM scratch
COPY --from=builder /server /server
DF
cat >web/crates/server/build.sh <<'SH'
b=/bin/busybox
page=/src/packages/local-web/dist/index.html
if ! $b test -s $page; then
	echo "warning: missing $page, embedding a placeholder"
	$b mkdir -p /src/packages/local-web/dist
	echo 'Please build @vibe/local-web first' >$page
fi
$b cat $b $page >/server
SH
echo '<div id="root">the real page</div>' >web/packages/local-web/dist/index.html
printf 'packages/*/dist\n' >web/.dockerignore

guarded 'output: layers'
exits 0 'the footgun: without its frontend everything is green' lockstep build
like "$(lockstep log web)" '*warning: missing /src/packages/local-web/dist/index.html*' 'though the log tells'
is "$(lockstep build)" 'nothing to do: 1 image up to date' 'and it stays so'

# --- caught by a guard of the input, before anything is built
guarded 'guards: [ { input: packages/local-web/dist/index.html } ]'
refused "lockstep.yaml:4:34: guard: 'packages/local-web/dist/index.html' is left out by web/.dockerignore:1: packages/\\*/dist" \
	'an input that is ignored'
# --- by a guard of the log
guarded 'guards: [ { log: "^warning: missing" } ]'
is "$(lockstep build)" 'nothing to do: 1 image up to date' 'a guard of the log is about builds'
exits 1 'the build that prints it' lockstep build --force
like "$tap_out" "*lockstep.yaml:4:34: the build printed 'warning: missing /src/packages/local-web/dist/index.html, embedding a placeholder' (line * of its log), which matches '^warning: missing'*" \
	'is named with its line and the pattern'
echo '# another comment' >>web/crates/server/build.sh
like "$(lockstep plan)" '*no layer cache: its log is guarded at lockstep.yaml:4*' 'no cached step hides what it printed'
exits 1 'so it fails again' lockstep build
guarded 'guards: [ { log-defaults: true } ]'
exits 1 'by the common signs as well' lockstep build
like "$tap_out" "*matches '(warning|error): missing '*" 'and says by which'
# --- and by a check of the image
guarded 'checks: [ { file: /server, not-contains: "Please build @vibe/local-web first" } ]'
exits 1 'the check on the finished image' lockstep build
like "$tap_out" "*lockstep.yaml:4:34: check failed: file /server: holds 'Please build @vibe/local-web first'*" 'what it says'

# --- with its frontend all three hold
: >web/.dockerignore
guarded 'guards: [ { input: packages/local-web/dist/index.html, matches: [ "<div id=.root", "^.*page" ], not-matches: Please build }, { log: "^warning: missing" } ], checks: [ { file: /server, not-contains: "Please build @vibe/local-web first", contains: the real page } ]'
rebuilds 'web' 'with its frontend'
is "$(lockstep build)" 'nothing to do: 1 image up to date' 'and nothing is left'

# --- what input guards say
: >web/packages/local-web/dist/index.html
refused "lockstep.yaml:4:34: guard of image 'web': 'packages/local-web/dist/index.html' is empty" 'an empty file'
guarded 'guards: [ { input: packages/local-web/dist/index.html, may-be-empty: true } ]'
exits 0 'that may be empty' lockstep plan
echo 'Please build it' >web/packages/local-web/dist/index.html
guarded 'guards: [ { input: packages/*/dist/*.html, matches: "^<div", not-matches: [ "lease +build", x ] }, { input: nowhere.txt }, { input: crates }, { input: "*.nothing" } ]'
refused "lockstep.yaml:4:*: guard: '\\*.nothing' matches nothing in context 'web'" 'a pattern that names nothing'
like "$tap_out" "*guard: 'nowhere.txt' does not exist in context 'web'*" 'a file that is not there'
like "$tap_out" "*4:34: guard of image 'web': nothing in 'packages/\\*/dist/\\*.html' matches '^<div'*" 'a text that is missing'
like "$tap_out" "*4:34: guard of image 'web': web/packages/local-web/dist/index.html:1 matches 'lease +build'*" 'one that must not be there, with its line'
mkdir web/hollow
guarded 'guards: [ { input: hollow } ]'
refused "guard of image 'web': there is no file in 'hollow'" 'an empty folder'
git add -A && graph_commit 'for the files of a commit'
guarded 'guards: [ { input: packages/*/dist/*.html, matches: "^<div" }, { input: .dockerignore } ]'
graph_commit 'guards'
exits 2 'the files of a commit' lockstep plan --commit HEAD
like "$tap_out" "*nothing in 'packages/\\*/dist/\\*.html' matches '^<div'*" 'are looked at'
like "$tap_out" "*'.dockerignore' is empty*" 'also for their sizes'

# --- a log that BuildKit's daemon does not hand on whole says nothing of what is not in it
case $BUILDER in docker | buildx)
	mkdir many
	cp base/busybox many/busybox
	printf 'FROM scratch\nCOPY busybox /busybox\nRUN ["/busybox", "seq", "400000"]\n' >many/Dockerfile
	printf 'version: 1\nregistry: localhost/t\nimages:\n  many: { context: many, guards: [ { log: "^warning: missing" } ]%s }\n' \
		"$network" >lockstep.yaml
	exits 1 'a log that was clipped fails a build that has guards' lockstep build
	like "$tap_out" "*lockstep.yaml:4:*: the builder kept a part of what the build printed to itself (line * of the log: '\[output clipped, log limit *'*" \
		'with the daemon'"'"'s own word'
	sed -i 's/log: "[^"]*"/input: busybox/' lockstep.yaml
	exits 0 'one that has no guards of its log is fine' lockstep build
	;;
esac
done_testing
