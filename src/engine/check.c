/* SPDX-License-Identifier: Apache-2.0 */
/* check.c: judges the checks of an image one after the other, and remembers. */
#include "engine/check.h"

#include "base/clock.h"
#include "engine/builder_task.h"
#include "engine/check_live.h"
#include "engine/check_priv.h"
#include "engine/runner.h"
#include "store/store_check.h"

ENUM_DEFINE(check_outcome, CHECK_OUTCOME_LIST);

/* Raised when a kind comes to judge differently, so that nothing older is believed. */
#define DIGEST_VERSION "lockstep-check 1"

struct check_set {
	struct check_opts opts;
	check_done_fn done;
	void *ctx;
	struct check_item *items; /* one a check */
	struct check_results results;
	struct loop_source *timer;
	struct check_item *running;
	struct builder_task *loading;
	size_t next; /* first check that was not started yet */
	bool cancelled, over;
	struct err err;
};

/* Who judges what. */
const struct check_ops *
check_ops_of(enum graph_check_kind kind)
{
	static const struct check_ops *const table[] = {
		[GRAPH_CHECK_FILE] = &check_file_ops,     [GRAPH_CHECK_ABSENT] = &check_absent_ops,
		[GRAPH_CHECK_CONFIG] = &check_config_ops, [GRAPH_CHECK_HTTP] = &check_serve_ops,
		[GRAPH_CHECK_RUN] = &check_run_ops,       [GRAPH_CHECK_EXEC] = &check_serve_ops,
	};

	return table[kind];
}

void
check_results_fini(struct check_results *rs)
{
	for (size_t i = 0; i < rs->n; i++)
		free(rs->v[i].message);
	free(rs->v);
	*rs = (struct check_results){ 0 };
}

size_t
check_results_count(const struct check_results *rs, enum check_outcome outcome)
{
	size_t n = 0;

	for (size_t i = 0; i < rs->n; i++)
		n += rs->v[i].outcome == outcome;
	return n;
}

int
check_results_error(const struct check_results *rs, const char *graph_file, struct err *err)
{
	size_t failed = check_results_count(rs, CHECK_FAILED);

	for (size_t i = 0; i < rs->n; i++) {
		const struct check_result *r = &rs->v[i];
		AUTO_FREE char *subject = check_subject(r->check);

		if (r->outcome != CHECK_FAILED)
			continue;
		err_at(err, graph_file, r->check->at.line, r->check->at.col, "check failed: %s: %s",
		       subject, r->message);
		if (failed > 1)
			err_hint(err, "%zu of %zu checks failed", failed, rs->n);
		err->class = ERR_FAILED;
		return -ERR_FAILED;
	}
	return 0;
}

static const char *
first_word(const json_t *list)
{
	/* A line for the shell is kept as /bin/sh -c LINE. */
	const char *first = json_string_value(json_array_get(list, 0));
	const char *line = json_string_value(json_array_get(list, 2));

	return first && !strcmp(first, "/bin/sh") && line ? line : first;
}

/* "user, workdir". */
static char *
key_list(json_t *object)
{
	AUTO_BUF struct buf b = BUF_INIT;
	const char *key;
	json_t *value;

	buf_init(&b, 0);
	json_object_foreach(object, key, value) buf_addf(&b, "%s%s", b.len ? ", " : "", key);
	return buf_steal(&b);
}

char *
check_subject(const struct graph_check *check)
{
	const json_t *http = json_object_get(check->spec, "http");
	const char *kind = graph_check_kind_name(check->kind);
	const char *text = json_get_text(check->spec, kind);
	AUTO_FREE char *keys = NULL;

	if (check->kind == GRAPH_CHECK_HTTP)
		return xasprintf("http :%lld%s",
				 (long long)json_integer_value(json_object_get(http, "port")),
				 json_get_text(http, "path"));
	if (check->kind == GRAPH_CHECK_RUN || check->kind == GRAPH_CHECK_EXEC)
		text = first_word(json_object_get(check->spec, kind));
	if (check->kind == GRAPH_CHECK_CONFIG)
		text = keys = key_list(json_object_get(check->spec, kind));
	return xasprintf("%s %s", kind, text ? text : "");
}

struct sha256
check_digest(const struct graph_check *check)
{
	AUTO_FREE char *spec = json_canonical(check->spec);
	AUTO_FREE char *text =
		xasprintf(DIGEST_VERSION "\n%s\n%s\n", graph_check_kind_name(check->kind), spec);

	return sha256_of(text, strlen(text));
}

/* 1 it passed before, 0 not. */
static int
recall(struct store *store, const char *image_id, const struct graph_check *check,
       struct check_result *ret, struct err *err)
{
	struct store_check row = { 0 };
	int r = store_check_get(store, image_id, check_digest(check), &row, err);

	if (r > 0 && row.passed)
		*ret = (struct check_result){ .check = check,
					      .outcome = CHECK_PASSED,
					      .remembered = true,
					      .duration_ms = row.duration_ms };
	r = r > 0 ? row.passed : r;
	store_check_fini(&row);
	return r;
}

int
check_needs_tree(struct store *store, const struct graph_image *image, const char *image_id,
		 bool *ret, struct err *err)
{
	struct check_result ignored;
	int r = 1;

	for (size_t i = 0; i < image->nchecks && r > 0; i++) {
		const struct check_ops *ops = check_ops_of(image->checks[i].kind);

		if (ops && ops->judge)
			r = recall(store, image_id, &image->checks[i], &ignored, err);
	}
	*ret = r == 0;
	return r < 0 ? r : 0;
}

int
check_count_open(struct store *store, const struct graph_image *image, const char *image_id,
		 size_t *ret, struct err *err)
{
	struct check_result ignored;
	size_t n = 0;

	for (size_t i = 0; i < image->nchecks; i++) {
		int r;

		r = recall(store, image_id, &image->checks[i], &ignored, err);
		if (r < 0)
			return r;
		n += r == 0;
	}
	*ret = n;
	return 0;
}

static int
record(struct check_set *set, struct err *err)
{
	int r = store_begin(set->opts.store, err);

	for (size_t i = 0; !r && i < set->results.n; i++) {
		const struct check_result *res = &set->results.v[i];
		struct store_check row = { .passed = res->outcome == CHECK_PASSED,
					   .message = res->message,
					   .run_id = set->opts.run_id,
					   .checked_ms = clock_wall_ms(),
					   .duration_ms = res->duration_ms };

		if (!res->remembered && res->outcome != CHECK_NOT_RUN)
			r = store_check_put(set->opts.store, set->opts.image_id,
					    check_digest(res->check), &row, err);
	}
	if (!r)
		return store_commit(set->opts.store, err);
	store_rollback(set->opts.store);
	return r;
}

static void
finish(struct check_set *set)
{
	AUTO_ERR struct err err = ERR_INIT;

	BUG_ON(set->over);
	set->over = true;
	if (set->cancelled && !set->err.class)
		err_set(&set->err, ERR_CANCELLED, "cancelled");
	if (record(set, &err) && !set->err.class)
		err_move(&set->err, &err);
	set->done(set->ctx, &set->results, &set->err);
}

static bool
is_open(const struct check_item *item)
{
	return !item->result->remembered;
}

struct judging {
	struct check_item **items;
	struct err *errs; /* one an item */
};

static void
judge_one(void *ctx, size_t i)
{
	struct judging *j = ctx;
	struct check_item *item = j->items[i];

	item->started_ns = clock_mono_ns();
	(void)check_ops_of(item->check->kind)->judge(item, &j->errs[i]); /* kept in errs */
	item->result->duration_ms = (clock_mono_ns() - item->started_ns) / 1000000;
}

/* All that need no container, at once. */
static void
judge_all(struct check_set *set)
{
	struct judging j = { 0 };
	size_t n = 0;

	j.items = xcalloc(set->results.n + 1, sizeof(struct check_item *));
	j.errs = xcalloc(set->results.n + 1, sizeof(*j.errs));
	for (size_t i = 0; i < set->results.n; i++)
		if (is_open(&set->items[i]) && check_ops_of(set->items[i].check->kind)->judge)
			j.items[n++] = &set->items[i];
	pool_run(set->opts.pool, n, judge_one, &j);
	for (size_t i = 0; i < n; i++) {
		if (j.errs[i].class && !set->err.class)
			err_move(&set->err, &j.errs[i]);
		err_clear(&j.errs[i]);
	}
	free(j.items);
	free(j.errs);
}

static void
run_next(struct check_set *set)
{
	while (!set->err.class && !set->cancelled && set->next < set->results.n) {
		struct check_item *item = &set->items[set->next++];

		if (!is_open(item) || !check_ops_of(item->check->kind)->start)
			continue;
		item->started_ns = clock_mono_ns();
		if (check_ops_of(item->check->kind)->start(item, &set->err))
			break;
		set->running = item;
		return;
	}
	finish(set);
}

void
check_add_fault(struct buf *faults, const char *fmt, ...)
{
	va_list ap;

	if (faults->len)
		buf_adds(faults, "; ");
	va_start(ap, fmt);
	buf_addvf(faults, fmt, ap);
	va_end(ap);
}

void
check_judged(struct check_item *item, const struct buf *faults)
{
	item->result->outcome = faults->len ? CHECK_FAILED : CHECK_PASSED;
	if (faults->len)
		item->result->message = xstrdup(faults->data);
}

static void
item_over(struct check_item *item)
{
	BUG_ON(item->set->running != item);
	item->result->duration_ms = (clock_mono_ns() - item->started_ns) / 1000000;
	item->set->running = NULL;
	run_next(item->set);
}

void
check_item_done(struct check_item *item, const char *message)
{
	if (!item->set->cancelled) {
		item->result->outcome = message ? CHECK_FAILED : CHECK_PASSED;
		item->result->message = message ? xstrdup(message) : NULL;
	}
	item_over(item);
}

void
check_item_broken(struct check_item *item, struct err *err)
{
	err_move(&item->set->err, err);
	item_over(item);
}

static void
on_loaded(void *ctx, const struct proc_result *result)
{
	struct check_set *set = ctx;
	struct builder_task *task = STEAL(set->loading);

	if (result->status != 0 && !set->cancelled)
		err_set(&set->err, ERR_FAILED, "cannot give image %s to podman: %.*s",
			set->opts.image_id, STR_FMT(runner_complaint(builder_task_tail(task))));
	builder_task_free(task);
	run_next(set);
}

/* True when containers can be started only after this has ended. */
static bool
load(struct check_set *set)
{
	AUTO_ARENA struct arena *a = arena_new();
	struct builder_task_opts opts = {
		.loop = set->opts.loop, .log_fd = set->opts.log_fd, .on_exit = on_loaded, .ctx = set
	};
	struct builder_cmd cmd;

	return builder_run_load_cmd(set->opts.builder, a, set->opts.image_id, &cmd) &&
	       !builder_task_start(&cmd, &opts, &set->loading, &set->err);
}

/* Something is to be run. */
static bool
is_live(const struct check_set *set)
{
	for (size_t i = 0; i < set->results.n; i++)
		if (is_open(&set->items[i]) && check_ops_of(set->items[i].check->kind)->start)
			return true;
	return false;
}

static void
begin(void *ctx)
{
	struct check_set *set = ctx;
	bool open = false;
	int r = 0;

	set->timer = NULL;
	for (size_t i = 0; r >= 0 && i < set->results.n; i++) {
		r = recall(set->opts.store, set->opts.image_id, set->items[i].check,
			   &set->results.v[i], &set->err);
		open = open || is_open(&set->items[i]);
	}
	if (r >= 0 && open && !set->cancelled)
		judge_all(set);
	if (!set->err.class && !set->cancelled && is_live(set) && load(set))
		return;
	run_next(set);
}

struct check_set *
check_start(const struct check_opts *opts, check_done_fn done, void *ctx)
{
	struct check_set *set = xcalloc(1, sizeof(*set));
	size_t n = opts->image->nchecks;

	*set = (struct check_set){ .opts = *opts, .done = done, .ctx = ctx };
	set->results.v = xcalloc(n + 1, sizeof(*set->results.v));
	set->results.n = n;
	set->items = xcalloc(n + 1, sizeof(*set->items));
	for (size_t i = 0; i < n; i++) {
		set->results.v[i] = (struct check_result){ .check = &opts->image->checks[i],
							   .outcome = CHECK_NOT_RUN };
		set->items[i] = (struct check_item){ .set = set,
						     .opts = &set->opts,
						     .check = &opts->image->checks[i],
						     .result = &set->results.v[i] };
	}
	set->timer = loop_add_timer(opts->loop, 0, begin, set);
	return set;
}

void
check_cancel(struct check_set *set)
{
	if (set->over || set->cancelled)
		return;
	set->cancelled = true;
	if (set->running)
		check_ops_of(set->running->check->kind)->cancel(set->running);
	if (set->loading)
		builder_task_end(set->loading);
}

void
check_free(struct check_set *set)
{
	if (!set)
		return;
	loop_remove(set->opts.loop, set->timer);
	check_results_fini(&set->results);
	err_clear(&set->err);
	free(set->items);
	free(set);
}
