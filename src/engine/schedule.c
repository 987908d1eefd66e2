/* SPDX-License-Identifier: Apache-2.0 */
/* schedule.c: path weights and the ready list. */
#include "engine/schedule.h"

#include "base/vec.h"

#define FALLBACK_MS 1000

struct schedule {
	int64_t *weight;
	size_t n;
	VEC(size_t) ready;
};

static int64_t
mean_known(const int64_t *expected_ms, size_t n)
{
	int64_t sum = 0, known = 0;

	for (size_t i = 0; i < n; i++) {
		if (expected_ms[i] > 0) {
			sum += expected_ms[i];
			known++;
		}
	}
	return known ? sum / known : FALLBACK_MS;
}

struct schedule *
schedule_new(const struct graph *g, const int64_t *expected_ms, const bool *needed)
{
	struct schedule *s = xcalloc(1, sizeof(*s));
	int64_t mean = mean_known(expected_ms, g->nimages);

	s->n = g->nimages;
	s->weight = xcalloc(s->n + 1, sizeof(*s->weight));
	for (size_t i = g->nimages; i > 0; i--) { /* children before parents */
		const struct graph_image *image = g->order[i - 1];
		int64_t below = 0, own = expected_ms[image->index];

		for (size_t k = 0; k < image->nchildren; k++) {
			size_t child = image->children[k]->index;

			if (needed[child] && s->weight[child] > below)
				below = s->weight[child];
		}
		s->weight[image->index] = below + (own > 0 ? own : mean);
	}
	return s;
}

void
schedule_free(struct schedule *s)
{
	if (!s)
		return;
	free(s->weight);
	vec_fini(&s->ready);
	free(s);
}

int64_t
schedule_weight(const struct schedule *s, size_t image)
{
	BUG_ON(image >= s->n);
	return s->weight[image];
}

void
schedule_push(struct schedule *s, size_t image)
{
	BUG_ON(image >= s->n);
	vec_push(&s->ready, image);
}

static bool
before(const struct schedule *s, size_t a, size_t b)
{
	if (s->weight[a] != s->weight[b])
		return s->weight[a] > s->weight[b];
	return a < b;
}

bool
schedule_pop(struct schedule *s, size_t *ret_image)
{
	size_t best = 0;

	if (!s->ready.n)
		return false;
	for (size_t i = 1; i < s->ready.n; i++)
		if (before(s, s->ready.v[i], s->ready.v[best]))
			best = i;
	*ret_image = s->ready.v[best];
	s->ready.v[best] = s->ready.v[--s->ready.n];
	return true;
}
