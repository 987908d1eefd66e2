#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# t-remote.sh: what ADD downloads is an input by its bytes: looked up or locked, where lockstep downloads it; else only
# as the Dockerfile pins it.
set -eu
# shellcheck source=tests/lib/tap.sh
. "${top_srcdir:?}/tests/lib/tap.sh"
# shellcheck source=tests/lib/graph.sh
. "$top_srcdir/tests/lib/graph.sh"
# shellcheck source=tests/lib/images.sh
. "$top_srcdir/tests/lib/images.sh"

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
graph_open
trap cleanup EXIT
unset CI
sum() {
	echo "sha256:$(sha256sum "$www/tool" | cut -c1-64)"
}
# listed: address, digest and line of what ADD downloads, from the list of inputs.
listed() {
	lockstep inputs app --json | jq -r '.inputs[] | select(.kind == "remote") | "\(.url) \(.digest) \(.line)"'
}
recorded() {
	lockstep inputs app --canonical "$@" | sed -n 's/^source	//p'
}

built_by_itself() {
	image_build app localhost/original:latest
	got=$(image_list localhost/t/app:latest)
	is "$got" "$(image_list localhost/original:latest)" 'the tree is that of the original line'
	is "$(image_config localhost/t/app:latest)" "$(image_config localhost/original:latest)" 'and so is the config'
}
# The server's files for that, and app's.
archives() {
	mkdir -p "$www/d" ctx app/there
	echo in >ctx/in
	tar -czf "$www/a.tgz" -C ctx in
	tar -cf app/local.tar -C ctx in
	echo x >"$www/d/sp ace"
	echo t >app/there/t
	ln -s there app/link
	echo in >app/in
	BASE=${URL%/tool}
}
# skeleton_with: app's Dockerfile, with what is on standard input.
skeleton_with() {
	{
		printf 'FROM scratch AS skeleton\nCOPY there/ /there/\nCOPY link /link\nFROM skeleton\nARG N=a\n'
		cat
		echo 'COPY . /all/'
	} >app/Dockerfile
}
# The end of the script.
gone() {
	rm -f ./lockstep.lock
	printf 'FROM scratch\nADD %s /tool\n' "$URL" >app/Dockerfile
	rm "$www/tool"
	exits 1 'an address with nothing behind it' lockstep plan
	like "$tap_out" "*cannot read '$URL'*404*" 'is told'
	kill "$server"
	wait "$server" 2>/dev/null || :
	server=
	exits 75 'a server that is down' lockstep plan
	done_testing
}

# pinned DIGEST
pinned() {
	printf 'FROM scratch\nADD --checksum=%s %s /tool\n' "$1" "$URL" >app/Dockerfile
}
# docker and BuildKit download by themselves, later than anybody could look: without a checksum it is refused. Podman's
# service is not given what was downloaded.
refused() {
	why="'$URL' would be downloaded by the builder, unchecked
    write ADD --checksum=sha256:DIGITS (docker 23 or newer), or build with buildah or podman"
	[ "$BUILDER" != podman-service ] || why="the service of podman * cannot be given what ADD takes from '$URL'
    copy the file into the context, or write \`builder: podman\`"
	for command in plan build inputs stage; do
		set -- "$command" app
		[ "$command" != stage ] || set -- "$@" --into "$graph_dir/staged"
		exits 2 "$command: an address without a checksum" lockstep "$@"
		like "$tap_out" "app/Dockerfile:2: $why" 'is refused'
	done
	lockstep lock >/dev/null
	is "$(tail -n 1 lockstep.lock)" "http $URL $(sum)" 'it can be locked'
	exits 2 'but who builds would not know' lockstep build --locked
	rm lockstep.lock
	is "$(lockstep history --json | jq length)" 0 'and nothing was built'
}
# A checksum is refused, too, where the builder does not know it: then the status is 1.
checksum() {
	pinned "$(sum)"
	case $BUILDER in
	docker-classic) engine=classic ;;
	podman-service) engine=containers ;;
	docker) engine=$("$DOCKER" version --format '{{.Server.Version}}') ;;
	*) return 0 ;;
	esac
	case $engine in
	classic | containers)
		says="app/Dockerfile:2:5: flag '--checksum' of ADD is not supported by dialect '$engine'
    supported by BuildKit and buildah from 1.33 on"
		;;
	1?.* | 20.* | 22.*)
		says="app/Dockerfile:2: docker $engine cannot do ADD --checksum
    docker 23 or newer, or a \`# syntax=\` line that names a newer frontend, can"
		;;
	*) return 0 ;;
	esac
	exits 2 'a checksum, which it does not know' lockstep build
	is "$tap_out" "$says" 'is refused'
	return 1
}
# What is checked is built, and nothing else.
checked() {
	one=$(sum)
	is "$(recorded)" "http	$one" 'its digest is in the key'
	is "$(listed)" "$URL $one 2" 'and among the inputs'
	rebuilds app 'built' --load
	is "$(image_read localhost/t/app:latest tool)" one 'with what it names'
	rebuilds '' 'nothing to do'
	is "$(lockstep lock)" 'lockstep.lock: 0 entries, 0 moved' 'what its own text pins has no entry'
	exits 0 'and needs none' env CI=1 "$LOCKSTEP" plan --locked
	rm lockstep.lock
	echo two >"$www/tool"
	rebuilds '' 'another content at the address is no reason'
	pinned "$(sum)"
	is "$(lockstep plan --json | jq -r '.images[0].reasons[] | select(.kind == "source") | .before, .after')" "$one
$(sum)" 'another checksum is'
	rebuilds app 'and is built' --load
	is "$(image_read localhost/t/app:latest tool)" two 'from what it names'
	before=$(loaded localhost/t/app:latest)
	pinned "sha256:$(printf %064d 1)"
	exits 1 'what the address does not hold' lockstep build --load
	like "$tap_out" "*app/Dockerfile:2: *$(printf %064d 1)*" 'cannot be built'
	is "$(lockstep plan --json | jq -r '.images[0].state')" build 'and is not taken for built'
	is "$(loaded localhost/t/app:latest)" "$before" 'nor loaded'

	# The address moves as the builder starts.
	echo before >"$www/tool"
	pinned "$(sum)"
	graph_wrap "case \" \$* \" in *' build '*) echo after >'$www/tool' ;; esac"
	exits 1 'the address moves as the builder starts' lockstep build --load
	PATH=${PATH#*:}
	is "$(cat "$www/tool")" after 'it did'
	is "$(loaded localhost/t/app:latest)" "$before" 'and there is no image of it'
	lockstep stage app --into "$graph_dir/staged" >/dev/null
	echo before >"$www/tool"
	like "$(cat "$graph_dir/staged/Dockerfile")" "*ADD --checksum=$(sum) $URL /tool*" 'stage leaves it to the builder'
	rebuilds app 'when it is back, it is built' --load
	is "$(image_read localhost/t/app:latest tool)" before 'from what the key says'
}
# ADD of every kind, each address with its checksum.
checked_lines() {
	echo "ARG SUM=$(sum)"
	get='import sys, urllib.request; sys.stdout.buffer.write(urllib.request.urlopen(sys.argv[1]).read())'
	tgz="--checksum=sha256:$(sha256sum <"$www/a.tgz" | cut -c1-64)"
	cat <<-EOD
		ADD $tgz $BASE/a.tgz /plain
		ADD $tgz $BASE/\$N.tgz?x=1 /folder/
		ADD $tgz --chown=7:8 --chmod=0751 $BASE/a.tgz /both/
		ADD --checksum=sha256:$(sha256sum <"$www/d/sp ace" | cut -c1-64) --chmod=0751 $BASE/d/sp%20ace /both/
		ADD --checksum=\$SUM $BASE/tool /there
		ADD --checksum=\$SUM ["$BASE/tool", "/with blank"]
		ADD --checksum=sha256:$(python3 -c "$get" "$BASE/d/" | sha256sum | cut -c1-64) $BASE/d/ /index
	EOD
}
by_the_builder() {
	refused
	lines=
	if checksum; then
		checked
		archives
		lines=$(checked_lines)
	else
		archives
	fi
	skeleton_with <<-EOD
		$lines
		ADD local.tar in /mixed/
		ADD --chown=7:8 in local.tar /folder/
	EOD
	rebuilds app 'archives, names, modes, folders' --load
	built_by_itself
}
case $BUILDER in docker* | podman-service | buildx)
	by_the_builder
	want='*all/local.tar f 644 0:0*'
	[ -z "$lines" ] || want='*folder/a.tgz f 600 0:0*'
	like "$got" "$want" 'and not an empty one'
	gone
	exit
	;;
esac

one=$(sum)
is "$(recorded)" "http	$one" 'its digest is in the key'
is "$(listed)" "$URL $one 2" 'and among the inputs'
rebuilds app 'built'
rebuilds '' 'nothing to do while it stays'
echo two >"$www/tool"
is "$(lockstep plan --json | jq -r '.images[0].reasons[] | .kind, .subject, .before, .after')" "source
$URL
$one
$(sum)" 'another content at the address is a reason'
rebuilds app 'and is built'
like "$(lockstep why app)" "*because source $URL moved: $(printf %.19s "$one")… → $(printf %.19s "$(sum)")…*" 'and why names it'

lockstep lock >/dev/null
is "$(tail -n 1 lockstep.lock)" "http $URL $(sum)" 'locked by its digest'
locked=$(sum)
echo three >"$www/tool"
is "$(recorded --locked)" "http	$locked" 'what is locked is the input'
is "$(lockstep inputs app --locked | sed -n 's/^remote *//p')" "$URL  $locked  ADD at app/Dockerfile:2" \
	'and is told as that'
rebuilds '' 'nothing to do' --locked
exits 0 'and what was downloaded once is built from' lockstep build --force --load
is "$(image_read localhost/t/app:latest tool)" two 'whatever the address holds by now'
rm -rf "$LOCKSTEP_STATE/downloads"
exits 1 'without it, it cannot be built any more' lockstep build --force
like "$tap_out" "*'$URL' holds $(printf %.19s "$(sum)")… and not $(printf %.19s "$locked")…*" 'which is told'
like "$(lockstep update)" "$URL  $(printf %.19s "$locked")… → $(printf %.19s "$(sum)")…
  rebuilds app*" 'update moves it'
rebuilds app 'and then it is built' --locked

# What is built from the staged files is what buildah makes by itself: an archive stays one, the name comes from the
# address, the mode is 0600 but for --chmod, and folders, files and several sources are told apart as it does.
rm lockstep.lock
archives
skeleton_with <<-EOD
	ADD $BASE/a.tgz /plain
	ADD $BASE/\$N.tgz?x=1 /folder/
	ADD --chown=7:8 --chmod=0751 $BASE/a.tgz $BASE/d/sp%20ace /both/
	ADD $BASE/tool /there
	ADD $BASE/a.tgz local.tar $BASE/tool in /mixed/
	ADD ["$BASE/tool", "/with blank"]
	ADD $BASE/d/ /index
EOD
rebuilds app 'archives, names, modes, folders' --load
built_by_itself
like "$got" '*folder/a.tgz f 600 0:0*' 'and not an empty one'

# The address moves between the check and the build: what is built is what the key says.
printf 'FROM scratch\nADD %s /tool\n' "$URL" >app/Dockerfile
echo before >"$www/tool"
graph_wrap "case \" \$* \" in *' bud '* | *' build '*) echo after >'$www/tool' ;; esac"
rebuilds app 'the address moves as the builder starts' --load
PATH=${PATH#*:}
is "$(cat "$www/tool")" after 'it did'
is "$(image_read localhost/t/app:latest tool)" before 'the image holds what the key says'
lockstep stage app --into "$graph_dir/staged" >/dev/null
is "$(cat "$graph_dir/staged/files/0/tool")" after 'stage writes what is downloaded beside the context'
like "$(cat "$graph_dir/staged/Dockerfile")" '*COPY --from=lockstep-files 0/tool /tool*' 'and the Dockerfile takes it from there'

gone
