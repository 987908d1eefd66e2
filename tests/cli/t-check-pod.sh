#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# t-check-pod.sh: images that are started together as a manifest says: what is asked, what is refused, what is left.
set -eu
# shellcheck source=tests/lib/tap.sh
. "${top_srcdir:?}/tests/lib/tap.sh"
# shellcheck source=tests/lib/graph.sh
. "$top_srcdir/tests/lib/graph.sh"
command -v podman >/dev/null || skip_all 'no podman'
graph_open

mkdir app app/www shell
cp base/busybox app/busybox
echo 'the real page' >app/www/index.html
cat >app/Dockerfile <<-'DF'
	FROM scratch
	COPY busybox /bin/busybox
	RUN ["/bin/busybox", "--install", "-s", "/bin"]
	COPY www/ /www/
	ENV PATH=/bin
	CMD ["httpd", "-f", "-p", "8081", "-h", "/www"]
DF
printf 'FROM localhost/t/app\nCMD ["sleep", "1000"]\n' >shell/Dockerfile
cat >pod.yaml <<-'YAML'
	apiVersion: apps/v1
	kind: Deployment
	metadata: { name: agents }
	spec:
	  template:
	    spec:
	      containers:
	        - name: shell
	          image: localhost/t/shell:abc
	          env: [ { name: TOKEN, valueFrom: { secretKeyRef: { name: s, key: k } } } ]
	          volumeMounts: [ { name: home, mountPath: /home }, { name: conf, mountPath: /conf } ]
	        - name: web
	          image: localhost/t/app:abc
	          ports: [ { containerPort: 8081, hostPort: 8081 } ]
	          readinessProbe: { httpGet: { path: /nosuch, port: 8081 } }
	          volumeMounts: [ { name: home, mountPath: /home } ]
	      volumes:
	        - { name: home, persistentVolumeClaim: { claimName: home } }
	        - { name: conf, configMap: { name: c } }
	---
	apiVersion: v1
	kind: Secret
	metadata: { name: s }
	data: { k: aGVsbG8= }
	---
	apiVersion: v1
	kind: ConfigMap
	metadata: { name: c }
	data: { f: "text" }
YAML
cat >lockstep.yaml <<-'YAML'
	version: 1
	registry: localhost/t
	images:
	  app: { context: app }
	  shell: { context: shell }
	  lone: { context: lone }
	pods:
	  agents:
	    manifest: pod.yaml
	    settle: 3s
	    checks:
	      - exec: "echo one > /home/file; echo $TOKEN; cat /conf/f"
	        container: shell
	        contains: [ hello, text ]
	      - exec: [ cat, /home/file ]
	        container: web
	        contains: one
	      - http: { port: 8081, contains: real, wait: 5s }
	        container: web
YAML
graph_commit 'a pod'

exits 0 'a pod' lockstep build
like "$tap_out" '*pod agents  passed*' 'passes'
is "$(left)" '' 'nothing is left of it'
is "$(lockstep build)" 'nothing to do: 3 images up to date' 'and is remembered'
echo more >>lone/file
rebuilds lone 'an image that is not in it'
is "$(jq -r '.pods[0].outcome' "$OUT")" 'not run' 'leaves it alone'
sed -i 's/settle: 3s/settle: 1s/' lockstep.yaml
is "$(lockstep plan | tail -n 1)" '0 to build, 0 waiting, 3 up to date, 1 pod to check' 'an edit of it'
exits 0 'is looked at' lockstep build
like "$tap_out" '*pod agents  passed*' 'without a build'

# --- somebody else has the port, and nobody dies
# shellcheck disable=SC2016 # for the shell in the image
serve='CMD ["httpd", "-f", "-p", "8081", "-h", "/www"]'
sed -i "s|^CMD.*|$serve|" shell/Dockerfile
sed -i 's|^CMD.*|CMD ["sleep", "1000"]|' app/Dockerfile
exits 1 'the answer of another container' lockstep build
like "$tap_out" "*lockstep.yaml:18:9: check failed: another container answered: no process of 'web' listens on port 8081*
lockstep: 1 of 1 pods failed" 'is no answer'
is "$(left)" '' 'nothing is left of it'

# --- both want it, and one dies of that
sed -i 's|^CMD.*|CMD ["sh", "-c", "sleep 1; exec httpd -f -p 8081 -h /www"]|' app/Dockerfile
exits 1 'a container that dies of it' lockstep build
like "$tap_out" "*check failed: the container 'web' ended with exit status 1; its last words: httpd: bind: Address already in use*" \
	'is seen, and why'
is "$(left)" '' 'nothing is left of it'

# --- and that is known before, when it is written down
sed -i "s|^CMD.*|$serve|" app/Dockerfile
sed -i 's/env: \[ { name: TOKEN/env: [ { name: PORT, value: "8081" }, { name: TOKEN/' pod.yaml
exits 2 'one port claimed by two' lockstep build
like "$tap_out" "*pod.yaml:14:*: containers 'shell' (line 10) and 'web' of pod 'agents' both claim port 8081
    *" 'is refused with both lines'
git checkout -q -- .

# --- stopped, killed
sed -i 's/contains: real, wait: 5s/contains: fake, wait: 10m/' lockstep.yaml
setsid env --default-signal=INT "$LOCKSTEP" build >"$OUT" 2>&1 &
pid=$!
for _ in $(seq 300); do
	[ "$(own_podman ps --quiet | wc -l)" -lt 3 ] || break
	sleep 0.2
done
kill -INT "$pid"
status=0
wait "$pid" || status=$?
is "$status" 130 'SIGINT ends with its status'
is "$(left)" '' 'and leaves nothing'
setsid "$LOCKSTEP" build >"$OUT" 2>&1 &
pid=$!
for _ in $(seq 300); do
	[ "$(own_podman ps --quiet | wc -l)" -lt 3 ] || break
	sleep 0.2
done
kill -KILL "$pid"
wait "$pid" 2>/dev/null || :
is "$(left | wc -l)" 6 'a lockstep that is killed leaves three containers, a pod and two volumes'
git checkout -q -- .
exits 0 'the next run' lockstep build
is "$(left)" '' 'removes them'
done_testing
