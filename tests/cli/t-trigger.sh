#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# t-trigger.sh: images that only an ONBUILD trigger of a base from outside names are edges, locked, and exactly those
# that get into the image.
set -eu
# shellcheck source=tests/lib/tap.sh
. "${top_srcdir:?}/tests/lib/tap.sh"
# shellcheck source=tests/lib/graph.sh
. "$top_srcdir/tests/lib/graph.sh"

graph_registry
LIB=$REG_HOST/lib

graph_write() {
	mkdir -p base tools app
	cat >lockstep.yaml <<-'YAML'
		version: 1
		registry: localhost/t
		images:
		  app: { context: app }
		  tools: { context: tools }
	YAML
	printf 'FROM %s/base:1\nCOPY own /own\n' "$LIB" >app/Dockerfile
	echo own >app/own
	printf 'FROM scratch\nCOPY f /f\n' >tools/Dockerfile
	echo one >tools/f
}
graph_open
unset CI
CONTAINERS_REGISTRIES_CONF=$graph_dir/registries.conf
export CONTAINERS_REGISTRIES_CONF
printf '[[registry]]\nlocation = "%s"\ninsecure = true\n' "$REG_HOST" >"$CONTAINERS_REGISTRIES_CONF"
bb=$(command -v busybox)

# external NAME TEXT: pushes lib/NAME:1 with the Dockerfile that is on standard input, and with TEXT in /o.
external() {
	mkdir -p "$graph_dir/ext/bin"
	cp "$bb" "$graph_dir/ext/bin/busybox"
	ln -sf busybox "$graph_dir/ext/bin/sh"
	echo "$2" >"$graph_dir/ext/o"
	cat >"$graph_dir/ext/Dockerfile"
	{
		buildah bud --quiet --layers=false --format docker --timestamp 0 -t ext "$graph_dir/ext"
		buildah push --quiet --tls-verify=false --digestfile "$graph_dir/digest" ext "docker://$LIB/$1:1"
		buildah rmi -f ext
	} >"$OUT.ext" 2>&1 || {
		cat "$OUT.ext" >&2
		exit 1
	}
}
# of IMAGE PATH: what it holds there.
of() {
	of_c=$(buildah from --pull-never "localhost/t/$1")
	cat "$(buildah mount "$of_c")/$2"
	buildah rm "$of_c" >/dev/null
}

external other 'first' <<-'DF'
	FROM scratch
	COPY o /o
DF
external base base <<-DF
	FROM scratch
	COPY bin /bin
	ENV PATH=/bin
	ONBUILD COPY --from=localhost/t/tools:any /f /copied
	ONBUILD COPY --from=$LIB/other:1 /o /other
	ONBUILD RUN --mount=type=bind,from=localhost/t/tools:any,target=/m busybox cp /m/f /mounted
DF

is "$(lockstep plan --json | jq -r '.images[] | "\(.image) \(.state) \([.reasons[].kind] | join(" "))"')" 'tools build first-build
app waits parent-pending' 'the edge: app waits for the image that a trigger names'
is "$(lockstep lock | sed 's/  new .*//')" "$LIB/base:1
$LIB/other:1
lockstep.lock: 2 entries, 2 moved" 'the lock file has the base, and the other image of its triggers'
exits 0 'and is up to date' env CI=1 "$LOCKSTEP" plan
is "$(lockstep lock | tail -n 1)" 'lockstep.lock: 2 entries, 0 moved' 'it stays as it is'
rebuilds 'app tools' 'both are built' --load --locked
is "$(of app copied) $(of app mounted) $(of app other) $(of app own)" 'one one first own' 'with exactly what they hold'
rebuilds '' 'then there is nothing to do' --load --locked

# The image of the graph moves.
echo two >tools/f
rebuilds 'app tools' 'another content of the image that a trigger names' --load
is "$(of app copied) $(of app mounted)" 'two two' 'comes with the child'
like "$(lockstep why app)" '*tools/f*' 'and why names the root cause'
is "$(lockstep inputs app --json | jq -r '[.inputs[] | select(.kind == "parent" or .kind == "external") | "\(.use) \(.line)"] | sort | unique | join(", ")')" \
	'COPY --from 1, FROM 1, RUN --mount from 1' 'they are inputs, at the line of FROM'

# The external moves: not before the lock does.
external other 'second' <<-'DF'
	FROM scratch
	COPY o /o
DF
rebuilds '' 'what is locked stays' --load --locked
is "$(lockstep update "$LIB/other:1" | sed -n 's/  rebuilds //p')" app 'update knows who takes it'
rebuilds app 'then it is built' --load
is "$(of app other)" second 'with the new one'

# What is not locked, or not needed.
sed -i '/other:1/d' lockstep.lock
exits 4 'an entry that is missing' env CI=1 "$LOCKSTEP" plan
like "$tap_out" "*app/Dockerfile:1: '$LIB/other:1' is not in 'lockstep.lock'*" 'is told with the line of FROM'
lockstep lock >/dev/null

# By hand.
lockstep stage app --into "$graph_dir/staged" >"$OUT"
is "$(sed -n 's/^--build-context \(.*\)=docker-image:.*/\1/p' "$OUT" | sort)" "$LIB/other:1
localhost/t/tools:any" 'stage says what a build by hand needs'
is "$(lockstep stage app --into "$graph_dir/staged2" --json | jq '.contexts | length')" 2 'and in JSON'

# A new base with other triggers: update looks at those as well.
external base base <<-DF
	FROM scratch
	COPY bin /bin
	ONBUILD COPY --from=localhost/t/tools /f /later
DF
is "$(lockstep update | sed -n 's/^\([^ ]*other:1\)  .*→ /\1 /p')" "$LIB/other:1 gone" 'what no trigger names any more goes'
rebuilds app 'with the new triggers' --load
is "$(of app later)" two 'which took the image of the graph'

# A trigger that closes a circle.
external base base <<-DF
	FROM scratch
	COPY bin /bin
	ONBUILD COPY --from=localhost/t/app /f /later
DF
lockstep update >/dev/null 2>"$OUT" || :
like "$(cat "$OUT")" "*app/Dockerfile:1: image 'app' is built from itself*" 'a trigger that names its own child'
done_testing
