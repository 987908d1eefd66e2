#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# t-options.sh: what RUN sees of --add-host and --ulimit, and another platform, find no layers that were made otherwise.
set -eu
# shellcheck source=tests/lib/tap.sh
. "${top_srcdir:?}/tests/lib/tap.sh"
# shellcheck source=tests/lib/graph.sh
. "$top_srcdir/tests/lib/graph.sh"

graph_write() {
	mkdir -p base
	cat >base/Dockerfile <<-'DF'
		FROM scratch
		COPY busybox /bin/sh
		RUN while read -r line; do echo "$line"; done </etc/hosts >/hosts; ulimit -n >/files
		CMD ["/bin/sh"]
	DF
	# shellcheck disable=SC2119
	options
}

# options [LINE]: of the image.
options() {
	printf 'version: 1\nimages:\n  base: { context: base%s }\n' "${1-}" >lockstep.yaml
}

# seen FILE: by RUN, in the image that is up to date.
seen() {
	lockstep build --load >/dev/null 2>&1
	rm -f "$graph_dir/image.tar"
	buildah push -q "$(lockstep plan --json | jq -r '.images[0].image_id | ltrimstr("sha256:")')" \
		"docker-archive:$graph_dir/image.tar" >/dev/null
	tar -tf "$graph_dir/image.tar" | grep '^[0-9a-f]*\.tar$' | while IFS= read -r layer; do
		tar -xOf "$graph_dir/image.tar" "$layer" | tar -xOf - "$1" 2>/dev/null || :
	done
}

graph_open
ok 'builds' lockstep build
plain=$(lockstep plan --json | jq -r '.images[0].image_id')
options ', add-host: ["there:10.1.2.3"]'
rebuilds base 'a name for an address'
like "$(seen hosts)" '*10.1.2.3*there*' 'RUN sees it'
options ', add-host: ["there:10.9.9.9"]'
rebuilds base 'another address'
like "$(seen hosts)" '*10.9.9.9*there*' 'RUN sees that'
options ', ulimit: ["nofile=100:100"]'
rebuilds base 'a limit'
is "$(seen files)" 100 'RUN has it'
options ', ulimit: ["nofile=99:99"]'
rebuilds base 'another limit'
is "$(seen files)" 99 'RUN has that'
options
rebuilds '' 'without options again'
is "$(lockstep plan --json | jq -r '.images[0].image_id')" "$plain" 'it is the first image'
sed -i 's/^RUN/# RUN/' base/Dockerfile
rebuilds base 'without RUN'
host=$(lockstep plan --json | jq -r '.images[0].image_id')
options ', platform: linux/arm64'
rebuilds base 'for another platform'
like "$(lockstep plan --json | jq -r '.images[0].image_id')" 'sha256:*' 'it is built'
other=$(lockstep plan --json | jq -r '.images[0].image_id')
ok 'it is another image' [ "$other" != "$host" ]
is "$(buildah --root "$LOCKSTEP_STATE/storage" --runroot "$graph_dir/run" --storage-driver "$ENV_DRIVER" inspect --type image \
	--format '{{.OCIv1.Architecture}}' "${other#sha256:}")" arm64 'of that platform'
done_testing
