/* SPDX-License-Identifier: Apache-2.0 */
/* inputs_lcs.c: the longest common subsequence of two sequences. */
#include "model/inputs_priv.h"

#include <stdint.h>

/* Cells of the table; beyond, what lies between the common ends counts as replaced. */
#define MAX_CELLS ((size_t)4 << 20)

struct lcs {
	bool (*eq)(void *ctx, size_t i, size_t j);
	void *ctx;
	size_t first; /* where the common beginning ends */
	size_t n, m;  /* what lies between it and the common end */
};

static bool
same(const struct lcs *l, size_t i, size_t j)
{
	return l->eq(l->ctx, l->first + i, l->first + j);
}

static void
walk(const struct lcs *l, size_t *pairs)
{
	size_t width = l->m + 1, i = 0, j = 0;
	uint32_t *table = xcalloc((l->n + 1) * width, sizeof(*table));

	for (size_t a = l->n; a-- > 0;) {
		for (size_t b = l->m; b-- > 0;) {
			uint32_t down = table[(a + 1) * width + b];
			uint32_t right = table[a * width + b + 1];

			table[a * width + b] = same(l, a, b) ? table[(a + 1) * width + b + 1] + 1
							     : (down > right ? down : right);
		}
	}
	while (i < l->n && j < l->m) {
		if (same(l, i, j)) {
			pairs[l->first + i] = l->first + j;
			i++;
			j++;
		} else if (table[(i + 1) * width + j] >= table[i * width + j + 1]) {
			i++;
		} else {
			j++;
		}
	}
	free(table);
}

void
inputs_lcs(size_t n, size_t m, bool (*eq)(void *ctx, size_t i, size_t j), void *ctx, size_t *pairs)
{
	struct lcs l = { .eq = eq, .ctx = ctx };
	size_t end = 0;

	for (size_t i = 0; i < n; i++)
		pairs[i] = SIZE_MAX;
	while (l.first < n && l.first < m && eq(ctx, l.first, l.first)) {
		pairs[l.first] = l.first;
		l.first++;
	}
	while (end < n - l.first && end < m - l.first && eq(ctx, n - 1 - end, m - 1 - end)) {
		pairs[n - 1 - end] = m - 1 - end;
		end++;
	}
	l.n = n - l.first - end;
	l.m = m - l.first - end;
	if (l.n && l.m && l.n <= MAX_CELLS / l.m)
		walk(&l, pairs);
}
