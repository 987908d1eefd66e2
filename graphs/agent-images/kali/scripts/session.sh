#!/bin/sh
# session.sh [NAME]: join the terminal session of that name, or start it in the repository of that name.
name=${1:-main}
folder=$HOME/repos/$name
[ -d "$folder" ] || folder=$HOME
exec tmux new-session -A -s "$name" -c "$folder"
