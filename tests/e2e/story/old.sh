# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154 # variables are shared with the files beside it
# old.sh: the same day as it was before: a matrix that builds every image for every push, with the layer cache that it
# had, and `sed` that moves every pin to the commit that was pushed. Plain buildah, a registry path, a GitOps repository and pods of its own.
#
#   old_push NAME fork|images   what a push to the fork, or to agent-images, sets off
#   ours NAME                   what it was with lockstep: after image_ci or fork_ci, and merge
OLD_PORT=

old_open() {
	OLD_PORT=$(free_port)
	mkdir -p "$PLAY/old"
	for old_name in vibe-kanban agent-images; do
		git clone -q "$PLAY/github/git/derio-net/$old_name.git" "$PLAY/old/$old_name"
	done
	cp -R "$PLAY/work/frank" "$PLAY/old/frank"
	: >"$PLAY/day"
	old_manifests
}

# The same manifests, under names that do not collide.
old_manifests() {
	sed -i -E "s,$REG_HOST/derio-net,$REG_HOST/old,; s/$VK_PORT/$OLD_PORT/
		s/^(metadata: \{ name: )(old-)?/\\1old-/; s/(app: )(secure-agent-pod|bastion|python-sandbox)/\\1old-\\2/g
		s/(claimName: )(old-)?/\\1old-/" "$PLAY"/old/frank/apps/*/manifests/*.yaml "$PLAY"/old/frank/apps/*/values.yaml
	git -C "$PLAY/old/frank" add -A
	git -C "$PLAY/old/frank" commit -q -m 'the same'
}

# old_build IMAGE TAG FOLDER [ARG...]
old_build() {
	old_image=$REG_HOST/old/$1:$2
	old_folder=$3
	shift 3
	buildah bud -q --layers --force-rm "$@" -t "$old_image" "$old_folder" && buildah push -q "$old_image"
}

old_fork() {
	old_vk=$(git -C "$PLAY/old/vibe-kanban" rev-parse HEAD)
	old_build vibe-kanban-build "$old_vk" "$PLAY/old/vibe-kanban" -f "$PLAY/old/vibe-kanban/crates/server/Dockerfile" &&
		buildah tag "$REG_HOST/old/vibe-kanban-build:$old_vk" "$REG_HOST/old/vibe-kanban-build:latest"
}

# Jobs of a matrix run at once. A child that fails fails the matrix.
old_matrix() {
	old_build agent-base "$old_sha" base --build-arg WITH_AGENTS=0 || return
	old_jobs=
	old_failed=0
	old_build secure-agent-kali "$old_sha" kali --build-arg AGENT_BASE_SHA="$old_sha" &
	old_jobs="$old_jobs $!"
	old_build vk-local "$old_sha" vk-local --build-arg AGENT_BASE_SHA="$old_sha" --build-arg VK_FORK_SHA="$old_vk" &
	old_jobs="$old_jobs $!"
	old_builds=$((old_builds + 3))
	if [ -d python-sandbox ]; then
		old_build python-sandbox "$old_sha" python-sandbox --build-arg AGENT_BASE_SHA="$old_sha" &
		old_jobs="$old_jobs $!"
		old_builds=$((old_builds + 1))
	fi
	for old_job in $old_jobs; do
		wait "$old_job" || old_failed=1
	done
	return $old_failed
}

# Every pin, by the list of them.
old_sed() {
	cd "$PLAY/old/frank" || return
	sed -i "s|secure-agent-kali:[a-f0-9]\+|secure-agent-kali:$old_sha|" \
		apps/secure-agent-pod/manifests/deployment.yaml apps/bastion/manifests/deployment.yaml
	sed -i "s|vk-local:[a-f0-9]\+|vk-local:$old_sha|" apps/secure-agent-pod/manifests/deployment.yaml
	sed -i "s|tag: \"[a-f0-9]\+\"|tag: \"$old_sha\"|" apps/dashboard/values.yaml
	[ ! -d apps/python-sandbox ] ||
		sed -i "s|python-sandbox:[a-f0-9]\+|python-sandbox:$old_sha|" apps/python-sandbox/manifests/deployment.yaml
	old_pins=$(git diff -U0 | grep -c '^+ ' || :)
	git diff --quiet || git commit -q -a -m "bump agent-images to $old_sha"
}

old_push() {
	old_started=$(date +%s%3N)
	old_builds=0 old_pins=0 old_said=
	for old_name in vibe-kanban agent-images; do
		git -C "$PLAY/old/$old_name" fetch -q origin main
		git -C "$PLAY/old/$old_name" reset -q --hard origin/main
	done
	cd "$PLAY/old/agent-images" || return
	grep -rl derio-net . --include=Dockerfile | xargs sed -i "s,$REG_HOST/derio-net,$REG_HOST/old,"
	old_vk=latest
	old_sha=$(git rev-parse HEAD)
	[ "$2" != fork ] || old_sha=$(git -C "$PLAY/old/vibe-kanban" rev-parse HEAD)
	REPLACED=
	if { [ "$2" != fork ] || { old_builds=1 && old_fork; }; } >"$PLAY/log/old" 2>&1 &&
		{ old_builds=$((old_builds + 1)) && old_matrix; } >>"$PLAY/log/old" 2>&1; then
		old_took=$(($(date +%s%3N) - old_started))
		old_sed
		cluster_sync "$PLAY/old/frank" old-
	else
		old_took=$(($(date +%s%3N) - old_started))
		old_said=' failed'
	fi
	row "$1" old "$old_builds$old_said" "$old_took" "$old_pins" "$(echo "$REPLACED" | wc -w)"
}

# row NAME WHOSE BUILDS MS PINS PODS
row() {
	printf '%s|%s|%s|%s|%s|%s\n' "$@" >>"$PLAY/day"
}

ours() {
	row "$1" ours "$(jq '[.images[] | select(.state == "built" or .state == "degraded")] | length' "$REPORT")" \
		"$(jq .elapsed_ms "$REPORT")" "$PINS" "$(echo "$REPLACED" | wc -w)"
}

# day_table: side by side, with sums
day_table() {
	awk -F'|' '
		!($1 in seen) { seen[$1] = 1; order[++n] = $1 }
		{ split($3, b, " "); builds[$2] += b[1]; ms[$2] += $4; pins[$2] += $5; pods[$2] += $6
		  cell[$1, $2] = sprintf("%-9s %7.1f %5d %5d", $3, $4 / 1000, $5, $6) }
		END {
			printf "%-34s  %-29s   %s\n", "", "matrix and sed", "lockstep"
			printf "%-34s  %-9s %7s %5s %5s   %-9s %7s %5s %5s\n", "push", "builds", "s", "pins", "pods", "builds", "s", "pins", "pods"
			for (i = 1; i <= n; i++)
				printf "%-34s  %s   %s\n", order[i], cell[order[i], "old"], cell[order[i], "ours"]
			printf "%-34s  ", "the day"
			printf "%-9d %7.1f %5d %5d   ", builds["old"], ms["old"] / 1000, pins["old"], pods["old"]
			printf "%-9d %7.1f %5d %5d\n", builds["ours"], ms["ours"] / 1000, pins["ours"], pods["ours"]
		}' "$PLAY/day"
}

# sum WHOSE FIELD: 3 builds, 5 pins, 6 pods
sum() {
	awk -F'|' -v whose="$1" -v field="$2" '$2 == whose { split($field, b, " "); sum += b[1] } END { print sum + 0 }' "$PLAY/day"
}
