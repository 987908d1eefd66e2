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
exits 1 'but it cannot be built from any more' lockstep build --force
like "$tap_out" "*'$URL' holds $(printf %.19s "$(sum)")… and not $(printf %.19s "$locked")…*" 'which is told'
like "$(lockstep update)" "$URL  $(printf %.19s "$locked")… → $(printf %.19s "$(sum)")…
  rebuilds app*" 'update moves it'
rebuilds app 'and then it is built' --locked

rm "$www/tool" lockstep.lock
exits 1 'an address with nothing behind it' lockstep plan
like "$tap_out" "*cannot read '$URL'*404*" 'is told'
kill "$server"
wait "$server" 2>/dev/null || :
server=
exits 75 'a server that is down' lockstep plan
done_testing
