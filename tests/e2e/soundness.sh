#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# soundness.sh: after each of many small changes, the image that an incremental build leaves is the image that a cold
# build in another state folder makes, and nothing was built whose image stayed what it was.
# shellcheck disable=SC2016 # texts with dollars are for others to expand
set -eu
# shellcheck source=tests/lib/tap.sh
. "${top_srcdir:?}/tests/lib/tap.sh"
# shellcheck source=tests/lib/graph.sh
. "${top_srcdir:?}/tests/lib/graph.sh"

# par: ONBUILD, ENV and labels for its child; kid: a base's variable in a COPY; chain: COPY --from in a row; all: the
# whole context, Dockerfile included, with exceptions; flat and squash: other shapes; bind: RUN --mount.
write_trap() {
	mkdir -p par kid chain all/keep all/skip all/hollow flat squash bind/src
	cat >lockstep.yaml <<-'YAML'
		version: 1
		registry: localhost/t
		images:
		  par: { context: par, labels: { team: one } }
		  kid:
		    context: kid
		    args: { WHO: "a b", QUOTED: "x" }
		  chain: { context: chain, target: end }
		  all: { context: all }
		  flat: { context: flat, output: flat, args: { V: "1" } }
		  squash: { context: squash, output: squash, refresh: 7d, timeout: 5m }
		  bind: { context: bind }
	YAML
	cat >par/Dockerfile <<-'DF'
		FROM scratch
		ARG MODE=plain
		COPY busybox /bin/busybox
		COPY busybox /bin/sh
		ENV PATH=/bin VER=1 MODE=$MODE
		ONBUILD COPY trigger* /triggered/
	DF
	cp "$(command -v busybox)" par/busybox
	cat >kid/Dockerfile <<-'DF'
		ARG BASE=par
		ARG REGISTRY=localhost/t
		FROM ${REGISTRY}/${BASE}:latest
		ARG WHO
		ARG QUOTED
		ARG DEFAULT=d1
		ENV WHO=$WHO
		LABEL said="$QUOTED" def=${DEFAULT:-none}
		COPY app-$VER.txt /app.txt
		COPY d/[ab]*.txt real /d/
		RUN busybox echo "$DEFAULT $QUOTED" >/said
		WORKDIR /w/$DEFAULT
	DF
	mkdir -p kid/d kid/real kid/elsewhere
	for kid_file in trigger app-1.txt app-2.txt d/a1.txt d/b.txt d/c.txt real/r elsewhere/e; do
		echo "$kid_file" >"kid/$kid_file"
	done
	ln -s real kid/way
	ln -s ../elsewhere/e kid/real/inner
	ln -s busybox kid/real/broken
	cat >chain/Dockerfile <<-'DF'
		FROM localhost/t/kid:latest AS one
		RUN busybox cp /app.txt /one
		FROM scratch AS two
		COPY --from=one /one /two
		FROM scratch AS unused
		COPY never /never
		FROM scratch AS end
		COPY --from=two /two /three
		COPY --from=localhost/t/all:x /keep/yes /yes
		FROM end AS after
		LABEL after=1
	DF
	echo never >chain/never
	printf 'FROM scratch\nCOPY . /\n' >all/Dockerfile
	printf '# a comment\nskip/*\n!skip/but\n*.log\nDockerfile\n.dockerignore\n' >all/.dockerignore
	echo yes >all/keep/yes
	echo no >all/skip/no
	echo but >all/skip/but
	cat >flat/Dockerfile <<-'DF'
		FROM localhost/t/par:latest
		ARG V
		ENV V=$V
		COPY --chmod=0700 one /x
		COPY two /x2
	DF
	echo 1 >flat/one
	echo 1 >flat/two
	echo t >flat/trigger
	printf 'FROM localhost/t/flat\nCOPY --chown=7:7 trigger /t\n' >squash/Dockerfile
	echo t >squash/trigger
	cat >bind/Dockerfile <<-'DF'
		FROM localhost/t/par:latest AS tool
		COPY trigger /tool
		FROM localhost/t/par:latest
		RUN --mount=type=bind,source=src,target=/m \
		    --mount=from=tool,source=/tool,target=/tool busybox cat /m/f /tool >/got
	DF
	echo f >bind/src/f
	echo t >bind/trigger
}

# ids: "IMAGE ID" lines of what is up to date.
ids() {
	lockstep plan --json | jq -r '.images[] | "\(.image) \(.image_id // .state)"' | sort
}

# changed A B: the images whose lines differ between two of these files.
changed() {
	diff "$1" "$2" | sed -n 's/^> \([^ ]*\) .*/\1/p' | tr '\n' ' ' | sed 's/ $//'
}

# cold FILE: what a machine that never saw any of this builds.
cold() {
	rm -rf "$graph_dir/cold"
	LOCKSTEP_STATE=$graph_dir/cold lockstep build --json >"$OUT.cold" 2>"$OUT.cold.err" &&
		LOCKSTEP_STATE=$graph_dir/cold ids >"$1"
}

# step WANTED NAME COMMAND: after COMMAND, WANTED images are built, which are those whose image moved; "+IMAGE" may be
# built without need, which is known, and "-IMAGE" comes back from an earlier build.
step() {
	step_want=$(printf '%s\n' "$1" | tr ' ' '\n' | sed -n 's/^+\{0,1\}\([a-z].*\)/\1/p' | sort | tr '\n' ' ' | sed 's/ $//')
	step_moved=$(printf '%s\n' "$1" | tr ' ' '\n' | sed -n 's/^-\{0,1\}\([a-z].*\)/\1/p' | sort | tr '\n' ' ' | sed 's/ $//')
	eval "$3"
	if ! lockstep build --json >"$OUT" 2>"$OUT.err"; then
		fail "$2: builds" "$(cat "$OUT.err")"
		return 0
	fi
	is "$(built)" "$step_want" "$2: builds ${step_want:-nothing}"
	ids >"$graph_dir/now"
	cold "$graph_dir/fresh" || fail "$2: cold" "$(cat "$OUT.cold.err")"
	same_file "$graph_dir/now" "$graph_dir/fresh" "$2: a cold build makes the same images"
	is "$(changed "$graph_dir/before" "$graph_dir/fresh")" "$step_moved" "$2: images that moved"
	cp "$graph_dir/fresh" "$graph_dir/before"
}

graph_open
cd "$graph_dir" && rm -rf repo && mkdir repo && cd repo
git init -q .
write_trap
ok 'the first build' lockstep build
[ "$tap_failed" -eq 0 ] || { done_testing; exit 1; }
ids >"$graph_dir/now"
cold "$graph_dir/before" || diag "$(cat "$OUT.cold.err")"
same_file "$graph_dir/now" "$graph_dir/before" 'two cold builds make the same images'

step 'kid +chain' 'a file by a glob' 'echo more >>kid/d/a1.txt'
step '' 'a file beside the glob' 'echo more >>kid/d/c.txt'
step 'kid +chain' 'a new file for the glob' 'echo new >kid/d/a2.txt'
step 'kid +chain' 'a renamed file' 'mv kid/d/a2.txt kid/d/a3.txt'
step '' 'the target of a link below a copied folder' 'echo more >>kid/elsewhere/e'
step 'kid +chain' 'the link itself' 'ln -sfn ../elsewhere/f kid/real/inner'
step '' 'a file that only another value of the base would take' 'echo more >>kid/app-2.txt'
step 'bind flat kid par squash chain' "a variable of the base in the child's COPY" \
	'sed -i s/VER=1/VER=2/ par/Dockerfile'
step 'bind +chain flat kid par squash' 'a label of the base' 'sed -i "s/team: one/team: two/" lockstep.yaml'
step '' "an ONBUILD trigger's file (OCI images keep no triggers)" 'echo 2 >kid/trigger2'
step 'kid +chain' 'an argument with blanks, quotes, a dollar' \
	'sed -i "s/QUOTED: \"x\"/QUOTED: \"it'"'"'s \\\\\"so\\\\\" \$HOME é\"/" lockstep.yaml'
step 'kid +chain' 'an argument with a newline' 'sed -i "s/WHO: \"a b\"/WHO: \"a\\\\nb\"/" lockstep.yaml'
step 'kid +chain' "an argument's default" 'sed -i s/DEFAULT=d1/DEFAULT=d2/ kid/Dockerfile'
step '' 'a comment, and an unreached stage' \
	'sed -i "1i# hello" kid/Dockerfile; sed -i s,/never,/nope, chain/Dockerfile; echo x >>chain/never'
step '-kid' 'an old value again' 'sed -i s/DEFAULT=d2/DEFAULT=d1/ kid/Dockerfile'
step 'all +chain' 'an empty folder more' 'mkdir all/empty'
step 'all chain' 'a mode bit' 'chmod +x all/keep/yes'
step '' 'time and umask' 'touch -d 2001-01-01 all/keep/yes; chmod 664 all/skip/but; chmod 700 all/keep'
step '' 'an ignored file, a comment in the ignore file' \
	'echo x >all/skip/no; echo x >all/a.log; echo "# more" >>all/.dockerignore'
step 'all chain' 'a file of a chain' 'echo yes2 >all/keep/yes'
step 'all +chain' 'the Dockerfile is copied now' 'sed -i /^Dockerfile/d all/.dockerignore'
step 'all +chain' 'a comment in a copied Dockerfile' 'echo "# end" >>all/Dockerfile'
step 'flat squash' 'an argument of a flat image' 'sed -i "s/V: \"1\"/V: \"2\"/" lockstep.yaml'
step 'flat squash' 'a mode in a flag' 'sed -i s/0700/0755/ flat/Dockerfile'
step 'squash' 'an owner in a flag' 'sed -i s/7:7/8:8/ squash/Dockerfile'
step 'bind' 'a file of a bind mount' 'echo f2 >bind/src/f'
step '' 'a comment between the lines of a RUN' 'sed -i "s/^RUN --mount.*/&\n# in between/" bind/Dockerfile'
step 'bind' "a mounted stage's file" 'echo t2 >bind/trigger'
done_testing
