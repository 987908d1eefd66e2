/* SPDX-License-Identifier: Apache-2.0 */
/* live.c: redraws the images at work. */
#include "cli/live.h"

#include "base/clock.h"
#include "base/out.h"
#include "cli/render.h"

#define REDRAW_MS 100
#define MAX_LINES 24
#define MAX_LAST 512

struct live_row {
	const struct job *job; /* NULL = not at work */
	struct buf last;
};

struct live {
	struct loop *loop;
	struct loop_source *timer;
	struct run_observer observer;
	struct live_row *rows; /* by image index */
	size_t n;
	int drawn; /* lines on the screen below the cursor's home */
	int name_width;
	bool tty;
};

static bool
at_work(enum job_state s)
{
	return s >= JOB_PULLING && s <= JOB_LOADING;
}

static void
erase(struct live *l)
{
	if (l->drawn)
		out_err("\033[%dA\033[J", l->drawn);
	l->drawn = 0;
}

/* Cuts at a width; counts bytes of one-column text only, which is near enough for a log line. */
static void
clip(struct buf *line, int width)
{
	size_t n = line->len;

	while (n > 0 && out_columns(str_sub(buf_str(line), 0, n)) > width) {
		n--;
		while (n > 0 && ((unsigned char)line->data[n] & 0xc0) == 0x80)
			n--;
	}
	line->data[n] = '\0';
	line->len = n;
}

static void
draw_row(struct live *l, const struct live_row *row, struct buf *screen)
{
	AUTO_BUF struct buf line = BUF_INIT;
	char took[CLOCK_TEXT_SIZE];

	buf_init(&line, 0);
	clock_duration(clock_wall_ms() - row->job->started_ms, took);
	buf_addf(&line, "%-*s  %-9s %8s  ", l->name_width, row->job->image->name,
		 job_state_name(row->job->state), took);
	out_safe(&line, buf_str(&row->last));
	clip(&line, out_width() - 1);
	buf_add_str(screen, buf_str(&line));
	buf_addc(screen, '\n');
}

static void
draw(struct live *l)
{
	AUTO_BUF struct buf screen = BUF_INIT;
	int lines = 0;

	buf_init(&screen, 0);
	for (size_t i = 0; i < l->n && lines < MAX_LINES; i++) {
		if (!l->rows[i].job)
			continue;
		draw_row(l, &l->rows[i], &screen);
		lines++;
	}
	erase(l);
	out_err("%s", screen.data);
	l->drawn = lines;
}

static void
tick(void *ctx)
{
	struct live *l = ctx;

	draw(l);
	l->timer = loop_add_timer(l->loop, REDRAW_MS, tick, l);
}

static void
print_end(struct live *l, const struct job *job)
{
	char took[CLOCK_TEXT_SIZE];
	enum out_style style = job_went_wrong(job) ? OUT_RED : OUT_GREEN;

	clock_duration(job->ended_ms - job->started_ms, took);
	out_err("%-*s  %s%s%s", l->name_width, job->image->name, out_style_err(style),
		job_state_name(job->state), out_style_err(OUT_PLAIN));
	if (job->state == JOB_BUILT)
		out_err("  %s  %s%s", took, render_id(job->node->image_id),
			job->same_image     ? "  (same image)"
			: job->same_content ? "  (same content, kept)"
					    : "");
	out_err("\n");
}

static void
print_unbuilt(struct live *l, const struct job *job)
{
	out_err("%-*s  %s", l->name_width, job->image->name, job_state_name(job->state));
	if (job->message)
		out_err(": %s", job->message);
	else if (*job->node->digest)
		out_err("  in the registry");
	out_err("\n");
}

static void
print_start(struct live *l, const struct job *job)
{
	const struct reasons *rs = &job->node->reasons;
	AUTO_FREE char *why = rs->n ? reason_text(&rs->v[0], false) : NULL;

	out_err("%-*s  %s", l->name_width, job->image->name, job_state_name(job->state));
	if (job->state == JOB_BUILDING && why)
		out_err(": %s%s", why, rs->n > 1 ? ", …" : "");
	out_err("\n");
}

static void
on_job(void *ctx, const struct job *job)
{
	struct live *l = ctx;
	struct live_row *row = &l->rows[job->image->index];
	bool working = at_work(job->state);

	if (working && !row->job)
		buf_clear(&row->last);
	row->job = working ? job : NULL;
	if (l->tty)
		erase(l);
	if (job->worked && job->state >= JOB_BUILT)
		print_end(l, job);
	else if (job->state == JOB_CURRENT || job->state == JOB_SKIPPED)
		print_unbuilt(l, job);
	else if (working && !l->tty && job->state != JOB_ASKING)
		print_start(l, job);
	if (l->tty)
		draw(l);
}

static void
on_line(void *ctx, const struct job *job, struct str line)
{
	struct live *l = ctx;
	struct live_row *row = &l->rows[job->image->index];

	line = str_trim(line, " \t\r");
	if (!l->tty || !line.n)
		return;
	buf_clear(&row->last);
	buf_add_str(&row->last, line);
}

static void
on_pod(void *ctx, const struct run_pod *pod)
{
	struct live *l = ctx;

	if (l->tty)
		erase(l);
	out_err("pod %s  checking\n", pod->pod->graph->name);
	if (l->tty)
		draw(l);
}

struct live *
live_new(struct loop *loop, const struct plan *plan)
{
	struct live *l = xcalloc(1, sizeof(*l));
	const char *term = getenv("TERM");

	l->loop = loop;
	l->n = plan->n;
	l->rows = xcalloc(l->n + 1, sizeof(*l->rows));
	for (size_t i = 0; i < l->n; i++) {
		int width = (int)strlen(plan->nodes[i].image->name);

		buf_init(&l->rows[i].last, MAX_LAST);
		if (plan->nodes[i].state != PLAN_IGNORED && width > l->name_width)
			l->name_width = width;
	}
	l->observer =
		(struct run_observer){ .job = on_job, .line = on_line, .pod = on_pod, .ctx = l };
	l->tty = out_stderr_is_tty() && !getenv("CI") && !(term && !strcmp(term, "dumb"));
	if (l->tty)
		l->timer = loop_add_timer(loop, REDRAW_MS, tick, l);
	return l;
}

const struct run_observer *
live_observer(struct live *l)
{
	return &l->observer;
}

void
live_free(struct live *l)
{
	if (!l)
		return;
	erase(l);
	loop_remove(l->loop, l->timer);
	for (size_t i = 0; i < l->n; i++)
		buf_fini(&l->rows[i].last);
	free(l->rows);
	free(l);
}
