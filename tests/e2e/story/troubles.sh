# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154 # variables are shared with the files beside it
# troubles.sh: the acts in which something goes wrong, or is asked afterwards. Source it after acts.sh.

# refused WANT NAME PATTERN COMMAND...: lockstep says no, in these words, and nothing of it is published.
refused() {
	refused_want=$1
	refused_name=$2
	refused_pattern=$3
	shift 3
	refused_before=$(released)
	exits "$refused_want" "$refused_name" "$@"
	# shellcheck disable=SC2254 # a pattern
	like "$tap_out" "$refused_pattern" 'in these words'
	is "$(released)" "$refused_before" 'and nothing is published'
}

# ci_of FOLDER: lockstep ci of what a developer is about to push, on the machine that builds
ci_of() {
	(cd "$1" && LOCKSTEP_STATE=$PLAY/ci/state DISPATCH_PAT=$GITHUB_SECRET "$LOCKSTEP" ci)
}

act_6() {
	act 6 'The two gotchas'
	first_gotcha
	second_gotcha
	told 'both seen to fail in a pod that all probes call healthy, both refused before anything is published'
}

# As it happened: what the fused pod left on the volume is started by kali, and is quicker than vk-local.
first_gotcha() {
	says 'The race for port 8081, as it happened:'
	gotcha=$PLAY/old/frank/apps/secure-agent-pod/manifests/deployment.yaml
	sed -i '/^          env:$/d; /name: PORT, value: "18081"/d; /name: HOST, value: "127.0.0.1"/d
		s/^\( *\)- { name: PORT, value: "8081" }/          env:\n&\n\1- { name: VK_COLD_START, value: "3" }/' "$gotcha"
	cluster_sync "$PLAY/old/frank" old-
	is "$REPLACED" old-secure-agent-pod 'without its two lines the old pod is started'
	for _ in $(seq 60); do
		[ "$(restarts old-secure-agent-pod vk-local)" -lt 2 ] || break
		sleep 1
	done
	gotcha_restarts=$(restarts old-secure-agent-pod vk-local)
	is "$([ "$gotcha_restarts" -ge 2 ] && echo many)" many 'vk-local is started again and again'
	gotcha_log=$(cluster logs "$(container old-secure-agent-pod vk-local)" 2>&1 | grep -m 1 EADDRINUSE)
	like "$gotcha_log" '*EADDRINUSE*8081*' 'since the port is taken'
	page_has "$OLD_PORT" '*<h2>To do</h2>*' 'the page in the browser is that of the server on the volume'
	shown 'kubectl get pod   # vk-local' "$gotcha_restarts restarts: $gotcha_log"
	ok 'and yet its probe is content' ready old-secure-agent-pod vk-local
	git -C "$PLAY/old/frank" checkout -q -- apps
	cluster_sync "$PLAY/old/frank" old-
	ok 'with them it is well' ready old-secure-agent-pod vk-local

	# Written down, it is a conflict that can be read; not written down, it shows when the pod is played.
	cp -R "$PLAY/work/frank" "$PLAY/frank-race"
	sed -i 's/value: "18081"/value: "8081"/' "$PLAY/frank-race/apps/secure-agent-pod/manifests/deployment.yaml"
	refused 4 'a manifest with two on one port is refused in the GitOps repository' \
		"*ports: 'vk-local' (containerPort) claims port 8081/TCP, and so does 'kali' (PORT) in *" \
		"$LOCKSTEP" verify "$PLAY/frank-race/apps"
	shown 'lockstep verify apps' "$(printf '%s\n' "$tap_out" | sed "s,$PLAY/frank-race/,,g" | head -n 1)"
	git clone -q "$PLAY/github/git/derio-net/agent-images.git" "$PLAY/images-race"
	cd "$PLAY/images-race" || return
	sed -i '/name: PORT/d; /name: HOST/d; s/^          env:$//' pod.yaml
	sed -i "s|^      containers:\$|      initContainers:\\
        - name: relic\\
          image: $REG_HOST/derio-net/vk-local:latest\\
          command: [ sh, -c, \"mkdir -p ~/.local/bin \\&\\& cp /usr/local/bin/vibe-kanban ~/.local/bin\" ]\\
          volumeMounts: [ { name: agent-home, mountPath: /home/claude } ]\\
          securityContext: { runAsUser: 1000, runAsGroup: 1000 }\\
&|; s|^        - name: vk-local\$|&\\
          env: [ { name: VK_COLD_START, value: \"3\" } ]|" pod.yaml
	git commit -q -a -m 'pod: kali needs no port'
	refused 1 'what nobody has written down is refused when the pod is played' \
		"*the container 'vk-local' ended with exit status *EADDRINUSE*" ci_of "$PLAY/images-race"
	shown 'lockstep ci' "$(printf '%s\n' "$tap_out" | grep EADDRINUSE | head -n 1)"
}

second_gotcha() {
	says 'The page that was never built, as it happened:'
	sed -i '/^COPY --from=fe-builder/d' "$PLAY/work/vibe-kanban/crates/server/Dockerfile"
	push vibe-kanban 'server: fewer lines'
	gotcha_before=$(released)
	fork_ci '2: ' 'a fork that forgets its page is refused'
	like "$(cat "$SAID")" "*guard of image 'vibe-kanban-build': nothing in 'crates/server/Dockerfile' matches*" 'by its guard, before the build'
	is "$(released) $(pull_request)" "$gotcha_before " 'and nothing is published'
	gotcha_said=$(grep -m 1 'guard of image' "$SAID")
	row 'fork: forgets its page' ours '0 refused' "$(jq '.elapsed_ms // 0' "$REPORT" 2>/dev/null || echo 0)" 0 0
	old_push 'fork: forgets its page' fork
	is "$REPLACED" 'old-bastion old-secure-agent-pod' 'the old way all is green, and it is shipped'
	ok 'the probe is content' ready old-secure-agent-pod vk-local
	is "$(http_status "$OLD_PORT" /api/health)" 200 '/api/health as well'
	page_has "$OLD_PORT" '*Please build @vibe/local-web first*' 'and the page in the browser is a placeholder'
	shown 'curl -o /dev/null -w %{http_code} http://vk/api/health' 200
	shown 'chromium --headless --dump-dom http://vk/' "$(text)"
	says 'and with lockstep:'
	shown 'lockstep ci' "${gotcha_said##*::}"
	page_has "$VK_PORT" '*<h1>Vibe Kanban</h1>*' 'the pod still has the real page'

	# Without the guard: by the check of the finished image.
	git clone -q "$PLAY/github/git/derio-net/agent-images.git" "$PLAY/images-unguarded"
	cd "$PLAY/images-unguarded" || return
	sed -i '/^    guards:/,/^    checks:/{/^    checks:/!d}' lockstep.yaml
	git commit -q -a -m 'no guards'
	refused 1 'without the guard it is built, and refused' \
		"*check failed: file /server: *holds 'Please build @vibe/local-web first'*vk-local skipped: 'vibe-kanban-build' failed*" \
		ci_of "$PLAY/images-unguarded"
	shown 'lockstep ci   # without the guard' "$(printf '%s\n' "$tap_out" | grep -m 1 'check failed' | sed 's/^ *//')"

	git -C "$PLAY/work/vibe-kanban" revert --no-edit HEAD >"$PLAY/log/revert" 2>&1
	git -C "$PLAY/work/vibe-kanban" push -q origin main
	PUSHED=$(git -C "$PLAY/work/vibe-kanban" rev-parse HEAD)
	fork_ci '0: ' 'the fork takes it back: nothing is left to do'
	is "$(released)" "$gotcha_before" 'since all of it is there'
	ours 'fork: takes it back'
	old_push 'fork: takes it back' fork
}

act_7() {
	act 7 "Kali's packages break"
	kali_pin=$(grep secure-agent-kali: "$PLAY/work/frank/apps/bastion/manifests/deployment.yaml")
	bastion_since=$(started bastion kali)
	archive_has 2026.2 'nmap (>= 99)'
	sed -i 's/^    logrotate \\$/    iputils-ping \\\n&/' "$PLAY/work/agent-images/kali/Dockerfile"
	push agent-images 'kali: ping'
	sed -i "s/'Done'/'Shipped'/" "$PLAY/work/vibe-kanban/packages/local-web/src/board.jsx"
	push vibe-kanban 'local-web: shipped'
	fork_ci '1: vibe-kanban-build vk-local' 'kali cannot be built, vk-local is'
	is "$(jq -r '.images[] | select(.state == "degraded") | .image' "$REPORT")" secure-agent-kali 'kali is degraded, and stays as it was'
	one_event
	pins 'apps/dashboard/values.yaml vk-local
apps/secure-agent-pod/manifests/deployment.yaml vk-local' "with vk-local's pins"
	is "$(github_state '.events[-1].client_payload.source.degraded')" "[\"$REG_HOST/derio-net/secure-agent-kali\"]" 'the event says who stays behind'
	shown 'lockstep ci' "$(grep -E 'degraded:|secure-agent-kali  (failed|degraded)|unmet|Depends: nmap' "$SAID" | grep -v '^::' | head -n 4 | short)"
	merge
	is "$REPLACED" secure-agent-pod 'it ships'
	ours "kali's packages break"
	ok 'vk-local is ready' ready secure-agent-pod vk-local
	page_has "$VK_PORT" '*<h2>Shipped</h2>*' 'and is seen'
	is "$(started bastion kali)" "$bastion_since" 'the bastion goes on'
	is "$(grep secure-agent-kali: "$PLAY/work/frank/apps/bastion/manifests/deployment.yaml")" "$kali_pin" "kali's pin stays"
	old_push "kali's packages break" fork

	archive_has 2026.3 nmap
	image_ci '0: secure-agent-kali' 'the next day it heals: kali is built'
	jobs_end
	one_event
	pins 'apps/bastion/manifests/deployment.yaml secure-agent-kali
apps/secure-agent-pod/manifests/deployment.yaml secure-agent-kali' "with kali's pins"
	merge
	ours 'the next day'
	ok 'kali is ready' ready bastion kali
	is "$(in_pod bastion kali sh -c 'command -v ping; cat /usr/share/kali/top10')" "/usr/bin/ping
top10 2026.3" 'and has what is new'
	old_push 'the next day' images
	told 'soft: vk-local shipped on the day, kali on the next, and no pin ever named what was not there'
}

# other_machine COMMAND...: on one that has never seen anything, $OTHER
other_machine() {
	(cd "$OTHER/agent-images" && LOCKSTEP_STATE=$OTHER/state "$@")
}

act_8() {
	act 8 'Why, on another machine'
	OTHER=$PLAY/other
	git clone -q "$PLAY/github/git/derio-net/agent-images.git" "$OTHER/agent-images"
	for acted in vk-local secure-agent-kali; do
		# A run has its number on the machine that made it; elsewhere it is the commit's.
		is "$(other_machine "$LOCKSTEP" why $acted 2>&1 | tail -n +2)" "$(on_ci "$LOCKSTEP" why $acted 2>&1 | tail -n +2)" \
			"$acted: the same answer from the registry's records"
	done
	shown 'lockstep why vk-local   # a new clone, a new disk' "$(other_machine "$LOCKSTEP" why vk-local 2>&1 | short)"
	told 'the record of what an image was made from lies beside it in the registry'
}

# reproduce_start IMAGE: on a disk of its own; what it prints is in $PLAY/log/IMAGE.json
reproduce_start() {
	(
		cd "$OTHER/agent-images" &&
			LOCKSTEP_STATE=$OTHER/state-$1 exec "$LOCKSTEP" reproduce "$1" --json >"$PLAY/log/$1.json" 2>"$PLAY/log/$1.err"
	) &
	play_pids="$play_pids $!"
}

act_9() {
	act 9 'What CI built, built again on that machine'
	acted_before=$play_pids
	for acted in 'vk-local secure-agent-kali' 'vibe-kanban-build agent-base'; do
		for acted_one in $acted; do
			reproduce_start "$acted_one"
		done
		for acted_pid in ${play_pids#"$acted_before"}; do
			wait "$acted_pid" || :
		done
		play_pids=$acted_before
		for acted_one in $acted; do
			acted_is=$(jq -r .reproduced "$PLAY/log/$acted_one.json" || :)
			[ "$acted_is" = true ] || diag "$(cat "$PLAY/log/$acted_one.err")"
			is "$acted_is" true "$acted_one: the same image ID"
		done
	done
	told 'same inputs, same image IDs, without any cache'
}

act_10() {
	act 10 'A fourth image for the pods: python-sandbox'
	cp -R "$PLAY/work/python-sandbox" "$PLAY/work/frank/apps/python-sandbox"
	push frank 'python-sandbox: a pod that waits for its image'
	cp -R "$top_srcdir/graphs/agent-images/python-sandbox" "$PLAY/work/agent-images/python-sandbox"
	chmod -R u+w "$PLAY/work/agent-images/python-sandbox"
	named "$PLAY/work/agent-images/python-sandbox"
	sed -i 's/^pods:$/  python-sandbox:\n    context: python-sandbox\n&/' "$PLAY/work/agent-images/lockstep.yaml"
	push agent-images 'python-sandbox'
	is "$(git -C "$PLAY/work/agent-images" show --format= --numstat | cut -f 1,2,3 | tr '\t' ' ' | sed 's/^[0-9]* 0 python/N 0 python/')" \
		'2 0 lockstep.yaml
N 0 python-sandbox/Dockerfile' 'one Dockerfile, one entry'
	shown 'git show --stat' "$(git -C "$PLAY/work/agent-images" show --format=%s --stat | grep -v '^$')"
	image_ci '0: python-sandbox' 'it is built, and nothing else'
	jobs_end
	one_event
	pins 'apps/python-sandbox/manifests/deployment.yaml python-sandbox' 'the bumper has caught up'
	cp -R "$PLAY/work/python-sandbox" "$PLAY/old/frank/apps/python-sandbox"
	old_manifests
	merge
	is "$REPLACED" python-sandbox 'its pod starts, the others go on'
	ours 'python-sandbox'
	is "$(in_pod python-sandbox python python3 -c 'import numpy, pandas; print(pandas.Series([1, 2]).sum())')" 3 'and works'
	old_push 'python-sandbox' images
	told 'a Dockerfile, an entry, a push'
}

act_11() {
	act 11 'The same day with the matrix and sed, on the same machine'
	day_table | while IFS= read -r acted; do
		says "$acted"
	done
	says "(s: seconds; lockstep's with its checks and pods; the matrix's without any, and with all layers of the day before"
	says "on its disk, which hosted runners have to fetch from a cache first. Builds that failed count.)"
	is "$(($(sum ours 3) < $(sum old 3))) $(($(sum ours 5) < $(sum old 5))) $(($(sum ours 6) < $(sum old 6)))" '1 1 1' \
		'fewer builds, fewer pins, fewer pods restarted'
	if [ -n "$PRISM" ]; then
		is "$(contract_against)" '' "GitHub's own description of its API has nothing against any request of the day"
	fi
	told "$(sum ours 3) builds in place of $(sum old 3), $(sum ours 5) pins of $(sum old 5), $(sum ours 6) pods restarted of $(sum old 6)"
}
