/* SPDX-License-Identifier: Apache-2.0 */
/* render_github_summary.c: the summary of a job, in GitHub's Markdown. */
#include "base/clock.h"
#include "base/out.h"
#include "cli/render.h"
#include "cli/render_github.h"

#define CELL_MAX 400     /* bytes of a reason or a message */
#define PODS_PART 4      /* of the room, so much is for pods */
#define TAGS_SHOWN 10    /* of a release */
#define COUNTED_ROOM 100 /* kept free for how many images find none */

/* Text of any origin, on one line, that Markdown and HTML leave alone. */
static void
add_text(struct buf *b, const char *text)
{
	struct str s = str_c(text);
	AUTO_BUF struct buf safe = BUF_INIT;
	size_t cut = s.n;

	buf_init(&safe, 0);
	if (cut > CELL_MAX)
		for (cut = CELL_MAX; cut > 0 && ((unsigned char)s.p[cut] & 0xc0) == 0x80;)
			cut--;
	for (struct str rest = str_sub(s, 0, cut), line; str_next_line(&rest, &line);) {
		if (safe.len)
			buf_addc(&safe, ' ');
		out_safe(&safe, line);
	}
	for (const char *p = safe.data; p && *p; p++) {
		if (strchr("\\`*_{}[]<>()#|~&$!@", *p))
			buf_addc(b, '\\');
		buf_addc(b, *p);
	}
	if (cut < s.n)
		buf_adds(b, "…");
}

static void
add_id(struct buf *b, const char *digest)
{
	if (digest && *digest)
		buf_addf(b, "`%s`", render_id(digest));
	else
		buf_adds(b, "–");
}

static void
add_why(struct buf *b, const struct job *job, const struct plan_node *node)
{
	const struct reasons *rs = &node->reasons;
	AUTO_FREE char *reason = rs->n ? reason_text(&rs->v[0], false) : NULL;

	if (job && job->message) {
		add_text(b, job->message);
	} else if (reason) {
		add_text(b, reason);
		if (rs->n > 1)
			buf_addf(b, ", and %zu more", rs->n - 1);
	}
	if (job && job->same_image)
		buf_adds(b, "; the same image came out");
	if (job && job->same_content)
		buf_adds(b, "; the same content came out: the image before is kept");
	if (node->not_reproducible)
		buf_adds(b,
			 "; **not reproducible**: another image had its key already, and is kept");
}

static void
add_row(struct buf *b, const struct report *r, const struct graph_image *image)
{
	const struct plan_node *node = &r->plan->nodes[image->index];
	const struct release_image *released = report_released(r, image);
	const struct job *job = report_job(r, image);
	bool current = !job || job->state == JOB_CURRENT;
	const char *was = released ? released->was : current ? node->digest : node->before;
	bool failed = job && job_went_wrong(job);
	char took[CLOCK_TEXT_SIZE] = "", saved[CLOCK_TEXT_SIZE] = "";

	if (report_saved_by(r, image))
		clock_duration(report_saved_by(r, image), saved);
	if (job && job->worked && job->ended_ms && job->started_ms)
		clock_duration(job->ended_ms - job->started_ms, took);
	buf_addf(b, "| `%s` | %s%s%s | ", image->name, failed ? "**" : "", report_state(r, image),
		 failed ? "**" : "");
	add_why(b, job, node);
	buf_adds(b, " | ");
	add_id(b, was);
	buf_adds(b, " | ");
	add_id(b, node->digest);
	buf_addf(b, " | %s | %s |\n", took, saved);
}

/* Returns how many images find no room. */
static size_t
add_table(struct buf *b, const struct report *r, size_t max)
{
	size_t left = 0;

	buf_adds(b, "| image | result | why | digest before | digest now | time | time saved "
		    "|\n|---|---|---|---|---|---|---|\n");
	for (size_t i = 0; i < r->plan->n; i++) {
		const struct graph_image *image = r->plan->opts.project->graph->order[i];
		AUTO_BUF struct buf row = BUF_INIT;

		if (!report_has(r, image))
			continue;
		buf_init(&row, 0);
		add_row(&row, r, image);
		if (left || b->len + row.len + COUNTED_ROOM > max)
			left++;
		else
			buf_add_str(b, buf_str(&row));
	}
	return left;
}

static void
add_pod(struct buf *b, const struct run_pod *pod)
{
	char took[CLOCK_TEXT_SIZE];

	clock_duration(pod->elapsed_ms, took);
	buf_addf(b, "Pod `%s` %s (%s)", pod->pod->graph->name,
		 pod->state == RUN_POD_FAILED ? "**failed**" : "passed", took);
	if (pod->message) {
		buf_adds(b, ": ");
		add_text(b, pod->message);
	}
	buf_adds(b, ".\n\n");
}

static void
add_pods(struct buf *b, const struct run_result *res, size_t max)
{
	static const enum run_pod_state order[] = { RUN_POD_FAILED, RUN_POD_PASSED };
	size_t left = 0;

	for (size_t k = 0; k < ARRAY_SIZE(order); k++)
		for (size_t i = 0; i < res->npods; i++) {
			AUTO_BUF struct buf line = BUF_INIT;

			if (res->pods[i].state != order[k])
				continue;
			buf_init(&line, 0);
			add_pod(&line, &res->pods[i]);
			if (left || b->len + line.len > max)
				left++;
			else
				buf_add_str(b, buf_str(&line));
		}
	if (left)
		buf_addf(b, "%zu more pods find no room here.\n\n", left);
}

static void
add_silence(struct buf *b, const struct plan *plan)
{
	AUTO_FREE char *why = err_text(&plan->unknown);

	buf_addf(b, "The registry gave no answer about %zu image%s: ", plan->nunknown,
		 plan->nunknown == 1 ? "" : "s");
	add_text(b, why);
	buf_adds(b, ".\n\n");
}

static void
add_release(struct buf *b, const struct report *r)
{
	size_t moved = 0;

	for (size_t i = 0; i < r->release->n; i++)
		moved += r->release->images[i].moved;
	buf_addf(b, "Released %zu image%s", r->release->n, r->release->n == 1 ? "" : "s");
	if (r->commit)
		buf_addf(b, " as `%.7s`", r->commit);
	buf_adds(b, ": `");
	for (size_t i = 0; i < r->ntags && i < TAGS_SHOWN; i++)
		buf_addf(b, "%s%.128s", i ? "`, `" : "", r->tags[i]);
	buf_addc(b, '`');
	if (r->ntags > TAGS_SHOWN)
		buf_addf(b, " and %zu more", r->ntags - TAGS_SHOWN);
	buf_addf(b, " moved for %zu.\n\n", moved);
}

static void
add_cost(struct buf *b, const struct report *r)
{
	char took[CLOCK_TEXT_SIZE], saved[CLOCK_TEXT_SIZE];
	int64_t ms = report_saved_ms(r);

	clock_duration(r->elapsed_ms, took);
	buf_addf(b, "%s", took);
	if (ms) {
		clock_duration(ms, saved);
		buf_addf(b, ", about %s saved against rebuilding all", saved);
	}
	if (r->requests.requests)
		buf_addf(b, "; %llu request%s to the registry",
			 (unsigned long long)r->requests.requests,
			 r->requests.requests == 1 ? "" : "s");
	buf_adds(b, ".\n");
}

static void
add_heading(struct buf *b, const struct report *r)
{
	const struct run_result *res = r->res;

	buf_adds(b, "### lockstep: ");
	if (res && res->run_id) {
		buf_addf(b, "%zu built, %zu up to date", res->built, res->current);
		if (res->failed)
			buf_addf(b, ", %zu failed", res->failed);
		if (res->degraded)
			buf_addf(b, ", %zu degraded", res->degraded);
		if (res->skipped)
			buf_addf(b, ", %zu skipped", res->skipped);
		if (res->pods_failed)
			buf_addf(b, ", %zu pod%s failed", res->pods_failed,
				 res->pods_failed == 1 ? "" : "s");
	} else {
		buf_adds(b, r->err->class ? "failed" : "nothing to build");
	}
	buf_adds(b, "\n\n");
}

/* What stands below the table, which gets the room that is left. */
static void
add_foot(struct buf *b, const struct report *r, size_t max)
{
	if (r->res)
		add_pods(b, r->res, max / PODS_PART);
	if (r->plan && r->plan->nunknown)
		add_silence(b, r->plan);
	if (r->err->class) {
		AUTO_FREE char *why = err_text(r->mistakes->n ? &r->mistakes->items[0] : r->err);

		buf_adds(b, "**Failed:** ");
		add_text(b, why);
		buf_adds(b, "\n\n");
	}
	if (r->release && !r->err->class)
		add_release(b, r);
	add_cost(b, r);
}

void
render_github_summary(struct buf *b, const struct report *r, size_t max)
{
	AUTO_BUF struct buf foot = BUF_INIT;
	size_t left = 0;

	BUG_ON(max < RENDER_GITHUB_SUMMARY_MIN);
	buf_init(&foot, 0);
	add_foot(&foot, r, max);
	add_heading(b, r);
	if (r->plan)
		left = add_table(b, r, max - foot.len);
	buf_addc(b, '\n');
	if (left)
		buf_addf(b, "%zu more images find no room here.\n\n", left);
	buf_add_str(b, buf_str(&foot));
}
