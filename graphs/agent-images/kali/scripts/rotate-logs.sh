#!/bin/sh
# rotate-logs.sh: rotate what the agents log on the volume. Run it at every start, and from a crontab.
exec /usr/sbin/logrotate --state "$HOME/.local/state/logrotate" /opt/kali/logrotate.conf
