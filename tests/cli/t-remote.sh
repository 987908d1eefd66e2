#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# t-remote.sh: what ADD downloads is an input by its bytes, looked up or locked.
set -eu
# shellcheck source=tests/lib/tap.sh
. "${top_srcdir:?}/tests/lib/tap.sh"
# shellcheck source=tests/lib/graph.sh
. "$top_srcdir/tests/lib/graph.sh"

command -v python3 >/dev/null || skip_all 'no python3 to serve a file with'
www=$(mktemp -d "${TMPDIR:-/tmp}/www.XXXXXX")
server=
cleanup() {
	graph_cleanup
	[ -z "$server" ] || kill "$server" 2>/dev/null || :
	rm -rf "$www"
}
trap cleanup EXIT
echo one >"$www/tool"
python3 -u -c 'import functools, http.server, sys
s = http.server.HTTPServer(("127.0.0.1", 0), functools.partial(http.server.SimpleHTTPRequestHandler, directory=sys.argv[1]))
print(s.server_address[1], flush=True)
s.serve_forever()' "$www" >"$www/port" 2>"$www/log" &
server=$!
while [ ! -s "$www/port" ]; do
	kill -0 "$server"
	sleep 0.1
done
URL=http://127.0.0.1:$(cat "$www/port")/tool

graph_write() {
	mkdir base app
	printf 'version: 1\nregistry: localhost/t\nimages:\n  app: { context: app }\n' >lockstep.yaml
	printf 'FROM scratch\nADD %s /tool\n' "$URL" >app/Dockerfile
}
# Opens the last image of app.
open_image() {
	box=$(buildah from --pull-never localhost/t/app)
	tree=$(buildah mount "$box")
}
close_image() {
	buildah rm "$box" >/dev/null
}
in_image() {
	open_image && cat "$tree/$1"
	close_image
}
# Every path of a tree with what ADD decides of it.
listed() {
	(cd "$1" && find . ! -name . -printf '%P %y %m %U:%G ' \( -type f -exec sh -c 'sha256sum <"$1" | cut -c1-12' _ {} \; -o -printf '\n' \) | sort)
}
config_of() {
	buildah inspect --type image "$1" | jq -cS '.OCIv1.config | del(.Labels."io.buildah.version")'
}
graph_open
trap cleanup EXIT
unset CI
sum() {
	echo "sha256:$(sha256sum "$www/tool" | cut -c1-64)"
}
recorded() {
	lockstep inputs app --canonical "$@" | sed -n 's/^source	//p'
}

one=$(sum)
is "$(recorded)" "http	$one" 'its digest is in the key'
rebuilds app 'built'
rebuilds '' 'nothing to do while it stays'
echo two >"$www/tool"
is "$(lockstep plan --json | jq -r '.images[0].reasons[] | .kind, .before, .after')" "source
$one
$(sum)" 'another content at the address is a reason'
rebuilds app 'and is built'

lockstep lock >/dev/null
is "$(tail -n 1 lockstep.lock)" "http $URL $(sum)" 'locked by its digest'
locked=$(sum)
echo three >"$www/tool"
is "$(recorded --locked)" "http	$locked" 'what is locked is the input'
rebuilds '' 'nothing to do' --locked
exits 0 'and what was downloaded once is built from' lockstep build --force --load
is "$(in_image tool)" two 'whatever the address holds by now'
rm -rf "$LOCKSTEP_STATE/downloads"
exits 1 'without it, it cannot be built any more' lockstep build --force
like "$tap_out" "*'$URL' holds $(printf %.19s "$(sum)")… and not $(printf %.19s "$locked")…*" 'which is told'
like "$(lockstep update)" "$URL  $(printf %.19s "$locked")… → $(printf %.19s "$(sum)")…
  rebuilds app*" 'update moves it'
rebuilds app 'and then it is built' --locked

# What is built from the staged files is what buildah makes by itself: an archive stays one, the name comes from the
# address, the mode is 0600 but for --chmod, and folders, files and several sources are told apart as it does.
rm lockstep.lock
mkdir -p "$www/d" ctx
echo in >ctx/in
tar -czf "$www/a.tgz" -C ctx in
tar -cf app/local.tar -C ctx in
echo x >"$www/d/sp ace"
BASE=${URL%/tool}
cat >app/Dockerfile <<-EOD
	FROM scratch AS skeleton
	COPY there/ /there/
	COPY link /link
	FROM skeleton
	ARG N=a
	ADD $BASE/a.tgz /plain
	ADD $BASE/\$N.tgz?x=1 /folder/
	ADD --chown=7:8 --chmod=0751 $BASE/a.tgz $BASE/d/sp%20ace /both/
	ADD $BASE/tool /there
	ADD $BASE/a.tgz local.tar $BASE/tool in /mixed/
	ADD ["$BASE/tool", "/with blank"]
	ADD $BASE/d/ /index
	COPY . /all/
EOD
mkdir app/there
echo t >app/there/t
ln -s there app/link
echo in >app/in
rebuilds app 'archives, names, modes, folders' --load
buildah bud --quiet --layers=false --timestamp 0 -t localhost/original app >"$OUT.original" 2>&1 || diag "$(cat "$OUT.original")"
open_image
got=$(listed "$tree")
close_image
box=$(buildah from --pull-never localhost/original)
tree=$(buildah mount "$box")
is "$got" "$(listed "$tree")" 'the tree is that of the original line'
close_image
is "$(config_of localhost/t/app)" "$(config_of localhost/original)" 'and so is the config'
like "$got" '*folder/a.tgz f 600 0:0*' 'and not an empty one'

# The address moves between the check and the build: what is built is what the key says.
printf 'FROM scratch\nADD %s /tool\n' "$URL" >app/Dockerfile
echo before >"$www/tool"
graph_wrap "case \" \$* \" in *' bud '* | *' build '*) echo after >'$www/tool' ;; esac"
rebuilds app 'the address moves as the builder starts' --load
PATH=${PATH#*:}
is "$(cat "$www/tool")" after 'it did'
is "$(in_image tool)" before 'the image holds what the key says'
lockstep stage app --into "$graph_dir/staged" >/dev/null
is "$(cat "$graph_dir/staged/files/0/tool")" after 'stage writes what is downloaded beside the context'
like "$(cat "$graph_dir/staged/Dockerfile")" '*COPY --from=lockstep-files 0/tool /tool*' 'and the Dockerfile takes it from there'

rm -f ./lockstep.lock
rm "$www/tool"
exits 1 'an address with nothing behind it' lockstep plan
like "$tap_out" "*cannot read '$URL'*404*" 'is told'
kill "$server"
wait "$server" 2>/dev/null || :
server=
exits 75 'a server that is down' lockstep plan
done_testing
