/* SPDX-License-Identifier: Apache-2.0 */
/* t-pod.c: manifests held against a graph, and made ready for podman. */
#include "engine/pod.h"
#include "engine/project.h"
#include "lib/tmp.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define GRAPH                                                                                      \
	"version: 1\nregistry: r.example/o\nimages:\n  a: { context: a }\n  b: { context: b }\n"   \
	"pods:\n  both:\n    manifest: pod.yaml\n"

struct case_ {
	struct project *p;
	struct err_list errs;
	struct err err;
	int r;
};

static struct case_
open_case(const char *dir, const char *more, const char *manifest)
{
	AUTO_FREE char *graph = tmp_path(dir, "lockstep.yaml");
	AUTO_FREE char *text = xasprintf("%s%s", GRAPH, more);
	struct project_opts opts = { .graph_file = graph, .builder = BUILDER_BUILDAH };
	struct case_ c = { 0 };

	tmp_text(dir, "lockstep.yaml", text);
	tmp_text(dir, "a/Dockerfile", "FROM scratch\n");
	tmp_text(dir, "b/Dockerfile", "FROM scratch\n");
	if (manifest)
		tmp_text(dir, "pod.yaml", manifest);
	c.r = project_load(&opts, &c.p, &c.errs, &c.err);
	return c;
}

static void
close_case(struct case_ *c)
{
	if (!c->r)
		project_free(c->p);
	err_list_clear(&c->errs);
	err_clear(&c->err);
}

/* All mistakes, each as "FILE:LINE:COL: message | hint", a line each. */
static void
check_mistakes(const char *dir, const char *more, const char *manifest, const char *want)
{
	struct case_ c = open_case(dir, more, manifest);
	AUTO_BUF struct buf got = BUF_INIT;

	buf_init(&got, 0);
	err_list_sort(&c.errs);
	for (size_t i = 0; i < c.errs.n; i++) {
		const struct err *e = &c.errs.items[i];
		const char *file = strrchr(e->where.file, '/');

		buf_addf(&got, "%s:%d:%d: %s | %s\n", file ? file + 1 : e->where.file,
			 e->where.line, e->where.col, e->msg, e->hint ? e->hint : "");
	}
	assert_string_equal(got.data, want);
	close_case(&c);
}

#define POD(containers) "kind: Pod\nmetadata: { name: p }\nspec:\n  containers:\n" containers

static void
mistakes_have_their_places(void **state)
{
	check_mistakes(*state, "", NULL,
		       "lockstep.yaml:8:15: cannot read the manifest: cannot read 'pod.yaml': "
		       "No such file or directory | a file of Kubernetes, from the folder of the "
		       "graph file on\n");
	check_mistakes(*state, "", "kind: Service\nmetadata: { name: p }\n",
		       "lockstep.yaml:8:15: no workload of pod 'both' in its manifests | \n");
	check_mistakes(*state, "    workload: q\n", POD("  - { name: x, image: r.example/o/a }\n"),
		       "lockstep.yaml:8:15: no workload of pod 'both' in its manifests | "
		       "there: p\n");
	check_mistakes(
		*state, "",
		POD("  - { name: x, image: r.example/o/a }\n") "---\n" POD(
			"  - { name: y, image: r.example/o/b }\n"),
		"lockstep.yaml:8:15: more than one workload of pod 'both' in its manifests | "
		"there: p, p\n");
	check_mistakes(*state, "    checks: [ { exec: [id], container: xx } ]\n",
		       POD("  - { name: x, image: r.example/o/a }\n"
			   "  - { name: y, image: other/z }\n"),
		       "lockstep.yaml:9:15: pod 'both' has no container 'xx' | did you mean 'x'?\n"
		       "pod.yaml:6:23: the image of container 'y' is none of this graph: 'other/z' "
		       "| a pod is checked with images that are built here\n");
}

static void
one_port_cannot_be_had_twice(void **state)
{
	check_mistakes(*state, "",
		       POD("  - name: x\n    image: r.example/o/a\n"
			   "    ports: [ { containerPort: 8081 } ]\n"
			   "  - name: y\n    image: r.example/o/b\n"
			   "    env: [ { name: PORT, value: \"8081\" } ]\n"),
		       "pod.yaml:10:33: containers 'x' (line 7) and 'y' of pod 'both' both claim "
		       "port 8081 | one network is shared by all containers of a pod: give one of "
		       "them another port\n");
}

static void
what_a_cluster_has_is_not_here(void **state)
{
	check_mistakes(*state, "",
		       POD("  - { name: x, image: r.example/o/a }\n"
			   "  hostNetwork: true\n"
			   "  volumes:\n"
			   "  - { name: v, hostPath: { path: /etc } }\n"
			   "  - { name: w, secret: { secretName: s } }\n"
			   "  - { name: e, emptyDir: {} }\n"),
		       "pod.yaml:2:19: pod 'both' wants the network of the host | a check has one "
		       "of its own\n"
		       "pod.yaml:8:5: volume 'v' of kind 'hostPath' cannot be had here | "
		       "persistentVolumeClaim, emptyDir, configMap, secret\n"
		       "pod.yaml:9:5: volume 'w' wants the secret 's', and no manifest has it | a "
		       "check knows no cluster: add a file with one to 'manifest'\n");
}

static void
what_is_shared_is_one_volume(void **state)
{
	AUTO_FREE char *want = xasprintf(
		"pod.yaml:6:5: 'y' mounts nothing at '/data', which %s/lockstep.yaml:9:23 "
		"has it share with 'x' | \n",
		(const char *)*state);

	check_mistakes(*state, "    shared: [ { path: /data, images: [ a, b ] } ]\n",
		       POD("  - { name: x, image: r.example/o/a, volumeMounts: [ { name: v, "
			   "mountPath: /data } ] }\n"
			   "  - { name: y, image: r.example/o/b }\n"
			   "  volumes: [ { name: v, emptyDir: {} } ]\n"),
		       want);
	check_mistakes(*state, "    shared: [ { path: /data, images: [ a, b ] } ]\n",
		       POD("  - { name: x, image: r.example/o/a }\n"),
		       "lockstep.yaml:9:23: nothing is shared: pod 'both' has no two containers "
		       "with these images | 'images' names those whose containers have the "
		       "volume\n");
}

#define ID_A "sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define ID_B "sha256:bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"

static const char played[] =
	"---\n{\"apiVersion\":\"v1\",\"data\":{\"k\":\"hello\",\"plain\":\"x\"},\"kind\":\"ConfigMap\","
	"\"metadata\":{\"name\":\"run-s\"}}\n"
	"---\n{\"apiVersion\":\"v1\",\"kind\":\"PersistentVolumeClaim\",\"metadata\":{\"labels\":{"
	"\"l\":\"v\"},\"name\":\"run-home\"},\"spec\":{\"accessModes\":[\"ReadWriteOnce\"],"
	"\"resources\":{\"requests\":{\"storage\":\"1Gi\"}}}}\n"
	"---\n{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"metadata\":{\"labels\":{\"l\":\"v\"},"
	"\"name\":\"run\"},\"spec\":{\"containers\":["
	"{\"env\":[{\"name\":\"T\",\"valueFrom\":{\"configMapKeyRef\":{\"key\":\"k\",\"name\":\"run-s\"}}}],"
	"\"image\":\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\","
	"\"imagePullPolicy\":\"Never\",\"name\":\"x\",\"ports\":[]},"
	"{\"image\":\"bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb\","
	"\"imagePullPolicy\":\"Never\",\"name\":\"y\",\"ports\":[{\"containerPort\":80,\"hostIP\":"
	"\"127.0.0.1\",\"hostPort\":40000}],\"volumeMounts\":[{\"mountPath\":\"/home\",\"name\":"
	"\"home\"}]}],\"initContainers\":[],\"restartPolicy\":\"Never\",\"securityContext\":{\"runAsUser\":1000},\"volumes\":[{"
	"\"name\":\"home\",\"persistentVolumeClaim\":{\"claimName\":\"run-home\"}},{\"configMap\":{"
	"\"name\":\"run-s\"},\"name\":\"conf\"}]}}\n";

/* The documents with one order of keys. */
static char *
canonical(const char *text)
{
	struct str rest = str_c(text);
	AUTO_BUF struct buf out = BUF_INIT;

	buf_init(&out, 0);
	while (rest.n) {
		const char *next = memmem(rest.p + 1, rest.n - 1, "---\n", 4);
		size_t n = next ? (size_t)(next - rest.p) : rest.n;
		AUTO_JSON json_t *j = NULL;
		AUTO_FREE char *one = NULL;

		assert_int_equal(json_parse(str_sub(rest, 4, n), "played", &j, NULL), 0);
		one = json_canonical(j);
		buf_addf(&out, "---\n%s\n", one);
		rest = str_sub(rest, n, rest.n);
	}
	return buf_steal(&out);
}

static void
is_played_with_images_by_id_and_everything_its_own(void **state)
{
	const char *ids[] = { ID_A, ID_B };
	struct pod_port port = { "y", 80, 40000 };
	struct pod_play play = { .name = "run",
				 .label_name = "l",
				 .label_value = "v",
				 .image_ids = ids,
				 .ports = &port,
				 .nports = 1 };
	struct case_ c = open_case(
		*state, "",
		"kind: Deployment\nmetadata: { name: d }\nspec:\n  template:\n    spec:\n"
		"      securityContext: { runAsUser: 1000 }\n"
		"      containers:\n"
		"      - name: x\n        image: r.example/o/a:1\n        imagePullPolicy: Always\n"
		"        env: [ { name: T, valueFrom: { secretKeyRef: { name: s, key: k } } } ]\n"
		"      - name: y\n        image: r.example/o/b:2\n"
		"        ports: [ { containerPort: 80, hostPort: 80 }, { containerPort: 81 } ]\n"
		"        readinessProbe: { httpGet: { port: 80 } }\n"
		"        volumeMounts: [ { name: home, mountPath: /home } ]\n"
		"      volumes:\n"
		"      - { name: home, persistentVolumeClaim: { claimName: h } }\n"
		"      - { name: conf, secret: { secretName: s } }\n"
		"---\nkind: Secret\nmetadata: { name: s }\ndata: { k: aGVsbG8= }\n"
		"stringData: { plain: x }\n");
	AUTO_FREE char *text = NULL, *got = NULL, *volumes = NULL;

	if (c.r)
		fail_msg("%s", c.errs.n ? c.errs.items[0].msg : c.err.msg);
	assert_string_equal(c.p->pods[0].containers[1].image->name, "b");
	text = pod_render(&c.p->pods[0], &play);
	got = canonical(text);
	assert_string_equal(got, played);
	volumes = pod_volumes(&c.p->pods[0], "run");
	assert_string_equal(volumes, "run-home\nrun-s\n");
	close_case(&c);
}

static void
the_digest_is_of_all_that_is_written(void **state)
{
	static const char *const manifest = POD("  - { name: x, image: r.example/o/a }\n");
	struct case_ first = open_case(*state, "", manifest);
	struct case_ same = open_case(*state, "# a comment\n", manifest);
	struct case_ settle = open_case(*state, "    settle: 3s\n", manifest);
	struct case_ asked =
		open_case(*state, "    checks: [ { exec: [id], container: x } ]\n", manifest);
	struct case_ other = open_case(*state, "", POD("  - { name: x, image: r.example/o/b }\n"));

	assert_true(sha256_eq(first.p->pods[0].digest, same.p->pods[0].digest));
	assert_false(sha256_eq(first.p->pods[0].digest, settle.p->pods[0].digest));
	assert_false(sha256_eq(first.p->pods[0].digest, asked.p->pods[0].digest));
	assert_false(sha256_eq(first.p->pods[0].digest, other.p->pods[0].digest));
	close_case(&first);
	close_case(&same);
	close_case(&settle);
	close_case(&asked);
	close_case(&other);
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, tmp_setup, tmp_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(mistakes_have_their_places),
		TEST(one_port_cannot_be_had_twice),
		TEST(what_is_shared_is_one_volume),
		TEST(what_a_cluster_has_is_not_here),
		TEST(is_played_with_images_by_id_and_everything_its_own),
		TEST(the_digest_is_of_all_that_is_written),
	};

	return cmocka_run_group_tests_name("pod", tests, NULL, NULL);
}
