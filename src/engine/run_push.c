/* SPDX-License-Identifier: Apache-2.0 */
/* run_push.c: a job's dealings with the registry: is the key there, and how it gets there. */
#include "base/file.h"
#include "base/path.h"
#include "engine/run_priv.h"
#include "engine/shared.h"
#include "lockstep/formats.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

/* Gives a run its name on every machine. */
static int
name_run(const struct run *run, int64_t id, int64_t started_ms, char ret[EVENT_ID_SIZE],
	 struct err *err)
{
	AUTO_FREE char *seed = xasprintf("%s %" PRId64 " %" PRId64 " %ld", run->opts->state_dir,
					 started_ms, id, (long)getpid());
	struct sha256 chance = sha256_of(seed, strlen(seed));

	event_id(started_ms, chance.b, ret);
	return store_run_name(run->plan->opts.store, id, ret, err);
}

int
run_push_begin(struct run *run, struct err *err)
{
	const struct plan_opts *opts = &run->plan->opts;
	struct builder_info info;
	int r = builder_probe(opts->builder, &info, err);

	if (r)
		return r;
	run->builder = xasprintf("%s %s", info.program, info.version);
	builder_info_fini(&info);
	return name_run(run, run->row.id, run->row.started_ms, run->ulid, err);
}

/* --- asking */

static void
on_asked(void *ctx)
{
	struct job *job = ctx;
	const struct plan *plan = job->run->plan;
	struct plan_node *node = job->node;
	AUTO_ERR struct err err = ERR_INIT;

	if (!job->asking)
		return;
	job->asking = false;
	if (node->unknown && plan->opts.publish) {
		if (plan_unknown(plan, &err))
			job_fail(job, &err);
		return;
	}
	if (node->state == PLAN_UP_TO_DATE && !node->open_checks && !plan_must_push(plan, node))
		job->worked = false; /* somebody else has done it */
	job_advance(job);
}

void
job_ask(struct job *job)
{
	job->asking = true;
	run_set_state(job, JOB_ASKING);
	plan_ask(job->run->plan, job->image, on_asked, job);
}

/* --- publishing */

static const char *
digest_file(struct job *job)
{
	return arena_printf(job->node->made.arena, "%s/%zu.digest", job->run->stage_dir,
			    job->image->index);
}

int
job_push(struct job *job, struct err *err)
{
	struct plan_node *node = job->node;
	struct arena *a = node->made.arena;
	char tag[SHARED_TAG_SIZE];
	struct builder_cmd cmd;

	shared_id_tag(node->image_id, tag);
	builder_push_cmd(job->run->plan->opts.builder, a, node->image_id,
			 shared_ref(job->run->plan->opts.shared, a, job->image, tag, NULL),
			 digest_file(job), &cmd);
	return job_start_cmd(job, &cmd, JOB_PUSHING, err);
}

static void
set_parents(struct job *job, struct record *record)
{
	const struct graph_image *image = job->image;

	record->parents =
		arena_calloc(job->node->made.arena, image->nparents + 1, sizeof(*record->parents));
	for (size_t i = 0; i < image->nparents; i++) {
		const struct plan_node *node = &job->run->plan->nodes[image->parents[i]->index];

		if (*node->digest)
			record->parents[record->nparents++] =
				(struct record_parent){ node->image->name, node->digest };
	}
}

/* The log's digest, so that a reader can tell whether the one that he has is whole. */
static int
log_digest(struct job *job, char ret[DIGEST_SIZE], struct err *err)
{
	AUTO_FREE char *path = path_join(job->run->logs_dir, job->log);
	AUTO_BUF struct buf text = BUF_INIT;
	int r;

	buf_init(&text, 0);
	r = file_read(AT_FDCWD, path, MAX_LOG_FILE, &text, err);
	if (!r)
		sha256_digest(sha256_of(text.data, text.len), ret);
	return r;
}

static int
set_run(struct job *job, const struct store_step *step, struct record *record, struct err *err)
{
	struct store *store = job->run->plan->opts.store;
	struct arena *a = job->node->made.arena;
	AUTO_FREE char *known = NULL;
	char ulid[EVENT_ID_SIZE];
	struct store_run run;
	int r = store_run_get(store, step->run_id, &run, err);

	if (r <= 0)
		return r;
	r = store_run_ulid(store, run.id, &known, err);
	if (!r)
		r = name_run(job->run, run.id, run.started_ms, ulid, err);
	if (r >= 0) {
		record->run = arena_strdup(a, known ? known : ulid);
		record->run_ms = run.started_ms;
		record->commit = run.git_commit ? arena_strdup(a, run.git_commit) : NULL;
		record->run_url = NULL;
		record->started_ms = step->started_ms;
		record->ended_ms = step->ended_ms;
	}
	store_run_fini(&run);
	return r;
}

/* An image that is only pushed was built by an earlier run: its record tells of that one. */
static int
tell_of_build(struct job *job, struct record *record, struct err *err)
{
	struct arena *a = job->node->made.arena;
	struct store_step_query query = { record->scope, job->image->name, INT64_MAX, true };
	struct store_step step;
	AUTO_JSON json_t *reasons = NULL;
	int r = store_step_last(job->run->plan->opts.store, &query, &step, err);

	if (r <= 0)
		return r;
	if (step.has_key && sha256_eq(step.key, record->inputs->key)) {
		r = json_parse(str_c(step.reasons), "recorded reasons", &reasons, err);
		record->reasons = reasons_from_json(a, reasons);
		if (!r)
			r = set_run(job, &step, record, err);
	}
	store_step_fini(&step);
	return r < 0 ? r : 0;
}

/* Caller frees. */
static int
make_record(struct job *job, char **ret, struct err *err)
{
	const struct project *p = job->run->plan->opts.project;
	AUTO_ERR struct err ignored = ERR_INIT; /* a log too large to read has no digest */
	char log[DIGEST_SIZE];
	struct record record = { .image = job->image->name,
				 .scope = p->scope,
				 .inputs = job->node->made.inputs,
				 .image_id = job->node->image_id,
				 .before = *job->node->before ? job->node->before : NULL,
				 .reasons = job->node->reasons,
				 .kind = builder_kind_name(p->builder),
				 .builder = job->run->builder,
				 .version = PACKAGE_VERSION,
				 .commit = job->run->commit,
				 .graph = path_base(p->graph_path),
				 .run = job->run->ulid,
				 .run_url = job->run->opts->run_url,
				 .run_ms = job->run->row.started_ms,
				 .started_ms = job->started_ms,
				 .ended_ms = job->ended_ms ? job->ended_ms : job->started_ms };

	int r;

	set_parents(job, &record);
	if (job->rebuilt && !log_digest(job, log, &ignored))
		record.log_digest = log;
	r = job->rebuilt ? 0 : tell_of_build(job, &record, err);
	if (!r)
		*ret = record_text(&record);
	return r;
}

int
job_keep_record(struct job *job, struct err *err)
{
	if (!job->run->opts->records)
		return 0;
	return make_record(job, &job->record, err);
}

/* All checks of an image that comes this far have passed. */
static const char *
passed_checks(struct job *job)
{
	AUTO_BUF struct buf b = BUF_INIT;
	char digest[DIGEST_SIZE];

	buf_init(&b, 0);
	for (size_t i = 0; i < job->image->nchecks; i++) {
		sha256_digest(check_digest(&job->image->checks[i]), digest);
		buf_addf(&b, "%s%s", b.len ? " " : "", digest);
	}
	return arena_str(job->node->made.arena, buf_str(&b));
}

/* --- noting what an image passed that was there already */

static void
on_noted(void *ctx, struct shared_image *image)
{
	struct job *job = ctx;

	if (!job->asking)
		return;
	job->asking = false;
	if (image->state == REGISTRY_UNKNOWN)
		job_fail(job, &image->err);
	else
		job_go_on(job);
}

bool
job_must_note(const struct job *job)
{
	const struct plan *plan = job->run->plan;

	return plan->opts.publish && *job->node->digest &&
	       check_results_count(&job->checks, CHECK_PASSED) > 0;
}

void
job_note(struct job *job)
{
	struct plan_node *node = job->node;
	AUTO_JSON json_t *j = json_object();
	AUTO_FREE char *text = NULL;
	struct shared_note note = { .passed = passed_checks(job) };

	json_set_text(j, "schema", LOCKSTEP_PASSED_SCHEMA);
	json_set_text(j, "image", job->image->name);
	json_set_text(j, "image_id", node->image_id);
	json_set_text(j, "checks", note.passed);
	note.text = text = json_canonical(j);
	job->asking = true;
	run_set_state(job, JOB_PUSHING);
	shared_note_passed(job->run->plan->opts.shared, job->image, node->digest, &note, on_noted,
			   job);
}

/* Another runner was first with this key, and its image is another one. Children of this run may
 * stand on ours already only if it was not built just now. */
static int
adopt(struct job *job, const struct shared_image *image, struct err *err)
{
	struct plan_node *node = job->node;

	if (!job->rebuilt)
		return err_set(err, ERR_TEMPORARY,
			       "another run has published an image of its own under this key "
			       "meanwhile (%s): try again",
			       image->image_id);
	node->not_reproducible = true;
	(void)snprintf(node->image_id, sizeof(node->image_id), "%s", image->image_id);
	return 0;
}

static void
on_published(void *ctx, struct shared_image *image)
{
	struct job *job = ctx;
	AUTO_ERR struct err err = ERR_INIT;
	int r = 0;

	if (!job->asking)
		return;
	job->asking = false;
	if (image->state == REGISTRY_UNKNOWN)
		r = err_move(&err, &image->err);
	else if (image->state == REGISTRY_ABSENT)
		r = err_set(&err, ERR_TEMPORARY, "it was published, and is not there");
	else if (strcmp(image->image_id, job->node->image_id) != 0)
		r = adopt(job, image, &err);
	if (r) {
		job_fail(job, &err);
		return;
	}
	job->pushed = true;
	job->node->keyed = !job->node->not_reproducible;
	plan_set_manifest(job->run->plan, job->node, image);
	job_finish(job);
}

static int
publish(struct job *job, struct err *err)
{
	AUTO_BUF struct buf text = BUF_INIT;
	AUTO_FREE char *record = NULL, *digest = NULL;
	struct shared_offer offer = { .image = job->image,
				      .key = job->node->made.inputs->key,
				      .passed = passed_checks(job),
				      .built_ms = job->started_ms,
				      .took_ms =
					      job->rebuilt ? job->ended_ms - job->started_ms : 0 };
	struct sha256 h;
	int r;

	buf_init(&text, 0);
	r = file_read(AT_FDCWD, digest_file(job), DIGEST_SIZE, &text, err);
	if (r)
		return err_prefix(err, "the builder left no digest of what it pushed");
	if (!sha256_parse_digest(str_trim(buf_str(&text), " \n"), &h))
		return err_set(err, ERR_FAILED, "the builder left no digest but '%s'", text.data);
	digest = str_dup(str_trim(buf_str(&text), " \n"));
	r = make_record(job, &record, err);
	if (r)
		return r;
	offer.digest = digest;
	offer.record = record;
	if (job->run->opts->records && job->rebuilt)
		job->record = xstrdup(record);
	job->asking = true;
	shared_publish(job->run->plan->opts.shared, &offer, on_published, job);
	return 0;
}

void
job_pushed(struct job *job)
{
	AUTO_ERR struct err err = ERR_INIT;

	if (publish(job, &err))
		job_fail(job, &err);
}
