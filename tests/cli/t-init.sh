#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# t-init.sh: a graph file written from what a repository has.
#
# LOCKSTEP_TEST_AGENT_IMAGES: a clone or git directory of derio-net/agent-images.
set -eu
# shellcheck source=tests/lib/tap.sh
. "${top_srcdir:?}/tests/lib/tap.sh"
dir=$(mktemp -d "${TMPDIR:-/tmp}/t-init.XXXXXX")
trap 'rm -rf "$dir"' EXIT
cd "$dir"
export LOCKSTEP_STATE="$dir/state" GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_SYSTEM=/dev/null

lockstep() {
	"${LOCKSTEP:?}" "$@"
}

# body DIR: the written file without the two lines that every one begins with.
body() {
	sed 1,2d "$1/lockstep.yaml"
}

# folder DIR FILE...: each with one line, FROM of a registry's base.
folder() {
	for file in "$@"; do
		mkdir -p "$(dirname "$file")"
		printf 'FROM debian:12\n' >"$file"
	done
}

# Dockerfiles only.
mkdir only
folder only/base/Dockerfile 'only/My Tool/Dockerfile' only/node_modules/x/Dockerfile only/cont/Containerfile
mkdir only/app only/docker
printf 'FROM ghcr.io/o/base:1\nCOPY main.c /\n' >only/app/Dockerfile
touch only/app/main.c
printf 'FROM ghcr.io/o/app:1\nCOPY app/main.c /\n' >only/docker/web.Dockerfile
exits 0 'Dockerfiles only' lockstep init only
is "$tap_out" "only/My Tool/Dockerfile: my-tool: 'My Tool' is no name that a registry takes
wrote only/lockstep.yaml: 5 images, 2 edges" 'what could not be taken over is told'
is "$(body only)" "version: 1
# from app/Dockerfile:1:1
registry: ghcr.io/o
images:
  # from My Tool/Dockerfile
  # My Tool/Dockerfile: 'My Tool' is no name that a registry takes
  my-tool:
    context: \"My Tool\"
  # from app/Dockerfile
  app:
    context: app
  # from base/Dockerfile
  base:
    context: base
  # from cont/Containerfile
  cont:
    context: cont
  # from docker/web.Dockerfile
  web:
    context: .
    dockerfile: docker/web.Dockerfile" 'the file that is written'
is "$(lockstep graph -C only)" 'my-tool  <- debian:12
base  <- debian:12
cont  <- debian:12
  app  <- base
    web  <- app
5 images, 3 leaves' 'and its graph'

# A file that is there.
cp only/lockstep.yaml kept
exits 4 'one that is there is left alone' lockstep init only
is "$tap_out" "lockstep: 'only/lockstep.yaml' is there already
    --dry-run prints what would be written, --force replaces it" 'and named'
echo '# mine' >>only/lockstep.yaml
exits 0 'unless it may be replaced' lockstep init only --force
same_file only/lockstep.yaml kept 'which it is, whole'
mv only/lockstep.yaml only/lockstep.json
exits 4 'so is one of another name, that would be hidden' lockstep init only --force
rm only/lockstep.json
is "$(lockstep init only - 2>/dev/null)" "$(cat kept)" 'printed, not written'
is "$(lockstep init --dry-run -C only 2>/dev/null)" "$(cat kept)" 'by an option, too'
is "$(ls only/lockstep* 2>/dev/null)" '' 'nothing is there after it'
is "$(lockstep init only -n --json | jq -c '[.file, .written, .registry, .edges, [.images[].name], .images[0].notes[0].file]')" \
	'["only/lockstep.yaml",false,"ghcr.io/o",2,["my-tool","app","base","cont","web"],"My Tool/Dockerfile"]' 'as JSON'
is "$(lockstep init only -n --json | jq -r .text)" "$(cat kept)" 'with the text'

# Workflows: a step, and a matrix of steps.
mkdir -p wf/.github/workflows
folder wf/base/Dockerfile
for image in kali web; do
	mkdir "wf/$image"
	# shellcheck disable=SC2016 # of the Dockerfile
	printf 'ARG BASE=latest\nFROM ghcr.io/o/base:${BASE}\nARG NODE=20\n' >"wf/$image/Dockerfile"
done
cat >wf/.github/workflows/ci.yaml <<'YAML'
on: push
env: { REG: ghcr.io/o }
jobs:
  one:
    steps:
      - uses: docker/build-push-action@v6
        with:
          context: base
          tags: ${{ env.REG }}/base:${{ github.sha }}
          platforms: linux/amd64,linux/arm64
  two:
    strategy:
      matrix:
        image:
          - { name: kali-box, context: kali, args: "BASE=${{ needs.one.outputs.sha }}" }
          - { name: web, context: web, args: "NODE=22" }
          - { name: gone, context: gone }
    steps:
      - uses: docker/build-push-action@v6
        with:
          context: ${{ matrix.image.context }}
          tags: ${{ env.REG }}/${{ matrix.image.name }}:latest
          build-args: ${{ matrix.image.args }}
YAML
exits 0 'a workflow' lockstep init wf
is "$(body wf)" "# .github/workflows/ci.yaml:17:13: left out: its Dockerfile 'gone/Dockerfile' is not there
version: 1
# from .github/workflows/ci.yaml:6:15
registry: ghcr.io/o
images:
  # from .github/workflows/ci.yaml:6:15
  # .github/workflows/ci.yaml:10:22: it is built for 'linux/amd64,linux/arm64' there; an image of the graph is built for one platform
  base:
    context: base
  # from .github/workflows/ci.yaml:15:13
  kali-box:
    context: kali
  # from .github/workflows/ci.yaml:16:13
  web:
    context: web
    args:
      NODE: \"22\"" 'steps and matrix'
is "$(lockstep graph -C wf | sed -n '2,3p')" '  kali-box  <- base
  web  <- base' 'with the edges of the Dockerfiles'

# Compose, bake and HCL; the stronger file counts.
mkdir -p two/src
folder two/docker/app.Dockerfile
printf 'ARG V=1\nFROM debian:12 AS dev\nARG V\nFROM dev AS prod\n' >two/docker/app.Dockerfile
touch two/src/f
cat >two/docker-bake.json <<'JSON'
{ "variable": { "REG": { "default": "registry.example.com:5000/team" } },
  "target": {
    "common": { "context": ".", "dockerfile": "docker/app.Dockerfile", "args": { "V": "2" } },
    "app": { "inherits": [ "common" ], "tags": [ "${REG}/App:1" ], "target": "prod" } } }
JSON
cat >two/compose.yaml <<'YAML'
services:
  app: { build: { context: src, dockerfile: ../docker/app.Dockerfile, target: prod, args: { V: 3 } } }
  dev: { build: { context: src, dockerfile: ../docker/app.Dockerfile, target: dev } }
  db: { image: postgres }
YAML
printf 'target "x" {}\n' >two/docker-bake.hcl
mkdir -p two/.github/workflows
printf 'jobs: [\n' >two/.github/workflows/bad.yml
exits 0 'two files that disagree' lockstep init two
is "$(body two)" "# .github/workflows/bad.yml:2:1: not read: flow sequence without a closing bracket
# docker-bake.hcl: seen and not read, as it is HCL: \`docker buildx bake --print >docker-bake.json\` writes it as JSON, which is
version: 1
# from docker-bake.json:4:5
registry: \"registry.example.com:5000/team\"
images:
  # from docker-bake.json:4:5
  # from compose.yaml:2:3
  # compose.yaml:2:3: its context is 'src' there
  # compose.yaml:2:93: its argument 'V' is '3' there
  # docker-bake.json:4:5: 'App' is no name that a registry takes
  app:
    context: .
    dockerfile: docker/app.Dockerfile
    target: prod
    args:
      V: \"2\"
  # from compose.yaml:3:3
  dev:
    context: src
    dockerfile: ../docker/app.Dockerfile
    target: dev" 'both are named'
ok 'and it is a graph' lockstep graph -C two

# Git: what it does not track is not looked at.
folder git/a/Dockerfile git/sub/b/Dockerfile git/c/Dockerfile
git init -q git
git -C git add a sub
exits 0 'in a git work tree' lockstep init -n git --json
is "$(lockstep init -n git --json 2>/dev/null | jq -c '[.images[].context]')" '["a","sub/b"]' 'what is tracked'
is "$(lockstep init -n git/sub --json 2>/dev/null | jq -c '[.images[].context]')" '["b"]' 'below a folder of it'
rm git/a/Dockerfile
is "$(lockstep init -n git --json 2>/dev/null | jq -c '[.images[].context]')" '["sub/b"]' 'what is there'

# Nothing, and what is wrong.
mkdir nothing
exits 2 'a repository with nothing' lockstep init nothing
like "$tap_out" "lockstep: nothing in 'nothing' says that an image is built
    looked for*" 'says where it looked'
exits 2 'a folder that is not there' lockstep init no-such
mkdir -p wrong/a wrong/b
printf 'FRM x\nFROM y\nCPY a b\n' >wrong/a/Dockerfile
printf 'FROM\n' >wrong/b/Dockerfile
exits 2 'Dockerfiles that do not parse' lockstep init wrong
is "$tap_out" "wrong/a/Dockerfile:1:1: unknown instruction 'FRM'
    did you mean FROM?
wrong/a/Dockerfile:3:1: unknown instruction 'CPY'
    did you mean COPY?
wrong/b/Dockerfile:1:1: FROM must be followed by an image or a stage
3 mistakes" 'all mistakes at once'
is "$(ls wrong)" 'a
b' 'nothing is written'
is "$(lockstep init wrong --exclude ./a/ -n 2>&1 | tail -n 1)" 'wrong/b/Dockerfile:1:1: FROM must be followed by an image or a stage' \
	'but of what is left out'
mkdir -p kit/a bin
printf '#!/bin/sh\nexit 1\n' >bin/buildah
chmod +x bin/buildah
printf 'FROM debian\nCOPY --link <<E /e\nE\n' >kit/a/Dockerfile
exits 0 'Dockerfiles for another builder than the one that is here' env PATH="$dir/bin:$PATH" "$LOCKSTEP" init kit
is "$(sed -n 5,6p kit/lockstep.yaml)" "# a/Dockerfile:2:6: flag '--link' of COPY is not supported by dialect 'containers'
builder: docker" 'name it, and why'
exits 2 'unless another one is asked for' env PATH="$dir/bin:$PATH" "$LOCKSTEP" init kit --force --builder buildah
mkdir -p hack/lint hack/vendor/x
folder hack/vendor/x/Dockerfile
printf 'FROM debian\nCOPY vendor /v\n' >hack/lint/Dockerfile
is "$(lockstep init hack -n --json 2>/dev/null | jq -c '[.images[] | [.name, .context]]')" '[["lint","."]]' \
	'what is left out is there to be copied'
git init -q hack
git -C hack add lint vendor
is "$(lockstep init hack -n --json 2>/dev/null | jq -c '[.images[] | [.name, .context]]')" '[["lint","."]]' \
	'in a git work tree as well'
mkdir -p ring/a ring/b
printf 'FROM ghcr.io/o/b\n' >ring/a/Dockerfile
printf 'FROM ghcr.io/o/a\n' >ring/b/Dockerfile
exits 2 'what is no graph is not written' lockstep init ring
like "$tap_out" '*ring/lockstep.yaml was not written; --dry-run prints what it would be' 'and said to be'
is "$(ls ring)" 'a
b' 'nor is anything else'
exits 2 'a graph file is not what it reads' lockstep init --graph x.yaml
exits 2 'nor several folders' lockstep init wf two

# The user's own.
user=${LOCKSTEP_TEST_AGENT_IMAGES-}
if [ -z "$user" ]; then
	skip 'derio-net/agent-images' 'LOCKSTEP_TEST_AGENT_IMAGES is not set'
else
	git clone -q "$user" user
	exits 0 'derio-net/agent-images' lockstep init user
	is "$(lockstep graph -C user --json | jq -c '[.images[] | [.image, (.parents | sort)]] | sort')" \
		'[["agent-base",[]],["agent-shell-base",["agent-base"]],["paperclip-shell",["agent-shell-base"]],["ruflo-server",[]],["ruflo-shell",["agent-shell-base"]],["secure-agent-kali",["agent-shell-base"]],["vk-local",["agent-base"]]]' \
		'has the images and edges that it has'
	is "$(grep -c '^registry: ghcr.io/derio-net$' user/lockstep.yaml)" 1 'the registry'
	is "$(grep -A3 'VK_FORK_SHA:$' user/lockstep.yaml | sed -n 2,3p)" '    default: latest
    event: vk_fork_sha' 'and the variable that the fork sends'
	ok 'lockstep plan takes it' lockstep plan -C user
fi
done_testing
