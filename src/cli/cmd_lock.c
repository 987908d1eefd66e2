/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_lock.c: lockstep lock and lockstep update. */
#include "base/file.h"
#include "base/out.h"
#include "cli/cmd.h"
#include "cli/render.h"
#include "engine/relock.h"

#include <fcntl.h>

static bool arg_dry_run;

static const struct opt options[] = {
	{ 'n', "dry-run", OPT_FLAG, NULL, "say what would move and write nothing", &arg_dry_run },
	{ 0 },
};

/* Who is looked at again: everything, what is named, or nothing that is locked. */
struct wish {
	bool all;
	const char *const *names;
	size_t n;
};

static int
one_round(struct session *s, const struct wish *wish, struct lockfile **ret, struct err *err)
{
	AUTO_ARENA struct arena *arena = arena_new();
	struct externals all = externals_find(s->project, arena);
	bool *again = arena_calloc(arena, all.n + 1, sizeof(bool));
	struct relock_opts opts = { .project = s->project,
				    .cache = s->sources,
				    .builder = s->builder,
				    .identities = s->identities,
				    .downloads = s->downloads,
				    .all = wish->all,
				    .again = again };
	int r = relock_choose(s->project, &all, wish->names, wish->n, again, err);

	return r ? r : relock(&opts, &all, ret, err);
}

/* Another commit of a source has another Dockerfile, which may name other things: a second look,
 * at what is not locked by then, sees them. */
static int
settle(struct session *s, const struct wish *wish, struct lockfile **ret, struct err *err)
{
	struct lockfile *first = NULL;
	int r = one_round(s, wish, &first, err);

	if (!r)
		r = session_reload_with(s, first, err);
	if (!r)
		r = one_round(s, &(struct wish){ 0 }, ret, err);
	lockfile_free(first);
	return r;
}

static void
print_value(const struct lockfile_entry *e)
{
	if (e->kind == LOCKFILE_GIT)
		out_print("%.12s", e->value);
	else
		out_print("%s", render_id(e->value));
}

static void
print_move(const struct graph *g, const struct relock_move *m)
{
	AUTO_FREE char *name = lockfile_entry_text(m->after ? m->after : m->before);
	const char *sep = "  rebuilds ";

	out_print("%s  ", name);
	if (m->before)
		print_value(m->before);
	else
		out_print("new");
	out_print(" → ");
	if (m->after)
		print_value(m->after);
	else
		out_print("gone");
	out_print("\n");
	for (size_t i = 0; m->before && m->after && i < g->nimages; i++) {
		if (!m->images[i])
			continue;
		out_print("%s%s", sep, g->images[i].name);
		sep = ", ";
	}
	if (*sep == ',')
		out_print("\n");
}

static json_t *
move_json(const struct graph *g, const struct relock_move *m)
{
	const struct lockfile_entry *any = m->after ? m->after : m->before;
	json_t *j = json_object(), *images = json_array();

	json_set_text(j, "kind", lockfile_kind_name(any->kind));
	json_set_text(j, "name", any->name);
	json_set_text(j, "ref", *any->ref ? any->ref : NULL);
	json_set_text(j, "before", m->before ? m->before->value : NULL);
	json_set_text(j, "after", m->after ? m->after->value : NULL);
	for (size_t i = 0; i < g->nimages; i++)
		if (m->images[i])
			json_array_append_new(images, json_string(g->images[i].name));
	json_object_set_new(j, "images", images);
	return j;
}

static void
show(struct session *s, const struct lockfile *l, const struct relock_moves *moves)
{
	const struct graph *g = s->project->graph;
	json_t *j, *list;

	if (!s->o.json) {
		for (size_t i = 0; i < moves->n; i++)
			print_move(g, &moves->v[i]);
		out_print("%s: %zu %s, %zu moved%s\n", s->project->lock_path, lockfile_len(l),
			  lockfile_len(l) == 1 ? "entry" : "entries", moves->n,
			  arg_dry_run ? " (not written)" : "");
		return;
	}
	j = json_object();
	list = json_array();
	json_set_text(j, "file", s->project->lock_path);
	json_set_int(j, "entries", (long long)lockfile_len(l));
	for (size_t i = 0; i < moves->n; i++)
		json_array_append_new(list, move_json(g, &moves->v[i]));
	json_object_set_new(j, "moved", list);
	render_json(j);
}

static int
write_lock(struct session *s, const struct lockfile *l, struct err *err)
{
	AUTO_BUF struct buf text = BUF_INIT, was = BUF_INIT;
	AUTO_ERR struct err ignored = ERR_INIT; /* no file, or none that could stay */

	buf_init(&text, 0);
	buf_init(&was, 0);
	lockfile_print(l, &text);
	if (!file_read(AT_FDCWD, s->project->lock_path, MAX_LOCK_FILE, &was, &ignored) &&
	    str_eq(buf_str(&was), buf_str(&text)))
		return 0;
	return file_write(s->project->lock_path, buf_str(&text), 0644, err);
}

static int
run(struct session *s, const struct wish *wish, struct err *err)
{
	AUTO_ARENA struct arena *arena = arena_new();
	struct lockfile *before = NULL, *after = NULL;
	struct relock_moves moves;
	int r;

	s->relocking = true;
	r = session_engine(s, err);
	if (r)
		return r;
	before = STEAL(s->project->lock);
	s->project->lock = lockfile_copy(before);
	r = settle(s, wish, &after, err);
	if (!r) {
		moves = relock_compare(s->project, before, after, arena);
		if (!arg_dry_run)
			r = write_lock(s, after, err);
		if (!r)
			show(s, after, &moves);
	}
	lockfile_free(before);
	lockfile_free(after);
	return r;
}

static int
lock(struct session *s, int argc, char **argv UNUSED, struct err *err)
{
	int r = cmd_arity(argc, 0, 0, "no argument", err);

	return r ? r : run(s, &(struct wish){ 0 }, err);
}

static int
update(struct session *s, int argc, char **argv, struct err *err)
{
	s->moving = true;
	return run(s,
		   &(struct wish){ .all = argc == 0,
				   .names = (const char *const *)argv,
				   .n = (size_t)argc },
		   err);
}

const struct cmd cmd_lock = {
	.name = "lock",
	.args = "",
	.summary = "write down what everything from outside is: lockstep.lock",
	.about =
		"Writes the lock file beside the graph file: a digest for each image that the graph\n"
		"does not build, a commit for each branch and tag of a source, a checksum for what\n"
		"ADD downloads. What is locked stays as it is (`lockstep update` moves it), what is\n"
		"missing is looked up, and what nothing names any more goes. Commit the file.",
	.examples = "  $ lockstep lock\n"
		    "  $ lockstep plan --locked\n",
	.opts = options,
	.run = lock,
};

const struct cmd cmd_update = {
	.name = "update",
	.args = "[NAME...]",
	.summary = "move what is locked to what it is now, and say what moved",
	.about =
		"Looks up again what the lock file holds: everything, or what is named, where a NAME\n"
		"is a reference or an address as the lock file has it, or an image of the graph, which\n"
		"means all that it names. Prints what moved and what will be rebuilt.",
	.examples = "  $ lockstep update --dry-run\n"
		    "  $ lockstep update\n",
	.opts = options,
	.run = update,
};
