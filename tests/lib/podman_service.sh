# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# podman_service.sh: source it after env.sh for a service of podman of one's own, which is thrown away with the
# environment.
#
#   env_open
#   podman_service_open || ...  start it; its socket is in $CONTAINER_HOST. Where it does not come up, one line in
#                               $PODMAN_SERVICE_WHY says why, and the status is 1
#   podman_service_close        end it; before env_close
#
# It has the user's storage in that environment: what buildah and podman have there, it has as well. Its socket is
# somebody else's, as with systemd: a service that crashes is started again (4.3 does, when a build that was left by
# its client comes to the end of a step).

podman_service_open() {
	PODMAN_SERVICE_WHY=
	podman_service_socket=${ENV_HOME:?env_open comes first}/run/service.sock
	# No child of this shell: who waits for all of its own is not to wait for it.
	PODMAN_SERVICE_PID=$(
		python3 "${top_srcdir:?}/tests/lib/podman_service.py" "$podman_service_socket" \
			podman system service --time=0 </dev/null >>"$ENV_HOME/log/service" 2>&1 &
		echo $!
	)
	for _ in $(seq 200); do
		if podman --url "unix://$podman_service_socket" version >/dev/null 2>&1; then
			export CONTAINER_HOST="unix://$podman_service_socket"
			return 0
		fi
		[ -e "/proc/$PODMAN_SERVICE_PID/exe" ] || break
		sleep 0.1
	done
	podman_service_close
	PODMAN_SERVICE_WHY="no service of podman comes up: $(tail -n 1 "$ENV_HOME/log/service")"
	export PODMAN_SERVICE_WHY
	return 1
}

podman_service_close() {
	[ -n "${PODMAN_SERVICE_PID-}" ] || return 0
	kill "$PODMAN_SERVICE_PID" 2>/dev/null || :
	for _ in $(seq 100); do
		[ -e "/proc/$PODMAN_SERVICE_PID/exe" ] || break
		sleep 0.1
	done
	unset PODMAN_SERVICE_PID CONTAINER_HOST
}
