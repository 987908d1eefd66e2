#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# t-add-address.sh: what ADD takes from an address that may move is never left to a builder, whichever it is: it is
# staged, checked by the builder, pinned, or refused before the build.
set -eu
# shellcheck source=tests/lib/tap.sh
. "${top_srcdir:?}/tests/lib/tap.sh"
# shellcheck source=tests/lib/graph.sh
. "$top_srcdir/tests/lib/graph.sh"

BUILDER=docker
graph_open
unset CI
rm -rf base left right leaf
printf 'version: 1\nregistry: localhost/t\nimages:\n  lone: { context: lone }\n' >lockstep.yaml

# A repository and a file on this machine.
git init -q "$graph_dir/r.git"
echo content >"$graph_dir/r.git/file"
git -C "$graph_dir/r.git" add file
git -C "$graph_dir/r.git" -c user.name=t -c user.email=t@example.org commit -qm one
git -C "$graph_dir/r.git" branch -M main
commit=$(git -C "$graph_dir/r.git" rev-parse HEAD)
git -C "$graph_dir/r.git" update-server-info
mkdir "$graph_dir/www"
cp -r "$graph_dir/r.git/.git" "$graph_dir/www/r.git"
echo body >"$graph_dir/www/body"
: >"$graph_dir/http"
python3 -u -m http.server --bind 127.0.0.1 --directory "$graph_dir/www" 0 >>"$graph_dir/http" 2>&1 &
server=$!
trap 'kill "$server" 2>/dev/null; graph_cleanup' EXIT
for _ in $(seq 100); do
	port=$(sed -n 's/.*port \([0-9]*\).*/\1/p' "$graph_dir/http")
	[ -z "$port" ] || break
	sleep 0.1
done
url=http://127.0.0.1:$port
sum=$(sha256sum <"$graph_dir/www/body" | cut -d' ' -f1)

# of BUILDER LINE: status and words of a build of that Dockerfile.
of() {
	printf 'FROM scratch\n%s\n' "$2" >lone/Dockerfile
	of_status=0
	lockstep build --builder "$1" >"$OUT" 2>&1 || of_status=$?
}
version=$("$DOCKER" version --format '{{.Server.Version}}')
old=$([ "${version%%.*}" -lt 23 ] && echo yes || echo no)

for builder in docker docker-classic; do
	of $builder "ADD $url/body /body"
	is "$of_status" 2 "$builder: an address without a checksum"
	like "$(cat "$OUT")" "*lone/Dockerfile:2: '$url/body' would be downloaded by the builder, unchecked*" 'is refused'
	is "$("$DOCKER" images -q | wc -l)" 0 'before anything is built'
done
of docker "ADD $url/r.git#main /r"
if [ "$old" = yes ]; then
	is "$of_status" 2 'docker: a git repository, before version 23'
	like "$(cat "$OUT")" '*lone/Dockerfile:2: docker * cannot do ADD of a git repository*' 'is refused'
	of docker "ADD --checksum=sha256:$sum $url/body /body"
	like "$of_status $(cat "$OUT")" '2 *cannot do ADD --checksum*' 'and so is a checksum'
else
	is "$of_status" 0 'docker: a git repository is taken'
fi
is "$(lockstep stage lone --builder docker --into "$graph_dir/staged" >/dev/null 2>&1 && sed -n 's/^ADD //p' "$graph_dir/staged/Dockerfile")" \
	"$([ "$old" = yes ] && echo '' || echo "$url/r.git#$commit /r")" 'by its commit, where it is taken'
of docker-classic "ADD $url/r.git#main /r"
is "$([ "$of_status" != 0 ] && echo refused)" refused 'docker-classic: a git repository is no source'
is "$("$DOCKER" images -q | wc -l)" 0 'and nothing was built'

for builder in buildah podman; do
	command -v $builder >/dev/null || continue
	of $builder "ADD $url/body /body"
	is "$of_status" 0 "$builder: an address is downloaded by lockstep"
	rm -rf "$graph_dir/staged"
	lockstep stage lone --builder $builder --into "$graph_dir/staged" >/dev/null
	is "$(cat "$graph_dir/staged/files/0/body")" body 'staged'
	like "$(cat "$graph_dir/staged/Dockerfile")" '*COPY --from=lockstep-files *' 'and copied'
	of $builder "ADD --checksum=sha256:$sum $url/body /body"
	is "$of_status" 2 'a checksum, which it does not know, is refused'
	of $builder "ADD git://127.0.0.1:1/r.git#main /r"
	is "$([ "$of_status" != 0 ] && echo refused)" refused 'a git repository is no source'
done
done_testing
