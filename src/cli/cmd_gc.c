/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_gc.c: lockstep gc. */
#include "base/clock.h"
#include "base/out.h"
#include "cli/cmd.h"
#include "cli/render.h"
#include "engine/gc.h"

#define HOUR_MS (60LL * 60 * 1000)
#define DEFAULT_DAYS 30
#define DEFAULT_RUNS 10
#define MAX_DAYS 36500

static const char *arg_keep;
static unsigned arg_keep_runs;
static bool arg_dry_run;

static const struct opt options[] = {
	{ 0, "keep", OPT_TEXT, "DURATION", "keep what is younger (30d; 12h, 0d)", &arg_keep },
	{ 0, "keep-runs", OPT_COUNT, "N", "keep the last N runs of each graph (10)",
	  &arg_keep_runs },
	{ 'n', "dry-run", OPT_FLAG, NULL, "say what would go and remove nothing", &arg_dry_run },
	{ 0 },
};

static int
read_keep(int64_t *ret_ms, struct err *err)
{
	struct str text = str_c(arg_keep ? arg_keep : "");
	unsigned long long n = DEFAULT_DAYS;
	char unit = 'd';

	if (arg_keep) {
		unit = text.n ? text.p[text.n - 1] : '\0';
		if ((unit != 'd' && unit != 'h') || !str_to_u64(str_sub(text, 0, text.n - 1), &n) ||
		    n > MAX_DAYS)
			return err_set(err, ERR_USAGE, "--keep '%s': write days or hours, as 30d",
				       arg_keep);
	}
	*ret_ms = (int64_t)n * (unit == 'd' ? 24 : 1) * HOUR_MS;
	return 0;
}

static void
print_bytes(int64_t bytes)
{
	static const char *const units[] = { "B", "KB", "MB", "GB", "TB" };
	double n = (double)bytes;
	size_t i = 0;

	for (; n >= 1000 && i + 1 < ARRAY_SIZE(units); i++)
		n /= 1000;
	out_print(i ? "%.1f %s" : "%.0f %s", n, units[i]);
}

static void
show(const struct gc_result *res)
{
	int64_t bytes = 0;

	for (size_t i = 0; i < GC_KINDS; i++) {
		if (!res->kinds[i].n)
			continue;
		bytes += res->kinds[i].bytes;
		out_print("%-16s %6zu  ", gc_kind_name((enum gc_kind)i), res->kinds[i].n);
		print_bytes(res->kinds[i].bytes);
		out_print("\n");
	}
	out_print(arg_dry_run ? "would free " : "freed ");
	print_bytes(bytes);
	out_print("\n");
}

static void
show_json(const struct gc_result *res)
{
	json_t *j = json_object(), *kinds = json_object();
	int64_t bytes = 0;

	for (size_t i = 0; i < GC_KINDS; i++) {
		json_t *kind = json_object();

		bytes += res->kinds[i].bytes;
		json_set_int(kind, "removed", (long long)res->kinds[i].n);
		json_set_int(kind, "bytes", (long long)res->kinds[i].bytes);
		json_object_set_new(kinds, gc_kind_name((enum gc_kind)i), kind);
	}
	json_set_bool(j, "dry_run", arg_dry_run);
	json_set_int(j, "bytes", (long long)bytes);
	json_object_set_new(j, "kinds", kinds);
	render_json(j);
}

/* Planned under the lock: what somebody built while we waited is in use. */
static int
collect(struct session *s, const struct gc_opts *like, struct gc_result *ret, struct err *err)
{
	struct gc_opts opts = *like;
	struct plan_opts plan;
	struct plan *p = NULL;
	int r = session_lock(s, err);

	if (!r)
		r = session_reload(s, err);
	if (r)
		return r;
	plan = session_plan_opts(s, NULL, 0);
	r = session_plan(s, &plan, &p, err);
	if (r)
		return r;
	opts.plan = p;
	opts.state_dir = s->state_dir;
	r = gc_collect(&opts, ret, err);
	plan_free(p);
	return r;
}

static int
gc(struct session *s, int argc, char **argv UNUSED, struct err *err)
{
	struct gc_opts opts = { .now_ms = clock_wall_ms(),
				.keep_runs = arg_keep_runs ? arg_keep_runs : DEFAULT_RUNS,
				.dry_run = arg_dry_run };
	struct gc_result res;
	int r = cmd_arity(argc, 0, 0, "no argument", err);

	if (!r)
		r = read_keep(&opts.keep_ms, err);
	if (!r)
		r = session_engine(s, err);
	if (!r)
		r = collect(s, &opts, &res, err);
	if (!r && s->o.json)
		show_json(&res);
	else if (!r)
		show(&res);
	return r;
}

const struct cmd cmd_gc = {
	.name = "gc",
	.args = "",
	.summary = "free space",
	.about =
		"Removes from the state folder what is old and can be brought back: runs and their\n"
		"logs, images in the storage that lockstep builds in, what ADD downloaded, git\n"
		"repositories, and what killed runs left. With docker, lockstep's names of images\n"
		"that forgotten runs made are taken away, and with them the images.\n"
		"\n"
		"What is younger than --keep stays, and so do the last runs of each graph, the last\n"
		"build of every image (of a soft one: the last good one), all that a run which stays\n"
		"made or used, and what is up to date by the graph as it is. It waits for a lockstep\n"
		"that builds.",
	.examples = "  $ lockstep gc --dry-run\n"
		    "  $ lockstep gc --keep 7d --keep-runs 3\n"
		    "  $ lockstep gc --json\n",
	.opts = options,
	.run = gc,
};
