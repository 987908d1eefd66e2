#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# t-check-run.sh: checks that run the image: what they demand, what they leave, what stops them.
set -eu
# shellcheck source=tests/lib/tap.sh
. "${top_srcdir:?}/tests/lib/tap.sh"
# shellcheck source=tests/lib/graph.sh
. "$top_srcdir/tests/lib/graph.sh"
case ${BUILDER-} in
docker*) export DOCKERD_BRIDGE=yes ;;
*) command -v podman >/dev/null || skip_all 'no podman' ;;
esac
graph_open

# The image of all of these: busybox, a page, a server.
mkdir app app/www testdata
cp base/busybox app/busybox
echo 'the real page' >app/www/index.html
echo fixture >testdata/file
cat >app/Dockerfile <<-'DF'
	FROM scratch
	COPY busybox /bin/busybox
	RUN ["/bin/busybox", "--install", "-s", "/bin"]
	COPY www/ /www/
	ENV PATH=/bin
	CMD ["httpd", "-f", "-p", "8081", "-h", "/www"]
DF

# graph CHECKS...: a graph of that image with these lines for checks.
graph() {
	printf 'version: 1\nregistry: localhost/t\nimages:\n  app:\n    context: app\n    checks:\n' >lockstep.yaml
	for line; do
		printf '      %s\n' "$line" >>lockstep.yaml
	done
}

# --- what can be demanded
cat >lockstep.yaml <<-'YAML'
	version: 1
	registry: localhost/t
	images:
	  app:
	    context: app
	    checks:
	      - run: [ id ]
	        contains: uid=0
	      - run: "id; grep -e Cap -e NoNew /proc/self/status; pwd; touch /x || echo no; touch /t/x /home/x && cat /data/file; touch /data/x; echo $A"
	        user: "1000:1000"
	        cap-drop: all
	        no-new-privileges: true
	        read-only: true
	        mounts: [ "tmpfs:/t", "volume:/www", "testdata:/data", "tmpfs:/home" ]
	        env: { A: "b c" }
	        workdir: /www
	        memory: 64M
	        pids: 20
	        status: 0
	        contains: [ "uid=1000", "gid=1000", "CapEff:\t0000000000000000", "CapBnd:\t0000000000000000", "NoNewPrivs:\t1", "/www\n", "no\n", "fixture\n", "Read-only file system", "\nb c\n" ]
	        not-contains: "no such"
	      - run: [ ip, address ]
	        contains: "127.0.0.1"
	        not-contains: eth0
	      - run: "exit 7"
	        status: 7
	      - run: [ nosuch ]
	        status: 127
	      - run: [ -c, "echo through $0" ]
	        status: 127
	      - exec: [ cat, /www/index.html ]
	        contains: real
	      - exec: "sleep 1; test -e /tmp/ready"
	        command: "mkdir /tmp; sleep 2; touch /tmp/ready; sleep 60"
	        wait: 20s
	      - http: { port: 8081, contains: real, not-contains: "Please build" }
	      - http: { port: 8081, path: /nosuch, status: 404 }
	        user: "1000"
	        read-only: true
	      - http: { port: 80, wait: 20s }
	        command: [ sh, -c, "sleep 1; exec httpd -f -p 80 -h /www" ]
YAML
exits 0 'all kinds' lockstep build app
is "$(left)" '' 'nothing is left of them'
is "$(lockstep build app)" 'nothing to do: 1 image up to date' 'and they are remembered'
like "$(cat "$LOCKSTEP_STATE"/logs/1/app.log)" '*NoNewPrivs:*' 'what commands print is in the log'
echo changed >testdata/file
exits 1 'what is mounted is part of the check' lockstep build app
like "$tap_out" '*the output does not hold *' 'which is run again'

# --- what is wrong
graph '- run: [ "false" ]' '- run: "echo yes; exit 3"' '- run: [ echo, "yes" ]' '  not-contains: "yes"' \
	'- run: [ cat ]' '  user: nobody-here' '- run: [ sleep, "60" ]' '  timeout: 1s' \
	'- run: "trap : TERM; echo line; while :; do sleep 1; done"' '  timeout: 1s' '- run: [ "yes" ]' \
	'- http: { port: 8081, contains: fake, wait: 1 }' '- http: { port: 8081, path: /nosuch, wait: 1 }' \
	'- http: { port: 9, wait: 1 }' '- http: { port: 8081, wait: 10m }' '  command: "echo bye; exit 3"' \
	'- exec: [ "true" ]' '  command: "true"' '- exec: [ "false" ]' '  wait: 4s'
exits 1 'everything that can be wrong' lockstep build app
like "$(echo "$tap_out" | sed -n 's/.*check failed: //p')" "run false: exit status 1, not 0: no output
run echo yes; exit 3: exit status 3, not 0: yes
run echo: the output holds 'yes'
run cat: *nobody-here*
run sleep: it did not end in time: no output
run trap*: it did not end in time: line
run yes: it printed more than 256 KiB
http :8081/: the answer does not hold 'fake' (after 1 s)*
http :8081/nosuch: status 404, not 200 (after 1 s)*
http :9/: * (after 1 s)*
http :8081/: the container 'lockstep-*' ended with exit status 3; its last words: bye
exec true: the container 'lockstep-*' ended with exit status 0*
exec false: exit status 1, not 0: no output (after 4 s)" 'is told in one go'
is "$(left)" '' 'nothing is left of them'
log=$LOCKSTEP_STATE/logs/$(lockstep history --json -n 1 | jq '.[0].run')/app.log
is "$(($(wc -c <"$log") < 400000))" 1 'the log has no more of an endless output than was looked at'

# --- what is in our environment stays there
graph '- run: "env; cat /proc/1/environ"' '- exec: "env; cat /proc/1/environ"'
HTTP_PROXY=http://me:hunter2@127.0.0.1:9 http_proxy=http://me:hunter2@127.0.0.1:9 GITHUB_TOKEN=hunter2 \
	ok 'a run with secrets around' "$LOCKSTEP" build app
is "$(grep -rl hunter2 "$LOCKSTEP_STATE/logs" "$LOCKSTEP_STATE/lockstep.db" || :)" '' 'none of them is seen inside'

# --- a machine that lacks something
case $BUILDER in
docker* | podman-service)
	printf 'pods:\n  all: { manifest: pod.yaml }\n' >>lockstep.yaml
	printf 'apiVersion: v1\nkind: Pod\nmetadata: { name: all }\nspec: { containers: [ { name: app, image: localhost/t/app } ] }\n' \
		>pod.yaml
	exits 3 'a pod' lockstep build --force
	like "$tap_out" "*pods are played by podman: they need the builder 'buildah' or 'podman'*" 'is not for an engine'
	rm pod.yaml
	;;
*)
	mkdir "$graph_dir/bin"
	for tool in buildah docker-buildx skopeo git runc crun newuidmap newgidmap; do
		! path=$(command -v "$tool") || ln -s "$path" "$graph_dir/bin/$tool"
	done
	graph '- run: [ uname ]'
	before=$(lockstep history --json -n 1 | jq '.[0].run')
	exits 3 'no podman' env "PATH=$graph_dir/bin" "$LOCKSTEP" build app
	like "$tap_out" '*cannot run checks: no podman
    apt-get install podman*' 'is said in one sentence'
	is "$(lockstep history --json -n 1 | jq '.[0].run')" "$before" 'before the build'
	;;
esac

# --- several at once
{
	printf 'version: 1\nregistry: localhost/t\nimages:\n'
	for i in 1 2 3 4; do
		printf '  app%d:\n    context: app\n    args: {}\n    labels: { n: %d }\n    checks:\n' "$i" "$i"
		printf '      - http: { port: 8081, contains: real }\n      - exec: [ cat, /www/index.html ]\n'
	done
} >lockstep.yaml
exits 0 'four servers on one port at a time' lockstep build -j 4
is "$(left)" '' 'nothing is left of them'

# --- who runs them is known
exits 0 'doctor' lockstep doctor
case $BUILDER in
docker*) like "$tap_out" "*ok   containers docker's engine at $DOCKER_HOST can run images, for checks*" 'names the engine' ;;
podman-service) like "$tap_out" "*ok   containers podman's service at $CONTAINER_HOST can run images, for checks*" 'names the service' ;;
*) like "$tap_out" "*ok   containers podman's program, * can run images, for checks*" 'names podman' ;;
esac

# --- stopped
for signal in INT TERM; do
	graph "- exec: \"echo $signal; false\"" '  command: [ sleep, "591'$$'" ]' '  wait: 10m'
	setsid env --default-signal=INT "$LOCKSTEP" build app >"$OUT" 2>&1 &
	pid=$!
	for _ in $(seq 600); do
		pgrep -f "sleep 591$$" >/dev/null && break
		sleep 0.1
	done
	kill -"$signal" "$pid"
	status=0
	wait "$pid" || status=$?
	want=130
	[ "$signal" = INT ] || want=143
	is "$status" "$want" "SIG$signal during a check ends with its status"
	is "$(left)" '' 'and leaves no container'
	is "$(pgrep -f "$LOCKSTEP_STATE/storage" || :)" '' 'and no process'
done

# --- killed
graph "- run: [ sleep, \"592$$\" ]" '  timeout: 10m'
setsid "$LOCKSTEP" build app >"$OUT" 2>&1 &
pid=$!
for _ in $(seq 300); do
	[ -z "$(left)" ] || break
	sleep 0.2
done
kill -KILL "$pid"
wait "$pid" 2>/dev/null || :
like "$(left)" '????????????' 'a lockstep that is killed leaves its container'
engine=own_podman
! in_engine || engine=$DOCKER
"$engine" create --name of-somebody-else "$("$engine" images --quiet --all | head -n 1)" true >/dev/null
graph '- run: [ uname ]'
exits 0 'the next run' lockstep build app
is "$("$engine" ps --all --format '{{.Names}}')" of-somebody-else 'removes it, and nothing else'
"$engine" rm of-somebody-else >/dev/null
is "$(pgrep -f "sleep 592$$\$" || :)" '' 'with its processes'
done_testing
