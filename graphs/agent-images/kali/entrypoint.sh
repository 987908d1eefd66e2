#!/bin/sh
# entrypoint.sh: what a secure-agent-kali container runs: sshd, as an ordinary user.
set -eu

keys=$HOME/.ssh-host
mkdir -p "$keys" "$HOME/.local/state"
if [ ! -s "$keys/ssh_host_ed25519_key" ]; then
	ssh-keygen -q -t ed25519 -N '' -f "$keys/ssh_host_ed25519_key"
fi
/opt/kali/scripts/rotate-logs.sh || echo "entrypoint.sh: could not rotate the logs" >&2

# Pods whose volume still has the vibe-kanban of the time before the sidecar go on starting it. It must have a port of
# its own: PORT and HOST in the pod's manifest.
if command -v vibe-kanban >/dev/null; then
	echo "entrypoint.sh: starting $(command -v vibe-kanban) on ${HOST:-0.0.0.0}:${PORT:-8081}" >&2
	vibe-kanban &
fi

exec /usr/sbin/sshd -D -e -f /opt/kali/sshd_config -h "$keys/ssh_host_ed25519_key" -o PidFile="$keys/sshd.pid"
