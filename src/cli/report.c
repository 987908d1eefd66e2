/* SPDX-License-Identifier: Apache-2.0 */
/* report.c: the report as JSON, and what its other forms ask of it. */
#include "cli/report.h"

#include "cli/render.h"
#include "lockstep/formats.h"

bool
report_has(const struct report *r, const struct graph_image *image)
{
	enum plan_state state;

	if (!r->plan)
		return false;
	state = r->plan->nodes[image->index].state;
	return state != PLAN_IGNORED && state != PLAN_ABSENT;
}

const struct job *
report_job(const struct report *r, const struct graph_image *image)
{
	const struct job *job = r->res && r->res->n ? &r->res->jobs[image->index] : NULL;

	return job && job->image ? job : NULL;
}

const struct release_image *
report_released(const struct report *r, const struct graph_image *image)
{
	for (size_t i = 0; r->release && i < r->release->n; i++)
		if (r->release->images[i].node->image == image)
			return &r->release->images[i];
	return NULL;
}

bool
report_changed(const struct report *r, const struct graph_image *image)
{
	const struct release_image *released = report_released(r, image);
	const struct job *job = report_job(r, image);

	if (released)
		return released->moved;
	return job && job->state == JOB_BUILT && !job->same_image && !job->same_content;
}

const char *
report_state(const struct report *r, const struct graph_image *image)
{
	const struct job *job = report_job(r, image);

	return job ? job_state_name(job->state)
		   : plan_state_name(r->plan->nodes[image->index].state);
}

int64_t
report_saved_by(const struct report *r, const struct graph_image *image)
{
	const struct plan_node *node = &r->plan->nodes[image->index];
	const struct job *job = report_job(r, image);

	return node->state == PLAN_UP_TO_DATE && (!job || job->state == JOB_CURRENT)
		       ? node->expected_ms
		       : 0;
}

int64_t
report_saved_ms(const struct report *r)
{
	int64_t sum = 0;

	for (size_t i = 0; r->plan && i < r->plan->n; i++)
		if (report_has(r, r->plan->nodes[i].image))
			sum += report_saved_by(r, r->plan->nodes[i].image);
	return sum;
}

/* --- JSON */

static json_t *
unversioned_json(const unversioned_files *files)
{
	json_t *list = json_array();

	for (size_t i = 0; files && i < files->n; i++) {
		json_t *one = json_object();

		json_set_text(one, "image", files->v[i].image);
		json_set_text(one, "path", files->v[i].path);
		json_array_append_new(list, one);
	}
	return list;
}

static json_t *
release_json(const struct report *r)
{
	json_t *j = json_object(), *tags = json_array(), *images = json_array();

	json_set_text(j, "commit", r->commit);
	for (size_t i = 0; i < r->ntags; i++)
		json_add_text(tags, r->tags[i]);
	json_object_set_new(j, "tags", tags);
	for (size_t i = 0; i < r->release->n; i++) {
		const struct release_image *im = &r->release->images[i];
		json_t *one = json_object();

		json_set_text(one, "image", im->node->image->name);
		json_set_text(one, "digest", im->node->digest);
		json_set_text(one, "tag", *im->tag ? im->tag : NULL);
		json_set_text(one, "was", *im->was ? im->was : NULL);
		json_set_bool(one, "moved", im->moved);
		json_array_append_new(images, one);
	}
	json_object_set_new(j, "images", images);
	json_object_set_new(j, "unversioned", unversioned_json(r->unversioned));
	return j;
}

static json_t *
err_json(const struct err *err)
{
	json_t *j = json_object();

	json_set_text(j, "class", err_class_name(err->class));
	json_set_text(j, "message", err->msg);
	json_set_text(j, "hint", err->hint);
	json_set_text(j, "file", err->where.file);
	json_set_int(j, "line", err->where.line);
	json_set_int(j, "column", err->where.col);
	return j;
}

static json_t *
requests_json(const struct report *r)
{
	const struct http_stats *stats = &r->requests;
	bool unknown = r->plan && r->plan->nunknown;
	AUTO_FREE char *why = unknown ? err_text(&r->plan->unknown) : NULL;
	json_t *j = json_object();

	json_set_int(j, "requests", (long long)stats->requests);
	json_set_int(j, "retries", (long long)stats->retries);
	json_set_int(j, "connections", (long long)stats->connections);
	json_set_int(j, "received_bytes", (long long)stats->received);
	json_set_int(j, "sent_bytes", (long long)stats->sent);
	json_set_int(j, "unknown", r->plan ? (long long)r->plan->nunknown : 0);
	json_set_text(j, "why_unknown", why);
	return j;
}

/* Counts and images, of the run or, where nothing had to be done, of the plan. */
static json_t *
images_json(const struct report *r)
{
	AUTO_JSON json_t *plan = NULL;
	json_t *j;
	size_t current = 0;

	if (r->res && r->res->run_id)
		return render_run_json(r->plan, r->res);
	j = json_object();
	if (r->plan)
		plan = render_plan_json(r->plan);
	for (size_t i = 0; r->plan && i < r->plan->n; i++)
		current += r->plan->nodes[i].state == PLAN_UP_TO_DATE;
	json_object_set_new(j, "run", json_null());
	json_set_int(j, "built", 0);
	json_set_int(j, "up_to_date", (long long)current);
	json_set_int(j, "pushed", 0);
	json_set_int(j, "degraded", 0);
	json_set_int(j, "failed", 0);
	json_set_int(j, "skipped", 0);
	json_set_int(j, "cancelled", 0);
	json_object_set_new(j, "images",
			    plan ? json_incref(json_object_get(plan, "images")) : json_array());
	json_object_set_new(j, "pods", r->plan ? render_pods_json(r->plan, NULL) : json_array());
	return j;
}

/* What each image was built from, for `reproduce --record`: no registry has to be asked then. */
static void
add_records(const struct report *r, json_t *images)
{
	json_t *item;
	size_t i;

	json_array_foreach(images, i, item)
	{
		const struct graph_image *image =
			graph_find(r->plan->opts.project->graph, json_get_text(item, "image"));
		const struct job *job = report_job(r, image);
		AUTO_ERR struct err ignored = ERR_INIT;
		json_t *record = NULL;

		if (job && job->record &&
		    json_parse(str_c(job->record), image->name, &record, &ignored))
			BUG_ON(true); /* record_text() made it */
		json_object_set_new(item, "record", record ? record : json_null());
	}
}

/* Who reads it sees at a glance what moved. */
static json_t *
changed_json(const struct report *r)
{
	json_t *list = json_array();

	for (size_t i = 0; r->plan && i < r->plan->n; i++) {
		const struct graph_image *image = r->plan->opts.project->graph->order[i];

		if (report_has(r, image) && report_changed(r, image))
			json_add_text(list, image->name);
	}
	return list;
}

json_t *
report_json(const struct report *r)
{
	json_t *j = images_json(r), *mistakes = json_array();

	add_records(r, json_object_get(j, "images"));
	json_set_text(j, "schema", LOCKSTEP_REPORT_SCHEMA);
	json_set_text(j, "version", PACKAGE_VERSION);
	json_set_bool(j, "ok", r->err->class == ERR_NONE);
	json_set_text(j, "run_url", r->run_url);
	json_set_int(j, "elapsed_ms", r->elapsed_ms);
	json_set_int(j, "saved_ms", report_saved_ms(r));
	json_object_set_new(j, "registry", requests_json(r));
	json_object_set_new(j, "changed", changed_json(r));
	json_object_set_new(j, "release", r->release ? release_json(r) : json_null());
	json_object_set(j, "event", r->event ? r->event : json_null());
	json_object_set_new(j, "error", r->err->class ? err_json(r->err) : json_null());
	for (size_t i = 0; i < r->mistakes->n; i++)
		json_array_append_new(mistakes, err_json(&r->mistakes->items[i]));
	json_object_set_new(j, "mistakes", mistakes);
	return j;
}
