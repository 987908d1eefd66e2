/* SPDX-License-Identifier: Apache-2.0 */
/* session.c: opens project, store and builder when they are first needed. */
#include "cli/session.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/out.h"
#include "base/path.h"
#include "engine/external.h"
#include "engine/shared.h"
#include "engine/trigger.h"

#include <fcntl.h>
#include <limits.h>
#include <unistd.h>

#define MAX_VARIABLE 256

void
session_init(struct session *s)
{
	*s = (struct session){ 0 };
}

void
session_fini(struct session *s)
{
	lock_release(s->lock);
	identities_free(s->identities);
	shared_free(s->shared);
	builder_free(s->builder);
	project_free(s->project);
	source_cache_free(s->sources);
	downloads_free(s->downloads);
	store_close(s->store);
	pool_free(s->pool);
	loop_free(s->loop);
	json_decref(s->event);
	err_list_clear(&s->errs);
	vec_fini(&s->o.sets);
	vec_fini(&s->o.insecure);
	buf_fini(&s->last_words);
	free(s->state_dir);
}

const struct opt *
session_options(struct session *s)
{
	static struct opt table[12];
	const struct opt init[] = {
		{ 'C', "directory", OPT_TEXT, "DIR", "look for the graph file from DIR",
		  &s->o.dir },
		{ 0, "graph", OPT_TEXT, "FILE", "the graph file", &s->o.graph },
		{ 0, "root", OPT_TEXT, "DIR", "contexts are relative to DIR", &s->o.root },
		{ 0, "set", OPT_LIST, "VAR=VALUE", "give a variable of the graph its value",
		  &s->o.sets },
		{ 0, "builder", OPT_TEXT, "NAME", "what builds, in place of the graph's `builder:`",
		  &s->o.builder },
		{ 0, "locked", OPT_FLAG, NULL, "refuse what the lock file does not hold",
		  &s->o.locked },
		{ 0, "no-stat-cache", OPT_FLAG, NULL, "read every file, whatever its times say",
		  &s->o.no_stat_cache },
		{ 0, "state", OPT_TEXT, "DIR", "state folder (LOCKSTEP_STATE)", &s->o.state },
		{ 0, "color", OPT_TEXT, "WHEN", "auto, always or never", &s->o.color },
		{ 0, "json", OPT_FLAG, NULL, "print JSON on standard output", &s->o.json },
		{ 'h', "help", OPT_FLAG, NULL, "show this help", &s->o.help },
		{ 0 },
	};

	memcpy(table, init, sizeof(init));
	return table;
}

/* --state, LOCKSTEP_STATE, XDG_STATE_HOME/lockstep, ~/.local/state/lockstep; NULL = there is none.
 * Caller frees. */
static char *
state_path(struct session *s)
{
	const char *env = getenv("LOCKSTEP_STATE"), *xdg = getenv("XDG_STATE_HOME");
	const char *home = getenv("HOME");

	if (s->o.state || (env && *env))
		return xstrdup(s->o.state ? s->o.state : env);
	if (xdg && *xdg == '/')
		return path_join(xdg, "lockstep");
	return home && *home == '/' ? path_join(home, ".local/state/lockstep") : NULL;
}

int
session_state(struct session *s, struct err *err)
{
	AUTO_FREE char *dir = NULL;
	int r;

	if (s->state_dir)
		return 0;
	dir = state_path(s);
	if (!dir)
		return err_set(err, ERR_USAGE,
			       "no state folder: set HOME, LOCKSTEP_STATE or --state");
	r = file_mkdirs(dir, err);
	if (r)
		return r;
	s->state_dir = realpath(dir, NULL);
	return s->state_dir ? 0 : err_sys(err, "cannot open '%s'", dir);
}

void
session_sources(struct session *s)
{
	AUTO_FREE char *state = NULL, *below = NULL, *dir = NULL;
	char cwd[PATH_MAX];

	if (s->sources)
		return;
	state = state_path(s);
	below = state ? path_join(state, "git") : NULL;
	if (below && getcwd(cwd, sizeof(cwd)))
		dir = path_join(cwd, below);
	s->sources = source_cache_new(dir);
}

/* --set, then LOCKSTEP_VAR_NAME, then the event. */
const char *
session_lookup(void *ctx, const struct graph_variable *var)
{
	struct session *s = ctx;
	size_t n = strlen(var->name);
	AUTO_FREE char *env = NULL;
	const char *value;

	for (size_t i = s->o.sets.n; i > 0; i--) {
		const char *set = s->o.sets.v[i - 1];

		if (!strncmp(set, var->name, n) && set[n] == '=')
			return set + n + 1;
	}
	env = xasprintf("LOCKSTEP_VAR_%s", var->name);
	value = getenv(env);
	if (value)
		return value;
	return var->event ? json_get_text(json_object_get(session_event(s), "client_payload"),
					  var->event)
			  : NULL;
}

static int
check_sets(struct session *s, struct err *err)
{
	const struct graph *g = s->project->graph;

	for (size_t i = 0; i < s->o.sets.n; i++) {
		const char *set = s->o.sets.v[i], *names[MAX_VARIABLE], *near;
		size_t n = strcspn(set, "="), count = 0;
		AUTO_FREE char *name = xstrndup(set, n);
		bool known = false;

		if (!set[n])
			return err_set(err, ERR_USAGE, "--set '%s': write VAR=VALUE", set);
		for (size_t k = 0; k < g->nvariables; k++) {
			known = known || !strcmp(g->variables[k].name, name);
			if (count < MAX_VARIABLE)
				names[count++] = g->variables[k].name;
		}
		if (known)
			continue;
		err_set(err, ERR_USAGE, "--set: the graph has no variable '%s'", name);
		near = str_nearest(name, names, count);
		if (near)
			err_hint(err, "did you mean '%s'?", near);
		return -ERR_USAGE;
	}
	return 0;
}

/* --builder, LOCKSTEP_BUILDER; BUILDER_AUTO leaves it to the graph. */
int
session_builder(const struct session *s, enum builder_kind *ret, struct err *err)
{
	const char *env = getenv("LOCKSTEP_BUILDER");
	const char *name = s->o.builder ? s->o.builder : env, *near;

	*ret = BUILDER_AUTO;
	if (!name || !*name)
		return 0;
	if (builder_kind_parse(str_c(name), ret)) {
		*ret = builder_choose(*ret);
		return 0;
	}
	err_set(err, ERR_USAGE, "%s: there is no builder '%s'",
		s->o.builder ? "--builder" : "LOCKSTEP_BUILDER", name);
	near = str_nearest(name, builder_kind_names, builder_kind_count);
	if (near)
		err_hint(err, "did you mean '%s'?", near);
	return -ERR_USAGE;
}

/* Without --locked, a lock file that is out of date stops CI only: people are in the middle of
 * something. */
static int
check_lock(struct session *s, struct err *err)
{
	const char *ci = getenv("CI");
	bool in_ci = ci && *ci && strcmp(ci, "false") != 0;

	if (s->relocking || (!s->o.locked && !in_ci))
		return 0;
	return externals_check(s->project, s->o.locked, &s->errs, err);
}

/* What images from outside have others take, too, as soon as they can be asked for. */
static int
see_bases(struct session *s, struct err *err)
{
	int r;

	if (!s->identities || s->project->bases_seen)
		return 0;
	r = trigger_link(s->project, s->identities, &s->errs);
	return r ? r : check_lock(s, err);
}

static int
load_project(struct session *s, bool graph_only, struct err *err)
{
	const char *graph = s->o.graph ? s->o.graph : getenv("LOCKSTEP_GRAPH");
	struct project_opts opts = { .dir = s->o.dir,
				     .graph_file = graph,
				     .root = s->o.root,
				     .commit = s->o.commit,
				     .graph_in_commit = s->o.commit && !graph && !s->single,
				     .single = s->single,
				     .graph_only = graph_only,
				     .moving = s->moving,
				     .lookup = session_lookup,
				     .ctx = s };
	int r;

	if (s->project)
		return 0;
	session_sources(s);
	opts.cache = s->sources;
	opts.lock = s->lockfile;
	opts.pins = s->pins;
	r = session_builder(s, &opts.builder, err);
	if (r)
		return r;
	r = project_load(&opts, &s->project, &s->errs, err);
	if (!r)
		r = check_sets(s, err);
	if (r || graph_only)
		return r;
	return s->engine ? see_bases(s, err) : check_lock(s, err);
}

int
session_project(struct session *s, struct err *err)
{
	return load_project(s, false, err);
}

int
session_graph(struct session *s, struct err *err)
{
	return load_project(s, true, err);
}

int
session_store(struct session *s, struct err *err)
{
	struct store_notice notice = { 0 };
	int r;

	if (s->store)
		return 0;
	r = session_state(s, err);
	if (!r)
		r = store_open(s->state_dir, &s->store, &notice, err);
	if (notice.set_aside)
		out_err("lockstep: the database was damaged: set aside as '%s', started afresh\n",
			notice.set_aside);
	store_notice_clear(&notice);
	return r;
}

int
session_engine(struct session *s, struct err *err)
{
	int r;

	s->engine = true;
	r = session_project(s, err);
	if (!r)
		r = session_store(s, err);
	if (!r && !s->builder)
		r = builder_open(&(struct builder_opts){ .kind = s->single ? BUILDER_BUILDAH
									   : s->project->builder,
							 .state_dir = s->state_dir,
							 .store = s->store,
							 .env = (const char *const *)environ,
							 .insecure = s->o.insecure.v,
							 .ninsecure = s->o.insecure.n },
				 &s->builder, err);
	if (!r && !s->downloads) {
		AUTO_FREE char *dir = path_join(s->state_dir, "downloads");

		s->downloads = downloads_new(dir);
	}
	if (!r && !s->identities)
		s->identities = identities_new(
			&(struct identities_opts){ .builder = s->builder,
						   .store = s->store,
						   .cache = s->sources,
						   .downloads = s->downloads,
						   .env = (const char *const *)environ,
						   .locked = s->o.locked && !s->single,
						   .pull = s->o.pull });
	if (!r)
		r = see_bases(s, err);
	if (!r && !s->pool)
		s->pool = pool_new(0);
	return r;
}

int
session_loop(struct session *s, struct err *err)
{
	return s->loop ? 0 : loop_new(&s->loop, err);
}

int
session_shared(struct session *s, struct err *err)
{
	struct shared_opts opts = { .graph = s->project->graph,
				    .env = (const char *const *)environ,
				    .insecure = s->o.insecure.v,
				    .ninsecure = s->o.insecure.n };
	int r = s->shared ? 0 : session_loop(s, err);

	if (r || s->shared)
		return r;
	opts.loop = s->loop;
	return shared_new(&opts, &s->shared, err);
}

struct http_stats
session_requests(const struct session *s)
{
	struct http_stats sum = s->requests, now = { 0 };

	if (s->shared)
		now = shared_stats(s->shared);
	sum.requests += now.requests;
	sum.retries += now.retries;
	sum.connections += now.connections;
	sum.received += now.received;
	sum.sent += now.sent;
	return sum;
}

static void
forget_project(struct session *s)
{
	s->requests = session_requests(s);
	shared_free(s->shared);
	s->shared = NULL;
	project_free(s->project);
	s->project = NULL;
	if (s->builder)
		builder_forget(s->builder);
}

int
session_reload(struct session *s, struct err *err)
{
	forget_project(s);
	return session_project(s, err);
}

int
session_reload_graph(struct session *s, struct err *err)
{
	forget_project(s);
	return session_graph(s, err);
}

int
session_reload_with(struct session *s, const struct lockfile *lock, struct err *err)
{
	int r;

	s->lockfile = lock;
	r = session_reload(s, err);
	s->lockfile = NULL;
	return r;
}

static void
waiting(void *ctx UNUSED, const char *holder)
{
	out_err("lockstep: waiting for another lockstep (%s)\n", holder);
}

int
session_lock(struct session *s, struct err *err)
{
	struct lock_wait wait = { .waiting = waiting };
	AUTO_FREE char *path = path_join(s->state_dir, "lock"), *holder = NULL;
	char since[CLOCK_TEXT_SIZE];

	clock_local(clock_wall_ms(), since);
	holder = xasprintf("pid %d, %s, since %s", (int)getpid(), s->command, since);
	return lock_acquire(path, holder, &wait, &s->lock, err);
}
