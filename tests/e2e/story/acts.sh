# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154 # variables are shared with the files beside it
# acts.sh: the story, act by act; each goes on where the one before ended. Source it after play.sh and old.sh.

# fused_build COMMIT: the image of old, built and pushed
fused_build() {
	rm -rf "$PLAY/fused"
	cp -R "$top_srcdir/tests/e2e/story/fused" "$PLAY/fused"
	cp -R "$PLAY/work/agent-images/base" "$PLAY/work/agent-images/kali" "$PLAY/fused/"
	cp -R "$PLAY/work/vibe-kanban" "$PLAY/fused/vibe-kanban"
	chmod -R u+w "$PLAY/fused"
	named "$PLAY/fused"
	sed -i "s/:0\{40\}/:$1/" "$PLAY/fused/deployment.yaml"
	fused_started=$(date +%s)
	ok 'the fused image is built' buildah bud -q --layers --force-rm -t "$REG_HOST/derio-net/secure-agent-pod:$1" "$PLAY/fused"
	ok 'and pushed' buildah push -q "$REG_HOST/derio-net/secure-agent-pod:$1"
	FUSED_TOOK=$(($(date +%s) - fused_started))
}

act_1() {
	act 1 'The fused pod of old: everything in one image'
	fused_build "$PUSHED_FORK"
	fused_cold=$FUSED_TOOK
	cp "$PLAY/fused/deployment.yaml" "$PLAY/fused.yaml"
	cluster_play "$PLAY/fused.yaml"
	ok 'the fused pod is healthy' ready fused kali
	page_has "$VK_PORT" '*<h1>Vibe Kanban</h1>*In review*' 'its page is there'
	fused_since=$(started fused kali)

	sed -i "s/'In review'/'Review'/" "$PLAY/work/vibe-kanban/packages/local-web/src/board.jsx"
	push vibe-kanban 'local-web: say Review'
	PUSHED_FORK=$PUSHED
	fused_build "$PUSHED_FORK"
	cluster_down "$PLAY/fused.yaml"
	cp "$PLAY/fused/deployment.yaml" "$PLAY/fused.yaml"
	cluster_play "$PLAY/fused.yaml"
	ok 'it is healthy again' ready fused kali
	page_has "$VK_PORT" '*<h1>Vibe Kanban</h1>*<h2>Review</h2>*' 'the fix is there'
	is "$([ "$(started fused kali)" != "$fused_since" ] && echo new)" new 'in a new container: whoever was logged in is not any more'
	ok 'the old server stays behind on the volume' in_pod fused kali test -x /home/claude/.local/bin/vibe-kanban
	cluster_down "$PLAY/fused.yaml"
	told "one word of the page: the server and Kali's tools built again in $FUSED_TOOK s, the whole image where no cache is warm ($fused_cold s), and every ssh session gone"
}

act_2() {
	act 2 'The split: four images, two containers, one volume'
	image_ci '0: agent-base secure-agent-kali vibe-kanban-build vk-local' 'lockstep ci builds the four images'
	shown 'lockstep ci' "$(grep -E '(building|built|passed)|^(released|event)' "$SAID" | short)"
	jobs_end
	one_event
	pins_of_act='apps/bastion/manifests/deployment.yaml secure-agent-kali
apps/dashboard/values.yaml vk-local
apps/secure-agent-pod/manifests/deployment.yaml secure-agent-kali
apps/secure-agent-pod/manifests/deployment.yaml vk-local'
	pins "$pins_of_act" 'with all pins'
	merge
	is "$REPLACED" 'bastion secure-agent-pod' 'merged, both pods start'
	ours 'the split'
	ok 'vk-local is ready' ready secure-agent-pod vk-local
	ok 'kali is ready' ready secure-agent-pod kali
	ok 'the bastion is ready' ready bastion kali
	verification
	old_push 'the split' fork
	told 'the pod is made of the images as released, and says so itself'
}

# pins WANT NAME: what the open pull request moves, and no more
pins() {
	is "$(pins_moved)" "$1" "$2"
	PINS=$(printf '%s\n' "$1" | grep -c .)
	is "$(git -C "$FRANK" diff --numstat main lockstep/bump/agent-images | awk '{ n += $1 } END { print n }')" "$PINS" 'a line each'
}

# The account's own questions to the pod.
verification() {
	for verified in agent-images frank vibe-kanban; do
		git -C "$PLAY/work/$verified" bundle create -q "$PLAY/bundle" HEAD main
		# shellcheck disable=SC2016 # in the container
		ok "kali clones $verified" in_pod secure-agent-pod kali sh -c \
			'cat >/tmp/b && git clone -q -b main /tmp/b "repos/$0"' "$verified" <"$PLAY/bundle"
	done
	verified=$(images_of_pod secure-agent-pod)
	verified_commit=$(git -C "$CI" rev-parse HEAD)
	is "$verified" "kali=$REG_HOST/derio-net/secure-agent-kali:$verified_commit
vk-local=$REG_HOST/derio-net/vk-local:$verified_commit" 'the pod has the images of that commit'
	shown 'kubectl get pod -o jsonpath={container}={image}' "${verified//$REG_HOST/ghcr.io}"
	for verified in secure-agent-kali:kali vk-local:vk-local; do
		is "$(cluster inspect --format '{{.ImageDigest}}' "$(container secure-agent-pod "${verified#*:}")")" \
			"$(tag_digest "${verified%:*}" latest)" "${verified#*:} is what was released, by its digest"
	done
	verified=$(in_pod secure-agent-pod kali sh -c 'command -v vibe-kanban || echo VK GONE')
	is "$verified" 'VK GONE' 'kali has no vibe-kanban any more'
	shown 'kubectl exec -c kali -- command -v vibe-kanban || echo VK GONE' "$verified"
	verified=$(in_pod secure-agent-pod kali ls /home/claude/repos)
	is "$verified" 'agent-images
frank
vibe-kanban' 'kali has the repositories'
	is "$(in_pod secure-agent-pod vk-local ls /home/claude/repos)" "$verified" 'and vk-local has the same'
	shown 'kubectl exec -c kali -- ls /home/claude/repos   # and the same in vk-local' "$verified"
	verified=$(http_status "$VK_PORT" /api/health)
	is "$verified" 200 '/api/health'
	shown 'curl -o /dev/null -w %{http_code} http://vk/api/health' "$verified"
	page_has "$VK_PORT" '*<h1>Vibe Kanban</h1>*<article>agent-images</article><article>frank</article>*' \
		'the page in the browser is the real one, with these repositories'
	shown 'chromium --headless --dump-dom http://vk/' "$(text)"
}

act_3() {
	act 3 'A push to the fork'
	bastion_since=$(started bastion kali)
	kali_since=$(started secure-agent-pod kali)
	sed -i "s/'To do'/'Backlog'/" "$PLAY/work/vibe-kanban/packages/local-web/src/board.jsx"
	push vibe-kanban 'local-web: call it a backlog'
	fork_ci '0: vibe-kanban-build vk-local' 'the artifact and vk-local are built, and nothing else'
	one_event
	pins 'apps/dashboard/values.yaml vk-local
apps/secure-agent-pod/manifests/deployment.yaml vk-local' "with vk-local's pins"
	shown 'git diff main lockstep/bump/agent-images' \
		"$(git -C "$FRANK" diff -U0 main lockstep/bump/agent-images | grep -E '^([+]{3}|[-+] )' | short)"
	merge
	is "$REPLACED" secure-agent-pod 'merged, the pod is replaced'
	ours 'fork: the page'
	ok 'vk-local is ready' ready secure-agent-pod vk-local
	is "$([ "$(started secure-agent-pod kali)" != "$kali_since" ] && echo new)" new 'as a Deployment replaces it, whole'
	is "$(started bastion kali)" "$bastion_since" 'the bastion, which has kali alone, is the same container since the same time'
	page_has "$VK_PORT" '*<h2>Backlog</h2><article>agent-images</article>*' 'the page is new, the volume is as it was'
	acted=$(on_ci "$LOCKSTEP" why vk-local 2>&1)
	like "$acted" '*because parent vibe-kanban-build has a new image*
    because packages/local-web/src/board.jsx changed*' 'and why, through the artifact'
	shown 'lockstep why vk-local' "$(echo "$acted" | short)"
	old_push 'fork: the page' fork
	told '2 of 4 images built, 2 of 4 pins moved, and whoever is logged in at the bastion has noticed nothing'
}

act_4() {
	act 4 'A push to base'
	# shellcheck disable=SC2016 # in the container
	printf '#!/bin/sh\n# A place for what must not fill the volume.\nset -eu\nmkdir -p "/tmp/$(id -un)"\n' \
		>"$PLAY/work/agent-images/base/opt/agent-init.d/03-scratch"
	chmod +x "$PLAY/work/agent-images/base/opt/agent-init.d/03-scratch"
	push agent-images 'base: a scratch folder'
	image_ci '0: agent-base secure-agent-kali vk-local' 'base and all that stand on it are built'
	jobs_end
	one_event
	pins "$pins_of_act" 'with all pins together'
	shown 'lockstep ci' "$(grep -E '  built  |^released|^event' "$SAID" | short)"
	shown 'git diff --stat main lockstep/bump/agent-images' "$(git -C "$FRANK" diff --stat main lockstep/bump/agent-images)"
	merge
	is "$REPLACED" 'bastion secure-agent-pod' 'merged, both pods are replaced'
	ours 'base: a start script'
	ok 'vk-local is ready' ready secure-agent-pod vk-local
	ok 'kali has what is new' in_pod secure-agent-pod kali test -d /tmp/claude
	ok 'and so has the bastion' in_pod bastion kali test -d /tmp/claude
	old_push 'base: a start script' images
	told 'all that stand on it, in one event and one pull request'
}

act_5() {
	act 5 'A push to the documentation'
	acted=$(released)
	echo 'Nobody copies this.' >"$PLAY/work/agent-images/kali/docs/x.md"
	push agent-images 'kali: a word on operations'
	image_ci '0: ' 'nothing is built'
	jobs_end
	is "$(released)" "$acted" 'nothing is released, nobody is told'
	ours 'docs'
	acted=$(on_ci "$LOCKSTEP" why secure-agent-kali kali/docs/x.md 2>&1)
	is "$acted" 'kali/docs/x.md is no input: no COPY, ADD or bind mount of a reached stage matches it' 'and why not'
	shown 'lockstep why secure-agent-kali kali/docs/x.md' "$acted"
	old_push 'docs' images
	told "nothing to do, said in $(jq .elapsed_ms "$REPORT") ms"
}
