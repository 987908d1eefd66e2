/* SPDX-License-Identifier: Apache-2.0 */
/* t-kube_share.c: which containers do not have the volume that the graph has them share. */
#include "model/kube_share.h"

#include "base/buf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static const char graph_text[] =
	"version: 1\n"
	"registry: ghcr.io/o\n"
	"images: { kali: { context: a }, vk-local: { context: b }, base: { context: c } }\n"
	"pods: { agents: { manifest: p.yaml,\n"
	" shared: [ { path: /home/claude/, images: [ kali, vk-local ] } ] } }\n";

/* What is told of a pod with these containers and the volumes home and other. */
static char *
told_of(const char *containers)
{
	struct arena *AUTO_ARENA arena = arena_new();
	struct err_list AUTO_ERR_LIST errs = ERR_LIST_INIT;
	struct graph *g = graph_load(str_c(graph_text), "g.yaml", &errs);
	const char *text = arena_printf(arena,
					"kind: Pod\nspec:\n  volumes: [ { name: home }, { name: "
					"other } ]\n%s",
					containers);
	struct buf b = BUF_INIT;
	size_t npods = 0, n = 0;
	const struct kube_pod *pods = kube_pods_read(arena, str_c(text), "f", &npods, &errs);
	const struct kube_unshared *u;

	assert_int_equal(errs.n, 0);
	assert_int_equal(npods, 1);
	u = kube_pod_unshared(arena, pods, g, g->pods[0].shared, &n);
	buf_init(&b, 0);
	buf_addf(&b, "%zu:", kube_pod_sharers(pods, g, g->pods[0].shared));
	for (size_t i = 0; i < n; i++)
		buf_addf(&b, " %d:%d: %s;", kube_unshared_at(&u[i]).line,
			 kube_unshared_at(&u[i]).col, kube_unshared_text(arena, &u[i], g, "f"));
	graph_free(g);
	return buf_steal(&b);
}

#define HOME "volumeMounts: [ { name: home, mountPath: /home/claude } ]"

static void
expect(const char *containers, const char *want)
{
	char *AUTO_FREE got = told_of(containers);

	assert_string_equal(got, want);
}

static void
one_volume_at_one_path_is_shared(void **state UNUSED)
{
	expect("  containers:\n"
	       "  - { name: a, image: ghcr.io/o/kali:1, " HOME " }\n"
	       "  - { name: b, image: 'ghcr.io/o/vk-local@sha256:0123456789abcdef0123456789abcdef"
	       "0123456789abcdef0123456789abcdef', volumeMounts: [ { name: home, "
	       "mountPath: /home/claude/ }, { name: other, mountPath: /other } ] }\n",
	       "2:");
}

static void
another_volume_is_told_with_both_places(void **state UNUSED)
{
	expect("  containers:\n"
	       "  - { name: a, image: ghcr.io/o/kali:1, " HOME " }\n"
	       "  - { name: b, image: ghcr.io/o/vk-local:1, volumeMounts: [ { name: other, "
	       "mountPath: /home/claude } ] }\n",
	       "2: 6:61: 'b' mounts 'other' at '/home/claude', and 'a' mounts 'home' in f:5:57: "
	       "g.yaml:5:20 has them share one volume;");
}

static void
another_part_of_the_volume_is_another_folder(void **state UNUSED)
{
	expect("  containers:\n"
	       "  - { name: a, image: ghcr.io/o/kali:1, " HOME " }\n"
	       "  - { name: b, image: ghcr.io/o/vk-local:1, volumeMounts: [ { name: home, "
	       "mountPath: /home/claude, subPath: b } ] }\n",
	       "2: 6:61: 'b' mounts 'home' (subPath 'b') at '/home/claude', and 'a' mounts 'home' in "
	       "f:5:57: g.yaml:5:20 has them share one volume;");
}

static void
nothing_at_the_path_is_told_at_the_container(void **state UNUSED)
{
	expect("  containers:\n"
	       "  - { name: a, image: ghcr.io/o/kali:1, volumeMounts: [ { name: home, mountPath: "
	       "/home } ] }\n"
	       "  - { name: b, image: ghcr.io/o/vk-local:1, " HOME " }\n",
	       "2: 5:5: 'a' mounts nothing at '/home/claude', which g.yaml:5:20 has it share with "
	       "'b';");
	expect("  containers:\n"
	       "  - { name: a, image: ghcr.io/o/kali:1 }\n"
	       "  - { name: b, image: ghcr.io/o/vk-local:1 }\n",
	       "2: 5:5: 'a' mounts nothing at '/home/claude', which g.yaml:5:20 has it share with "
	       "'b'; 6:5: 'b' mounts nothing at '/home/claude', which g.yaml:5:20 has it share "
	       "with 'a';");
}

static void
who_is_alone_or_meant_by_nobody_is_left_alone(void **state UNUSED)
{
	expect("  containers:\n"
	       "  - { name: a, image: ghcr.io/o/kali:1 }\n"
	       "  - { name: b, image: ghcr.io/o/base:1 }\n"
	       "  - { name: c, image: ghcr.io/p/vk-local:1 }\n"
	       "  - { name: d }\n",
	       "1:");
	expect("  initContainers:\n"
	       "  - { name: i, image: ghcr.io/o/vk-local:1 }\n"
	       "  containers:\n"
	       "  - { name: a, image: ghcr.io/o/kali:1 }\n",
	       "1:");
}

static void
sidecars_stay_and_are_meant(void **state UNUSED)
{
	expect("  initContainers:\n"
	       "  - { name: i, image: ghcr.io/o/vk-local:1, restartPolicy: Always }\n"
	       "  containers:\n"
	       "  - { name: a, image: ghcr.io/o/kali:1, " HOME " }\n",
	       "2: 5:5: 'i' mounts nothing at '/home/claude', which g.yaml:5:20 has it share with "
	       "'a';");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_volume_at_one_path_is_shared),
		cmocka_unit_test(another_volume_is_told_with_both_places),
		cmocka_unit_test(another_part_of_the_volume_is_another_folder),
		cmocka_unit_test(nothing_at_the_path_is_told_at_the_container),
		cmocka_unit_test(who_is_alone_or_meant_by_nobody_is_left_alone),
		cmocka_unit_test(sidecars_stay_and_are_meant),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
