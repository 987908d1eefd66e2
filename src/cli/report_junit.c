/* SPDX-License-Identifier: Apache-2.0 */
/* report_junit.c: builds and checks as JUnit XML, which CI systems read. */
#include "cli/report.h"

/* XML 1.0 cannot hold every character, and no byte that is not UTF-8: those are made visible. */
static bool
is_xml(uint32_t c)
{
	return c == '\t' || c == '\n' || (c >= 0x20 && c < 0x7f) || (c >= 0xa0 && c < 0xfffe) ||
	       c >= 0x10000;
}

static void
add_text(struct buf *b, const char *text)
{
	struct str rest = str_c(text);

	while (rest.n) {
		uint32_t c = 0;
		size_t n = str_utf8(rest, &c);

		if (!n || !is_xml(c))
			for (size_t i = 0; i < (n ? n : 1); i++)
				buf_addf(b, "\\x%02x", (unsigned char)rest.p[i]);
		else if (c < 0x20 || strchr("&<>\"'", (int)c))
			buf_addf(b, "&#%u;", c);
		else
			buf_add(b, rest.p, n);
		rest = str_sub(rest, n ? n : 1, rest.n);
	}
}

static void
add_attribute(struct buf *b, const char *name, const char *value)
{
	buf_addf(b, " %s=\"", name);
	add_text(b, value);
	buf_addc(b, '"');
}

static void
add_time(struct buf *b, int64_t ms)
{
	buf_addf(b, " time=\"%lld.%03d\"", (long long)(ms / 1000), (int)(ms % 1000));
}

struct counts {
	size_t tests, failures, skipped;
};

struct testcase {
	const char *image, *name;
	const char *file;
	int line;
	int64_t ms;
	const char *failure, *skipped; /* NULL = it passed */
};

static void
add_case(struct buf *b, struct counts *counts, const struct testcase *c)
{
	counts->tests++;
	buf_adds(b, "    <testcase");
	add_attribute(b, "classname", c->image);
	add_attribute(b, "name", c->name);
	if (c->file)
		add_attribute(b, "file", c->file);
	if (c->line)
		buf_addf(b, " line=\"%d\"", c->line);
	add_time(b, c->ms);
	if (c->failure) {
		counts->failures++;
		buf_adds(b, "><failure");
		add_attribute(b, "message", c->failure);
		buf_adds(b, "/></testcase>\n");
	} else if (c->skipped) {
		counts->skipped++;
		buf_adds(b, "><skipped");
		add_attribute(b, "message", c->skipped);
		buf_adds(b, "/></testcase>\n");
	} else {
		buf_adds(b, "/>\n");
	}
}

static const char *
failure_of(const struct job *job)
{
	if (!job || !job_went_wrong(job) || check_results_count(&job->checks, CHECK_FAILED))
		return NULL;
	return job->message ? job->message : "failed";
}

static const char *
skip_of(const struct job *job)
{
	if (!job || (job->state != JOB_SKIPPED && job->state != JOB_CANCELLED))
		return NULL;
	return job->message ? job->message : job_state_name(job->state);
}

static void
add_build(struct buf *b, struct counts *counts, const struct graph_image *image,
	  const struct job *job)
{
	struct testcase c = { .image = image->name,
			      .name = "build",
			      .failure = failure_of(job),
			      .skipped = skip_of(job) };

	if (job && job->where.file) {
		c.file = job->where.file;
		c.line = job->where.line;
	}
	if (job && job->ended_ms && job->started_ms)
		c.ms = job->ended_ms - job->started_ms;
	add_case(b, counts, &c);
}

/* Of an image that was not checked now: its checks have passed before, or it never came to them. */
static void
add_unchecked(struct buf *b, struct counts *counts, const struct report *r,
	      const struct graph_image *image)
{
	const struct plan_node *node = &r->plan->nodes[image->index];
	bool passed = node->state == PLAN_UP_TO_DATE && !node->open_checks;

	for (size_t i = 0; i < image->nchecks; i++) {
		const struct graph_check *check = &image->checks[i];
		AUTO_FREE char *subject = check_subject(check);
		struct testcase c = { .image = image->name,
				      .name = subject,
				      .file = r->plan->opts.project->graph_path,
				      .line = check->at.line };

		if (!passed)
			c.skipped = check_outcome_name(CHECK_NOT_RUN);
		add_case(b, counts, &c);
	}
}

static void
add_checks(struct buf *b, struct counts *counts, const struct report *r, const struct job *job)
{
	for (size_t i = 0; i < job->checks.n; i++) {
		const struct check_result *result = &job->checks.v[i];
		AUTO_FREE char *subject = check_subject(result->check);
		struct testcase c = { .image = job->image->name,
				      .name = subject,
				      .file = r->plan->opts.project->graph_path,
				      .line = result->check->at.line,
				      .ms = result->duration_ms };

		if (result->outcome == CHECK_FAILED)
			c.failure = result->message ? result->message : "failed";
		else if (result->outcome == CHECK_NOT_RUN)
			c.skipped = check_outcome_name(CHECK_NOT_RUN);
		add_case(b, counts, &c);
	}
}

static void
add_counts(struct buf *b, const struct counts *c)
{
	buf_addf(b, " tests=\"%zu\" failures=\"%zu\" skipped=\"%zu\"", c->tests, c->failures,
		 c->skipped);
}

static void
add_suite(struct buf *b, struct counts *all, const struct report *r,
	  const struct graph_image *image)
{
	const struct job *job = report_job(r, image);
	struct counts counts = { 0 };
	AUTO_BUF struct buf cases = BUF_INIT;

	buf_init(&cases, 0);
	add_build(&cases, &counts, image, job);
	if (job && job->checks.n)
		add_checks(&cases, &counts, r, job);
	else
		add_unchecked(&cases, &counts, r, image);
	buf_adds(b, "  <testsuite");
	add_attribute(b, "name", image->name);
	add_counts(b, &counts);
	buf_addf(b, ">\n%s  </testsuite>\n", cases.data);
	all->tests += counts.tests;
	all->failures += counts.failures;
	all->skipped += counts.skipped;
}

static void
add_pod(struct buf *b, struct counts *all, const struct report *r, const struct run_pod *pod)
{
	struct testcase c = { .image = pod->pod->graph->name,
			      .name = "pod",
			      .file = r->plan->opts.project->graph_path,
			      .line = pod->place.line ? pod->place.line : pod->pod->graph->at.line,
			      .ms = pod->elapsed_ms,
			      .failure = pod->message };
	struct counts counts = { 0 };
	AUTO_BUF struct buf cases = BUF_INIT;

	if (pod->state == RUN_POD_OPEN)
		c.skipped = check_outcome_name(CHECK_NOT_RUN);
	buf_init(&cases, 0);
	add_case(&cases, &counts, &c);
	buf_adds(b, "  <testsuite");
	add_attribute(b, "name", c.image);
	add_counts(b, &counts);
	buf_addf(b, ">\n%s  </testsuite>\n", cases.data);
	all->tests += counts.tests;
	all->failures += counts.failures;
	all->skipped += counts.skipped;
}

/* A run that did not come to its images: no suite would tell. */
static void
add_error(struct buf *b, struct counts *all, const struct report *r)
{
	AUTO_FREE char *first = NULL;
	struct testcase c = { .image = "lockstep", .name = "ci" };
	struct counts counts = { 0 };
	AUTO_BUF struct buf cases = BUF_INIT;

	if (!r->err->class || all->failures)
		return;
	first = err_text(r->mistakes->n ? &r->mistakes->items[0] : r->err);
	c.failure = first;
	buf_init(&cases, 0);
	add_case(&cases, &counts, &c);
	buf_adds(b, "  <testsuite name=\"lockstep\"");
	add_counts(b, &counts);
	buf_addf(b, ">\n%s  </testsuite>\n", cases.data);
	all->tests++;
	all->failures++;
}

void
report_junit(const struct report *r, struct buf *b)
{
	AUTO_BUF struct buf suites = BUF_INIT;
	struct counts all = { 0 };

	buf_init(&suites, 0);
	for (size_t i = 0; r->plan && i < r->plan->n; i++) {
		const struct graph_image *image = r->plan->opts.project->graph->order[i];

		if (report_has(r, image))
			add_suite(&suites, &all, r, image);
	}
	for (size_t i = 0; r->res && i < r->res->npods; i++)
		add_pod(&suites, &all, r, &r->res->pods[i]);
	add_error(&suites, &all, r);
	buf_adds(b, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"lockstep\"");
	add_counts(b, &all);
	add_time(b, r->elapsed_ms);
	buf_addf(b, ">\n%s</testsuites>\n", suites.data ? suites.data : "");
}
