/* SPDX-License-Identifier: Apache-2.0 */
/* t-kube_pod.c: pods of manifests, and who claims which port. */
#include "model/kube_pod.h"

#include "base/buf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void
write_container(struct buf *b, const struct kube_container *c)
{
	buf_addf(b, " %s '%s' %s@%d:%d\n", kube_role_name(c->role), c->name,
		 c->image ? c->image : "-", c->image_at.line, c->image_at.col);
	for (size_t i = 0; i < c->nports; i++)
		buf_addf(b, "  port %s %d/%s host %d at %d:%d\n",
			 c->ports[i].name ? c->ports[i].name : "-", c->ports[i].number,
			 c->ports[i].protocol, c->ports[i].host, c->ports[i].at.line,
			 c->ports[i].at.col);
	for (size_t i = 0; i < c->nenv; i++)
		buf_addf(b, "  env %s=%s at %d\n", c->env[i].name,
			 c->env[i].value ? c->env[i].value : "?", c->env[i].at.line);
	for (size_t i = 0; i < c->nmounts; i++)
		buf_addf(b, "  mount %s %s%s%s\n", c->mounts[i].volume, c->mounts[i].path,
			 c->mounts[i].sub_path ? " sub " : "", c->mounts[i].read_only ? " ro" : "");
	for (size_t i = 0; i < c->nprobes; i++)
		buf_addf(b, "  %s %s %s %s\n", kube_probe_kind_name(c->probes[i].kind),
			 kube_handler_name(c->probes[i].handler),
			 c->probes[i].port ? c->probes[i].port : "-", c->probes[i].path);
}

static char *
read_all(const char *text)
{
	struct arena *AUTO_ARENA arena = arena_new();
	struct err_list AUTO_ERR_LIST errs = ERR_LIST_INIT;
	struct buf b = BUF_INIT;
	size_t n = 0;
	struct kube_pod *pods = kube_pods_read(arena, str_c(text), "f", &n, &errs);

	buf_init(&b, 0);
	for (size_t i = 0; i < n; i++) {
		buf_addf(&b, "%s %s at %d%s\n", pods[i].kind, pods[i].name, pods[i].at.line,
			 pods[i].host_network ? " on the host's network" : "");
		for (size_t k = 0; k < pods[i].ncontainers; k++)
			write_container(&b, &pods[i].containers[k]);
		for (size_t k = 0; k < pods[i].nvolumes; k++)
			buf_addf(&b, " volume %s %s %s\n", pods[i].volumes[k].name,
				 pods[i].volumes[k].kind,
				 pods[i].volumes[k].source ? pods[i].volumes[k].source : "-");
	}
	err_list_sort(&errs);
	for (size_t i = 0; i < errs.n; i++) {
		char *AUTO_FREE e = err_text(&errs.items[i]);

		buf_addf(&b, "%s\n", e);
	}
	return buf_steal(&b);
}

static void
check(const char *text, const char *want)
{
	char *AUTO_FREE got = read_all(text);

	assert_string_equal(got, want);
}

static const char deployment[] =
	"apiVersion: apps/v1\n"
	"kind: Deployment\n"
	"metadata: { name: pod }\n"
	"spec:\n"
	"  template:\n"
	"    spec:\n"
	"      initContainers:\n"
	"        - { name: seed, image: busybox }\n"
	"        - { name: proxy, image: envoy, restartPolicy: Always }\n"
	"      containers:\n"
	"        - name: kali\n"
	"          image: ghcr.io/o/kali:1\n"
	"          ports:\n"
	"            - { name: ssh, containerPort: 2222, hostPort: 22 }\n"
	"            - { containerPort: 53, protocol: UDP }\n"
	"          env:\n"
	"            - name: PORT\n"
	"              value: \"18081\"\n"
	"            - { name: SECRET, valueFrom: { secretKeyRef: {} } }\n"
	"          volumeMounts:\n"
	"            - { name: home, mountPath: /home/claude }\n"
	"            - { name: cfg, mountPath: /c, subPath: x, readOnly: true }\n"
	"          readinessProbe: { tcpSocket: { port: ssh } }\n"
	"          livenessProbe: { httpGet: { path: /h, port: 8081 } }\n"
	"      volumes:\n"
	"        - { name: home, persistentVolumeClaim: { claimName: data } }\n"
	"        - { name: cfg, secret: { secretName: s } }\n"
	"        - { name: tmp, emptyDir: {} }\n";

static void
reads_a_deployment(void **state UNUSED)
{
	check(deployment, "Deployment pod at 3\n"
			  " init container 'seed' busybox@8:32\n"
			  " sidecar container 'proxy' envoy@9:33\n"
			  " container 'kali' ghcr.io/o/kali:1@12:18\n"
			  "  port ssh 2222/TCP host 22 at 14:43\n"
			  "  port - 53/UDP host 0 at 15:32\n"
			  "  env PORT=18081 at 18\n"
			  "  env SECRET=? at 19\n"
			  "  mount home /home/claude\n"
			  "  mount cfg /c sub  ro\n"
			  "  readinessProbe tcpSocket ssh /\n"
			  "  livenessProbe httpGet 8081 /h\n"
			  " volume home persistentVolumeClaim data\n"
			  " volume cfg secret s\n"
			  " volume tmp emptyDir -\n");
}

static void
finds_pods_by_their_shape(void **state UNUSED)
{
	check("kind: Pod\nspec: { hostNetwork: true, containers: [ { name: a } ] }\n"
	      "---\n"
	      "kind: CronJob\nmetadata: { name: c }\n"
	      "spec: { jobTemplate: { spec: { template: { spec: { containers: [ { name: b } ] } } } } }\n"
	      "---\n"
	      "kind: List\nitems:\n"
	      "  - kind: StatefulSet\n"
	      "    metadata: { name: s }\n"
	      "    spec:\n"
	      "      template: { spec: { containers: [ { name: d } ] } }\n"
	      "      volumeClaimTemplates: [ { metadata: { name: data } } ]\n"
	      "---\n"
	      "kind: Rollout\nmetadata: { name: r }\n"
	      "spec: { template: { spec: { containers: [ { name: e } ] } } }\n"
	      "---\n"
	      "kind: PodTemplate\nmetadata: { name: t }\n"
	      "template: { spec: { containers: [ { name: f } ] } }\n",
	      "Pod  at 1 on the host's network\n container 'a' -@0:0\n"
	      "CronJob c at 5\n container 'b' -@0:0\n"
	      "StatefulSet s at 11\n container 'd' -@0:0\n"
	      " volume data persistentVolumeClaim data\n"
	      "Rollout r at 17\n container 'e' -@0:0\n"
	      "PodTemplate t at 21\n container 'f' -@0:0\n");
}

static void
leaves_out_what_is_no_pod(void **state UNUSED)
{
	check("", "");
	check("kind: Service\nspec: { ports: [ { port: 80 } ] }\n", "");
	check("spec: { containers: [ { name: a } ] }\n", "");
	check("kind: X\nspec: { containers: [ a, b ] }\n", "");
	check("- kind: Pod\n", "");
	check("kind: [ x\n", "f:2:1: flow sequence without a closing bracket\n");
}

static void
says_which_port_is_none(void **state UNUSED)
{
	check("kind: Pod\nspec:\n  containers:\n    - ports:\n"
	      "        - containerPort: http\n        - containerPort: 65536\n"
	      "        - { containerPort: 1, hostPort: 0 }\n",
	      "Pod  at 1\n container '' -@0:0\n  port - 1/TCP host 0 at 7:28\n"
	      "f:5:26: containerPort has to be a number from 1 to 65535\n"
	      "f:6:26: containerPort has to be a number from 1 to 65535\n");
}

static void
check_ports(const char *containers, const char *want)
{
	struct arena *AUTO_ARENA arena = arena_new();
	struct err_list AUTO_ERR_LIST errs = ERR_LIST_INIT;
	char *AUTO_FREE text = xasprintf("kind: Pod\nspec:\n%s", containers);
	struct buf AUTO_BUF got = BUF_INIT;
	size_t n = 0, nconflicts = 0;
	struct kube_pod *pods = kube_pods_read(arena, str_c(text), "f", &n, &errs);
	struct kube_conflict *c;

	assert_int_equal(n, 1);
	assert_int_equal(errs.n, 0);
	c = kube_pod_port_conflicts(arena, &pods[0], &nconflicts);
	buf_init(&got, 0);
	for (size_t i = 0; i < nconflicts; i++)
		buf_addf(&got, "%d/%s %s %s:%d %s %s:%d\n", c[i].first.number, c[i].first.protocol,
			 c[i].first.container->name, kube_claim_kind_name(c[i].first.kind),
			 c[i].first.at.line, c[i].second.container->name,
			 kube_claim_kind_name(c[i].second.kind), c[i].second.at.line);
	assert_string_equal(got.data, want);
}

/* The two processes of the account: both listen on 8081, one of them dies 246 times in 20 hours. */
static void
two_containers_claim_one_port(void **state UNUSED)
{
	check_ports("  containers:\n"
		    "    - { name: kali, env: [ { name: PORT, value: '8081' } ] }\n"
		    "    - { name: vk, ports: [ { containerPort: 8081 } ] }\n",
		    "8081/TCP kali env:4 vk containerPort:5\n");
	check_ports("  containers:\n"
		    "    - { name: kali, env: [ { name: PORT, value: '18081' } ] }\n"
		    "    - { name: vk, ports: [ { containerPort: 8081 } ],\n"
		    "        env: [ { name: PORT, value: '8081' } ] }\n",
		    "");
	check_ports(
		"  containers:\n"
		"    - { name: a, ports: [ { containerPort: 80 } ], env: [ { name: PORT, value: 80 } ] }\n"
		"    - { name: b, ports: [ { containerPort: 80 } ], env: [ { name: PORT, value: 80 } ] }\n",
		"80/TCP a containerPort:4 b containerPort:5\n");
}

static void
what_is_no_conflict(void **state UNUSED)
{
	check_ports("  containers:\n"
		    "    - { name: a, ports: [ { containerPort: 53, protocol: UDP } ] }\n"
		    "    - { name: b, ports: [ { containerPort: 53 } ] }\n"
		    "    - { name: c, env: [ { name: DB_PORT, value: '53' } ] }\n"
		    "    - { name: d, env: [ { name: PORT, value: '$(X)' }, { name: PORT } ] }\n",
		    "");
	check_ports("  initContainers:\n"
		    "    - { name: a, ports: [ { containerPort: 80 } ] }\n"
		    "  containers:\n"
		    "    - { name: b, ports: [ { containerPort: 80 } ] }\n",
		    "");
}

static void
sidecars_hosts_and_repetitions(void **state UNUSED)
{
	check_ports("  initContainers:\n"
		    "    - { name: a, restartPolicy: Always, ports: [ { containerPort: 80 } ] }\n"
		    "  containers:\n"
		    "    - { name: b, ports: [ { containerPort: 80 } ] }\n",
		    "80/TCP a containerPort:4 b containerPort:6\n");
	check_ports("  containers:\n"
		    "    - { name: a, ports: [ { containerPort: 1, hostPort: 80 } ] }\n"
		    "    - { name: b, ports: [ { containerPort: 2, hostPort: 80 } ] }\n"
		    "    - { name: c, ports: [ { containerPort: 80 } ] }\n",
		    "80/TCP a hostPort:4 b hostPort:5\n");
	check_ports(
		"  containers:\n"
		"    - { name: a, ports: [ { containerPort: 1, hostPort: 80, hostIP: 10.0.0.1 } ] }\n"
		"    - { name: b, ports: [ { containerPort: 2, hostPort: 80, hostIP: 10.0.0.2 } ] }\n",
		"");
	check_ports("  containers:\n"
		    "    - name: a\n"
		    "      ports:\n"
		    "        - containerPort: 80\n"
		    "        - containerPort: 80\n",
		    "80/TCP a containerPort:6 a containerPort:7\n");
}

static void
looks_up_by_name(void **state UNUSED)
{
	struct arena *AUTO_ARENA arena = arena_new();
	struct err_list AUTO_ERR_LIST errs = ERR_LIST_INIT;
	size_t n = 0;
	struct kube_pod *pods = kube_pods_read(arena, str_c(deployment), "f", &n, &errs);
	const struct kube_container *c = kube_pod_container(&pods[0], "kali");

	assert_non_null(c);
	assert_string_equal(kube_container_env(c, "PORT"), "18081");
	assert_null(kube_container_env(c, "SECRET"));
	assert_null(kube_container_env(c, "NONE"));
	assert_string_equal(kube_pod_volume(&pods[0], "tmp")->kind, "emptyDir");
	assert_null(kube_pod_volume(&pods[0], "none"));
	assert_null(kube_pod_container(&pods[0], "none"));
	assert_true(kube_env_is_listen_port("APP_HTTP_PORT"));
	assert_true(kube_env_is_listen_port("LISTEN_PORT"));
	assert_false(kube_env_is_listen_port("XHTTP_PORT"));
	assert_false(kube_env_is_listen_port("PORTS"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_a_deployment),
		cmocka_unit_test(finds_pods_by_their_shape),
		cmocka_unit_test(leaves_out_what_is_no_pod),
		cmocka_unit_test(says_which_port_is_none),
		cmocka_unit_test(two_containers_claim_one_port),
		cmocka_unit_test(what_is_no_conflict),
		cmocka_unit_test(sidecars_hosts_and_repetitions),
		cmocka_unit_test(looks_up_by_name),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
