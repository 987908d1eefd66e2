# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154 # variables are shared with the files beside it
# play.sh: the parts of the story: how it is told, the three repositories, the machines that build, the cluster, and the
# browser. Source it after tap.sh, env.sh, registry.sh, github.sh, contract.sh and actions.sh; it needs bash.
#
#   play_open            everything that the acts need, in $ENV_HOME, which is thrown away by play_close
#   $REG_HOST            stands in for ghcr.io
#   $PLAY/work/NAME      what a developer has of vibe-kanban, agent-images or frank; push_NAME commits and pushes it
#   $FRANK               the bare repository of the GitOps repository
#   $CI                  the checkout of the machine that builds for agent-images; image_ci runs its workflow
STORY_SHOW=${STORY_SHOW-}
PLAY=
play_pids=
play_bold='' play_plain=''
if [ -t 1 ] && [ -z "${NO_COLOR-}" ] && [ "${TERM-dumb}" != dumb ]; then
	play_bold=$(printf '\033[1m') play_plain=$(printf '\033[0m')
fi

# --- telling
# A visitor sees the story, and of the assertions only one that fails.
if [ -n "$STORY_SHOW" ]; then
	pass() {
		tap_count=$((tap_count + 1))
	}
	fail() {
		printf '\nThis should not have happened: %s\n%s\n' "$1" "${2-}" >&2
		exit 1
	}
	skip() {
		says "($1: left out, $2)"
	}
	says() {
		printf '    %s\n' "$1"
	}
	done_testing() {
		printf '\nAll as it should be: %d things were looked at, in %d min.\n' "$tap_count" "$((SECONDS / 60))"
	}
	cat <<-'EOF'
		A day in three repositories: vibe-kanban is a fork that makes a server, agent-images the images of a pod, frank what a
		cluster runs. A registry on this machine stands in for ghcr.io, a small server for GitHub's API, podman for the
		cluster, Debian for Kali; commits, builds, events, pull requests and pods are real. It takes a quarter of an hour.
	EOF
else
	says() {
		diag "$1"
	}
fi

# act N TITLE
act() {
	act_started=$(date +%s)
	if [ -n "$STORY_SHOW" ]; then
		printf '\n%sAct %s. %s%s\n' "$play_bold" "$1" "$2" "$play_plain"
	else
		diag "Act $1. $2"
	fi
}

# told SENTENCE: the end of an act.
told() {
	if [ -n "$STORY_SHOW" ]; then
		printf '  => %s (%d s)\n' "$1" "$(($(date +%s) - act_started))"
	else
		diag "=> $1 ($(($(date +%s) - act_started)) s)"
	fi
}

# shown COMMAND OUTPUT: as on a terminal
shown() {
	says "\$ $1"
	printf '%s\n' "$2" | while IFS= read -r play_line; do
		[ -z "$play_line" ] || says "$play_line"
	done
}

# short TEXT: commits and digests as people write them
short() {
	sed -E "s/([0-9a-f]{12})[0-9a-f]{28}\\b/\\1/g; s,$REG_HOST,ghcr.io,g; s,file://$PLAY/github/git,https://github.com,g"
}

# --- the whole
play_open() {
	# shellcheck disable=SC2119 # no folder named: a new one
	env_open || skip_all 'no container environment'
	PLAY=$ENV_HOME/story
	mkdir -p "$PLAY/work" "$PLAY/log" "$PLAY/applied"
	GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_SYSTEM=/dev/null
	GIT_AUTHOR_NAME=dev GIT_AUTHOR_EMAIL=dev@localhost GIT_COMMITTER_NAME=dev GIT_COMMITTER_EMAIL=dev@localhost
	export GIT_CONFIG_GLOBAL GIT_CONFIG_SYSTEM GIT_AUTHOR_NAME GIT_AUTHOR_EMAIL GIT_COMMITTER_NAME GIT_COMMITTER_EMAIL
	# What the story itself may be run by.
	unset CI GITHUB_ACTIONS GITHUB_EVENT_NAME GITHUB_EVENT_PATH GITHUB_STEP_SUMMARY GITHUB_OUTPUT GITHUB_API_URL \
		GITHUB_REPOSITORY GITHUB_SERVER_URL GITHUB_RUN_ID GITHUB_TOKEN GH_TOKEN CI_MERGE_REQUEST_IID
	registry_start plain "$PLAY/reg" || exit 1
	printf '[[registry]]\nlocation = "%s"\ninsecure = true\n' "$REG_HOST" >>"$CONTAINERS_REGISTRIES_CONF"
	github_start "$PLAY/github"
	HUB=$GITHUB
	if contract_open "$PLAY/contract"; then
		contract_start
		HUB=$PRISM
	fi
	VK_PORT=$(free_port)
	# The machine that builds has a disk of its own, and the agents (1 GB) are left out.
	export LOCKSTEP_VAR_WITH_AGENTS=0
	play_tar=${BASE_TAR:-$PLAY/base.tar}
	if [ ! -e "$play_tar" ]; then
		"$top_srcdir/scripts/lib/make-debian-base" "$play_tar" >"$PLAY/log/base" 2>&1 ||
			fail 'a Debian base is made without any hub' "$(tail -n 5 "$PLAY/log/base")"
	fi
	"$top_srcdir/scripts/lib/import-base" "$play_tar" >"$PLAY/log/import" 2>&1 ||
		fail 'it is imported' "$(cat "$PLAY/log/import")"
	archive_open
	repositories_open
	cluster_open
	actions_open "$PLAY/actions" "$HUB"
	runner_write >"$PLAY/actions/bin/lockstep.new"
	chmod +x "$PLAY/actions/bin/lockstep.new"
	mv "$PLAY/actions/bin/lockstep.new" "$PLAY/actions/bin/lockstep"
	actions_start
}

# shellcheck disable=SC2317 # by a trap
play_close() {
	cd /
	actions_stop
	[ -z "$PLAY" ] || cluster_close
	contract_stop
	github_stop
	for play_pid in $play_pids; do
		kill "$play_pid" 2>/dev/null || :
	done
	# shellcheck disable=SC2119 # all of them
	registry_stop
	env_close
}

free_port() {
	python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

# --- the archive of Kali
# It is rolling: what it has today need not install tomorrow. archive_has VERSION DEPENDS
archive_open() {
	mkdir -p "$PLAY/archive"
	archive_has 2026.1 nmap
	python3 -u -m http.server --bind 127.0.0.1 --directory "$PLAY/archive" 0 >"$PLAY/log/archive" 2>&1 &
	play_pids="$play_pids $!"
	registry_wait_for "$PLAY/log/archive" 's/.* port \([0-9]*\) .*/\1/p' "$!"
	ARCHIVE=http://127.0.0.1:$reg_found
}

archive_has() {
	rm -rf "$PLAY/archive/deb" "$PLAY/archive/"*.deb
	mkdir -p "$PLAY/archive/deb/DEBIAN" "$PLAY/archive/deb/usr/share/kali"
	echo "top10 $1" >"$PLAY/archive/deb/usr/share/kali/top10"
	cat >"$PLAY/archive/deb/DEBIAN/control" <<-EOF
		Package: kali-tools-top10
		Version: $1
		Architecture: all
		Maintainer: archive <archive@localhost>
		Depends: $2
		Description: stands in for the archive's metapackage
	EOF
	SOURCE_DATE_EPOCH=0 dpkg-deb --build --root-owner-group "$PLAY/archive/deb" "$PLAY/archive/top10_$1.deb" >/dev/null
	{
		cat "$PLAY/archive/deb/DEBIAN/control"
		echo "Filename: ./top10_$1.deb"
		echo "Size: $(stat -c %s "$PLAY/archive/top10_$1.deb")"
		echo "SHA256: $(sha256sum "$PLAY/archive/top10_$1.deb" | cut -c 1-64)"
	} >"$PLAY/archive/Packages.new"
	mv "$PLAY/archive/Packages.new" "$PLAY/archive/Packages"
}

# --- the repositories
# named FOLDER: ghcr.io is the registry here, and visitors come to a free port.
named() {
	grep -rlE 'ghcr\.io|28081' "$1" --exclude-dir=.git | xargs -r sed -i "s,ghcr\.io,$REG_HOST,g; s,28081,$VK_PORT,g"
}

repository() {
	git init -q --bare -b main "$PLAY/github/git/derio-net/$1.git"
	git clone -q "$PLAY/github/git/derio-net/$1.git" "$PLAY/work/$1" 2>/dev/null
	git -C "$PLAY/work/$1" checkout -q -b main
}

# push REPOSITORY MESSAGE: by a developer, whose main is the newest; its commit is in $PUSHED
push() {
	git -C "$PLAY/work/$1" add -A
	git -C "$PLAY/work/$1" commit -q -m "$2"
	git -C "$PLAY/work/$1" push -q origin main
	PUSHED=$(git -C "$PLAY/work/$1" rev-parse HEAD)
}

# The fork is a repository of its own, so the graph takes it from there; what the fork calls when it has moved can name
# the commit. The data sandbox comes in the last act.
graph_of_story() {
	sed -e '/^  python-sandbox:/,/context: python-sandbox/d' \
		-e "s|^    context: vk-fork\$|    source: { git: \"file://$PLAY/github/git/derio-net/vibe-kanban.git\", ref: \"\${VK_FORK_SHA}\" }|" \
		-e 's,^variables:$,&\n  VK_FORK_SHA: { default: main\, event: vk_fork_sha },' \
		"$top_srcdir/graphs/agent-images/lockstep.yaml"
	cat <<-YAML
		events: { group: agent-images, payload: { agent_images_sha: "{commit}" } }
		dispatch:
		  - github: { repository: derio-net/frank, event: agent-images-bumped, token-env: DISPATCH_PAT, url: "$HUB" }
	YAML
}

repositories_open() {
	play_graphs=$top_srcdir/graphs/agent-images
	repository vibe-kanban
	cp -R "$play_graphs/vk-fork/." "$PLAY/work/vibe-kanban/"
	rm "$PLAY/work/vibe-kanban/crates/server/Dockerfile.footgun"
	repository agent-images
	cd "$PLAY/work/agent-images" || exit 1
	cp -R "$play_graphs/README.md" "$play_graphs/base" "$play_graphs/kali" "$play_graphs/vk-local" "$play_graphs/pod.yaml" .
	graph_of_story >lockstep.yaml
	mkdir -p .github/workflows
	cp "$top_srcdir/tests/e2e/story/images/build.yml" .github/workflows/
	sed -i "s,^RUN apt-install .*,RUN echo 'deb [trusted=yes] $ARCHIVE ./' >/etc/apt/sources.list.d/kali.list\n&\n    kali-tools-top10 \\\\," kali/Dockerfile
	repository frank
	cd "$PLAY/work/frank" || exit 1
	cp -R "$top_srcdir/tests/e2e/story/frank/apps" .
	mv apps/python-sandbox "$PLAY/work/python-sandbox"
	mkdir -p .github/workflows
	workflow_of_docs events.md | sed 's/images-built/agent-images-bumped/' >.github/workflows/bump.yml
	chmod -R u+w "$PLAY/work"
	named "$PLAY/work"
	push vibe-kanban 'the fork'
	PUSHED_FORK=$PUSHED
	push agent-images 'base, kali and vk-local'
	push frank 'the cluster'
	FRANK=$PLAY/github/git/derio-net/frank.git
	CI=$PLAY/ci/agent-images
	git clone -q "$PLAY/github/git/derio-net/agent-images.git" "$CI"
}

# --- the machines that build
# What the machine that builds has set for lockstep; the jobs of frank run there as well.
runner_write() {
	cat <<-EOF
		#!/bin/sh
		export LOCKSTEP_STATE='$PLAY/ci/state' XDG_RUNTIME_DIR='$XDG_RUNTIME_DIR' BUILDAH_ISOLATION=chroot \\
			CONTAINERS_CONF='$CONTAINERS_CONF' CONTAINERS_STORAGE_CONF='$CONTAINERS_STORAGE_CONF' \\
			CONTAINERS_REGISTRIES_CONF='$CONTAINERS_REGISTRIES_CONF' LOCKSTEP_VAR_WITH_AGENTS=0 DISPATCH_PAT='$GITHUB_SECRET'
		exec '$LOCKSTEP' "\$@"
	EOF
}

# on_ci COMMAND...: with the settings of the machine that builds.
on_ci() {
	(cd "$CI" && LOCKSTEP_STATE=$PLAY/ci/state DISPATCH_PAT=$GITHUB_SECRET "$@")
}

# image_ci WANT NAME: the workflow of agent-images after a push; it ends with this status, and builds these images:
# "0: base leaf". The report is in $REPORT, what it said in $SAID.
image_ci() {
	git -C "$CI" fetch -q origin main && git -C "$CI" reset -q --hard origin/main
	REPORT=$PLAY/report.json
	SAID=$PLAY/log/ci
	PINS=0 REPLACED='' TOLD=$(bumps_count)
	play_status=0
	on_ci env GITHUB_SERVER_URL=https://github.com GITHUB_REPOSITORY=derio-net/agent-images \
		"$LOCKSTEP" ci --report "$REPORT" >"$SAID" 2>&1 || play_status=$?
	is "$play_status: $(built_of_report)" "$1" "$2"
	[ "$play_status: $(built_of_report)" = "$1" ] || diag "$(cat "$SAID")"
}

built_of_report() {
	jq -r '[.images[]? | select(.state == "built") | .image] | sort | join(" ")' "$REPORT" 2>/dev/null || :
}

# fork_ci WANT NAME: the fork tells agent-images of its newest commit, and the workflow there runs; as image_ci.
fork_ci() {
	play_before=$(events_count)
	PINS=0 REPLACED='' TOLD=$(bumps_count)
	curl -fsS -o /dev/null -H "Authorization: Bearer $GITHUB_SECRET" -H 'Content-Type: application/json' \
		-d "$(jq -nc --arg sha "$PUSHED" '{event_type: "vibe-kanban-moved", client_payload: {vk_fork_sha: $sha}}')" \
		"$HUB/repos/derio-net/agent-images/dispatches"
	jobs_end
	play_job=$PLAY/actions/jobs/$((play_before + 1))
	REPORT=$play_job/temp/report.json
	SAID=$play_job/log
	is "$(cat "$play_job/status"): $(built_of_report)" "$1" "$2"
	[ "$(cat "$play_job/status"): $(built_of_report)" = "$1" ] || diag "$(cat "$SAID")"
}

events_count() {
	github_state '.events | length'
}

# Events of agent-images to frank.
bumps_count() {
	github_state '[.events[] | select(.repository == "derio-net/frank")] | length'
}

# jobs_end: until the workflows of all events have come to an end.
jobs_end() {
	play_turns=0
	while [ "$(find "$PLAY/actions/jobs" -mindepth 2 -maxdepth 2 -name status 2>/dev/null | wc -l)" -lt "$(events_count)" ]; do
		play_turns=$((play_turns + 1))
		if [ "$play_turns" -gt 6000 ]; then
			fail 'the workflows come to an end' "$(cat "$PLAY/actions/err")"
			return
		fi
		sleep 0.1
	done
}

# tag_digest IMAGE TAG: where it points in the registry, "" = nowhere
tag_digest() {
	curl -s -I -H 'Accept: application/vnd.oci.image.manifest.v1+json' "$REG_URL/v2/derio-net/$1/manifests/$2" |
		tr -d '\r' | sed -n 's/^[Dd]ocker-[Cc]ontent-[Dd]igest: //p'
}

# released: what is released of all images, and how many events there were: published or not, this tells
released() {
	for play_image in agent-base secure-agent-kali vibe-kanban-build vk-local; do
		tag_digest $play_image latest
	done
	bumps_count
}

# --- the GitOps repository
# pull_request: the number of the one that is open, "" = none
pull_request() {
	github_state '[.pulls[] | select(.state == "open") | .number | tostring] | join(" ")' | tr -d '"'
}

# one_event: since the workflow of agent-images began, frank was told once, and has one pull request open
one_event() {
	is "$(($(bumps_count) - TOLD)) event, $(pull_request | wc -w) pull request" '1 event, 1 pull request' \
		'one event, one pull request'
}

# pins_moved: "FILE IMAGE" of each line that the open pull request changes
pins_moved() {
	for play_file in $(git -C "$FRANK" diff --name-only main lockstep/bump/agent-images); do
		git -C "$FRANK" diff -U1 main lockstep/bump/agent-images -- "$play_file" |
			sed -n '/^-/d; s|^[ +].*derio-net/\([a-z-]*\)\(:.*\)*$|\1|p' | uniq | sed "s,^,$play_file ,"
	done | sort
}

# merge: the human reviews the open pull request and clicks. Then the cluster follows.
merge() {
	play_number=$(pull_request)
	curl -fsS -o /dev/null -X PUT -H "Authorization: Bearer $GITHUB_SECRET" -H 'Content-Type: application/json' -d '{}' \
		"$HUB/repos/derio-net/frank/pulls/$play_number/merge" || fail "pull request $play_number is merged"
	git -C "$PLAY/work/frank" pull -q origin main
	cluster_sync "$PLAY/work/frank" ''
}

# --- the cluster
cluster_open() {
	mkdir -p "$ENV_HOME/k" "$PLAY/cluster"
}

# podman as the node: what it runs, it has pulled.
cluster() {
	podman --root "$PLAY/cluster/storage" --storage-driver "$ENV_DRIVER" --runroot "$ENV_HOME/k" --tmpdir "$ENV_HOME/k/libpod" "$@"
}

# cluster_play MANIFEST. podman opens every containerPort on the machine as well, where the ports of two pods collide:
# it is told of those that have a hostPort. It complains of each probe that there is no systemd to run it.
cluster_play() {
	cluster_played=$PLAY/cluster/${1##*/}
	sed '/containerPort/{/hostPort/!d}' "$1" >"$cluster_played"
	cluster kube play "$cluster_played" >"$PLAY/log/play" 2>&1 || fail "${1##*/} is played" "$(cat "$PLAY/log/play")"
}

cluster_down() {
	cluster kube play --down "$PLAY/cluster/${1##*/}" >"$PLAY/log/down" 2>&1 ||
		fail "${1##*/} is taken down" "$(cat "$PLAY/log/down")"
}

cluster_close() {
	cluster pod rm --all --force --time 0 >/dev/null 2>&1 || :
	cluster volume rm --all --force >/dev/null 2>&1 || :
}

# cluster_sync FOLDER PREFIX: each Deployment whose text is not the one that runs is replaced; their names, prefixed, are
# in $REPLACED.
cluster_sync() {
	REPLACED=
	for play_manifest in "$1"/apps/*/manifests/deployment.yaml; do
		play_app=${play_manifest%/manifests/*}
		play_app=$2${play_app##*/}
		play_now=$PLAY/applied/$play_app.yaml
		! cmp -s "$play_manifest" "$play_now" || continue
		[ ! -e "$play_now" ] || cluster_down "$play_now"
		cp "$play_manifest" "$play_now"
		cluster_play "$play_now"
		REPLACED="$REPLACED${REPLACED:+ }$play_app"
	done
}

# container DEPLOYMENT NAME: podman's name of it
container() {
	cluster ps --all --format '{{.Names}}' | grep -E "^$1-pod(-0)?-$2\$"
}

in_pod() {
	play_container=$(container "$1" "$2")
	shift 2
	cluster exec -i "$play_container" "$@"
}

# started DEPLOYMENT NAME: which container it is, and since when
started() {
	cluster inspect --format '{{.Id}} {{.State.StartedAt}}' "$(container "$1" "$2")"
}

restarts() {
	cluster inspect --format '{{.RestartCount}}' "$(container "$1" "$2")"
}

# ready DEPLOYMENT CONTAINER: its probe holds, within a minute. podman runs none by itself.
ready() {
	for _ in $(seq 60); do
		! cluster healthcheck run "$(container "$1" "$2")" >/dev/null 2>&1 || return 0
		sleep 1
	done
	return 1
}

# images_of_pod DEPLOYMENT: as `kubectl get pod -o jsonpath` prints them
images_of_pod() {
	cluster ps --format '{{.Names}}={{.Image}}' | sed -nE "s/^$1-pod(-0)?-([a-z-]+=)/\\2/p" | grep -v -e -infra= | sort
}

# --- the browser
# dom PORT: what a visitor of the page there sees, scripts and all
dom() {
	timeout 120 "$CHROMIUM" --headless --no-sandbox --disable-gpu --disable-quic --no-first-run \
		--disable-background-networking --disable-component-update --disable-sync --user-data-dir="$PLAY/chromium" \
		--virtual-time-budget=4000 --dump-dom "http://127.0.0.1:$1/" 2>"$PLAY/log/chromium"
}

# page_has PORT PATTERN NAME: the page in the browser, by a shell pattern; it is then in $PAGE
page_has() {
	PAGE=
	if [ -z "$CHROMIUM" ]; then
		skip "$3" 'no chromium'
		return
	fi
	for _ in 1 2 3 4 5; do
		PAGE=$(dom "$1")
		# shellcheck disable=SC2053 # a pattern
		[[ $PAGE == $2 ]] && break
		sleep 1
	done
	like "$PAGE" "$2" "$3"
}

# text: what of $PAGE can be read, in one line
text() {
	printf '%s' "$PAGE" | tr '\n' ' ' | sed 's,<head>.*</head>,,; s,<[^>]*>, ,g; s,  *, ,g; s,^ ,,; s, $,,'
}

http_status() {
	curl -s -o /dev/null -w '%{http_code}' --retry 10 --retry-delay 1 --retry-all-errors -m 5 "http://127.0.0.1:$1$2"
}
