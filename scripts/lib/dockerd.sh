# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# dockerd.sh: source it after env.sh for a Docker engine of one's own, which is thrown away with the environment.
#
#   env_open
#   dockerd_open || ...  start it; its socket is in $DOCKER_HOST. Where it cannot run (not root, not installed), one
#                        line in $DOCKERD_WHY says why, and the status is 1
#   dockerd_close        end it, and with it its containerd and containers; before env_close
#
#   trap 'dockerd_close; env_close' EXIT
#
# Socket, data, process files, log ($ENV_HOME/log/dockerd.log) and the client's configuration lie below $ENV_HOME. It
# has no bridge and touches no firewall: containers and RUN steps have the host's network (`docker build
# --network=host`) or none; with DOCKERD_BRIDGE=yes it has a bridge of its own, which leads to this machine only, so that
# ports can be published. $DOCKER is the client of that engine's release, which speaks BuildKit by itself if it is
# older than 23; a newer one, first in PATH, may lack its plug-in.

# dockerd_refused WORDS...: why there is no engine.
dockerd_refused() {
	export DOCKERD_WHY="$*"
	return 1
}

dockerd_write_config() {
	cat <<-EOF
		{ "data-root": "$ENV_HOME/docker/data", "exec-root": "$ENV_HOME/docker/run",
		  "pidfile": "$ENV_HOME/docker/pid", "hosts": ["unix://$ENV_HOME/docker.sock"],
		  "bridge": "${DOCKERD_LINK:-none}", "iptables": false, "ip6tables": false, "ip-forward": false,
		  "ip-masq": false, "default-runtime": "runc" }
	EOF
}

# A bridge with the first network of ten that nobody has.
dockerd_make_bridge() {
	DOCKERD_LINK=lk$$
	ip link add "$DOCKERD_LINK" type bridge || return
	for dockerd_net in $(seq $(($$ % 200)) $(($$ % 200 + 10))); do
		ip -o addr | grep -qF " 10.213.$dockerd_net." || break
	done
	ip addr add "10.213.$dockerd_net.1/24" dev "$DOCKERD_LINK" && ip link set "$DOCKERD_LINK" up
}

# A process that has ended and that nobody has waited for has no program any more.
dockerd_runs() {
	[ -e "/proc/$DOCKERD_PID/exe" ]
}

dockerd_open() {
	export DOCKERD_WHY=
	dockerd_path=$PATH:/usr/local/sbin:/usr/sbin:/sbin
	[ "$(id -u)" = 0 ] || dockerd_refused 'not root' || return
	dockerd_program=$(PATH=$dockerd_path command -v dockerd) || dockerd_refused 'no dockerd' || return
	command -v docker >/dev/null || dockerd_refused 'no docker' || return
	PATH=$dockerd_path command -v containerd >/dev/null || dockerd_refused 'no containerd' || return
	mkdir -p "${ENV_HOME:?env_open comes first}/docker" "$ENV_HOME/docker/config" || return
	DOCKER_HOST=unix://$ENV_HOME/docker.sock
	DOCKER_CONFIG=$ENV_HOME/docker/config
	DOCKER=docker
	[ ! -x "${dockerd_program%/sbin/dockerd}/bin/docker" ] || DOCKER=${dockerd_program%/sbin/dockerd}/bin/docker
	export DOCKER_HOST DOCKER_CONFIG DOCKER
	echo '{}' >"$DOCKER_CONFIG/config.json"
	DOCKERD_LINK=
	if [ "${DOCKERD_BRIDGE-}" = yes ]; then
		dockerd_make_bridge 2>/dev/null || dockerd_refused 'no bridge can be made' || return
	fi
	dockerd_write_config >"$ENV_HOME/conf/docker.json" || return
	# A session of its own: an interrupt at the terminal is for the test, which then ends the engine in order. And
	# no child of this shell, whose `wait` would wait for it.
	DOCKERD_PID=$(
		PATH=$dockerd_path setsid "$dockerd_program" --config-file "$ENV_HOME/conf/docker.json" \
			>"$ENV_HOME/log/dockerd.log" 2>&1 </dev/null &
		echo $!
	)
	for _ in $(seq 300); do
		! "$DOCKER" version >/dev/null 2>&1 || return 0
		dockerd_runs || break
		sleep 0.1
	done
	dockerd_close
	dockerd_refused "dockerd: $(grep -v level=info "$ENV_HOME/log/dockerd.log" | tail -n 1)"
}

dockerd_close() {
	[ -n "${DOCKERD_PID-}" ] || return 0
	kill "$DOCKERD_PID" 2>/dev/null || :
	for _ in $(seq 200); do
		dockerd_runs || break
		sleep 0.1
	done
	# What it could not end in time; its containerd would outlive it.
	if dockerd_runs; then
		dockerd_child=$(cat "$ENV_HOME/docker/run/containerd/containerd.pid" 2>/dev/null) || :
		kill -9 "$DOCKERD_PID" ${dockerd_child:+"$dockerd_child"} 2>/dev/null || :
	fi
	[ -z "$DOCKERD_LINK" ] || ip link delete "$DOCKERD_LINK" 2>/dev/null || :
	unset DOCKERD_PID DOCKERD_LINK DOCKER_HOST DOCKER_CONFIG DOCKER
}
