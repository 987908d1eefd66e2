#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# t-check.sh: checks of finished images that need no container: what fails them, what follows, what is remembered.
set -eu
# shellcheck source=tests/lib/tap.sh
. "${top_srcdir:?}/tests/lib/tap.sh"
# shellcheck source=tests/lib/graph.sh
. "$top_srcdir/tests/lib/graph.sh"
graph_open

# with_checks FILE: the graph whose image `base` has the checks of standard input.
with_checks() {
	cat >lockstep.yaml <<-'YAML'
		version: 1
		registry: localhost/t
		images:
		  left: { context: left }
		  lone: { context: lone }
		  base:
		    context: base
		    checks:
	YAML
	sed 's/^/      /' >>lockstep.yaml
}

# says STATUS PATTERN NAME ARG...: the exit status, and something in what is printed.
says() {
	says_status=$1
	says_pattern=$2
	says_name=$3
	shift 3
	exits "$says_status" "$says_name" lockstep "$@"
	like "$tap_out" "*$says_pattern*" "$says_name: what it says"
}

# loaded_base: what the user has under that name
loaded_base() {
	case $BUILDER in
	docker* | podman-service) "$DOCKER" images --no-trunc -q localhost/t/base:latest ;;
	*) buildah images --no-trunc -q localhost/t/base:latest ;;
	esac
}

mkdir -p base/etc
printf 'root:x:0:0::/:/bin/sh\nclaude:x:1000:1000::/home:/bin/sh\n' >base/etc/passwd
printf 'root:x:0:\ncrew:x:44:\n' >base/etc/group
cat >base/Dockerfile <<'DF'
FROM scratch
COPY busybox /bin/busybox
COPY etc/ /etc/
RUN ["/bin/busybox", "sh", "-c", "cd /etc && /bin/busybox ln -s ../bin/busybox tool && /bin/busybox chmod 640 motd && /bin/busybox chown 1000:44 motd"]
ENV PATH=/bin
DF

with_checks <<'YAML'
- { file: /bin/busybox, mode: "0755", min-size: 100k, contains: BusyBox, owner: "0:0" }
- { file: /etc/motd, mode: "0640", owner: claude:crew, contains: [ a line ], not-contains: placeholder, max-size: 1k }
- { file: /etc/tool, target: ../bin/busybox, contains: BusyBox }
- { absent: vibe-kanban }
- { absent: /etc/shadow }
YAML
rebuilds 'base left lone' 'checks that hold'
is "$(jq -r '.images[] | select(.image == "base") | [.checks[] | .outcome + " " + .subject] | join(", ")' "$OUT")" \
	'passed file /bin/busybox, passed file /etc/motd, passed file /etc/tool, passed absent vibe-kanban, passed absent /etc/shadow' \
	'what was judged'
is "$(lockstep build)" 'nothing to do: 3 images up to date' 'and is not judged again'
is "$(lockstep plan | tail -n 1)" 'nothing to do: 3 images up to date' 'nor planned'

# --- everything that is wrong, each at its place, of an image that is up to date
with_checks <<'YAML'
- { file: /bin/busybox, not-contains: [ BusyBox, no such text ], max-size: 1k, mode: "0700" }
- { file: /usr/bin/busybox }
- { file: /etc/motd, owner: root:claude, min-size: 1M, contains: "the frontend" }
- { file: /etc/tool, target: /bin/busybox }
- { file: /etc, contains: x }
- { absent: busybox }
- { absent: /etc/passwd }
- { file: /etc/passwd }
YAML
is "$(lockstep plan | grep -c 'up to date  sha256:[0-9a-f]*…  8 checks to run')" 1 'plan says what is left to check'
exits 4 'which is work to do' lockstep plan --exit-code
exits 1 'checks that do not hold' lockstep build
like "$tap_out" '*base failed: 7 of 8 checks
lockstep.yaml:9:9: check failed: file /bin/busybox: mode is 0755, not 0700; has * bytes, more than 1024; holds *BusyBox*
lockstep.yaml:10:9: check failed: file /usr/bin/busybox: is not there (but */bin/busybox* is)
lockstep.yaml:11:9: check failed: file /etc/motd: owner is 1000, not root; group *claude* is not in the image*s /etc/group; has 7 bytes, less than 1048576; does not hold *the frontend*
lockstep.yaml:12:9: check failed: file /etc/tool: points to *../bin/busybox*, not */bin/busybox*
lockstep.yaml:13:9: check failed: file /etc: is no regular file
lockstep.yaml:14:9: check failed: absent busybox: is there: /bin/busybox
lockstep.yaml:15:9: check failed: absent /etc/passwd: is there: /etc/passwd
left skipped: *base* failed*' 'all of them, with their places; and what stands on it is skipped'
exits 1 'what failed is judged again' lockstep build --json
is "$(lockstep build --json 2>/dev/null | jq -c '[.images[] | select(.image == "base") | .checks[] | [.outcome, .remembered]] | unique')" \
	'[["failed",false],["passed",true]]' 'what passed is not'
like "$(lockstep why base)" '*check failed: file /bin/busybox*' 'why tells of it'

# --- a command by its name
with_checks <<'YAML'
- { file: busybox, mode: "0755", owner: "0:0", contains: BusyBox }
YAML
exits 0 'a command that is in PATH' lockstep build
with_checks <<'YAML'
- { file: nmap }
- { file: motd }
- { file: busybox, mode: "0700", target: box, contains-hex: "7f454c46ff", not-contains-hex: [ "7F454C46" ] }
YAML
exits 1 'commands that are not, or not as they must be' lockstep build
like "$tap_out" "*base failed: 3 of 3 checks
lockstep.yaml:9:9: check failed: file nmap: is no command in the image's PATH
lockstep.yaml:10:9: check failed: file motd: is no command in the image's PATH (but '/etc/motd' is there, mode 0640)
lockstep.yaml:11:9: check failed: file busybox: is no symlink; mode is 0755, not 0700; does not hold the bytes '7f454c46ff'; holds the bytes '7F454C46'*" 'what is there instead'

# --- a build that fails its check: no trace, nothing loaded, nothing built on it
with_checks <<'YAML'
- { file: /etc/motd, not-contains: placeholder }
YAML
exits 0 'a check that holds' lockstep build --load
before=$(loaded_base)
echo 'placeholder' >base/etc/motd
says 1 'check failed: file /etc/motd: holds *placeholder*' 'the footgun' build --load
like "$tap_out" "*left skipped: 'base' failed*" 'nothing is built on it'
is "$(loaded_base)" "$before" 'the image before is still the one that is loaded'
is "$(lockstep plan --json | jq -r '.images[] | select(.image == "base") | .state')" 'build' 'nobody takes it for built'
echo 'the real page' >base/etc/motd
rebuilds 'base left' 'and when it is mended'

# --- odd files: a text across pieces of the archive, in a binary, empty files, nothing to read at all
head -c 262140 /dev/zero >base/etc/blob
printf 'across the border\377' >>base/etc/blob
: >base/etc/empty
with_checks <<'YAML'
- { file: /etc/blob, contains: across the border, not-contains: "across the borderline" }
- { file: /etc/blob, contains-hex: [ "0000616372", "72FF" ], not-contains-hex: "7f454c46" }
- { file: /bin/busybox, contains-hex: "7f454c46" }
- { file: /etc/empty, not-contains: x, max-size: 0 }
- { file: /etc/../etc//empty }
YAML
rebuilds 'base left' 'a text across pieces, an empty file, a path that is not clean'

# --- the config
cat >>base/Dockerfile <<'DF'
USER claude
WORKDIR /home/claude
EXPOSE 8081 53/udp
ENV A=1 B="two words"
LABEL kind=base
ENTRYPOINT ["/bin/tini", "--"]
CMD ["/bin/sh", "-c", "true"]
DF
with_checks <<'YAML'
- config: { user: claude, workdir: /home/claude, ports: [ 8081, 53/udp ], env: { A: 1, B: two words }, labels: [ kind=base ], entrypoint: [ /bin/tini, -- ], cmd: [ /bin/sh, -c, "true" ] }
YAML
rebuilds 'base left' 'a config as it must be'
with_checks <<'YAML'
- config: { user: "1000", ports: [ 53, 8081/tcp ], env: { A: 2, C: "" }, labels: { kind: leaf, more: x }, cmd: top }
- config: { user: "", entrypoint: [] }
YAML
exits 1 'and as it must not' lockstep build
like "$tap_out" '*base failed: 2 of 2 checks
*check failed: config user, cmd, ports, env, labels: the user is *claude*, not *1000*; the command is *"/bin/sh","-c","true"*, not *"top"*; port 53/tcp is not exposed; variable *A* is *1*, not *2*; variable *C* is not set; label *kind* is *base*, not *leaf*; label *more* is not set
*check failed: config user, entrypoint: the user is *claude*, not **; the entrypoint is *"/bin/tini","--"*, not *' 'each with what it is'
done_testing
