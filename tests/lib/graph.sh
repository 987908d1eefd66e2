# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# graph.sh: a small graph in a git repository of its own, and a container environment that is thrown away. Source
# it after tap.sh.
#
#   graph_open          needs the builder $BUILDER (buildah unless set) and a static busybox, else skips the script;
#                       $GRAPH is the repository (and the current folder): base <- left, right <- leaf (from left and
#                       right), and lone
#   graph_files         the same repository without the container environment, for what needs no builder
#   graph_registry      before graph_open: a registry beside it ($REG_HOST), or else skips the script
#   lockstep ARG...     the program under test
#   in_engine           the builder's images are in an engine, which $DOCKER speaks to as docker does
#   built               names of the images that the last `lockstep build --json >$OUT` built, sorted, one line

OUT=
graph_dir=

# own_storage: the folder of containers/storage that lockstep has for itself
own_storage() {
	case ${BUILDER-} in
	buildx) echo "$LOCKSTEP_STATE/oci/storage" ;;
	*) echo "$LOCKSTEP_STATE/storage" ;;
	esac
}

# own_podman ARG...: podman as lockstep runs it, on lockstep's own storage.
own_podman() {
	podman --root "$(own_storage)" --storage-driver "$ENV_DRIVER" --runroot "$XDG_RUNTIME_DIR"/lockstep-* \
		--tmpdir "$(echo "$XDG_RUNTIME_DIR"/lockstep-*)/libpod" "$@"
}

in_engine() {
	case $BUILDER in
	docker* | podman-service) return 0 ;;
	*) return 1 ;;
	esac
}

# left: what is there of containers, pods, volumes.
left() {
	if in_engine; then
		"$DOCKER" ps --all --quiet
		"$DOCKER" volume ls --quiet
		return
	fi
	own_podman ps --all --quiet
	own_podman pod ps --quiet
	own_podman volume ls --quiet
}

graph_cleanup() {
	cd /
	# A test that failed may have left some.
	if [ -n "${ENV_DRIVER-}" ] && [ -e "$(own_storage)/libpod" ]; then
		own_podman pod rm --all --force --time 0 >/dev/null 2>&1 || :
		own_podman rm --all --force --time 0 >/dev/null 2>&1 || :
	fi
	! command -v registry_stop >/dev/null || registry_stop ""
	! command -v dockerd_close >/dev/null || dockerd_close
	! command -v podman_service_close >/dev/null || podman_service_close
	! command -v buildx_close >/dev/null || buildx_close
	! command -v env_close >/dev/null || env_close
	[ -z "$graph_dir" ] || rm -rf "$graph_dir"
}

lockstep() {
	"${LOCKSTEP:?}" "$@"
}

graph_commit() {
	git add -A && git -c user.name=t -c user.email=t@example.org -c commit.gpgsign=false commit -qm "$1"
}

graph_write() {
	mkdir -p base/etc left right/docs leaf lone
	cat >lockstep.yaml <<-'YAML'
		version: 1
		registry: localhost/t
		images:
		  base: { context: base }
		  left: { context: left }
		  right: { context: right }
		  leaf: { context: leaf, args: { GREETING: hello } }
		  lone: { context: lone }
	YAML
	cat >base/Dockerfile <<-'DF'
		# the base of all
		FROM scratch
		COPY busybox /bin/busybox
		COPY etc/ /etc/
		ENV PATH=/bin
	DF
	echo 'a line' >base/etc/motd
	cat >left/Dockerfile <<-'DF'
		ARG TAG=latest
		FROM localhost/t/base:${TAG}
		COPY left.txt /left.txt
	DF
	echo left >left/left.txt
	cat >right/Dockerfile <<-'DF'
		ARG TAG=latest
		FROM localhost/t/base:${TAG} AS work
		COPY right.sh /right.sh
		RUN ["/bin/busybox", "sh", "-c", "/bin/busybox wc -l /etc/motd > /count"]
		FROM scratch
		COPY --from=work /count /count
	DF
	printf '#!/bin/sh\necho right\n' >right/right.sh
	chmod 755 right/right.sh
	echo 'nobody copies this' >right/docs/notes.md
	cat >leaf/Dockerfile <<-'DF'
		ARG TAG=latest
		FROM localhost/t/right:${TAG} AS r
		FROM localhost/t/left:${TAG}
		ARG GREETING
		COPY --from=r /count /count
		RUN ["/bin/busybox", "sh", "-c", "echo $GREETING > /greeting"]
	DF
	cat >lone/Dockerfile <<-'DF'
		FROM scratch
		COPY file /file
	DF
	echo lone >lone/file
}

graph_files() {
	# A pull request that the tests themselves are run for would publish nothing.
	unset GITHUB_EVENT_NAME GITHUB_EVENT_PATH CI_MERGE_REQUEST_IID
	graph_dir=$(mktemp -d "${TMPDIR:-/tmp}/graph.XXXXXX")
	trap graph_cleanup EXIT
	GRAPH=$graph_dir/repo
	OUT=$graph_dir/out
	LOCKSTEP_STATE=${LOCKSTEP_STATE:-$graph_dir/state}
	export GRAPH LOCKSTEP_STATE
	mkdir "$GRAPH"
	cd "$GRAPH" || exit 1
	git init -q .
	graph_write
	cp "$(command -v busybox || echo /bin/sh)" base/busybox
	graph_commit 'the graph'
}

# A client that speaks to podman's service as docker's does to its engine.
graph_service() {
	# shellcheck source=tests/lib/podman_service.sh
	. "${top_srcdir:?}/tests/lib/podman_service.sh"
	podman_service_close
	podman_service_open || skip_all "$PODMAN_SERVICE_WHY"
	DOCKER=$graph_dir/podman-client
	printf '#!/bin/sh\nexec podman --url "%s" "$@"\n' "$CONTAINER_HOST" >"$DOCKER"
	chmod +x "$DOCKER"
}

# The classic builder needs no client: a docker that is called is told of by its status.
graph_no_docker() {
	mkdir "$graph_dir/no-docker"
	DOCKER=$(command -v "$DOCKER")
	printf '#!/bin/sh\nexit 99\n' >"$graph_dir/no-docker/docker"
	chmod +x "$graph_dir/no-docker/docker"
	PATH=$graph_dir/no-docker:$PATH
}

graph_open() {
	skip_if_quick
	BUILDER=${BUILDER:-buildah}
	[ "$BUILDER" = buildx ] || command -v "${BUILDER%-*}" >/dev/null || skip_all "no ${BUILDER%-*}"
	command -v buildah >/dev/null || skip_all 'no buildah'
	command -v busybox >/dev/null || skip_all 'no busybox'
	# shellcheck source=scripts/lib/env.sh
	. "${top_srcdir:?}/scripts/lib/env.sh"
	# shellcheck disable=SC2119 # no folder named: a new one
	env_open || skip_all 'no container environment'
	LOCKSTEP_BUILDER=$BUILDER
	export LOCKSTEP_BUILDER
	graph_files
	case $BUILDER in
	buildx)
		# shellcheck source=scripts/lib/buildx.sh
		. "$top_srcdir/scripts/lib/buildx.sh"
		buildx_open || skip_all "$BUILDX_WHY"
		# Without an engine images are loaded where podman looks.
		unset DOCKER_HOST
		;;
	podman-service) graph_service ;;
	docker*)
		# shellcheck source=scripts/lib/dockerd.sh
		. "$top_srcdir/scripts/lib/dockerd.sh"
		dockerd_open || skip_all "$DOCKERD_WHY"
		[ "$BUILDER" != docker-classic ] || graph_no_docker
		# That engine has no bridge.
		[ "${DOCKERD_BRIDGE-}" = yes ] || sed -i 's/\(right\|leaf\|lone\): {/&  network: host,/' lockstep.yaml
		git diff --quiet || graph_commit 'network'
		;;
	esac
}

# graph_wrap LINE: what the builder starts is found in PATH behind a script that does this first; the status is 1 if it
# starts nothing.
graph_wrap() {
	case $BUILDER in
	docker-classic | podman-service) return 1 ;;
	docker) graph_program=docker graph_real=$(command -v "$DOCKER") ;;
	buildx) graph_program=docker-buildx graph_real=$BUILDX ;;
	*) graph_program=$BUILDER graph_real=$(command -v "$BUILDER") ;;
	esac
	mkdir "$graph_dir/wrapped"
	printf '#!/bin/sh\n%s\nexec "%s" "$@"\n' "$1" "$graph_real" >"$graph_dir/wrapped/$graph_program"
	chmod +x "$graph_dir/wrapped/$graph_program"
	PATH=$graph_dir/wrapped:$PATH
}

# loaded NAME: the ID of the image that people find under that name.
loaded() {
	case $BUILDER in
	docker* | podman-service) "$DOCKER" images --no-trunc -q "$1" ;;
	buildx) buildah images --no-trunc -q "$1" 2>/dev/null ;;
	*) "$BUILDER" images --no-trunc -q "$1" 2>/dev/null ;;
	esac
}

built() {
	jq -r '[.images[] | select(.state == "built") | .image] | sort | join(" ")' "$OUT" 2>/dev/null
}

# rebuilds WANTED NAME [ARG...]: a build that builds exactly these images.
rebuilds() {
	graph_want=$1
	graph_name=$2
	shift 2
	if lockstep build --json "$@" >"$OUT" 2>"$OUT.err"; then
		is "$(built)" "$graph_want" "$graph_name"
	else
		fail "$graph_name" "$(cat "$OUT.err" "$OUT")"
	fi
}

graph_registry() {
	command -v docker-registry >/dev/null || skip_all 'no docker-registry'
	# shellcheck source=scripts/lib/registry.sh
	. "$top_srcdir/scripts/lib/registry.sh"
	registry_start plain
	trap 'registry_stop ""' EXIT
}
