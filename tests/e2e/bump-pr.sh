#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# bump-pr.sh: one branch and one pull request for a group of images, whatever happens on the way.
set -eu
# shellcheck source=tests/lib/tap.sh
. "${top_srcdir:?}/tests/lib/tap.sh"
# shellcheck source=tests/lib/github.sh
. "$top_srcdir/tests/lib/github.sh"
# shellcheck source=tests/lib/gitops.sh
. "$top_srcdir/tests/lib/gitops.sh"
gitops_open
two=$(tag 2)
three=$(tag 3)

# -- the first event
event 5 "$two"
exits 0 'a dry run' bump --dry-run --diff
like "$tap_out" "*+image: ghcr.io/o/a:$two # kept*would go from branch 'lockstep/bump/agents' into 'main'" 'shows the edit'
is "$(tip) $(open_pulls)" 'none []' 'and makes nothing'
exits 0 'the first event' bump --label lockstep --reviewer alice
like "$tap_out" '*opened https://stand.in/o/r/pull/1' 'opens a pull request'
is "$(branch_file apps/a/a.yaml)" "image: ghcr.io/o/a:$two # kept" 'with the edit'
is "$(git -C "$BARE" diff --name-only main "$BRANCH")" apps/a/a.yaml 'F14: and no other'
is "$(git -C "$BARE" rev-parse "$BRANCH^")" "$(base_tip)" 'in one commit on the base'
is "$(git -C "$BARE" log -1 --format=%B "$BRANCH")" "chore(agents): bump 1 image to 222222222222

* ghcr.io/o/a 222222222222

Lockstep-Event: 01K2ZZZZZZZZZZZZZZZZZZZ100
Lockstep-Seq: 5" 'says which event it was'
is "$(git status --porcelain; cat apps/a/a.yaml)" "image: ghcr.io/o/a:$(tag 1) # kept" "the user's tree is as it was"
is "$(github_state '.pulls[0] | [.title, .draft, [.labels[].name], [.requested_reviewers[].login]]')" \
	'["chore(agents): bump 1 image to 222222222222",false,["lockstep"],["alice"]]' 'title, label, reviewer'
# shellcheck disable=SC2016 # code marks of Markdown
like "$(github_state '.pulls[0].body' | jq -r .)" '<!-- lockstep:{*"seq":5} -->*| `ghcr.io/o/a` |*compare/1111*2/2 pins*Dockerfile changed by @someone, #7`*' 'the body'
body=$(github_state '.pulls[0].body')

# -- again
first=$(tip)
exits 0 'the same event again' bump --label lockstep
like "$tap_out" '*unchanged: https://stand.in/o/r/pull/1' 'changes nothing'
is "$(tip) $(open_pulls)" "$first [1]" 'F22: neither branch nor pull request'
is "$(github_state '.pulls[0].body')" "$body" 'nor body'
is "$(grep -c '"POST", "path": "/repos/o/r/pulls"' "$gitops_dir/github/log")" 1 'one was asked for, once'

# -- a newer one
event 6 "$three" 2
exits 0 'F6: a newer event' bump
like "$tap_out" '*updated https://stand.in/o/r/pull/1' 'updates the pull request'
is "$(branch_file apps/a/a.yaml) $(branch_file apps/b/b.yaml)" "image: ghcr.io/o/a:$three # kept image: ghcr.io/o/b:$three" 'with its whole state'
is "$(git -C "$BARE" rev-parse "$BRANCH^")" "$(base_tip)" 'in one commit again'
is "$(github_state '.pulls[0].title')" '"chore(agents): bump 2 images to 333333333333"' 'and its title'
event 5 "$two"
exits 0 'F21: one that comes late' bump
like "$tap_out" 'nothing to do: event 6, which is newer, was applied' 'is not applied'
is "$(branch_file apps/a/a.yaml)" "image: ghcr.io/o/a:$three # kept" 'the branch stays'

# -- the base moves
event 6 "$three" 2
sixth=$(tip)
echo 'more' >>README.md
commit_base 'prose'
exits 0 'the base moves elsewhere' bump
is "$(tip)" "$sixth" 'approvals stay: nothing is pushed'
printf 'image: ghcr.io/o/a:%s\n' "$two" >apps/late.yaml
commit_base 'a pin comes late'
exits 0 'F4: a pin that comes late' bump
is "$(branch_file apps/late.yaml)" "image: ghcr.io/o/a:$three" 'is moved too'
is "$(git -C "$BARE" rev-parse "$BRANCH^")" "$(base_tip)" 'on the new base'
sed -i 's/^image/replicas: 2\n#\n#\nimage/' apps/a/a.yaml
commit_base 'rewritten under an open pull request'
exits 0 'F5: a file that is rewritten' bump
is "$(branch_file apps/a/a.yaml)" "replicas: 2
#
#
image: ghcr.io/o/a:$three # kept" 'is edited anew, without a conflict'

# -- "Update branch"
echo 'still more' >>README.md
commit_base 'prose again'
update_branch() {
	curl -fsS -o /dev/null -X PUT -H "Authorization: Bearer $GITHUB_SECRET" -d '{}' "$GITHUB/repos/o/r/pulls/1/update-branch"
}
update_branch
merged=$(tip)
is "$(git -C "$BARE" log -1 --format=%s "$BRANCH")" "Merge branch 'main' into $BRANCH" '"Update branch" is a merge commit'
exits 0 'the base is brought in, and nothing else' bump
like "$tap_out" '*unchanged: https://stand.in/o/r/pull/1' 'which is nobody'"'"'s work'
is "$(tip)" "$merged" 'and stays, with its approvals'
sed -i 's/^replicas: 2/replicas: 3/' apps/a/a.yaml
commit_base 'rewritten once more'
update_branch
exits 0 'a file is rewritten, and the base brought in' bump
like "$tap_out" '*unchanged: *' 'is the same edit'
sed -i 's/^replicas: 3/replicas: 4/' apps/a/a.yaml
commit_base 'and rewritten again'
exits 0 'F5: it is rewritten after that' bump
is "$(git -C "$BARE" log --format=%s "main..$BRANCH")" 'chore(agents): bump 2 images to 333333333333' 'the branch is one commit on the base again'
git fetch -q origin
echo 'brought in' >>apps/b/other.txt
commit_base 'something to bring in'
git checkout -q -B mine "origin/$BRANCH"
git merge -q --no-ff --no-commit main >"$gitops_dir/said" 2>&1
echo 'by hand' >>README.md
git add README.md
git commit -qm 'a merge with something by hand'
git push -q origin "mine:$BRANCH"
exits 4 'a merge that holds more than the base' bump
like "$tap_out" "*has commit $(git rev-parse --short=12 mine) of t <t@example.org>: it was left as it is*" 'is somebody'"'"'s work'
exits 0 'which may be dropped' bump --overwrite
git checkout -q main

# -- people
git fetch -q origin
git checkout -q -B mine "origin/$BRANCH"
echo 'by hand' >>README.md
git commit -qam 'a commit by hand'
git push -q origin "mine:$BRANCH"
theirs=$(tip)
event 7 "$(tag 4)"
exits 4 'commits of others' bump
like "$tap_out" "*branch 'lockstep/bump/agents' has commit ${theirs%????????????????????????????} of t <t@example.org>: it was left as it is*--overwrite*" 'are respected'
exits 4 'again' bump
is "$(tip) $(github_state "[.pulls[0].comments_list[].body | select(contains(\"lockstep:foreign:$theirs\"))] | length")" "$theirs 1" 'and one comment says so'
exits 0 'unless they are to go' bump --overwrite
is "$(git -C "$BARE" log --format=%s "main..$BRANCH")" 'chore(agents): bump 1 image to 444444444444' 'then they go'
git fetch -q origin
git checkout -q -B mine "origin/$BRANCH"
echo 'image: ghcr.io/o/a:7' >apps/a/a.yaml
git commit -qa --amend --no-edit --date=2026-01-01T00:00:00Z
git push -qf origin "mine:$BRANCH"
exits 4 'a commit of ours that somebody amended' bump
exits 0 'is theirs' bump --overwrite
git checkout -q main

# -- hold
mkdir .lockstep
: >.lockstep/hold
commit_base 'hold'
exits 0 'F19: a file says hold' bump
like "$tap_out" '*(a draft: it is on hold)' 'the pull request becomes a draft'
is "$(github_state '.pulls[0].draft')" true 'indeed'
git rm -q .lockstep/hold
commit_base 'go on'
exits 0 'the file goes' bump
is "$(github_state '.pulls[0].draft')" false 'and it is ready again'
curl -fsS -o /dev/null -H "Authorization: Bearer $GITHUB_SECRET" -d '{"labels": ["hold"]}' "$GITHUB/repos/o/r/issues/1/labels"
exits 0 'F19: a label says hold' bump
is "$(github_state '.pulls[0].draft')" true 'a draft'
curl -fsS -o /dev/null -X DELETE -H "Authorization: Bearer $GITHUB_SECRET" "$GITHUB/repos/o/r/issues/1/labels/hold"
exits 0 'it goes' bump
is "$(github_state '.pulls[0].draft')" false 'ready'

# -- nothing left to do
git merge -q --squash "$(git fetch -q origin "$BRANCH" && git rev-parse FETCH_HEAD)" >"$gitops_dir/said" 2>&1
commit_base 'chore(agents): by hand, without any trailer'
exits 0 'F7: done on the base by somebody else' bump
like "$tap_out" '*closed https://stand.in/o/r/pull/1: all pins are right' 'closes the pull request'
is "$(tip) $(open_pulls) $(github_state '.pulls[0] | [.state, (.comments_list | last.body | contains("Nothing is left"))]')" 'none [] ["closed",true]' 'with a word, and deletes the branch'
exits 0 'and again' bump
like "$tap_out" "*nothing to do: on 'main' all pins are right" 'there is nothing'

# -- merged, and the branch stays
event 8 "$(tag 5)"
ok 'another' bump
curl -fsS -o /dev/null -X PUT -H "Authorization: Bearer $GITHUB_SECRET" -d '{}' "$GITHUB/repos/o/r/pulls/2/merge"
event 9 "$(tag 6)"
exits 0 'F8: the branch of a merged pull request is in the way' bump
is "$(open_pulls) $(branch_file apps/b/b.yaml)" "[3] image: ghcr.io/o/b:$(tag 1)" 'it is taken over'
curl -fsS -o /dev/null -X PUT -H "Authorization: Bearer $GITHUB_SECRET" -d '{}' "$GITHUB/repos/o/r/pulls/3/merge"
exits 0 'F7: the last one was merged' bump
is "$(tip)" none 'its branch goes'
event 8 "$(tag 5)"
exits 0 'F21: an old event after a merge' bump
like "$tap_out" 'nothing to do: event 9, which is newer, was applied' 'is not applied'
is "$(git ls-remote "$BARE" | wc -l)" 2 'F7: HEAD and main are all that is there'
git pull -q origin main

# -- superseded
git push -q origin main:refs/heads/x && git checkout -q -b old && git commit -q --allow-empty -m old && git push -q origin old:bump/old old:other/old && git checkout -q main
for branch in bump/old other/old; do
	curl -fsS -o /dev/null -H "Authorization: Bearer $GITHUB_SECRET" -d "{\"title\": \"t\", \"head\": \"$branch\", \"base\": \"main\"}" "$GITHUB/repos/o/r/pulls"
done
event 10 "$(tag 7)"
exits 0 'F6: those of another bumper' bump --close-superseded 'bump/*'
is "$(open_pulls) $(github_state '.pulls[3].comments_list[0].body')" '[5,6] "<!-- lockstep:superseded -->\nSuperseded by #6.\n"' 'are closed, and no others'

# -- permissions
event 11 "$(tag 8)"
curl -fsS -o /dev/null -X PATCH -H "Authorization: Bearer $GITHUB_SECRET" -d '{"state": "closed"}' "$GITHUB/repos/o/r/pulls/6"
git push -q origin ":$BRANCH"
denial='{"match": "POST /repos/o/r/pulls", "times": 9, "status": 403, "body": "{\"message\": \"GitHub Actions is not permitted to create or approve pull requests.\"}"}'
github_faults "[$denial]"
exits 3 'F9: not permitted to open pull requests' bump
like "$tap_out" "*pull requests may not be opened on o/r: status 403: GitHub Actions is not permitted*tick 'Allow GitHub Actions to create and approve pull requests'*" 'says what to tick'
is "$(tip)" none 'and leaves no branch'
github_faults "[$denial]"
GITHUB_ACTIONS=true exits 3 'F9: in a job of Actions' bump
like "$tap_out" '*GITHUB_TOKEN starts no workflows*' 'F26: says what that token does not do'
is "$(grep -c '"head": "main"' "$gitops_dir/github/log")" 1 'it was asked for before anything was pushed'
github_faults '[]'
GITHUB_TOKEN=ghp_reads0only exits 3 'a token that may only read' bump
is "$(tip)" none 'leaves nothing either'
GITHUB_TOKEN='' exits 2 'no token' bump
GITHUB_TOKEN='' exits 0 'needs none without a pull request' bump --no-pr --base main
like "$tap_out" '*pushed branch lockstep/bump/agents' 'a branch'
ok 'which is taken up' bump

# -- faults of the API
event 12 "$(tag 9)"
github_faults '[{"match": "GET /repos/o/r/pulls", "status": 403, "headers": {"Retry-After": "1"}}, {"match": "PATCH /repos/o/r/pulls/.*", "status": 502}]'
exits 0 'a rate limit and a 502' bump
is "$(github_state '.pulls[6].title')" '"chore(agents): bump 1 image to 999999999999"' 'are waited out'
event 13 "$(tag a)"
github_faults '[{"match": "GET /repos/o/r/pulls", "status": 429, "headers": {"Retry-After": "3600"}}]'
exits 75 'a long rate limit' bump
like "$tap_out" '*1 h 00 min*' 'says how long'
curl -fsS -o /dev/null -X PATCH -H "Authorization: Bearer $GITHUB_SECRET" -d '{"state": "closed"}' "$GITHUB/repos/o/r/pulls/7"
github_faults '[{"match": "POST /repos/o/r/pulls", "after": true, "status": 502}]'
exits 75 'a pull request that was opened, or was it' bump
exits 0 'once more' bump
is "$(open_pulls)" '[5,8]' 'there is one'
github_faults '[{"match": "POST /repos/o/r/issues/.*/labels", "status": 403, "echo": true}]'
exits 0 'a label that cannot be added' bump --label x
like "$tap_out" '*cannot add labels: status 403: Bad token Bearer \*\*\*; ignoring that*' 'is told, without the token'
github_stop
exits 75 'nobody answers' bump
github_start "$gitops_dir/github"

# -- usage
exits 2 'no group' "$LOCKSTEP" bump --image ghcr.io/o/a=1 --gate off --via push --api-url "$GITHUB"
exits 2 'an author that is none' bump --author x
exits 2 'another transport' bump --via pigeon
exits 2 'a base that is not there' bump --base nope
exits 2 'an address that names nothing' bump --repo-url https://github.com/x
like "$tap_out" "*'https://github.com/x' names no OWNER/NAME*" 'and says so'
exits 0 'by hand' "$LOCKSTEP" bump --image "ghcr.io/o/b=$two" --group hand --gate off --via push --api-url "$GITHUB" --author 'A B <a@example.org>'
is "$(git -C "$BARE" log -1 --format='%an <%ae> %s%n%(trailers)' lockstep/bump/hand)" "A B <a@example.org> chore(hand): bump 1 image to 222222222222
Lockstep-Event: by-hand" 'an author of ones own'

# -- given up: closed by a person, not merged
git fetch -q origin
by_hand() {
	"$LOCKSTEP" bump --image "ghcr.io/o/b=$1" --group given-up --gate off --via push --api-url "$GITHUB"
}
ok 'a pull request' by_hand "$two"
git fetch -q origin
git checkout -q -B mine origin/lockstep/bump/given-up
git commit -q --allow-empty -m 'by hand' && git push -q origin mine:lockstep/bump/given-up
git checkout -q main
exits 4 'with a commit of somebody' by_hand "$three"
like "$tap_out" '*merge or close its pull request*' 'says how to go on'
given_up=$(github_state '[.pulls[] | select(.state == "open" and (.title | contains("given-up"))).number][0]')
curl -fsS -o /dev/null -X PATCH -H "Authorization: Bearer $GITHUB_SECRET" -d '{"state": "closed"}' "$GITHUB/repos/o/r/pulls/$given_up"
exits 0 'it is closed' by_hand "$three"
is "$(github_state "[.pulls[] | select(.title | contains(\"given-up\")) | [.number == $given_up, .state]]")" '[[true,"closed"],[false,"open"]]' \
	'a closed one is never opened again: there is another one'
is "$(git -C "$BARE" log --format=%s main..lockstep/bump/given-up)" "chore(given-up): bump 1 image to $(echo "$three" | cut -c 1-12)" 'and the branch is ours'

# -- git over http, with the token
mkdir "$gitops_dir/bin"
real=$(command -v git)
printf '#!/bin/sh\necho "$@" >>"%s"\nexec "%s" "$@"\n' "$gitops_dir/argv" "$real" >"$gitops_dir/bin/git"
chmod +x "$gitops_dir/bin/git"
event 14 "$(tag b)"
PATH=$gitops_dir/bin:$PATH exits 0 'git asks for a login' bump --repo-url "$GITHUB/o/r.git" --no-pr --base main
is "$(branch_file apps/b/b.yaml)" "image: ghcr.io/o/b:$(tag 1)" 'and gets it'
like "$(grep push "$gitops_dir/argv")" "*push --quiet --porcelain --no-verify --force-with-lease=* -- $GITHUB/o/r.git *" 'it was asked to push'
is "$(grep -c -e "$GITHUB_SECRET" -e "$(printf 'x-access-token:%s' "$GITHUB_SECRET" | base64 -w 0)" "$gitops_dir/argv" || :)" 0 'the token is in no argument'
PATH=$gitops_dir/bin:$PATH GITHUB_TOKEN='' exits 0 'the token may stand in the address' bump --repo-url "$(echo "$GITHUB" | sed "s,//,//x-access-token:$GITHUB_SECRET@,")/o/r.git" --no-pr --base main
is "$(grep -c "$GITHUB_SECRET" "$gitops_dir/argv" || :)" 0 'it does not go into an argument either'
GITHUB_TOKEN=wrong exits 1 'a wrong one' bump --repo-url "$GITHUB/o/r.git" --no-pr --base main
like "$tap_out" "*git cannot read '*" 'is told'

# -- nothing of the token anywhere
is "$(grep -rl "$GITHUB_SECRET" "$gitops_dir" || :)" '' 'the token is in no file'
done_testing
