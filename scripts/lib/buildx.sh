# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# buildx.sh: source it after env.sh for a BuildKit daemon of one's own and a builder of buildx for it, which are thrown
# away with the environment.
#
#   env_open
#   buildx_open || ...  start it and make it buildx's current builder. Where that cannot be, one line in $BUILDX_WHY
#                       says why, and the status is 1
#   buildx_close        end it; before env_close
#
#   trap 'buildx_close; env_close' EXIT
#
# docker-buildx and buildkitd are looked for in the folder $LOCKSTEP_TEST_BUILDX, then in PATH; buildx also among
# docker's plug-ins. Socket, data, configuration and log ($ENV_HOME/log/buildkitd.log) lie below $ENV_HOME. RUN steps
# have the host's network. $BUILDX is the program.

buildx_refused() {
	export BUILDX_WHY="$*"
	return 1
}

buildx_find() {
	for buildx_dir in "${DOCKER_CONFIG:-$HOME/.docker}" /usr/local/lib/docker /usr/local/libexec/docker \
		/usr/lib/docker /usr/libexec/docker; do
		PATH=$PATH:$buildx_dir/cli-plugins
	done
	command -v docker-buildx || command -v buildx
}

buildx_runs() {
	[ -e "/proc/$BUILDX_PID/exe" ]
}

buildx_write_config() {
	cat <<-EOF
		root = "$ENV_HOME/buildkit"
		[grpc]
		address = ["unix://$ENV_HOME/buildkit.sock"]
		[worker.oci]
		enabled = true
		networkMode = "host"
		[worker.containerd]
		enabled = false
	EOF
}

buildx_start() {
	buildx_write_config >"$ENV_HOME/conf/buildkitd.toml" || return
	# A session of its own, and no child of this shell: as in dockerd.sh.
	BUILDX_PID=$(
		PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin setsid buildkitd --config "$ENV_HOME/conf/buildkitd.toml" \
			>"$ENV_HOME/log/buildkitd.log" 2>&1 </dev/null &
		echo $!
	)
	"$BUILDX" create --name lockstep --driver remote "unix://$ENV_HOME/buildkit.sock" >/dev/null || return
	for _ in $(seq 300); do
		! "$BUILDX" inspect 2>/dev/null | grep -q '^Status: *running' || return 0
		buildx_runs || break
		sleep 0.1
	done
	return 1
}

buildx_open() {
	export BUILDX_WHY=
	[ -z "${LOCKSTEP_TEST_BUILDX-}" ] || PATH=$LOCKSTEP_TEST_BUILDX:$PATH
	BUILDX=$(buildx_find) || buildx_refused 'no buildx' || return
	command -v buildkitd >/dev/null || buildx_refused 'no buildkitd for buildx' || return
	[ "$(id -u)" = 0 ] || buildx_refused 'not root' || return
	PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin command -v runc >/dev/null || buildx_refused 'no runc' || return
	BUILDX_CONFIG=${ENV_HOME:?env_open comes first}/buildx
	BUILDX_BUILDER=lockstep
	mkdir -p "$BUILDX_CONFIG" || return
	export BUILDX BUILDX_CONFIG BUILDX_BUILDER PATH
	buildx_start && return
	buildx_close
	buildx_refused "buildkitd: $(grep -v level=info "$ENV_HOME/log/buildkitd.log" | tail -n 1)"
}

buildx_close() {
	[ -n "${BUILDX_PID-}" ] || return 0
	kill "$BUILDX_PID" 2>/dev/null || :
	for _ in $(seq 200); do
		buildx_runs || break
		sleep 0.1
	done
	! buildx_runs || kill -9 "$BUILDX_PID" 2>/dev/null || :
	unset BUILDX_PID BUILDX BUILDX_CONFIG BUILDX_BUILDER
}
