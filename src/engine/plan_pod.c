/* SPDX-License-Identifier: Apache-2.0 */
/* plan_pod.c: which pods have to be looked at. */
#include "engine/plan_priv.h"
#include "engine/pod_check.h"

bool
plan_is_in_pod(const struct plan *p, const struct graph_image *image)
{
	const struct project *project = p->opts.project;

	for (size_t i = 0; project->pods && i < project->graph->npods; i++)
		for (size_t k = 0; k < project->pods[i].ncontainers; k++)
			if (project->pods[i].containers[k].image == image)
				return true;
	return false;
}

const char **
plan_pod_images(const struct plan *p, const struct pod *pod, struct arena *arena)
{
	const char **ids = arena_calloc(arena, pod->ncontainers + 1, sizeof(*ids));

	for (size_t i = 0; i < pod->ncontainers; i++) {
		const struct plan_node *node = &p->nodes[pod->containers[i].image->index];

		if (node->state != PLAN_UP_TO_DATE || node->open_checks)
			return NULL;
		ids[i] = node->image_id;
	}
	return ids;
}

int
plan_pod_open(const struct plan *p, const struct pod *pod, struct err *err)
{
	AUTO_ARENA struct arena *arena = arena_new();
	struct pod_check_opts opts = { .pod = pod,
				       .image_ids = plan_pod_images(p, pod, arena),
				       .store = p->opts.store };
	int r;

	if (!opts.image_ids)
		return 0;
	r = pod_check_recall(&opts, err);
	return r < 0 ? r : !r;
}

int
plan_count_pods(struct plan *p, struct err *err)
{
	const struct project *project = p->opts.project;

	for (size_t i = 0; project->pods && i < project->graph->npods; i++) {
		const struct pod *pod = &project->pods[i];
		int r = plan_pod_open(p, pod, err);

		if (r > 0 && p->opts.shared) {
			r = plan_ask_passed(p, pod, err);
			r = r ? r : plan_pod_open(p, pod, err);
		}
		if (r < 0)
			return r;
		p->npods += (size_t)r;
	}
	return 0;
}
