#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# t-source.sh: an image from another repository: its reference resolved, its commit fetched once, its files the only
# inputs.
set -eu
# shellcheck source=tests/lib/tap.sh
. "${top_srcdir:?}/tests/lib/tap.sh"
# shellcheck source=tests/lib/graph.sh
. "$top_srcdir/tests/lib/graph.sh"

graph_write() {
	cat >lockstep.yaml <<-YAML
		version: 1
		registry: localhost/t
		variables:
		  FORK: { default: main, event: fork_sha }
		images:
		  app: { source: { git: "$FORK_URL", ref: "\${FORK}", path: app } }
		  tool: { source: { git: "$FORK_URL", ref: v1, path: tool }, dockerfile: ../docker/tool.Dockerfile }
		  top: { context: top }
	YAML
	mkdir top base
	printf 'FROM localhost/t/app:1\nCOPY t /t\n' >top/Dockerfile
	echo t >top/t
}

# The fork: a work tree that pushes to a bare repository.
fork=$(mktemp -d "${TMPDIR:-/tmp}/fork.XXXXXX")
daemon=
cleanup() {
	graph_cleanup
	[ -z "$daemon" ] || kill "$daemon" 2>/dev/null || :
	rm -rf "$fork"
}
FORK_URL=file://$fork/bare.git
push() {
	(cd "$fork/work" && graph_commit "$1" && git push -q --tags ../bare.git main) || exit 1
}
git init -q -b main "$fork/work"
git init -q --bare -b main "$fork/bare.git"
mkdir -p "$fork/work/app/src" "$fork/work/tool" "$fork/work/docker"
(
	cd "$fork/work"
	printf 'FROM scratch\nCOPY src /src\nCOPY link /link\n' >app/Dockerfile
	printf '**/*.md\n' >app/.dockerignore
	echo one >app/src/a
	printf '#!/bin/sh\n' >app/src/run
	chmod 755 app/src/run
	echo notes >app/src/notes.md
	ln -s src/a app/link
	printf 'FROM scratch\nCOPY . /\n' >docker/tool.Dockerfile
	echo tool >tool/tool
)
push first
git -C "$fork/work" tag v1
git -C "$fork/work" push -q --tags ../bare.git

graph_open
trap cleanup EXIT
commit=$(git -C "$fork/work" rev-parse HEAD)
short=$(printf %.7s "$commit")

# Of a context that is a repository, docker's builders leave nothing out for an ignore file.
heeded=yes notes='
file 644   URL:app/src/notes.md  ID  COPY at URL:app/Dockerfile:2'
case $BUILDER in docker* | buildx) heeded=no ;; esac
[ $heeded = no ] || notes=

lockstep inputs app >"$OUT"
is "$(sed 's|sha256:[0-9a-f]*…*|ID|' "$OUT" | tail -n +2)" "platform   linux/$(dpkg --print-architecture 2>/dev/null || echo amd64)  
dockerfile $FORK_URL@$short:app/Dockerfile  1 of 1 stages
source     $FORK_URL  ref main, commit $commit
file 644   $FORK_URL@$short:app/src/a  ID  COPY at $FORK_URL@$short:app/Dockerfile:2$(echo "$notes" | sed "s|URL|$FORK_URL@$short|g")
file 755   $FORK_URL@$short:app/src/run  ID  COPY at $FORK_URL@$short:app/Dockerfile:2
link       $FORK_URL@$short:app/link  -> src/a  COPY at $FORK_URL@$short:app/Dockerfile:3
dir        $FORK_URL@$short:app/src    COPY at $FORK_URL@$short:app/Dockerfile:2" 'its inputs, without what its ignore file leaves out'
# shellcheck disable=SC2012 # the names are ours
is "$(ls "$LOCKSTEP_STATE/git" | sed 's/^[0-9a-f]\{16\}/H/' | tr '\n' ' ')" 'H.git H.git.lock ' 'one repository for one address'
key=$(lockstep inputs app --json | jq -r .key)
is "$(lockstep inputs app --canonical | sha256sum | cut -c1-64)" "${key#sha256:}" 'its canonical form is hashed by hand'
lockstep stage app --into "$OUT.staged" >/dev/null
is "$(cd "$OUT.staged/context" && find . | LC_ALL=C sort | tr '\n' ' ')" ". ./link ./src ./src/a ${notes:+./src/notes.md }./src/run " 'what is staged'
if [ $heeded = yes ]; then
	why="no input: URL.git@$short:app/.dockerignore:1 leaves it out: **/*.md"
else
	why="an input: COPY src at URL.git@$short:app/Dockerfile:2 reads it
not built yet"
fi
is "$(lockstep inputs app --explain app/src/notes.md | sed 's|file://[^ ]*/bare|URL|')" \
	"app/src/notes.md is $why" 'why a path is none, or one'
exits 4 'no paths for make, as there are none' lockstep inputs app --make

# The same files in a folder of the graph's own give the same key.
cp -R "$fork/work/app" "$GRAPH/app"
[ $heeded = yes ] || rm "$GRAPH/app/.dockerignore"
sed 's|^  app: .*|  app: { context: app }|' lockstep.yaml >own.yaml
is "$(lockstep inputs app --graph own.yaml --json | jq -r .key)" "$key" 'the key is that of the same files in a folder'
rm -rf own.yaml app

rebuilds 'app tool top' 'the first build'
rebuilds '' 'the second has nothing to do'
echo more >>"$fork/work/elsewhere"
push 'nothing that app reads'
rebuilds '' 'a commit with nothing that is read rebuilds nothing'
echo two >>"$fork/work/app/src/a"
push 'app'
is "$(lockstep plan --json | jq -r '[.images[] | select(.state != "up to date") | .image] | join(" ")')" 'app top' 'plan sees a commit that is read'
rebuilds 'app top' 'and so does build; the tag stays where it was'
new=$(git -C "$fork/work" rev-parse --short=7 HEAD)
like "$(lockstep why top)" "*because source $FORK_URL moved: ref main $short → $new (2 commits)
    because app/src/a changed (+1 −0 lines, commit $new)*" 'why tells the commits, the lines and the commit of the file'

# Events and --set feed the reference.
printf '{"client_payload": {"fork_sha": "%s"}}' "$commit" >"$OUT.event"
is "$(GITHUB_EVENT_PATH=$OUT.event lockstep inputs app --json | jq -r '.inputs[0].commit, .key')" "$commit
$key" 'the event names the commit'
# A commit that is there is not fetched again, so its repository need not be there.
mv "$fork/bare.git" "$fork/away.git"
# shellcheck disable=SC2016 # lockstep expands it
sed 's|ref: v1|ref: "${FORK}"|' lockstep.yaml >full.yaml
is "$(lockstep inputs app --graph full.yaml --set "FORK=$commit" --json | jq -r .key)" "$key" 'a full commit that was fetched needs no repository'
rm full.yaml
exits 2 'but a branch does' lockstep inputs app
like "$tap_out" "lockstep.yaml:6:*: image 'app': git cannot read '$FORK_URL': *does not appear to be a git repository*" 'and says where'
mv "$fork/away.git" "$fork/bare.git"
exits 2 'a reference that is not there' lockstep plan --set FORK=nope
like "$tap_out" "lockstep.yaml:6:*: image 'app': '$FORK_URL' has no branch or tag 'nope'" 'is told with its place'
exits 2 'a commit that is not there' lockstep plan --set FORK=1111111111111111111111111111111111111111
like "$tap_out" "lockstep.yaml:6:*: image 'app': '$FORK_URL' has no commit 1111*" 'is told with its place, too'
sed "s|$FORK_URL|git://127.0.0.1:1/x|" lockstep.yaml >down.yaml
exits 75 'a network that is down' lockstep plan --graph down.yaml
rm down.yaml

# Two at once, from nothing.
LOCKSTEP_STATE=$graph_dir/fresh
export LOCKSTEP_STATE
for i in 1 2 3; do
	lockstep inputs app --json >"$OUT.$i" 2>&1 &
done
wait
for i in 1 2 3; do
	is "$(jq -r .inputs[0].commit "$OUT.$i")" "$(git -C "$fork/work" rev-parse HEAD)" "at the same time with others ($i)"
done

# Submodules are names of commits of others, and nothing that could be copied.
git -C "$fork/work" update-index --add --cacheinfo "160000,$commit,app/src/sub"
(cd "$fork/work" && git -c user.name=t -c user.email=t@example.org commit -qm sub && git push -q ../bare.git main)
exits 2 'a submodule that is copied is a mistake' lockstep plan app
like "$tap_out" "$FORK_URL@*:app/Dockerfile:2: COPY: 'src/sub' is a submodule, and those of a source are not fetched*" 'and is named'

# By the network.
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])' 2>/dev/null || echo 19418)
git daemon --listen=127.0.0.1 --port="$port" --base-path="$fork" --export-all --reuseaddr "$fork" >"$OUT.daemon" 2>&1 &
daemon=$!
for i in 1 2 3 4 5 6 7 8 9 10; do
	git ls-remote "git://127.0.0.1:$port/bare.git" >/dev/null 2>&1 && break
	sleep 0.2
done
sed "s|$FORK_URL|git://127.0.0.1:$port/bare.git|" lockstep.yaml >net.yaml
is "$(lockstep inputs app --graph net.yaml --set "FORK=$commit" --json | jq -r .key)" "$key" 'the same key from a git daemon'
exits 2 'a repository that the daemon does not have' sh -c "sed 's|bare.git|none.git|' net.yaml >none.yaml && '$LOCKSTEP' plan --graph none.yaml"
done_testing
