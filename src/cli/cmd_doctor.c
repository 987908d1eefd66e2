/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_doctor.c: lockstep doctor. */
#include "base/out.h"
#include "cli/cmd.h"
#include "cli/render.h"
#include "engine/runner.h"
#include "io/proc.h"
#include "remote/registry.h"

#include <errno.h>
#include <sys/statvfs.h>
#include <unistd.h>

#define MIN_FREE_GIB 5
/* Somebody waits for the answer. */
#define REGISTRY_TIMEOUT_MS 5000
#define GIB (1024ull * 1024 * 1024)

struct report {
	json_t *list;
	bool json;
	size_t bad;
};

/* One finding: fine, or what is wrong with how to mend it. */
static void
say(struct report *rep, const char *what, bool ok, const char *found, const char *mend)
{
	json_t *j = json_object();

	json_set_text(j, "check", what);
	json_set_bool(j, "ok", ok);
	json_set_text(j, "found", found);
	json_set_text(j, "mend", ok ? NULL : mend);
	json_array_append_new(rep->list, j);
	rep->bad += !ok;
	if (rep->json)
		return;
	out_print("%s%s%s  %-10s %s\n", out_style(ok ? OUT_GREEN : OUT_RED), ok ? "ok " : "BAD",
		  out_style(OUT_PLAIN), what, found);
	if (!ok && mend)
		out_print("                %s\n", mend);
}

static void
check_program(struct report *rep, const char *name, const char *mend)
{
	AUTO_FREE char *path = NULL;
	bool ok = proc_find(name, &path);

	say(rep, name, ok, ok ? path : "not in PATH", mend);
}

static void
check_state(struct report *rep, struct session *s)
{
	AUTO_ERR struct err err = ERR_INIT;
	AUTO_FREE char *found = NULL;
	struct statvfs vfs;

	if (session_store(s, &err)) {
		found = err_text(&err);
		say(rep, "state", false, found,
		    err.hint ? err.hint : "choose another with --state");
		return;
	}
	say(rep, "state", true, s->state_dir, NULL);
	if (statvfs(s->state_dir, &vfs))
		return;
	unsigned long long gib = (unsigned long long)vfs.f_bavail * vfs.f_frsize / GIB;

	found = xasprintf("%llu GiB free below the state folder", gib);
	say(rep, "disk", gib >= MIN_FREE_GIB, found,
	    "images need room: free some, or move the state with --state");
}

/* The builders that the graph does not use: nothing to mend, but good to know. */
static void
say_other_builders(struct report *rep, struct session *s, enum builder_kind used)
{
	for (size_t kind = 0; s->state_dir && kind < BUILDER_AUTO; kind++) {
		struct builder_opts opts = { .kind = (enum builder_kind)kind,
					     .state_dir = s->state_dir,
					     .store = s->store,
					     .env = (const char *const *)environ };
		AUTO_ERR struct err err = ERR_INIT;
		AUTO_FREE char *why = NULL, *found = NULL;
		struct builder_info info = { 0 };
		struct builder *b = NULL;
		int r;

		if (opts.kind == used)
			continue;
		r = builder_open(&opts, &b, &err);
		if (!r)
			r = builder_probe(b, &info, &err);
		why = r ? err_text(&err) : NULL;
		found = r ? xasprintf("%s cannot be used: %s", builder_kind_name(opts.kind), why)
			  : xasprintf("%s can be used: %s", builder_kind_name(opts.kind),
				      info.version);
		say(rep, "other", true, found, NULL);
		builder_info_fini(&info);
		builder_free(b);
	}
}

/* Something of the graph starts containers. */
static bool
runs_images(const struct session *s)
{
	const struct graph *g = s->project ? s->project->graph : NULL;

	for (size_t i = 0; g && i < g->nimages; i++)
		for (size_t k = 0; k < g->images[i].nchecks; k++)
			if (g->images[i].checks[k].kind >= GRAPH_CHECK_HTTP)
				return true;
	return g && g->npods;
}

static void
check_containers(struct report *rep, struct session *s)
{
	AUTO_ERR struct err err = ERR_INIT;
	unsigned needs = RUNNER_PORTS;

	if (s->project && s->project->graph->npods)
		needs |= RUNNER_PODS;
	if (!runner_probe(s->builder, needs, &err)) {
		AUTO_FREE char *who = runner_who(s->builder);
		AUTO_FREE char *found = xasprintf("%s can run images, for checks", who);

		say(rep, "containers", true, found, NULL);
	} else
		say(rep, "containers", !runs_images(s), err.msg, err.hint);
}

/* Nothing to mend, but whoever compares images should know. */
static void
say_times(struct report *rep, const struct builder *b)
{
	if (!builder_reproduces(b))
		say(rep, "times", true,
		    "the time of a build is in its image: built again from the same inputs, it "
		    "has another ID and digest (not so with buildah, podman, or buildx and "
		    "BuildKit 0.13)",
		    NULL);
}

/* Nothing to mend either. */
static void
say_service(struct report *rep, struct builder *b)
{
	AUTO_FREE char *found = builder_service(b);

	if (found)
		say(rep, "service", true, found, NULL);
}

static void
check_builder(struct report *rep, struct session *s)
{
	AUTO_ERR struct err err = ERR_INIT;
	AUTO_FREE char *found = NULL;
	struct builder_info info = { 0 };
	enum builder_kind kind = s->project ? s->project->builder : BUILDER_AUTO;
	int r = s->project ? 0 : session_builder(s, &kind, &err);

	if (!s->state_dir) {
		say(rep, "builder", false, "not looked at: it needs the state folder", NULL);
		return;
	}

	if (!r)
		r = builder_open(&(struct builder_opts){ .kind = builder_choose(kind),
							 .state_dir = s->state_dir,
							 .store = s->store,
							 .env = (const char *const *)environ },
				 &s->builder, &err);
	if (!r)
		r = builder_probe(s->builder, &info, &err);
	if (r) {
		found = err_text(&err);
		say(rep, "builder", false, found,
		    err.hint                  ? err.hint
		    : err.sys_errno == ENOENT ? builder_install(builder_choose(kind))
					      : "it has to work without lockstep first");
	} else {
		say(rep, "builder", true, info.version, NULL);
		say(rep, "storage", true, info.storage, NULL);
		say_service(rep, s->builder);
		say_times(rep, s->builder);
		builder_info_fini(&info);
		check_containers(rep, s);
	}
	say_other_builders(rep, s, builder_choose(kind));
}

static void
say_registry(struct report *rep, const char *domain, const struct registry_answer *a)
{
	AUTO_FREE char *found = NULL;

	if (a->state == REGISTRY_UNKNOWN) {
		found = err_text(&a->err);
		say(rep, "registry", false, found,
		    a->err.hint ? a->err.hint : "without it every image is built here");
		return;
	}
	found = xasprintf("%s answers by %s%s", domain, registry_security_name(a->security),
			  a->credentials   ? ", and takes the login that was found"
			  : a->needs_login ? "; it wants a login, and none was found"
					   : ", and wants no login");
	say(rep, "registry", true, found, NULL);
}

/* Of the graph; localhost without a port is what builders call images that stay here. */
static void
check_registry(struct report *rep, struct session *s)
{
	struct arena *AUTO_ARENA arena = arena_new();
	const char *name = s->project ? s->project->graph->registry : "";
	struct registry_opts opts = { .env = (const char *const *)environ,
				      .http = { .connect_ms = REGISTRY_TIMEOUT_MS,
						.total_ms = REGISTRY_TIMEOUT_MS,
						.attempts = 1 } };
	struct registry_answer answer = { 0 };
	struct registry *reg = NULL;
	struct ref ref;
	int r;

	if (!*name || ref_parse(arena, str_c(arena_printf(arena, "%s/x", name)), &ref, NULL) ||
	    !strcmp(ref.domain, "localhost"))
		return;
	r = registry_new(&opts, &reg, &answer.err);
	if (!r) {
		registry_ping(reg, &ref, registry_keep, &answer);
		r = registry_wait(reg, &answer.err);
	}
	say_registry(rep, ref.domain, &answer);
	registry_answer_fini(&answer);
	registry_free(reg);
}

static void
check_user_namespaces(struct report *rep)
{
	if (geteuid() == 0)
		return;
	check_program(rep, "newuidmap",
		      "building without root needs it: apt-get install uidmap, and lines for "
		      "you in /etc/subuid and /etc/subgid");
}

static int
doctor(struct session *s, int argc, char **argv UNUSED, struct err *err)
{
	struct report rep = { .list = json_array(), .json = s->o.json };
	AUTO_ERR struct err graph_err = ERR_INIT;
	AUTO_FREE char *found = NULL;
	int r = cmd_arity(argc, 0, 0, "no argument", err);

	if (r) {
		json_decref(rep.list);
		return r;
	}
	check_state(&rep, s);
	if (session_project(s, &graph_err)) {
		found = s->errs.n ? xasprintf("%zu mistakes", s->errs.n) : err_text(&graph_err);
		say(&rep, "graph", false, found,
		    s->errs.n ? "lockstep graph prints them" : "see lockstep-graph(5)");
		err_list_clear(&s->errs);
	} else {
		found = xasprintf("%s: %zu images", s->project->graph_path,
				  s->project->graph->nimages);
		say(&rep, "graph", true, found, NULL);
	}
	check_program(&rep, "git", "Debian, Ubuntu: apt-get install git");
	check_builder(&rep, s);
	check_registry(&rep, s);
	check_user_namespaces(&rep);
	if (s->o.json)
		render_json(rep.list);
	else
		json_decref(rep.list);
	if (rep.bad)
		return err_set(err, ERR_TOOL, "%zu finding%s to mend", rep.bad,
			       rep.bad == 1 ? "" : "s");
	return 0;
}

const struct cmd cmd_doctor = {
	.name = "doctor",
	.args = "",
	.summary = "what is missing on this machine, and how to get it",
	.about = "Looks at everything that a build needs: the state folder, room on the disk, the\n"
		 "graph file, git, the builder, whether a service of podman would see its images,\n"
		 "the other builders, and whether the graph's registry answers, by https or http,\n"
		 "and knows the login that was found.",
	.examples = "  $ lockstep doctor\n"
		    "  $ lockstep doctor --json\n",
	.run = doctor,
};
