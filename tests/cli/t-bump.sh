#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# t-bump.sh: pins of a GitOps repository, found and moved in its working tree.
set -eu
# shellcheck source=tests/lib/tap.sh
. "${top_srcdir:?}/tests/lib/tap.sh"
dir=$(mktemp -d "${TMPDIR:-/tmp}/t-bump.XXXXXX")
trap 'rm -rf "$dir"' EXIT
mkdir "$dir/repo"
cd "$dir/repo"
export LOCKSTEP_STATE="$dir/state"
old=1111111111111111111111111111111111111111
new=2222222222222222222222222222222222222222
digest=sha256:3333333333333333333333333333333333333333333333333333333333333333
digest2=sha256:4444444444444444444444444444444444444444444444444444444444444444

# No network here: t-bump-gate.sh is about that.
lockstep() {
	"${LOCKSTEP:?}" "$@" --gate off
}

git_() {
	git -c user.name=t -c user.email=t@example.org "$@"
}

# The repository with all forms of pins, and what is none.
mkdir -p apps/a apps/b 'apps/with space' docs
printf 'kind: Deployment\r\nspec: # — é\r\n  image: ghcr.io/o/a:%s # keep\r\n  other: nousresearch/hermes-agent:1\r\n' $old >apps/a/deployment.yaml
printf -- '---\nimage: &i "ghcr.io/o/a:%s@%s"\nagain: *i\n---\n- env: { value: ghcr.io/o/b:%s }' $old $digest $old >apps/a/two.yml
printf 'images:\n- name: ghcr.io/o/a\n  newTag: %s\n' $old >apps/b/kustomization.yaml
printf 'image:\n  registry: ghcr.io\n  repository: o/a\n  tag: "%s"\n' $old >'apps/with space/values.yaml'
printf '{{ if .x }}\n      image: ghcr.io/o/a:%s\n      init: ghcr.io/o/a:{{ .v }}\n{{ end }}\n' $old >apps/b/template.yaml
# shellcheck disable=SC2016 # code marks of Markdown
printf 'Pinned to `ghcr.io/o/a:%s`.\n' $old >docs/README.md
printf '# ghcr.io/o/a:%s since May\nargs: [ "--image=ghcr.io/o/a:%s" ] # lockstep: ghcr.io/o/a\nrun: |\n  docker pull ghcr.io/o/a:%s\n' $old $old $old >apps/b/job.yaml
printf '{"services":{"x":{"image":"ghcr.io/o/a:%s"}}}\n' $old >apps/b/compose.json
printf 'steps:\n- uses: docker://ghcr.io/o/a:%s\n' $old >apps/b/workflow.yml
printf 'dependencies:\n- name: a\n  repository: oci://ghcr.io/o\n  version: %s\n' $old >apps/b/Chart.yaml
printf 'a\0ghcr.io/o/a:1\n' >apps/b/binary.yaml
ln -s ../a/deployment.yaml apps/b/link.yaml
printf 'image: ghcr.io/o/a:%s\n' $old >untracked.yaml
chmod 0755 apps/b/kustomization.yaml
git init -q
git add apps docs
git_ commit -q -m 'the apps'

is "$(lockstep bump --image ghcr.io/o/a --list)" "apps/a/deployment.yaml:3:10 image ghcr.io/o/a $old -
apps/a/two.yml:2:12 image ghcr.io/o/a $old $digest
apps/b/Chart.yaml:3:15 helm ghcr.io/o/a $old -
apps/b/compose.json:1:28 image ghcr.io/o/a $old -
apps/b/job.yaml:1:3 comment ghcr.io/o/a $old -
apps/b/job.yaml:2:18 marked ghcr.io/o/a $old -
apps/b/job.yaml:4:15 embedded ghcr.io/o/a $old -
apps/b/kustomization.yaml:2:9 kustomize ghcr.io/o/a $old -
apps/b/template.yaml:2:14 image ghcr.io/o/a $old -
apps/b/template.yaml:3:13 template ghcr.io/o/a - -
apps/b/workflow.yml:2:18 image ghcr.io/o/a $old -
apps/with space/values.yaml:3:15 helm ghcr.io/o/a $old -
docs/README.md:1:12 prose ghcr.io/o/a $old -" 'F1, F2: every pin, in whatever form, found by image'

exits 0 'the pins agree' lockstep bump --image ghcr.io/o/a --image ghcr.io/o/b --check
exits 4 'and are not where they are wanted' lockstep bump --image "ghcr.io/o/a=$new@$digest2" --check

cp -a . "$dir/before"
exits 0 'a dry run' lockstep bump --image "ghcr.io/o/a=$new@$digest2" --dry-run --body-file "$dir/body"
like "$tap_out" '*
9 of 9 pins would move, in 9 files; 0 uncovered' 'says what would move'
is "$(git status --porcelain)" '?? untracked.yaml' 'and writes nothing'
lockstep bump --image "ghcr.io/o/a=$new@$digest2" --dry-run --diff >"$dir/diff"
exits 0 'bump' lockstep bump --image "ghcr.io/o/a=$new@$digest2"
is "$(git diff -U0 | grep -c '^[+]')" 18 'nine lines of nine files moved'
git diff >"$dir/git-diff"
git checkout -q .
ok 'the diff that was printed is one' git apply "$dir/diff"
git diff >"$dir/applied"
same_file "$dir/applied" "$dir/git-diff" 'and the same edit'
# What sed makes of the digest and the tags of these files, line by line, is the whole difference.
cp -a "$dir/before/apps" "$dir/want"
sed -i "s|a:$old|a:$new|" "$dir/want/a/deployment.yaml" "$dir/want/a/two.yml" "$dir/want/b/compose.json"
sed -i "s|$digest|$digest2|" "$dir/want/a/two.yml"
sed -i "s|newTag: $old|newTag: \"$new\"|" "$dir/want/b/kustomization.yaml"
sed -i "4s|$old|\"$new\"|" "$dir/want/b/Chart.yaml"
sed -i "2s|$old|$new|" "$dir/want/b/workflow.yml" "$dir/want/b/template.yaml" "$dir/want/b/job.yaml"
sed -i "s|$old|$new|" "$dir/want/with space/values.yaml"
ok 'byte for byte: CRLF, UTF-8, anchors, no newline at the end; a tag of digits gets quotes' diff -r "$dir/want" apps
is "$(stat -c %a apps/b/kustomization.yaml)" 755 'modes stay'
is "$(find . -name '*.tmp')" '' 'nothing is left beside'
exits 0 'again' lockstep bump --image "ghcr.io/o/a=$new@$digest2"
like "$tap_out" '*
0 of 9 pins moved, in 0 files; 0 uncovered' 'nothing to do'
like "$(cat "$dir/body")" "| image | old → new | digest | pins | files |
*| \`ghcr.io/o/a\` | \`111111111111\` → \`222222222222\` | \`sha256:444444444444…\` | 8 | 8 |
*9/9 pins in 9 files; 0 uncovered
*Mentioned, not edited*\`apps/b/job.yaml:1\` (comment)*\`docs/README.md:1\` (prose)*" 'the text of the pull request'

exits 4 'F4: a pin that was added since is seen' sh -c "git checkout -q apps/a/deployment.yaml && $LOCKSTEP bump --gate off --image ghcr.io/o/a --check"
like "$tap_out" "apps/a/two.yml:2:12 ghcr.io/o/a is at * and at 111111111111… in apps/a/deployment.yaml:3:10
*" 'with both places'
exits 4 'the same for GitHub' lockstep bump --image ghcr.io/o/a --check --format github
like "$tap_out" "*::error file=apps/a/two.yml,line=2,col=12::'ghcr.io/o/a' is at *" 'as annotations'
git checkout -q .

# What nobody understands is not passed over, and then nothing is written.
printf 'args: [ "--image=ghcr.io/o/b:%s" ]\n' $old >apps/b/args.yaml
git add apps
exits 4 'F1, F2: an uncovered pin' lockstep bump --image ghcr.io/o/b=2 --format github
like "$tap_out" "*::error file=apps/b/args.yaml,line=1,col=18::the pin of 'ghcr.io/o/b' would be left behind: it is a part of a value
apps/b/args.yaml:1:18: the pin of 'ghcr.io/o/b' cannot be moved: it is a part of a value
    mark its line with '# lockstep: ghcr.io/o/b', or name the file with --also
lockstep: 1 pins would be left behind: nothing was written" 'and what to do about it'
is "$(git diff --name-only)" '' 'nothing was written'
exits 4 'F3: one line for the CI of the repository' lockstep bump --image ghcr.io/o/b --check
exits 0 'a file of one form' lockstep bump --image ghcr.io/o/b=2 --also args.yaml
is "$(cat apps/b/args.yaml)" 'args: [ "--image=ghcr.io/o/b:2" ]' 'is edited whole'
printf 'rev: $%s # lockstep: ghcr.io/o/b:tag\n' '{R}' >apps/b/args.yaml
exits 4 'a mark on what is no version' lockstep bump --image ghcr.io/o/b=2 --also args.yaml
like "$tap_out" "*apps/b/args.yaml:1:6: the pin of 'ghcr.io/o/b' cannot be moved: the marked value is no tag
    correct it: only a whole version is moved
*" 'is not passed over either'
git checkout -q .
git rm -q -f --cached apps/b/args.yaml
rm apps/b/args.yaml

exits 4 'F24: a digest without a digest' lockstep bump --image "ghcr.io/o/a=$new"
like "$tap_out" "apps/a/two.yml:2:12: the pin of 'ghcr.io/o/a' has a digest, and no digest is given
*" 'is refused'
is "$(git diff --name-only)" '' 'all files or none'
exits 0 'F15, F16: words are edited when asked' lockstep bump --image ghcr.io/o/a=$new@$digest2 --also comment --also embedded --also '*.md'
is "$(git diff -U0 -- docs apps/b/job.yaml | grep -c "^+.*$new")" 4 'comment, script, prose'
git checkout -q .
exits 0 'only below a path' lockstep bump --image ghcr.io/o/a=$new@$digest2 --path apps/b
is "$(git diff --name-only | sed 's|/[^/]*$||' | sort -u)" apps/b 'and nowhere else'
git checkout -q .
exits 0 'from a folder inside' lockstep bump --repo apps/a --image ghcr.io/o/a=$new@$digest2 --path two.yml
is "$(git diff --name-only)" apps/a/two.yml 'paths are from there'
git checkout -q .
exits 0 'converted to both' lockstep bump --image ghcr.io/o/a=$new@$digest2 --path apps/a/deployment.yaml --pin both
like "$(cat apps/a/deployment.yaml)" "*image: ghcr.io/o/a:$new@$digest2 # keep*" 'tag and digest'
git checkout -q .
is "$(lockstep bump --image ghcr.io/o/b=2 --dry-run --json | jq -c '.pins[] | [.file, .line, .column, .kind, .state, .tag, .to.tag]')" \
	"[\"apps/a/two.yml\",5,17,\"image\",\"moved\",\"$old\",\"2\"]" 'as JSON'

exits 2 'an image without a version' lockstep bump --image ghcr.io/o/a
like "$tap_out" "lockstep: no version is wanted of any image
    --event FILE, *" 'is nothing to move'
exits 2 'nor are the images of a graph' lockstep bump --graph nowhere.yaml --diff
exits 2 'a label without a pull request' lockstep bump --image ghcr.io/o/a=1 --label x
like "$tap_out" "lockstep: --label is for a pull request
    --via push or *" 'is a mistake'
is "$(lockstep bump --image ghcr.io/o/b --list --json | jq -c '.pins[0] | [.file, .line, .column, .kind, .tag, .state]')" \
	"[\"apps/a/two.yml\",5,17,\"image\",\"$old\",null]" '--list as JSON'
is "$(lockstep bump --image ghcr.io/o/b=2 --check --json 2>/dev/null | jq -c '.drift[] | [.file, .line, .is.tag, .other]')" \
	"[\"apps/a/two.yml\",5,\"$old\",null]" '--check as JSON'

exits 2 "without a list of images nothing is owned" lockstep bump --list
exits 2 'an image twice' lockstep bump --image ghcr.io/o/a=1 --image ghcr.io/o/a=2
exits 2 'a version that is none' lockstep bump --image ghcr.io/o/a=-x
exits 2 'no name' lockstep bump --image =1
exits 2 'a path outside' lockstep bump --image ghcr.io/o/a=1 --path ../x
exits 2 'a path that is not there' lockstep bump --image ghcr.io/o/a=1 --path nope
exits 2 'no such form' lockstep bump --image ghcr.io/o/a=1 --pin both-of-them
exits 2 'no such format' lockstep bump --image ghcr.io/o/a=1 --format xml
exits 2 'no repository' lockstep bump --repo / --image ghcr.io/o/a=1
exits 2 'an event that is none' sh -c "echo '{}' | $LOCKSTEP bump --gate off --event -"
exits 2 'no event of GitHub' env -u GITHUB_EVENT_PATH "$LOCKSTEP" bump --gate off --github-event
if [ "${FAULTS-}" = yes ]; then
	exits 3 'the third rename fails' env LOCKSTEP_FAULT=rename:3 "$LOCKSTEP" bump --gate off --image ghcr.io/o/a=$new@$digest2
	is "$(git diff --name-only)" '' 'all files or none'
	is "$(find . -name '*.tmp')" '' 'nothing is left beside'
fi
done_testing
