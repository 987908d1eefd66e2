#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# t-bump-upstream.sh: the commits between two versions, in the text of a pull request.
set -eu
# shellcheck source=tests/lib/tap.sh
. "${top_srcdir:?}/tests/lib/tap.sh"
# shellcheck source=tests/lib/github.sh
. "$top_srcdir/tests/lib/github.sh"
# shellcheck source=tests/lib/gitops.sh
. "$top_srcdir/tests/lib/gitops.sh"
skip_if_quick
gitops_open

# The repository of the images: 260 commits, of which GitHub lists 250.
images=$gitops_dir/github/git/o/images.git
git init -q --bare -b main "$images"
awk 'BEGIN {
	for (i = 1; i <= 262; i++) {
		subject = i == 249 ? "kali: sshd (#88) by @someone, closes #7" : "commit " i
		printf "commit refs/heads/main\ncommitter t <t@example.org> %d +0000\ndata %d\n%s\n", 1700000000 + i, length(subject), subject
	}
	print "done"
}' | git -C "$images" fast-import --quiet --done
old=$(git -C "$images" rev-parse main~260)
new=$(git -C "$images" rev-parse main)
printf 'image: ghcr.io/o/a:%s\n' "$old" >apps/a/a.yaml
printf 'image: ghcr.io/o/b:%s\n' "$(git -C "$images" rev-parse main~4)" >apps/b/b.yaml
commit_base 'at commits that there are'
event 5 "$new" 2
ok 'a pull request' bump
body=$(github_state '.pulls[0].body' | jq -r .)
like "$body" "*<details><summary>260 commits of o/images, $(echo "$old" | cut -c 1-12) to $(echo "$new" | cut -c 1-12)</summary>*
- … and others: the last 50 of the first 250 are shown, GitHub lists no more than 250
*</details>*" 'F18: says that commits are missing'
like "$body" '*kali: sshd (\[&#35;88\](https://github.com/o/images/issues/88)) by &#64;someone, closes \[&#35;7\](https://github.com/o/images/issues/7)
*' 'F18: a number may be that of an issue; nobody is called, nothing is closed'
like "$body" "*<details><summary>4 commits of o/images, *- \`$(echo "$new" | cut -c 1-12)\` commit 262
*" 'F17: another range for the pin that was elsewhere'

# An image may have moved without any commit that could be listed: a floating base, a rebuilt artifact.
github_faults '[{"match": "GET /repos/o/images/compare/.*", "times": 9, "status": 200,
	"body": "{\"status\": \"identical\", \"total_commits\": 0, \"commits\": [], \"files\": []}"}]'
printf 'image: ghcr.io/o/b:%s\n' "$(git -C "$images" rev-parse main~9)" >apps/b/b.yaml
commit_base 'another one'
ok '"identical", says GitHub' bump
is "$(branch_file apps/b/b.yaml)" "image: ghcr.io/o/b:$new" 'F18: which decides nothing: the event does'
github_faults '[{"match": "GET /repos/o/images/compare/.*", "times": 9, "status": 404}]'
event 6 "$new" 2
exits 0 'a repository that the token does not see' bump
case $(github_state '.pulls[0].body' | jq -r .) in
*'<details>'*) fail 'costs the list and nothing else' "$(github_state '.pulls[0].body')" ;;
*compare/"$old...$new"*) pass 'costs the list and nothing else' ;;
*) fail 'the link is there' "$(github_state '.pulls[0].body')" ;;
esac
done_testing
