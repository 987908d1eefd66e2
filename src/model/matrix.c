/* SPDX-License-Identifier: Apache-2.0 */
/* matrix.c: product, exclude and include as GitHub makes them. */
#include "model/matrix.h"

#include "base/vec.h"

struct maker {
	struct arena *arena;
	const struct yaml *matrix;
	VEC(struct yaml *) jobs;
	size_t nproduct; /* jobs that come from the lists; those of `include` follow */
};

static bool
is_list_of(const struct yaml_pair *p)
{
	return strcmp(p->key->text, "include") != 0 && strcmp(p->key->text, "exclude") != 0;
}

static bool
same(const struct yaml *a, const struct yaml *b)
{
	if (a->kind != b->kind || a->n != b->n)
		return false;
	if (a->kind == YAML_SCALAR)
		return !strcmp(a->text, b->text);
	for (size_t i = 0; i < a->n; i++) {
		const struct yaml *x, *y;

		if (a->kind == YAML_MAP) {
			x = a->pairs[i].value;
			y = yaml_get(b, a->pairs[i].key->text);
		} else {
			x = a->items[i];
			y = b->items[i];
		}
		if (!y || !same(x, y))
			return false;
	}
	return true;
}

static void
set(struct yaml *job, const struct yaml_pair *pair)
{
	size_t i = 0;

	while (i < job->n && strcmp(job->pairs[i].key->text, pair->key->text) != 0)
		i++;
	if (i == MATRIX_MAX_VALUES)
		return;
	job->pairs[i] = *pair;
	job->n = i < job->n ? job->n : i + 1;
}

/* A copy of a job with further values, in place of those of the same names. */
static struct yaml *
with(struct maker *m, const struct yaml *job, const struct yaml_pair *pairs, size_t n)
{
	struct yaml *ret = ARENA_NEW(m->arena, struct yaml);

	*ret = (struct yaml){ .kind = YAML_MAP,
			      .line = job ? job->line : pairs->value->line,
			      .col = job ? job->col : pairs->value->col };
	ret->pairs = arena_calloc(m->arena, MATRIX_MAX_VALUES, sizeof(*ret->pairs));
	for (size_t i = 0; job && i < job->n; i++)
		set(ret, &job->pairs[i]);
	for (size_t i = 0; i < n; i++)
		set(ret, &pairs[i]);
	return ret;
}

static void
multiply(struct maker *m, const struct yaml_pair *list)
{
	VEC(struct yaml *) next = { 0 };
	size_t njobs = m->jobs.n ? m->jobs.n : 1;

	for (size_t i = 0; i < njobs; i++) {
		const struct yaml *job = m->jobs.n ? m->jobs.v[i] : NULL;

		for (size_t k = 0; k < list->value->n && next.n < MATRIX_MAX_JOBS; k++) {
			struct yaml_pair pair = { list->key, list->value->items[k] };

			vec_push(&next, with(m, job, &pair, 1));
		}
	}
	vec_fini(&m->jobs);
	m->jobs.v = next.v;
	m->jobs.n = next.n;
	m->jobs.cap = next.cap;
}

static bool
matches(const struct yaml *job, const struct yaml *values)
{
	for (size_t i = 0; i < values->n; i++) {
		const struct yaml *is = yaml_get(job, values->pairs[i].key->text);

		if (!is || !same(is, values->pairs[i].value))
			return false;
	}
	return true;
}

static void
exclude(struct maker *m, const struct yaml *list)
{
	size_t n = 0;

	for (size_t i = 0; i < m->jobs.n; i++) {
		bool gone = false;

		for (size_t k = 0; k < list->n; k++)
			gone = gone || (list->items[k]->kind == YAML_MAP &&
					matches(m->jobs.v[i], list->items[k]));
		if (!gone)
			m->jobs.v[n++] = m->jobs.v[i];
	}
	m->jobs.n = n;
}

/* It must not alter what came from the lists; what other includes added, it may. */
static bool
can_extend(const struct maker *m, const struct yaml *job, const struct yaml *values)
{
	for (size_t i = 0; i < values->n; i++) {
		const struct yaml_pair *p = &values->pairs[i];

		if (is_list_of(p) && yaml_get(m->matrix, p->key->text) &&
		    !same(yaml_get(job, p->key->text), p->value))
			return false;
	}
	return true;
}

static void
include(struct maker *m, const struct yaml *values)
{
	bool used = false;

	for (size_t i = 0; i < m->nproduct; i++) {
		if (!can_extend(m, m->jobs.v[i], values))
			continue;
		used = true;
		m->jobs.v[i] = with(m, m->jobs.v[i], values->pairs, values->n);
	}
	if (!used && values->n && m->jobs.n < MATRIX_MAX_JOBS)
		vec_push(&m->jobs, with(m, NULL, values->pairs, values->n));
}

static bool
is_known(const struct yaml *matrix)
{
	for (size_t i = 0; i < matrix->n; i++)
		if (matrix->pairs[i].value->kind != YAML_SEQ)
			return false;
	return true;
}

struct yaml **
matrix_jobs(struct arena *arena, const struct yaml *matrix, size_t *ret_n)
{
	struct maker m = { .arena = arena, .matrix = matrix };
	const struct yaml *list;
	struct yaml **ret;

	*ret_n = 0;
	if (matrix->kind != YAML_MAP || !is_known(matrix))
		return NULL;
	for (size_t i = 0; i < matrix->n; i++)
		if (is_list_of(&matrix->pairs[i]) && matrix->pairs[i].value->n)
			multiply(&m, &matrix->pairs[i]);
	list = yaml_get(matrix, "exclude");
	if (list)
		exclude(&m, list);
	m.nproduct = m.jobs.n;
	list = yaml_get(matrix, "include");
	for (size_t i = 0; list && i < list->n && i < MATRIX_MAX_JOBS; i++)
		if (list->items[i]->kind == YAML_MAP)
			include(&m, list->items[i]);
	*ret_n = m.jobs.n;
	ret = m.jobs.n ? arena_dup(arena, m.jobs.v, m.jobs.n * sizeof(*ret)) : NULL;
	vec_fini(&m.jobs);
	return ret;
}
