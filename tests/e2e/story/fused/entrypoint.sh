#!/bin/sh
# entrypoint.sh: the volume at home hides what the image has there, so the server is installed again at every start.
set -eu
mkdir -p "$HOME/.local/bin" "$HOME/.local/state" "$HOME/.ssh-host" "$HOME/repos"
install /opt/vibe-kanban "$HOME/.local/bin/vibe-kanban"
[ -s "$HOME/.ssh-host/key" ] || ssh-keygen -q -t ed25519 -N '' -f "$HOME/.ssh-host/key"
vibe-kanban &
exec /usr/sbin/sshd -D -e -f /opt/kali/sshd_config -h "$HOME/.ssh-host/key" -o PidFile="$HOME/.ssh-host/sshd.pid"
