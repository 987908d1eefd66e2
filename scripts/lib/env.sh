# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# env.sh: source it for a container environment of one's own, which is thrown away at the end.
#
#   . scripts/lib/env.sh
#   env_open [FOLDER]    make it: a new folder in /var/tmp unless one is named; its name is in $ENV_HOME
#   trap env_close EXIT
#   env_close            end what podman left running there, unmount, remove everything
#
# After env_open, buildah, podman, skopeo and lockstep work in that folder only: image storage, run files,
# registries, logins, networks, logs, lockstep's state, temporary files. Works as root and as an ordinary user who
# has subordinate IDs (/etc/subuid) and newuidmap. ENV_DRIVER says which storage driver it came to.
#
# Two things are the machine's even so: as root, the compression notes in /var/lib/containers/cache, and
# /etc/containers/registries.conf.d, which the tools always read.
#
# Beware when starting Debian's docker-registry from here: it takes every REGISTRY_* variable for a setting of its
# own, so start it with `env -u REGISTRY_AUTH_FILE`.

env_die() {
	echo "env.sh: $*" >&2
	return 1
}

# env_limit NAME WORDS NUMBER: NUMBER, or this process's hard limit (/proc/self/limits, at WORDS) where that is lower.
# Containers must not ask for more than that: not every machine lets even root raise it.
env_limit() {
	awk -v name="$1" -v words="Max $2 " -v n="$3" '
		index($0, words) == 1 { split(substr($0, length(words) + 1), limit); hard = limit[2] }
		END { if (hard ~ /^[0-9]+$/ && hard + 0 < n) n = hard; printf "\"%s=%d:%d\"", name, n, n }' /proc/self/limits
}

env_write_containers_conf() {
	cat <<-EOF
		[containers]
		default_ulimits = [$(env_limit nofile 'open files' 4096), $(env_limit nproc processes 4096)]
		log_driver = "k8s-file"
		[engine]
		cgroup_manager = "cgroupfs"
		events_logger = "file"
		tmp_dir = "$ENV_HOME/run/libpod"
	EOF
	# crun, the other choice, refuses machines that mount both cgroup versions.
	! PATH=$PATH:/usr/local/sbin:/usr/sbin command -v runc >/dev/null || echo 'runtime = "runc"'
	cat <<-EOF
		[network]
		network_config_dir = "$ENV_HOME/conf/networks"
	EOF
}

# An ordinary user's tools pay no heed to graphroot and runroot: the one has a setting of its own, the other follows
# XDG_RUNTIME_DIR.
env_write_storage_conf() {
	cat <<-EOF
		[storage]
		driver = "$1"
		graphroot = "$ENV_HOME/storage"
		runroot = "$ENV_HOME/run/storage"
		rootless_storage_path = "$ENV_HOME/storage"
	EOF
}

env_write_registries_conf() {
	cat <<-EOF
		unqualified-search-registries = ["docker.io"]
		short-name-mode = "permissive"
	EOF
}

# Overlay where the file system below can carry it (not in most containers), else plain copies.
env_choose_driver() {
	for ENV_DRIVER in overlay vfs; do
		env_write_storage_conf "$ENV_DRIVER" >"$CONTAINERS_STORAGE_CONF"
		buildah info >/dev/null 2>"$ENV_HOME/log/driver-$ENV_DRIVER" && return
		env_remove "$ENV_HOME/storage"
	done
	cat "$ENV_HOME/log/driver-vfs" >&2
	env_die "buildah cannot use '$ENV_HOME/storage'"
}

env_open() {
	ENV_HOME=${1-}
	if [ -z "$ENV_HOME" ]; then
		ENV_HOME=$(mktemp -d /var/tmp/lockstep-XXXXXX) || return
	fi
	case $ENV_HOME in
	*[!A-Za-z0-9./_+-]*) env_die "'$ENV_HOME': blanks and the like end up in mount tables" || return ;;
	/*) ;;
	*) ENV_HOME=$PWD/$ENV_HOME ;;
	esac
	if [ ! -e "$ENV_HOME/.lockstep-env" ] && [ -n "$(ls -A "$ENV_HOME" 2>/dev/null)" ]; then
		env_die "'$ENV_HOME' holds something else" || return
	fi
	mkdir -p "$ENV_HOME/conf/networks" "$ENV_HOME/log" "$ENV_HOME/run/storage" "$ENV_HOME/run/libpod" \
		"$ENV_HOME/run/user" "$ENV_HOME/state" "$ENV_HOME/cache" "$ENV_HOME/data" \
		"$ENV_HOME/tmp" || return
	chmod 700 "$ENV_HOME" "$ENV_HOME/run/user" || return
	: >"$ENV_HOME/.lockstep-env" || return

	CONTAINERS_CONF=$ENV_HOME/conf/containers.conf
	CONTAINERS_STORAGE_CONF=$ENV_HOME/conf/storage.conf
	CONTAINERS_REGISTRIES_CONF=$ENV_HOME/conf/registries.conf
	REGISTRY_AUTH_FILE=$ENV_HOME/conf/auth.json
	# chroot is the fastest, needs no network set-up and no privilege, and gives the same image IDs.
	BUILDAH_ISOLATION=chroot
	LOCKSTEP_STATE=$ENV_HOME/state
	XDG_RUNTIME_DIR=$ENV_HOME/run/user
	XDG_CACHE_HOME=$ENV_HOME/cache
	XDG_DATA_HOME=$ENV_HOME/data
	TMPDIR=$ENV_HOME/tmp
	export ENV_HOME CONTAINERS_CONF CONTAINERS_STORAGE_CONF CONTAINERS_REGISTRIES_CONF REGISTRY_AUTH_FILE \
		BUILDAH_ISOLATION LOCKSTEP_STATE XDG_RUNTIME_DIR XDG_CACHE_HOME XDG_DATA_HOME TMPDIR

	env_write_containers_conf >"$CONTAINERS_CONF" || return
	env_write_registries_conf >"$CONTAINERS_REGISTRIES_CONF" || return
	echo '{}' >"$REGISTRY_AUTH_FILE" || return
	env_choose_driver
}

# env_remove PATH: also what belongs to an ordinary user's subordinate IDs.
env_remove() {
	if [ "$(id -u)" != 0 ] && [ -e "$1" ]; then
		buildah unshare rm -rf "$1" 2>/dev/null || :
	fi
	# A storage is hundreds of thousands of files.
	! [ -d "$1" ] || find "$1" -mindepth 3 -maxdepth 3 -print0 2>/dev/null | xargs -0 -r -n 16 -P 2 rm -rf || :
	rm -rf "$1"
}

env_unmount() {
	# Deepest first. Field 5 is the mount point; env_open allows no character that would be escaped in it.
	awk -v home="$ENV_HOME/" 'index($5 "/", home) == 1 { print $5 }' /proc/self/mountinfo | sort -r |
		while IFS= read -r env_point; do
			umount "$env_point" || umount -l "$env_point"
		done
}

env_close() {
	[ -n "${ENV_HOME-}" ] && [ -e "$ENV_HOME/.lockstep-env" ] || return 0
	if [ -e "$ENV_HOME/storage/libpod" ] && command -v podman >/dev/null; then
		podman pod rm --all --force --time 1 >/dev/null 2>&1 || :
		podman rm --all --force --time 1 >/dev/null 2>&1 || :
	fi
	# An ordinary user's podman keeps a process that holds its name spaces open.
	for env_pid in "$ENV_HOME/run/user/libpod/tmp/pause.pid" "$ENV_HOME/run/libpod/pause.pid"; do
		[ ! -s "$env_pid" ] || kill "$(cat "$env_pid")" 2>/dev/null || :
	done
	env_unmount
	env_remove "$ENV_HOME"
	[ ! -e "$ENV_HOME" ] || env_die "cannot remove all of '$ENV_HOME'" || return
	unset ENV_HOME ENV_DRIVER CONTAINERS_CONF CONTAINERS_STORAGE_CONF CONTAINERS_REGISTRIES_CONF \
		REGISTRY_AUTH_FILE BUILDAH_ISOLATION LOCKSTEP_STATE XDG_RUNTIME_DIR XDG_CACHE_HOME XDG_DATA_HOME TMPDIR
}
