#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# cache.sh: when is a rebuild a lie? Each situation in which a builder's own layer cache gives, or once gave, an image that
# is stale: `lockstep build` makes the new one, in a storage that holds the layers of the old one.
set -eu
# shellcheck source=tests/lib/tap.sh
. "${top_srcdir:?}/tests/lib/tap.sh"
# shellcheck source=tests/lib/graph.sh
. "$top_srcdir/tests/lib/graph.sh"

[ "$(id -u)" = 0 ] || skip_all 'layers can be read by root only'
command -v buildah >/dev/null || skip_all 'no buildah'
command -v busybox >/dev/null || skip_all 'no busybox'
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

# Each line: what is said, case of tests/mutation/cases, mutant.
cat >"$tmp/rows" <<'END'
a new value of an argument in ENV|plain|argument changed: V
a new value of an argument in LABEL|label|argument changed: V
a new value of an argument in USER|user|argument with another: U
a new value of an argument in WORKDIR|workdir|argument changed: W
a new value of an argument in EXPOSE|expose|argument with another: P
a new value of an argument in VOLUME|volume|argument changed: V
a new value of an argument in STOPSIGNAL|stopsignal|argument with another: S
a new value behind the default of another argument|arg-behind-arg|argument changed: B
a new value of an argument before the first FROM|arg-global|argument changed: G
a new value of an argument of the stage below|arg-of-base-stage|argument changed: V
a file of RUN --mount=type=bind|mount-bind|byte, same size: src/f
a file of RUN --mount of the whole context|mount-bind-all|byte, same size: a
a file of RUN --mount from a stage|mount-bind-stage|byte, same size: f
a new value of an argument in COPY|copy-argument|argument changed: P
a new value of an argument in the source's owner|copy-owner|argument with another: WHO
a file of COPY --from|copy-from-stage|byte, same size: used
another owner|copy-owner|last word: COPY at 4
an ignore file|ignore-docker|ignore line removed: %2A%2A/%2A.o
a new name|copy-folder|rename: d/one
the x bit|modes|executable: d/read
a base under the same tag|plain|base, same tag: localhost/plain/base:1 is other
END
# What no build may see, since staging makes it constant, is not seen either.
cat >"$tmp/same" <<'END'
the mode of a folder below|copy-folder|folder's mode: d/sub
the time of a copied file, seen by RUN|mtime|mtime: a
a proxy argument, seen by RUN|plain|argument given: HTTP_PROXY
END
only=$(sed 's/^[^|]*|\([^|]*\)|/\1: /' "$tmp/rows" "$tmp/same" | sed 's/[*.]/[&]/g' | tr '\n' '|' | sed 's/|$//')
cases=$(cut -d'|' -f2 "$tmp/rows" "$tmp/same" | sort -u | tr '\n' ' ')
status=0
# shellcheck disable=SC2086 # words
"$top_srcdir/scripts/mutation" buildah --warm --verbose --only "^($only)$" $cases >"$tmp/out" 2>&1 || status=$?
is "$status" 0 'no image is stale'
[ "$status" = 0 ] || diag "$(tail -n 60 "$tmp/out")"
while IFS='|' read -r said case mutant; do
	is "$(grep -F "# $case: $mutant: " "$tmp/out")" "# $case: $mutant: moved 
# $case: $mutant: warm" "$said"
done <"$tmp/rows"
while IFS='|' read -r said case mutant; do
	is "$(grep -F "# $case: $mutant: " "$tmp/out")" "# $case: $mutant: kept 
# $case: $mutant: warm" "$said: no other image"
done <"$tmp/same"
done_testing
