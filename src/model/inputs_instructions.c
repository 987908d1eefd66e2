/* SPDX-License-Identifier: Apache-2.0 */
/* inputs_instructions.c: which instructions of two input sets differ. */
#include "base/map.h"
#include "model/inputs_stages_priv.h"

#include <ctype.h>
#include <stdint.h>

struct pair {
	struct inputs_diff *d;
	struct input_stages b, a;
	size_t *stage_of; /* before's stage became after's, or SIZE_MAX */
};

/* Stages are numbered: `--from=#1` may mean the same after one was put in before it. */
static const char *
renumber(struct pair *p, const char *flags)
{
	AUTO_BUF struct buf b = BUF_INIT;

	if (!strstr(flags, "=#"))
		return flags;
	for (const char *s = flags; *s;) {
		unsigned long n;
		char *end;

		if (strncmp(s, "=#", 2) != 0 || !isdigit((unsigned char)s[2])) {
			buf_addc(&b, *s++);
			continue;
		}
		n = strtoul(s + 2, &end, 10);
		if (n < p->b.n && p->stage_of[n] != SIZE_MAX)
			buf_addf(&b, "=#%zu", p->stage_of[n]);
		else
			buf_addf(&b, "=#was%lu", n);
		s = end;
	}
	return arena_str(p->d->arena, buf_str(&b));
}

static bool
same_unit(const struct input_unit *x, const struct input_unit *y)
{
	return !strcmp(x->keyword, y->keyword) && !strcmp(x->flags, y->flags) &&
	       !strcmp(x->body, y->body);
}

/* True if at least half of their instructions are the same. */
static bool
similar(void *ctx, size_t i, size_t j)
{
	const struct pair *p = ctx;
	const struct input_stage *x = &p->b.v[i], *y = &p->a.v[j];
	size_t most = x->n > y->n ? x->n : y->n, common = 0;
	AUTO_MAP struct map *bodies = NULL;

	if (!most)
		return true;
	bodies = map_new();
	for (size_t k = 0; k < x->n; k++)
		map_set(bodies, str_c(x->units[k].body), bodies);
	for (size_t k = 0; k < y->n; k++)
		common += map_has(bodies, str_c(y->units[k].body));
	return 2 * common >= most;
}

static void
match_stages(struct pair *p)
{
	p->stage_of = arena_calloc(p->d->arena, p->b.n, sizeof(*p->stage_of));
	if (p->b.n != p->a.n) {
		inputs_lcs(p->b.n, p->a.n, similar, p, p->stage_of);
		return;
	}
	for (size_t i = 0; i < p->b.n; i++)
		p->stage_of[i] = i;
}

static void
add(struct pair *p, enum reason_kind kind, const char *before, const char *after, int line)
{
	const char *text = after ? after : before;
	size_t n = strcspn(text, " ");

	inputs_diff_add(p->d, kind, arena_str(p->d->arena, (struct str){ text, n }), before, after);
	p->d->found.v[p->d->found.n - 1].line = line;
}

static void
diff_head(struct pair *p, const struct input_stage *x, const struct input_stage *y)
{
	bool moved = !strcmp(x->kind, "stage") && !strcmp(y->kind, "stage") &&
		     p->stage_of[strtoul(x->base, NULL, 10) % p->b.n] != strtoul(y->base, NULL, 10);

	/* Which image it is, is told with the images. */
	if (moved || strcmp(x->kind, y->kind) != 0 || strcmp(x->platform, y->platform) != 0)
		add(p, REASON_INSTRUCTION_CHANGED, x->text, y->text, y->line);
}

struct units {
	const struct input_stage *x, *y;
};

static bool
unit_eq(void *ctx, size_t i, size_t j)
{
	const struct units *u = ctx;

	return same_unit(&u->x->units[i], &u->y->units[j]);
}

/* What lies between two instructions that stayed: from i to i_end went, from j to j_end came.
 * Those of one keyword are one that changed. */
static void
diff_gap(struct pair *p, const struct units *u, const size_t from[2], const size_t to[2])
{
	size_t j = from[1];

	for (size_t i = from[0]; i < to[0]; i++) {
		const struct input_unit *x = &u->x->units[i];
		size_t k = j;

		while (k < to[1] && strcmp(u->y->units[k].keyword, x->keyword) != 0)
			k++;
		if (k == to[1]) {
			add(p, REASON_INSTRUCTION_REMOVED, x->text, NULL, 0);
			continue;
		}
		for (; j < k; j++)
			add(p, REASON_INSTRUCTION_ADDED, NULL, u->y->units[j].text,
			    u->y->units[j].line);
		add(p, REASON_INSTRUCTION_CHANGED, x->text, u->y->units[j].text,
		    u->y->units[j].line);
		j++;
	}
	for (; j < to[1]; j++)
		add(p, REASON_INSTRUCTION_ADDED, NULL, u->y->units[j].text, u->y->units[j].line);
}

static void
diff_stage(struct pair *p, const struct input_stage *x, const struct input_stage *y)
{
	size_t *became = xcalloc(x->n + 1, sizeof(*became));
	struct units u = { x, y };
	size_t i = 0, j = 0;

	for (size_t k = 0; k < x->n; k++)
		x->units[k].flags = renumber(p, x->units[k].flags);
	diff_head(p, x, y);
	inputs_lcs(x->n, y->n, unit_eq, &u, became);
	for (size_t k = 0; k <= x->n; k++) {
		size_t end = k < x->n ? became[k] : y->n;

		if (end == SIZE_MAX)
			continue;
		diff_gap(p, &u, (size_t[2]){ i, j }, (size_t[2]){ k, end });
		i = k + 1;
		j = end + 1;
	}
	free(became);
}

static void
whole_stage(struct pair *p, const struct input_stage *s, enum reason_kind kind)
{
	bool added = kind == REASON_INSTRUCTION_ADDED;

	add(p, kind, added ? NULL : s->text, added ? s->text : NULL, added ? s->line : 0);
	for (size_t i = 0; i < s->n; i++)
		add(p, kind, added ? NULL : s->units[i].text, added ? s->units[i].text : NULL,
		    added ? s->units[i].line : 0);
}

void
inputs_diff_instructions(struct inputs_diff *d)
{
	bool named = inputs_uses_named(d->before, d->after);
	struct input_uses ub = inputs_uses(d->arena, d->before, &d->b, named);
	struct input_uses ua = inputs_uses(d->arena, d->after, &d->a, named);
	struct pair p = { .d = d,
			  .b = inputs_read_stages(d->arena, d->before, &d->b, &ub),
			  .a = inputs_read_stages(d->arena, d->after, &d->a, &ua) };
	size_t j = 0;

	match_stages(&p);
	for (size_t i = 0; i < p.b.n; i++) {
		if (p.stage_of[i] == SIZE_MAX) {
			whole_stage(&p, &p.b.v[i], REASON_INSTRUCTION_REMOVED);
			continue;
		}
		for (; j < p.stage_of[i]; j++)
			whole_stage(&p, &p.a.v[j], REASON_INSTRUCTION_ADDED);
		diff_stage(&p, &p.b.v[i], &p.a.v[j]);
		j++;
	}
	for (; j < p.a.n; j++)
		whole_stage(&p, &p.a.v[j], REASON_INSTRUCTION_ADDED);
}
