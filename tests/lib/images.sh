# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# images.sh: images by hand, where people have theirs: in the engine that $BUILDER builds in, or else in the storage of
# buildah and podman. Source it after graph.sh, for after graph_open.
#
#   image_has_engine            whether it is an engine with a storage of its own; podman's service has that of buildah
#   image_engine ARG...         the client of that engine
#   image_push FOLDER NAME [FORMAT]   build it and push it to the registry, oci unless docker is named; prints
#                               "ID DIGEST" and leaves nothing of it where people have theirs
#   image_place FOLDER NAME     build it and give it that name there; prints its ID
#   image_build FOLDER NAME     as the builder builds it without lockstep, with that name there
#   image_tag NAME NEW, image_untag NAME
#   image_here ID               how many have that ID: 0 or 1
#   image_clear                 remove all, but not what lockstep keeps for itself
#   image_clear_kept            remove what lockstep keeps for itself in the engine; without one it lies below the state
#                               folder, and goes with that
#   image_read NAME PATH        a file of it
#   image_list NAME             every path of it with what an instruction decides of it
#   image_config NAME           its configuration, as JSON of one form

image_has_engine() {
	case $BUILDER in docker*) ;; *) return 1 ;; esac
}

image_engine() {
	"$DOCKER" "$@"
}

# image_quietly COMMAND...: what it says is told only if it fails, which ends the script.
image_quietly() {
	"$@" >"${graph_dir:?}/images" 2>&1 && return
	cat "$graph_dir/images" >&2
	exit 1
}

# image_make FOLDER NAME [OPTION...]: in the storage of buildah; its ID is in $image_id.
image_make() {
	image_dir=$1
	image_name=$2
	shift 2
	image_quietly buildah bud --quiet --layers=false --timestamp 0 --iidfile "$graph_dir/iid" "$@" \
		-t "$image_name" "$image_dir"
	image_id=$(cat "$graph_dir/iid")
}

image_push() {
	image_make "$1" localhost/made --format "${3-oci}"
	image_quietly buildah push --quiet --tls-verify=false --digestfile "$graph_dir/digest" localhost/made "docker://$2"
	image_quietly buildah rmi -f localhost/made
	echo "$image_id $(cat "$graph_dir/digest")"
}

image_place() {
	image_make "$1" "$2"
	if image_has_engine; then
		rm -f "$graph_dir/archive"
		image_quietly buildah push --quiet "$2" "docker-archive:$graph_dir/archive:$2"
		image_quietly buildah rmi -f "$2"
		image_quietly image_engine load -i "$graph_dir/archive"
		image_id=$(image_engine image inspect --format '{{.Id}}' "$2")
	fi
	echo "$image_id"
}

image_build() {
	case $BUILDER in
	docker*)
		image_kit=$([ "$BUILDER" = docker-classic ] && echo 0 || echo 1)
		image_quietly env DOCKER_BUILDKIT="$image_kit" "$DOCKER" build --quiet --tag "$2" "$1"
		;;
	buildx)
		image_quietly "$BUILDX" build --output "type=docker,name=$2,dest=$graph_dir/archive" "$1"
		image_quietly buildah pull --quiet "docker-archive:$graph_dir/archive"
		;;
	*) image_make "$1" "$2" ;;
	esac
}

image_tag() {
	if image_has_engine; then image_engine tag "$1" "$2"; else buildah tag "$1" "$2"; fi
}

image_untag() {
	if image_has_engine; then image_engine rmi "$1"; else buildah rmi "$1"; fi >/dev/null
}

image_here() {
	if image_has_engine; then
		image_engine images --all --no-trunc --quiet
	else
		buildah images --all --no-trunc --quiet
	fi | sort -u | grep -c "${1#sha256:}" || :
}

# image_names: by tag and by digest, of an engine.
image_names() {
	image_engine images --no-trunc --quiet | sort -u | while read -r image_id; do
		image_engine image inspect \
			--format '{{range .RepoTags}}{{println .}}{{end}}{{range .RepoDigests}}{{println .}}{{end}}' "$image_id"
	done | sed '/^$/d'
}

# image_drop NAME...: those that an earlier one was the last tag of are gone by then.
image_drop() {
	for image_name in "$@"; do
		image_engine rmi --force "$image_name" >/dev/null 2>&1 || :
	done
	image_quietly image_engine image prune --force
}

# shellcheck disable=SC2046 # names of images have no blanks
image_clear() {
	if in_engine; then
		image_drop $(image_names | grep -v '^lockstep\.invalid/')
	else
		buildah rmi --all --force >/dev/null 2>&1 || :
	fi
}

# shellcheck disable=SC2046 # names of images have no blanks
image_clear_kept() {
	! in_engine || image_drop $(image_names | grep '^lockstep\.invalid/')
}

# image_open NAME: its files are below $image_tree until image_close.
image_open() {
	if image_has_engine; then
		rm -f "$graph_dir/archive"
		image_quietly image_engine save -o "$graph_dir/archive" "$1"
		image_quietly buildah pull --quiet "docker-archive:$graph_dir/archive"
	fi
	image_box=$(buildah from --pull-never "$1")
	image_tree=$(buildah mount "$image_box")
}

image_close() {
	image_quietly buildah rm "$image_box"
	! image_has_engine || image_quietly buildah rmi -f "$1"
}

image_read() {
	image_open "$1"
	cat "$image_tree/$2"
	image_close "$1"
}

image_list() {
	image_open "$1"
	(
		cd "$image_tree" && find . ! -name . -printf '%P %y %m %U:%G ' \
			\( -type f -exec sh -c 'sha256sum <"$1" | cut -c1-12' _ {} \; -o -printf '\n' \) | sort
	)
	image_close "$1"
}

image_config() {
	image_open "$1"
	buildah inspect --type image "$1" | jq -cS '.OCIv1.config | del(.Labels."io.buildah.version")'
	image_close "$1"
}
