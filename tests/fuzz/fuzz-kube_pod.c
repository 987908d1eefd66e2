/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz-kube_pod.c: any bytes as a manifest. */
#include "model/kube_pod.h"

#include <stdint.h>

#define MAX_INPUT (64u << 10)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO_ARENA struct arena *arena = arena_new();
	AUTO_ERR_LIST struct err_list errs = ERR_LIST_INIT;
	struct kube_pod *pods;
	size_t n = 0;

	if (size > MAX_INPUT)
		return 0;
	pods = kube_pods_read(arena, (struct str){ (const char *)data, size }, "f", &n, &errs);
	for (size_t i = 0; i < n; i++) {
		size_t nconflicts = 0;
		const struct kube_conflict *c =
			kube_pod_port_conflicts(arena, &pods[i], &nconflicts);

		BUG_ON(!pods[i].spec || !pods[i].ncontainers);
		for (size_t k = 0; k < nconflicts; k++)
			BUG_ON(c[k].first.number != c[k].second.number);
	}
	return 0;
}
