#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# t-verify.sh: manifests against each rule of docs/verify.md.
#
# LOCKSTEP_TEST_FRANK: a clone or git directory of derio-net/frank, for the incident itself.
set -eu
# shellcheck source=tests/lib/tap.sh
. "${top_srcdir:?}/tests/lib/tap.sh"
dir=$(mktemp -d "${TMPDIR:-/tmp}/t-verify.XXXXXX")
trap 'rm -rf "$dir"' EXIT
cd "$dir"
export LOCKSTEP_STATE="$dir/state"

lockstep() {
	"${LOCKSTEP:?}" "$@"
}

# findings ARG...: the lines of lockstep verify ARG... without the last.
findings() {
	lockstep verify "$@" 2>/dev/null | sed '$d'
}

mkdir right
cat >right/pod.yaml <<'YAML'
apiVersion: apps/v1
kind: Deployment
metadata: { name: pod }
spec:
  template:
    spec:
      containers:
        - name: kali
          image: ghcr.io/o/kali:1
          env: [ { name: PORT, value: "18081" }, { name: DB_PORT, value: "8081" } ]
          ports: [ { name: ssh, containerPort: 2222 } ]
          readinessProbe: { tcpSocket: { port: ssh } }
          volumeMounts: [ { name: home, mountPath: /home/claude } ]
        - name: vk-local
          image: ghcr.io/o/vk-local
          env: [ { name: PORT, value: "8081" } ]
          ports: [ { name: http, containerPort: 8081 } ]
          readinessProbe: { httpGet: { port: 8081, path: /api/health } }
          volumeMounts: [ { name: home, mountPath: /home/claude } ]
      volumes: [ { name: home, persistentVolumeClaim: { claimName: home } } ]
YAML
printf 'images:\n- name: ghcr.io/o/vk-local\n  newTag: "2"\n' >right/kustomization.yaml
printf '{{ if .x }}\nkind: Pod\n  x: [\n{{ end }}\n' >right/template.yaml
printf 'not a manifest: [\n' >right/notes.txt
exits 0 'a pod that works' lockstep verify right
is "$tap_out" '3 files, 1 pods, 0 findings; 1 templates were not judged; pins were not compared (no --image, no --graph)' \
	'what was looked at is said'
is "$(findings right/pod.yaml)" "right/pod.yaml:15:18: versions: the image of 'vk-local': 'ghcr.io/o/vk-local' has neither tag nor digest" \
	'versions: an image without one, when no kustomization gives it one'

sed 's/"18081"/"8081"/' right/pod.yaml >ports.yaml
exits 4 'ports: the race for 8081' lockstep verify ports.yaml --skip versions
like "$tap_out" "ports.yaml:17:49: ports: 'vk-local' (containerPort) claims port 8081/TCP, and so does 'kali' (PORT) in ports.yaml:10:39
*lockstep: 1 rule is broken" 'both places are named'
exits 0 'a rule that is not applied' lockstep verify ports.yaml --skip versions --skip ports

sed 's/port: 8081/port: 2222/; s/port: ssh/port: http/' right/pod.yaml >probes.yaml
is "$(findings probes.yaml --skip versions)" "probes.yaml:12:48: probes: the readinessProbe of 'kali' asks port http, which 'vk-local' has
probes.yaml:18:46: probes: the readinessProbe of 'vk-local' asks port 2222, which 'kali' has" 'probes: of the neighbour'
sed 's/port: 8081/port: 99/' right/pod.yaml >probes.yaml
is "$(findings probes.yaml --skip versions)" "probes.yaml:18:46: probes: the readinessProbe of 'vk-local' asks port 99, which it does not declare" \
	'probes: of nobody'

sed '13s/name: home/name: hom/; 19s|} \]|}, { name: home, mountPath: /home/claude } ]|' right/pod.yaml >volumes.yaml
is "$(findings volumes.yaml --skip versions)" "volumes.yaml:13:27: volumes: 'kali' mounts 'hom', and the pod has no such volume
volumes.yaml:19:68: volumes: 'vk-local' mounts 'home' at '/home/claude', where 'home' is in volumes.yaml:19:27" 'volumes'

cat >versions.yaml <<'YAML'
kind: Pod
spec:
  initContainers: [ { name: a, image: busybox:latest }, { name: b, image: "busybox:latest@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef" } ]
  containers: [ { name: c, image: "o/X:1" }, { name: d, image: "x:${TAG}" }, { name: e } ]
YAML
is "$(findings versions.yaml)" "versions.yaml:3:39: versions: the image of 'a': 'busybox:latest' is another image every day
versions.yaml:4:35: versions: the image of 'c': reference 'o/X:1': repository name 'o/X' must be lower case" 'versions: latest, and what is no reference'

mkdir pins
printf 'image: ghcr.io/o/x:1\n' >pins/a.yaml
printf 'spec: { image: "ghcr.io/o/x:2" }\n' >pins/b.yaml
is "$(findings pins --image ghcr.io/o/x)" "pins/b.yaml:1:17: pins: 'ghcr.io/o/x' is at '2', and at '1' in pins/a.yaml:1:8" 'pins: F2, F4, of one image at two versions'
is "$(findings pins --image ghcr.io/o/x=2)" "pins/a.yaml:1:8: pins: 'ghcr.io/o/x' is at '1', and should be at '2'" 'pins: not where they should be'
is "$(findings pins --image ghcr.io/o/y)" '' 'F27: pins of others are not compared'
printf 'version: 1\nregistry: ghcr.io/o\nimages:\n  x: { context: x }\n' >lockstep.yaml
is "$(findings pins --graph lockstep.yaml)" "pins/b.yaml:1:17: pins: 'ghcr.io/o/x' is at '2', and at '1' in pins/a.yaml:1:8" 'pins: of the images of a graph'

cat >shared.yaml <<'YAML'
version: 1
registry: ghcr.io/o
images: { kali: { context: x }, vk-local: { context: x } }
pods:
  agents:
    manifest: right/pod.yaml
    shared: [ { path: /home/claude, images: [ kali, vk-local ] } ]
YAML
exits 0 'shared: one volume at one path' lockstep verify --graph shared.yaml right
sed '19s/name: home/name: scratch/; 20s/ \]$/, { name: scratch, emptyDir: {} } ]/' right/pod.yaml >unshared.yaml
exits 4 'shared: a folder of its own for one of them' lockstep verify --graph shared.yaml unshared.yaml --skip versions
like "$tap_out" "unshared.yaml:19:27: shared: 'vk-local' mounts 'scratch' at '/home/claude', and 'kali' mounts 'home' in unshared.yaml:13:27: shared.yaml:7:23 has them share one volume
*" 'shared: all three places are named'
is "$(findings --graph shared.yaml unshared.yaml --skip versions --image ghcr.io/o/kali | cut -d: -f 1-4)" 'unshared.yaml:19:27: shared' \
	'shared: also where the images are named'
is "$(findings --graph shared.yaml unshared.yaml --skip versions --skip shared)" '' 'shared: a rule that is not applied'
is "$(findings unshared.yaml --skip versions)" '' 'shared: nobody knows without a graph'

printf 'a: b\n<<<<<<< HEAD\nc: d\n' >merge.yaml
like "$(findings merge.yaml)" 'merge.yaml:*: readable: *' 'readable: no YAML'
printf 'kind: Pod\nspec: { containers: [ { name: a, image: "x:1", ports: [ { containerPort: http } ] } ] }\n' >port.yaml
is "$(findings port.yaml)" 'port.yaml:2:74: readable: containerPort has to be a number from 1 to 65535' 'readable: a port that is none'

is "$(lockstep verify pins --image ghcr.io/o/x --json 2>/dev/null | jq -c '[.findings[] | [.rule, .file, .line, .column]], .files, .pods')" \
	'[["pins","pins/b.yaml",1,17]]
2
0' 'as JSON'
exits 4 'for GitHub' lockstep verify ports.yaml --skip versions --format github
like "$tap_out" "*::error file=ports.yaml,line=17,col=49::'vk-local' (containerPort) claims *" 'as annotations'
exits 2 'no path' lockstep verify
exits 2 'a path that is not there' lockstep verify nope
exits 2 'a rule that is not there' lockstep verify right --skip port
like "$tap_out" "*did you mean 'ports'?" 'and the nearest one'

frank=${LOCKSTEP_TEST_FRANK-}
if [ -z "$frank" ]; then
	skip 'the incident itself' 'LOCKSTEP_TEST_FRANK is not set'
else
	git -C "$frank" show 79cf7d08^:apps/secure-agent-pod/manifests/deployment.yaml >before.yaml
	git -C "$frank" show 79cf7d08:apps/secure-agent-pod/manifests/deployment.yaml >after.yaml
	is "$(findings before.yaml | head -n 1)" "before.yaml:106:22: ports: 'vk-local' (PORT) claims port 8081/TCP, and so does 'kali' (containerPort) in before.yaml:52:30" \
		'the incident itself'
	is "$(findings after.yaml)" '' 'and what repaired it'
fi
done_testing
