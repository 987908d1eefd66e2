#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# chain-kill.sh: from a commit to a pull request, with one process or the whole machine killed at a random moment; run
# again, it always comes to the same.
#
# CHAIN_KILLS: so many rounds (as many as fit in CHAIN_SECONDS, 240). CHAIN_SEED: the first round's seed, printed with
# each. A round changes some images, picks a part of the chain (ci; dispatch, where ci leaves the delivery to it; the job
# of the receiver) and kills there; then the chain runs as if nobody knew. What has to come out is worked out by this
# script from what it changed, and never from what lockstep says.
set -eu
# shellcheck source=tests/lib/tap.sh
. "${top_srcdir:?}/tests/lib/tap.sh"
# shellcheck source=tests/lib/chain.sh
. "$top_srcdir/tests/lib/chain.sh"
# shellcheck disable=SC2119 # no more tools
chain_open
IMAGES='agent-base vibe-kanban-build secure-agent-kali vk-local python-sandbox'
declare -A digest tag seen affects at
affects[agent-base]='agent-base secure-agent-kali vk-local python-sandbox'
affects[vibe-kanban-build]='vibe-kanban-build vk-local'
affects[nothing]=''
for i in secure-agent-kali vk-local python-sandbox; do
	affects[$i]=$i
done

# --- the graph of graphs/agent-images, with little in the images
for i in $IMAGES; do
	mkdir "$i"
	echo 0 >"$i/content"
	at[$i]=0
done
cp "$(command -v busybox)" agent-base/busybox
printf 'FROM scratch\nCOPY busybox /bin/busybox\nCOPY content /base\n' >agent-base/Dockerfile
printf 'FROM scratch\nCOPY content /server\n' >vibe-kanban-build/Dockerfile
for i in secure-agent-kali vk-local python-sandbox; do
	# shellcheck disable=SC2016 # the Dockerfile expands it
	printf 'ARG AGENT_BASE_SHA=latest\nFROM %s/agent-base:${AGENT_BASE_SHA}\nCOPY content /%s\n' "$NAMES" $i >$i/Dockerfile
done
echo "COPY --from=$NAMES/vibe-kanban-build:x /server /usr/local/bin/vibe-kanban" >>vk-local/Dockerfile
{
	printf 'version: 1\nregistry: %s\nimages:\n' "$NAMES"
	for i in $IMAGES; do
		echo "  $i: { context: $i, soft: $([ "$i" = secure-agent-kali ] && echo true || echo false) }"
	done
	chain_events
} >lockstep.yaml

# --- the GitOps repository: pins of several forms; ruled by $tag and $digest
manifests() {
	mkdir -p apps/agents apps/sandbox
	cat >apps/agents/deployment.yaml <<-YAML
		apiVersion: apps/v1
		kind: Deployment
		metadata: { name: agent-pod }
		spec:
		  template:
		    spec:
		      initContainers:
		        - { name: home, image: "$NAMES/agent-base@${digest[agent-base]}" }
		      containers:
		        - name: kali # the shell
		          image: $NAMES/secure-agent-kali:${tag[secure-agent-kali]}
		        - name: vk-local
		          image: $NAMES/vk-local:${tag[vk-local]}@${digest[vk-local]}
	YAML
	printf 'image:\n  repository: %s/python-sandbox\n  tag: "%s" # of the chart\n' "$NAMES" "${tag[python-sandbox]}" >apps/sandbox/values.yaml
	echo "Runs $NAMES/vk-local:0." >apps/README.md
}
zeros=$(printf '%064d' 0)
for i in $IMAGES; do
	digest[$i]=sha256:$zeros
	tag[$i]=${zeros:0:40}
done
chain_gitops manifests
via=graphql

# other_way: the receiver of the other page of docs/; the base moves, but no pin.
other_way() {
	case $via in
	graphql) via=push page=events.md ;;
	push) via=graphql page=pullrequest.md ;;
	esac
	chain_clone
	(
		cd "$PLAY/gitops"
		workflow_of_docs "$page" >.github/workflows/bump.yml
		git commit -qam "by $via" && git push -q
	)
}

# --- the parts of the chain; each is killed in turn. Their output goes to $OUT.
run_ci() { exec "$LOCKSTEP" ci --deliver-timeout 20 "$@"; }
run_dispatch() { exec "$LOCKSTEP" dispatch --from-registry --deliver-timeout 20; }
run_job() { actions_exec; }

# again PART [ARG...]: until it ends well, three times at most.
again() {
	for turn in 1 2 3; do
		status=0
		("run_$1" "${@:2}") >"$OUT" 2>&1 || status=$?
		[ $status != 0 ] || return 0
		diag "$1 again, turn $turn: status $status: $(tail -n 2 "$OUT")"
		[ $turn = 3 ] || [ "$1" = job ] || ci_runner
		sleep 0.2
	done
	cat "$OUT" >>"$PLAY/wrong"
	return 1
}

# session: pids of the part that is run.
session() { pgrep -s "$part_pid" || :; }

# killed VICTIM MS PART [ARG...]: the part loses a process (any: one of them at random) or all of them after so long.
killed() {
	export -f "run_$3" actions_exec
	export actions_dir actions_api github_dir GITHUB GITHUB_SECRET
	# shellcheck disable=SC2016 # the other bash expands it
	setsid bash -c 'part=$1; shift; "run_$part" "$@"' _ "${@:3}" >"$OUT" 2>&1 &
	part_pid=$!
	sleep "$(($2 / 1000)).$(printf %03d $(($2 % 1000)))"
	pids=$(session)
	case $1 in
	machine) victim='the machine' ;;
	first) pids=$(echo "$pids" | grep -x "$part_pid" || :) victim=$3 ;;
	any) pids=$(echo "$pids" | sed -n "$((RANDOM % ($(echo "$pids" | wc -l)) + 1))p") victim=$(cat "/proc/$pids/comm" 2>/dev/null || echo nobody) ;;
	esac
	# shellcheck disable=SC2086 # a list
	[ -z "$pids" ] || kill -KILL $pids 2>/dev/null || :
	wait "$part_pid" 2>/dev/null || :
	# Who lost one process tells of it, and ends; of a receiver's job the rest may go on beside the next one.
	[ "$1$3" != firstjob ] || [ $((RANDOM % 2)) = 0 ] || return 0
	for _ in $(seq 600); do
		[ -n "$(session)" ] || return 0
		sleep 0.05
	done
	echo "processes $(session) do not end" >>"$PLAY/wrong"
}

# expect NAME GOT WANT: notes what is wrong.
expect() {
	[ "$2" = "$3" ] || printf '%s: got:\n%s\nwanted:\n%s\n' "$1" "$2" "$3" >>"$PLAY/wrong"
}

merged=
is_open() { [ "$(chain_pulls)" != '[]' ]; }

# What GitHub and the GitOps repository have to hold. $changed: images with another digest in this round.
check() {
	commit=$(git rev-parse HEAD)
	for i in $IMAGES; do
		now=$(ci_digest "$i" latest)
		expect "$i at the commit" "$(ci_digest "$i" "$commit")" "$now"
		case " $changed " in
		*" $i "*)
			[ "$now" != "${digest[$i]}" ] || expect "$i" unchanged changed
			tag[$i]=$commit
			;;
		*) expect "$i stays" "$now" "${digest[$i]}" ;;
		esac
		# The same files give the same image, whoever died while it was built.
		key="$i $(for k in $IMAGES; do case " ${affects[$k]} " in *" $i "*) echo "${at[$k]}" ;; esac; done | tr '\n' ' ')"
		expect "the image of $key" "$now" "${seen[$key]:=$now}"
		digest[$i]=$now
	done
	rm -rf "$PLAY/wanted"
	mkdir "$PLAY/wanted"
	(cd "$PLAY/wanted" && manifests)
	expect 'events of this commit' "$(chain_told "[.[] | select(.agent_images_sha == \"$commit\").id] | unique | length")" \
		"$([ -z "$changed" ] && echo 0 || echo 1)"
	for file in apps/agents/deployment.yaml apps/sandbox/values.yaml apps/README.md; do
		expect "$file" "$(chain_file $file "$(is_open && echo "$BRANCH" || echo main)")" "$(cat "$PLAY/wanted/$file")"
	done
	if is_open; then
		expect 'commits' "$(git -C "$BARE" rev-list --count "main..$BRANCH")" 1
	fi
	# Nobody has looked since it was merged.
	[ -z "$changed" ] || merged=
	expect 'branches' "$(git -C "$BARE" for-each-ref --format='%(refname:lstrip=2)' refs/heads | tr '\n' ' ')" \
		"$({ is_open || [ -n "$merged" ]; } && echo "$BRANCH ")main "
	[ "$(chain_pulls | jq length)" -le 1 ] || expect 'pull requests' "$(chain_pulls)" 'one at most'
}

# change: what this round's commit holds. Back to an older content is a change, too.
change() {
	# shellcheck disable=SC2086 # a list
	set -- nothing $IMAGES $IMAGES
	shift $((RANDOM % $#))
	what=$1
	changed=${affects[$what]}
	if [ "$what" != nothing ]; then
		new=$((RANDOM % 6))
		[ $new != "${at[$what]}" ] || new=$((new + 1))
		at[$what]=$new
		echo $new >"$what/content"
	fi
	ci_commit "$what"
}

# --- once, undisturbed: how long it takes is how far a kill can come
took_of() {
	began=$(date +%s%3N)
	"$@"
	took=$(($(date +%s%3N) - began))
}
: >"$PLAY/wrong"
ci_commit one
changed=$IMAGES
ci_runner
again ci
took_of again job
declare -A took_job=([graphql]=$took)
check
is "$(cat "$PLAY/wrong")" '' 'undisturbed: from a commit to a pull request'
[ ! -s "$PLAY/wrong" ] || { done_testing && exit 0 || exit 1; }
echo 9 >vk-local/content
at[vk-local]=9
changed=vk-local
ci_commit two
ci_runner
took_of again ci --no-dispatch
took_ci=$took
took_of again dispatch
took_dispatch=$took
other_way
took_of again job
took_job[push]=$took
check
is "$(cat "$PLAY/wrong")" '' 'undisturbed: another one'
diag "ci takes $took_ci ms, dispatch $took_dispatch ms, a job ${took_job[push]} ms, by GraphQL ${took_job[graphql]} ms"

# --- killed
seed=${CHAIN_SEED:-$(date +%s)}
until_s=$(($(date +%s) + ${CHAIN_SECONDS:-240}))
round=0
bad=0
while if [ -n "${CHAIN_KILLS-}" ]; then [ $round -lt "$CHAIN_KILLS" ]; else [ "$(date +%s)" -lt $until_s ]; fi; do
	round=$((round + 1))
	RANDOM=$((seed + round))
	: >"$PLAY/wrong"
	if is_open && [ $((RANDOM % 3)) = 0 ]; then
		chain_merge
		chain_clone
		status=0
		"$LOCKSTEP" verify "$PLAY/gitops/apps" --registry >"$OUT" 2>&1 || status=$?
		[ $status = 0 ] || expect verify "$status: $(cat "$OUT")" 0
		merged=yes
	fi
	if [ $via != push ] || [ $((RANDOM % 8)) = 0 ]; then
		other_way
	fi
	change
	set -- ci ci ci dispatch job job
	shift $((RANDOM % 6))
	part=$1
	set -- machine machine first any any
	shift $((RANDOM % 5))
	deliver=
	[ $((RANDOM % 2)) = 0 ] || [ "$part" = dispatch ] && deliver=--no-dispatch
	ms=$((RANDOM * 32768 + RANDOM))
	ci_runner
	# What this round is made of, up to the place of the kill.
	case $part in
	ci) killed "$1" $((ms % took_ci)) ci $deliver ;;
	dispatch)
		again ci $deliver
		killed "$1" $((ms % took_dispatch)) dispatch
		;;
	job)
		again ci
		killed "$1" $((ms % took_job[$via])) job
		;;
	esac
	open_then=$(chain_pulls)
	[ "$(echo "$open_then" | jq length)" -le 1 ] || expect 'pull requests after the kill' "$open_then" 'one at most'
	# The machine comes back, or another one takes over.
	[ $((RANDOM % 2)) = 0 ] || ci_runner
	again ci $deliver || :
	[ -z "$deliver" ] || again dispatch || :
	again job || :
	for _ in $(seq 200); do
		[ -n "$(session)" ] || break
		sleep 0.1
	done
	check
	told="seed $((seed + round)): '$what', by $via, $part loses $victim"
	if [ -s "$PLAY/wrong" ]; then
		bad=$((bad + 1))
		fail "round $round, $told" "$(cat "$PLAY/wrong")"
	else
		diag "round $round, $told"
	fi
done
is "$bad" 0 "$round kills: the same in the end, and never more than one pull request"
[ "$API" = "$GITHUB" ] || is "$(contract_against)" '' 'the description of the API has nothing against any request'
is "$(grep -rl "$GITHUB_SECRET" "$PLAY" --exclude-dir=contract || :)" '' 'the token is in no file'
done_testing
