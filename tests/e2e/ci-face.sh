#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# ci-face.sh: what GitHub Actions and others get to read of a job; the action and the examples.
set -eu
# shellcheck source=tests/lib/tap.sh
. "${top_srcdir:?}/tests/lib/tap.sh"
# shellcheck source=tests/lib/ci.sh
. "$top_srcdir/tests/lib/ci.sh"
ci_open python3
registry_start tlsauth "$PLAY/reg"
ci_graph
# shellcheck disable=SC2016 # for the shell of the build
printf 'RUN ["/bin/busybox", "printf", "::error::of the build\\n##[add-mask]x\\n::set-output name=changed::[]\\n"]\n' >>leaf/Dockerfile
mkdir "$PLAY/bin"
ln -s "$LOCKSTEP" "$PLAY/bin/lockstep"
PATH=$PLAY/bin:$PATH

# github COMMAND...: as a step of a job; its output as the runner sees it in $OUT
github() {
	rm -f "$PLAY/summary" "$PLAY/output"
	status=0
	env GITHUB_ACTIONS=true GITHUB_STEP_SUMMARY="$PLAY/summary" GITHUB_OUTPUT="$PLAY/output" \
		GITHUB_WORKSPACE="$PLAY/repo" GITHUB_SERVER_URL=https://github.com GITHUB_REPOSITORY=o/r GITHUB_RUN_ID=7 \
		"$@" >"$OUT" 2>&1 || status=$?
}
# obeyed: the commands that a runner would obey in it, as actions/runner does: "##[" anywhere, "::" after blanks; while
# it is stopped only the token
obeyed() {
	awk '
		{ line = $0; sub(/^[ \t]+/, "", line) }
		stopped != "" { if (line == "::" stopped "::") stopped = ""; next }
		line ~ /^::stop-commands::/ { stopped = substr(line, 18); next }
		line ~ /^::[a-z-]+( [^:]*)?::/ || /##\[/ { print }
		END { if (stopped != "") print "still stopped" }' "$OUT"
}
output() { sed -n "s/^$1=//p" "$PLAY/output"; }

# --- a check fails
sed -i 's/file: .leaf/&, contains: "<no such>"/' lockstep.yaml
sed -i 's/context: lone/&, secrets: [ "id=s,env=SECRET" ]/' lockstep.yaml
ci_commit one
ci_runner
SECRET=hush-hush github lockstep ci --report "$PLAY/report.json" --junit "$PLAY/checks.xml"
is "$status" 1 'a check fails: status'
line=$(grep -n 'no such' lockstep.yaml | cut -d: -f1)
is "$(obeyed | sed 's/,col=[0-9]*//')" "::add-mask::hush-hush
::group::base: built
::endgroup::
::group::lone: built
::endgroup::
::group::leaf: failed
::endgroup::
::error file=lockstep.yaml,line=$line,title=leaf%3A check failed::file /leaf: does not hold '<no such>'" \
	'a check fails: what the runner obeys; nothing of the build'
is "$(grep -c '^::error::of the build' "$OUT")" 1 'a check fails: the log is there'
# shellcheck disable=SC2016 # Markdown
like "$(cat "$PLAY/summary")" '### lockstep: 2 built, 0 up to date, 1 failed*| `leaf` | **failed** | *no such*|*' 'a check fails: summary'
is "$(output digest_leaf)" '' 'a check fails: no digest'
is "$(jq -r '[.ok, .error.class, .release, .run_url] | map(tostring) | join(" ")' "$PLAY/report.json")" \
	'false failed null https://github.com/o/r/actions/runs/7' 'a check fails: report'
junit() {
	python3 - "$PLAY/checks.xml" <<-'PY'
		import sys, xml.etree.ElementTree as tree
		root = tree.parse(sys.argv[1]).getroot()
		print(root.get("tests"), root.get("failures"), root.get("skipped"))
		for case in root.iter("testcase"):
		    print(case.get("classname"), case.get("name"), *[f"{c.tag}: {c.get('message')}" for c in case])
	PY
}
is "$(junit)" "4 1 0
base build
lone build
leaf build
leaf file /leaf failure: does not hold '<no such>'" 'a check fails: JUnit'

# --- an instruction fails, in a folder below
sed -i 's/, contains: "<no such>"//' lockstep.yaml
printf 'FROM scratch\nCOPY lone /lone\nRUN ["/lone"]\n' >lone/Dockerfile
ci_commit 'no program'
cd lone
SECRET=hush-hush github lockstep ci
cd ..
is "$status" 1 'an instruction fails: status'
like "$(obeyed | grep '^::error')" '::error file=lone/Dockerfile,line=3,title=lone failed::*%0Athe whole output: lockstep log lone' \
	'an instruction fails: where'
printf 'FROM scratch\nCOPY lone /lone\n' >lone/Dockerfile

# --- a mistake in the graph file
echo '  more: { contekst: lone }' >>lockstep.yaml
github lockstep ci --report "$PLAY/report.json" --junit "$PLAY/checks.xml"
is "$status" 2 'a mistake: status'
like "$(obeyed)" '::error file=lockstep.yaml,line=*,col=*::*contekst*' 'a mistake: where'
like "$(jq -r '.mistakes[].message' "$PLAY/report.json")" '*contekst*' 'a mistake: report'
like "$(junit)" '1 1 0
lockstep ci failure: *' 'a mistake: JUnit'
sed -i '$d' lockstep.yaml

# --- all is well
ci_commit fine
ci_runner
SECRET=hush-hush github lockstep ci --report "$PLAY/report.json" --junit "$PLAY/checks.xml"
is "$status" 0 'all is well: status'
is "$(output any_changed) $(output changed)" 'true ["base","lone","leaf"]' 'all is well: what changed'
is "$(output digest_leaf) $(output digests | jq -r .lone)" "$(ci_digest leaf latest) $(ci_digest lone latest)" 'all is well: digests'
is "$(jq -r '.release.images[] | .image + " " + .digest' "$PLAY/report.json" | sort)" "$(ci_digests latest | sort)" \
	'all is well: the report holds the release'

# --- nothing changed
ci_runner
git commit -q --allow-empty -m nothing
github lockstep ci --report "$PLAY/report.json" --json
is "$status $(output any_changed) $(output changed)" '0 false []' 'nothing changed: outputs'
# shellcheck disable=SC2016 # Markdown
like "$(cat "$PLAY/summary")" '### lockstep: nothing to build*| `base` | up to date |*`latest` moved for 0.*requests to the registry.*' \
	'nothing changed: summary'
# What the step wrote before counts; with too little room nothing is added.
for before in 1040000 1045000; do
	head -c $before /dev/zero | tr '\0' x >"$PLAY/long"
	env GITHUB_ACTIONS=true GITHUB_STEP_SUMMARY="$PLAY/long" lockstep ci >/dev/null 2>&1
	wc -c <"$PLAY/long" | awk '{ print ($1 <= 1048576), ($1 > '$before') }'
done >"$PLAY/sizes"
is "$(cat "$PLAY/sizes")" '1 1
1 0' 'a summary that another program began: 1 MiB in all'
is "$(sed -n '/^{/,/^}/p' "$OUT" | jq -S 'del(.elapsed_ms, .registry)')" "$(jq -S 'del(.elapsed_ms, .registry)' "$PLAY/report.json")" \
	'--json prints what --report writes: one document'
is "$(jq '.saved_ms > 0' "$PLAY/report.json")" true 'nothing changed: time saved is known on a machine that built nothing'
requests=$(jq .registry.requests "$PLAY/report.json")
# Three an image, the config of a parent, the checks of one image, and how the registry wants to be spoken to.
is "$((requests <= 3 * 3 + 1 + 1 + 4))" 1 "nothing changed: $requests requests for three images"

lockstep why leaf >/dev/null
is "$(lockstep history --json | jq -r '.. | .command? // empty' | grep -c actions/runs/7 | sed 's/[1-9].*/yes/')" yes \
	'the record says which job built it'

# --- the action's own steps, with what GitHub would put into them
step() {
	python3 - "$top_srcdir/action.yml" "$1" <<-'PY'
		import sys, yaml
		steps = yaml.safe_load(open(sys.argv[1]))["runs"]["steps"]
		print(next(s["run"] for s in steps if s["name"] == sys.argv[2]))
	PY
}
if python3 -c 'import yaml' 2>/dev/null; then
	ci_runner
	mkdir "$PLAY/temp"
	export REGISTRY_AUTH_FILE="$PLAY/temp/login.json"
	ok 'action: installs nothing where lockstep is' bash -e -c "$(step 'Install lockstep')"
	log_in() {
		env GITHUB_ENV="$PLAY/env" REGISTRY="$REG_HOST" NAME="$REG_USER" PASSWORD="$REG_PASSWORD" "$@" bash -e -c "$(step 'Log in')"
	}
	ok 'action: logs in' log_in SETUP_ONLY=false
	is "$(cat "$PLAY/env" 2>/dev/null)" '' 'action: and no further step knows of it'
	ok 'action: sets up' log_in SETUP_ONLY=true
	is "$(cat "$PLAY/env")" "REGISTRY_AUTH_FILE=$REGISTRY_AUTH_FILE" 'action: for further steps'
	github env ARGS='--pr --jobs 2' REPORTS="$PLAY/temp" bash -e -c "$(step 'Build, check, publish')"
	is "$status $(output any_changed)" '0 false' 'action: runs'
	is "$(cd "$PLAY/temp" && echo lockstep-*)" 'lockstep-checks.xml lockstep-report.json' 'action: leaves its reports'
	is "$(python3 - "$top_srcdir"/action.yml "$top_srcdir"/docs/examples/*.yml <<-'PY'
		import sys, yaml
		for name in sys.argv[1:]:
		    yaml.safe_load(open(name))
		print(len(sys.argv) - 1)
	PY
	)" 5 'action and examples are YAML'
	is "$(grep -vc '^ *\(#\|$\)' "$top_srcdir/docs/examples/github.yml" | awk '{ print $1 < 30 }')" 1 'the workflow has fewer than 30 lines'
	# The workflow with a job an image, each of them on a machine of its own.
	run_of() {
		python3 - "$top_srcdir/docs/examples/github-matrix.yml" "$1" <<-'PY'
			import sys, yaml
			steps = yaml.safe_load(open(sys.argv[1]))["jobs"][sys.argv[2]]["steps"]
			print("\n".join(s["run"] for s in steps if "run" in s))
		PY
	}
	unset REGISTRY_AUTH_FILE
	export RUNNER_TEMP="$PLAY/temp"
	echo more >>base/more
	echo 'COPY more /more' >>base/Dockerfile
	ci_commit 'a base that moves'
	ci_runner
	github bash -e -c "$(run_of plan)"
	is "$status $(output count) $(output waves)" '0 2 [{"include":[{"image":"base"}]},{"include":[{"image":"leaf"}]}]' \
		'matrix: the waves'
	output waves >"$PLAY/waves"
	for n in 1 2; do
		for image in $(jq -r ".[$n - 1].include[].image" "$PLAY/waves"); do
			ci_runner
			github env IMAGE="$image" bash -e -c "$(run_of wave-$n)"
			is "$status" 0 "matrix: wave $n builds $image"
		done
	done
	ci_runner
	ci '0: ' 'matrix: the last job builds nothing'
	is "$(jq -c '[.changed, (.release.images | length)]' "$OUT")" '[["base","leaf"],3]' 'matrix: and releases what was built'
	is "$(python3 - "$top_srcdir/docs/examples/github-matrix.yml" <<-'PY'
		import sys, yaml
		jobs = yaml.safe_load(open(sys.argv[1]))["jobs"]
		waves = [name for name in jobs if name.startswith("wave-")]
		for n, name in enumerate(waves):
		    assert jobs[name]["needs"] == ["plan"] + waves[n - 1:n], name
		    assert jobs[name]["strategy"]["matrix"].endswith("waves)[%d] }}" % n), name
		    assert jobs[name]["if"].endswith("> %d" % n), name
		assert jobs["release"]["needs"] == ["plan"] + waves
		assert "length <= %d" % len(waves) in jobs["plan"]["steps"][-1]["run"]
		print(len(waves))
	PY
	)" 3 'matrix: each wave after the one before'
	commands=$(python3 - "$top_srcdir/docs/examples/gitlab.yml" <<-'PY'
		import sys, yaml
		print("\n".join(yaml.safe_load(open(sys.argv[1]))["images"]["script"]))
	PY
	)
	CI_REGISTRY=$REG_HOST CI_REGISTRY_USER=$REG_USER CI_REGISTRY_PASSWORD=$REG_PASSWORD CI_MERGE_REQUEST_IID=1 \
		ok 'the commands of the GitLab example' bash -e -c "$commands"
else
	skip 'action and examples' 'no PyYAML'
fi
done_testing
