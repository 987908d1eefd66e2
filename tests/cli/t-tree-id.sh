#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# t-tree-id.sh: an image that comes out under another ID and holds the same: it is not taken for a new one.
set -eu
# shellcheck source=tests/lib/tap.sh
. "${top_srcdir:?}/tests/lib/tap.sh"
# shellcheck source=tests/lib/graph.sh
. "$top_srcdir/tests/lib/graph.sh"
graph_open

# An image that has a check is read after its build, so its tree ID is known whatever the builder is.
sed -i 's/^  base: .*/  base: { context: base, checks: [ { file: \/made, contains: made } ] }/' lockstep.yaml
# base_runs COMMAND: what the base's RUN does; the text is in the image's history.
base_runs() {
	cat >base/Dockerfile <<-DF
		FROM scratch
		COPY busybox /bin/busybox
		COPY etc/ /etc/
		RUN ["/bin/busybox", "sh", "-c", "$1"]
		ENV PATH=/bin
	DF
}
base_id() {
	jq -r ".images[] | select(.image == \"base\") | .$1" "$OUT"
}

base_runs 'echo made >/made'
rebuilds 'base leaf left lone right' 'cold: everything'
first=$(base_id image_id)

base_runs 'echo made  >/made; true'
rebuilds 'base' 'another history, the same files: its children are left alone'
is "$(base_id same_content)" 'true' 'said in JSON'
is "$(base_id image_id)" "$first" 'the image before is kept'
like "$(base_id made_image_id)" 'sha256:*' 'the one that was made has another ID'
like "$(lockstep why base)" '*because*RUN*
*rebuilt, same content: the image before was kept, its children were left alone' 'why says so'
is "$(lockstep build)" 'nothing to do: 5 images up to date' 'and it is up to date then'

rebuilds 'base' 'built again by force' --force base
is "$(base_id image_id)" "$first" 'it is still the same image'

base_runs 'echo remade >/made'
rebuilds 'base leaf left right' 'a file that differs is no same content'
is "$(base_id same_content)" 'false' 'said in JSON too'
second=$(base_id image_id)
base_runs 'echo remade >/made; /bin/busybox chmod 600 /made'
rebuilds 'base leaf left right' 'nor is a mode'
sed -i 's/^ENV PATH.*/ENV PATH=\/bin\nLABEL kind=base/' base/Dockerfile
rebuilds 'base leaf left right' 'nor a label'
base_runs 'echo remade >/made'
rebuilds '' 'back to what was: the recorded image'
is "$(lockstep plan --json | jq -r '.images[] | select(.image == "base") | .image_id')" "$second" 'which is that of then'
done_testing
