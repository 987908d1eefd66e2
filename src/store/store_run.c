/* SPDX-License-Identifier: Apache-2.0 */
/* store_run.c: rows of run and step. */
#include "store/store_run.h"

#include "store/store_priv.h"

ENUM_DEFINE(step_outcome, STEP_OUTCOME_LIST);
ENUM_DEFINE(run_state, RUN_STATE_LIST);

#define RECENT_RUNS 50

static char *
dup_or_null(const char *s)
{
	return s ? xstrdup(s) : NULL;
}

static void
read_run(struct sql *db, size_t id, struct store_run *r)
{
	*r = (struct store_run){
		.id = sql_int(db, id, 0),
		.started_ms = sql_int(db, id, 1),
		.ended_ms = sql_int(db, id, 2),
		.command = dup_or_null(sql_text(db, id, 4)),
		.scope = dup_or_null(sql_text(db, id, 5)),
		.graph = dup_or_null(sql_text(db, id, 6)),
		.root = dup_or_null(sql_text(db, id, 7)),
		.git_commit = dup_or_null(sql_text(db, id, 8)),
		.jobs = (int)sql_int(db, id, 9),
	};
	if (!run_state_parse(str_c(sql_text(db, id, 3)), &r->state))
		r->state = RUN_INTERRUPTED;
}

static bool
read_hash(struct sql *db, size_t id, int col, struct sha256 *ret)
{
	struct str b = sql_blob(db, id, col);

	if (b.n != SHA256_LEN)
		return false;
	memcpy(ret->b, b.p, SHA256_LEN);
	return true;
}

static void
read_step(struct sql *db, size_t id, struct store_step *s)
{
	*s = (struct store_step){
		.run_id = sql_int(db, id, 0),
		.image = dup_or_null(sql_text(db, id, 1)),
		.image_id = dup_or_null(sql_text(db, id, 4)),
		.reasons = dup_or_null(sql_text(db, id, 6)),
		.started_ms = sql_int(db, id, 7),
		.ended_ms = sql_int(db, id, 8),
		.log = dup_or_null(sql_text(db, id, 9)),
		.message = dup_or_null(sql_text(db, id, 10)),
		.made_id = dup_or_null(sql_text(db, id, 11)),
	};
	if (!step_outcome_parse(str_c(sql_text(db, id, 2)), &s->outcome))
		s->outcome = STEP_FAILED;
	s->has_key = read_hash(db, id, 3, &s->key);
	s->has_inputs = read_hash(db, id, 5, &s->inputs);
}

int
store_run_begin(struct store *s, struct store_run *run, struct err *err)
{
	int r = sql_exec(s->db, SQL_RUN_SWEEP, err, "");

	if (!r)
		r = sql_exec(s->db, SQL_RUN_NEW, err, "ittttti", run->started_ms, run->command,
			     run->scope, run->graph, run->root, run->git_commit,
			     (int64_t)run->jobs);
	if (!r)
		run->id = sql_last_id(s->db);
	return r;
}

int
store_run_name(struct store *s, int64_t id, const char *ulid, struct err *err)
{
	return sql_exec(s->db, SQL_RUN_ULID, err, "ti", ulid, id);
}

int
store_run_ulid(struct store *s, int64_t id, char **ret, struct err *err)
{
	int r = sql_query(s->db, SQL_RUN_NAMED, err, "i", id);

	if (!r)
		r = sql_step(s->db, SQL_RUN_NAMED, err);
	if (r <= 0)
		return r;
	*ret = xstrdup(sql_text(s->db, SQL_RUN_NAMED, 0));
	sql_reset(s->db, SQL_RUN_NAMED);
	return 1;
}

/* 1 found, 0 not. */
static int
find_ulid(struct store *s, const char *ulid, int64_t *ret_id, struct err *err)
{
	int r = sql_query(s->db, SQL_RUN_BY_ULID, err, "t", ulid);

	if (!r)
		r = sql_step(s->db, SQL_RUN_BY_ULID, err);
	if (r <= 0)
		return r;
	*ret_id = sql_int(s->db, SQL_RUN_BY_ULID, 0);
	sql_reset(s->db, SQL_RUN_BY_ULID);
	return 1;
}

int
store_run_import(struct store *s, const struct store_run *run, const char *ulid, int64_t *ret_id,
		 struct err *err)
{
	int r = find_ulid(s, ulid, ret_id, err);

	if (r)
		return r < 0 ? r : 0;
	r = sql_exec(s->db, SQL_RUN_IMPORT, err, "iittttt", run->started_ms, run->ended_ms,
		     run->command, run->scope, run->graph, run->git_commit, ulid);
	if (!r)
		*ret_id = sql_last_id(s->db);
	return r;
}

int
store_run_end(struct store *s, int64_t id, enum run_state state, int64_t ended_ms, struct err *err)
{
	return sql_exec(s->db, SQL_RUN_END, err, "iti", ended_ms, run_state_name(state), id);
}

int
store_run_list(struct store *s, const char *scope, int64_t limit, store_runs *ret, struct err *err)
{
	int r = sql_query(s->db, SQL_RUN_LIST, err, "ti", scope, limit);

	if (r)
		return r;
	while ((r = sql_step(s->db, SQL_RUN_LIST, err)) > 0) {
		struct store_run row;

		read_run(s->db, SQL_RUN_LIST, &row);
		vec_push(ret, row);
	}
	return r;
}

int
store_run_old(struct store *s, int64_t before_ms, int64_t keep, store_runs *ret, struct err *err)
{
	int r = sql_query(s->db, SQL_RUN_OLD, err, "ii", before_ms, keep);

	if (r)
		return r;
	while ((r = sql_step(s->db, SQL_RUN_OLD, err)) > 0) {
		struct store_run row;

		read_run(s->db, SQL_RUN_OLD, &row);
		vec_push(ret, row);
	}
	return r;
}

int
store_run_forget(struct store *s, int64_t id, struct err *err)
{
	return sql_exec(s->db, SQL_RUN_FORGET, err, "i", id);
}

int
store_run_get(struct store *s, int64_t id, struct store_run *ret, struct err *err)
{
	int r = sql_query(s->db, SQL_RUN_GET, err, "i", id);

	if (!r)
		r = sql_step(s->db, SQL_RUN_GET, err);
	if (r <= 0)
		return r;
	read_run(s->db, SQL_RUN_GET, ret);
	sql_reset(s->db, SQL_RUN_GET);
	return 1;
}

static int
put_step(struct store *s, size_t id, const struct store_step *step, struct err *err)
{
	struct str key = { NULL, 0 }, inputs = { NULL, 0 };

	if (step->has_key)
		key = sha256_bytes(&step->key);
	if (step->has_inputs)
		inputs = sha256_bytes(&step->inputs);
	return sql_exec(s->db, id, err, "ittbtbtiittt", step->run_id, step->image,
			step_outcome_name(step->outcome), key, step->image_id, inputs,
			step->reasons ? step->reasons : "[]", step->started_ms, step->ended_ms,
			step->log, step->message, step->made_id);
}

int
store_step_put(struct store *s, const struct store_step *step, struct err *err)
{
	return put_step(s, SQL_STEP_PUT, step, err);
}

int
store_step_import(struct store *s, const struct store_step *step, struct err *err)
{
	return put_step(s, SQL_STEP_IMPORT, step, err);
}

static int
read_steps(struct store *s, size_t id, store_steps *ret, struct err *err)
{
	int r;

	while ((r = sql_step(s->db, id, err)) > 0) {
		struct store_step row;

		read_step(s->db, id, &row);
		vec_push(ret, row);
	}
	return r;
}

int
store_step_of_run(struct store *s, int64_t run_id, store_steps *ret, struct err *err)
{
	int r = sql_query(s->db, SQL_STEP_OF_RUN, err, "i", run_id);

	return r ? r : read_steps(s, SQL_STEP_OF_RUN, ret, err);
}

int
store_step_latest(struct store *s, const char *scope, store_steps *ret, struct err *err)
{
	int r = sql_query(s->db, SQL_STEP_LATEST_ALL, err, "t", scope);

	return r ? r : read_steps(s, SQL_STEP_LATEST_ALL, ret, err);
}

int
store_step_last(struct store *s, const struct store_step_query *query, struct store_step *ret,
		struct err *err)
{
	int r = sql_query(s->db, SQL_STEP_LAST, err, "ttit", query->image, query->scope,
			  query->max_run, query->built ? step_outcome_name(STEP_BUILT) : NULL);

	if (!r)
		r = sql_step(s->db, SQL_STEP_LAST, err);
	if (r <= 0)
		return r;
	read_step(s->db, SQL_STEP_LAST, ret);
	sql_reset(s->db, SQL_STEP_LAST);
	return 1;
}

int
store_durations(struct store *s, const char *scope, struct map *ret, struct err *err)
{
	store_runs runs = { 0 };
	int64_t since = 0;
	int r = store_run_list(s, scope, RECENT_RUNS, &runs, err);

	if (!r && runs.n == RECENT_RUNS)
		since = runs.v[runs.n - 1].id - 1;
	store_runs_fini(&runs);
	if (!r)
		r = sql_query(s->db, SQL_STEP_DURATION, err, "ti", scope, since);
	if (r)
		return r;
	while ((r = sql_step(s->db, SQL_STEP_DURATION, err)) > 0)
		map_set(ret, str_c(sql_text(s->db, SQL_STEP_DURATION, 0)),
			(void *)(intptr_t)sql_int(s->db, SQL_STEP_DURATION, 1));
	return r;
}

void
store_run_fini(struct store_run *r)
{
	free(r->command);
	free(r->scope);
	free(r->graph);
	free(r->root);
	free(r->git_commit);
	*r = (struct store_run){ 0 };
}

void
store_step_fini(struct store_step *s)
{
	free(s->image);
	free(s->image_id);
	free(s->reasons);
	free(s->log);
	free(s->message);
	free(s->made_id);
	*s = (struct store_step){ 0 };
}

void
store_runs_fini(store_runs *v)
{
	for (size_t i = 0; i < v->n; i++)
		store_run_fini(&v->v[i]);
	vec_fini(v);
}

void
store_steps_fini(store_steps *v)
{
	for (size_t i = 0; i < v->n; i++)
		store_step_fini(&v->v[i]);
	vec_fini(v);
}
