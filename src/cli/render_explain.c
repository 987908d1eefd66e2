/* SPDX-License-Identifier: Apache-2.0 */
/* render_explain.c: `why`, as a tree of causes. */
#include "base/clock.h"
#include "base/out.h"
#include "cli/render.h"

#define INDENT 2

static void
print_head(const struct explain *e)
{
	char when[CLOCK_TEXT_SIZE];

	clock_local(e->step.ended_ms, when);
	out_print("%s%s%s  %s in run %lld, %s", out_style(OUT_BOLD), e->image, out_style(OUT_PLAIN),
		  e->has_before ? "rebuilt" : "first built", (long long)e->step.run_id, when);
	if (e->step.has_key)
		out_print(", key %s", render_key(e->step.key));
	if (e->has_before && e->before.has_key)
		out_print(" (was %s)", render_key(e->before.key));
	out_print("\n");
}

static void
print_same(const struct explain *e, int indent)
{
	const struct inputs_same *s = &e->same;
	const char *sep = "";

	if (!e->has_same)
		return;
	out_print("%*sunchanged: ", indent, "");
	if (s->dockerfile) {
		out_print("Dockerfile");
		sep = ", ";
	}
	if (s->files) {
		out_print("%s%zu file%s", sep, s->files, s->files == 1 ? "" : "s");
		sep = ", ";
	}
	if (s->arguments) {
		out_print("%s%zu argument%s", sep, s->arguments, s->arguments == 1 ? "" : "s");
		sep = ", ";
	}
	if (s->platform)
		out_print("%splatform %s", sep, s->platform_text ? s->platform_text : "");
	else if (!*sep)
		out_print("nothing");
	out_print("\n");
}

static void
print_causes(const struct explain *e, int indent)
{
	for (size_t i = 0; i < e->ncauses; i++) {
		const struct explain_cause *c = &e->causes[i];
		AUTO_FREE char *text = reason_text(&c->reason, false);

		out_print("%*sbecause %s\n", indent, "", text);
		if (c->parent)
			print_causes(c->parent, indent + INDENT);
	}
}

void
render_explanation_text(const struct explanation *e, const char *image)
{
	if (!e->root) {
		out_print("%s  was never built here\n", image);
	} else {
		print_head(e->root);
		print_causes(e->root, INDENT);
		print_same(e->root, INDENT);
		if (e->root->same_image)
			out_print("%*srebuilt to the same image: its children were left alone\n",
				  INDENT, "");
		if (e->root->same_content)
			out_print("%*srebuilt, same content: the image before was kept, its "
				  "children were left alone\n",
				  INDENT, "");
	}
	if (e->has_later)
		out_print("%*sa later attempt, run %lld, %s%s%s\n", INDENT, "",
			  (long long)e->later.run_id, step_outcome_name(e->later.outcome),
			  e->later.message ? ": " : "", e->later.message ? e->later.message : "");
}

static json_t *
explain_json(const struct explain *e)
{
	json_t *j = json_object(), *causes = json_array();
	char text[DIGEST_SIZE], when[CLOCK_TEXT_SIZE];

	clock_rfc3339(e->step.ended_ms, when);
	json_set_text(j, "image", e->image);
	json_set_int(j, "run", e->step.run_id);
	json_set_text(j, "time", when);
	json_set_text(j, "commit", e->run.git_commit);
	json_set_text(j, "image_id", e->step.image_id);
	if (e->step.has_key) {
		sha256_digest(e->step.key, text);
		json_set_text(j, "key", text);
	}
	if (e->has_before && e->before.has_key) {
		sha256_digest(e->before.key, text);
		json_set_text(j, "previous_key", text);
		json_set_text(j, "previous_image_id", e->before.image_id);
		json_set_int(j, "previous_run", e->before.run_id);
	}
	for (size_t i = 0; i < e->ncauses; i++) {
		json_t *c = reason_to_json(&e->causes[i].reason);

		if (e->causes[i].parent)
			json_object_set_new(c, "cause", explain_json(e->causes[i].parent));
		json_array_append_new(causes, c);
	}
	json_object_set_new(j, "because", causes);
	if (e->has_same) {
		json_t *same = json_object();

		json_set_bool(same, "dockerfile", e->same.dockerfile);
		json_set_int(same, "files", (long long)e->same.files);
		json_set_int(same, "arguments", (long long)e->same.arguments);
		json_set_bool(same, "platform", e->same.platform);
		json_object_set_new(j, "unchanged", same);
	}
	json_set_bool(j, "same_image", e->same_image);
	json_set_bool(j, "same_content", e->same_content);
	return j;
}

json_t *
render_explanation_json(const struct explanation *e, const char *image)
{
	json_t *j;

	if (e->root)
		return explain_json(e->root);
	j = json_object();
	json_set_text(j, "image", image);
	json_object_set_new(j, "run", json_null());
	json_object_set_new(j, "because", json_array());
	return j;
}

static void
print_since(const struct explain_path *e)
{
	if (e->run_id)
		out_print(" since run %lld", (long long)e->run_id);
	out_print("\n");
}

static void
print_dockerfile(const struct explain_path *e)
{
	if (e->kind == EXPLAIN_DOCKERFILE_SAME) {
		out_print("%s is unchanged", e->path);
		print_since(e);
	} else if (e->kind == EXPLAIN_DOCKERFILE_CHANGED) {
		out_print("%s has other instructions than the build of run %lld: the next build "
			  "rebuilds\n",
			  e->path, (long long)e->run_id);
	} else if (e->first == e->last) {
		out_print("%s changed in comments only (line %d)\n", e->path, e->first);
	} else {
		out_print("%s changed in comments only (lines %d-%d)\n", e->path, e->first,
			  e->last);
	}
}

static void
print_input(const struct explain_path *e)
{
	out_print("%s is an input: ", e->path);
	if (e->widened)
		out_print("the whole context counts (%s)\n", e->widened);
	else if (e->read)
		out_print("%s %s at %s:%d reads it\n", e->read, e->pattern, e->dockerfile, e->line);
	else
		out_print("a link on the way to a COPY source\n");
	switch (e->kind) {
	case EXPLAIN_INPUT_SAME:
		out_print("unchanged");
		print_since(e);
		break;
	case EXPLAIN_INPUT_CHANGED:
		out_print("changed since run %lld: the next build rebuilds\n",
			  (long long)e->run_id);
		break;
	default:
		out_print("not built yet\n");
		break;
	}
}

void
render_explain_path_text(const struct explain_path *e, const char *image)
{
	switch (e->kind) {
	case EXPLAIN_OUTSIDE:
		out_print("%s is no input: it lies outside of the context '%s' of %s\n", e->path,
			  e->context, image);
		return;
	case EXPLAIN_NOT_COPIED:
		out_print("%s is no input: no COPY, ADD or bind mount of a reached stage matches "
			  "it\n",
			  e->path);
		return;
	case EXPLAIN_IGNORED:
		if (!e->line) {
			out_print("%s is no input: it lies below a folder that %s leaves out\n",
				  e->path, e->ignore_file);
			return;
		}
		out_print("%s is no input: %s:%d leaves it out: %s\n", e->path, e->ignore_file,
			  e->line, e->pattern);
		return;
	case EXPLAIN_MISSING:
		out_print("%s does not exist; %s %s at %s:%d would read it\n", e->path, e->read,
			  e->pattern, e->dockerfile, e->line);
		return;
	case EXPLAIN_COMMENTS:
	case EXPLAIN_DOCKERFILE_SAME:
	case EXPLAIN_DOCKERFILE_CHANGED:
		print_dockerfile(e);
		return;
	case EXPLAIN_INPUT_SAME:
	case EXPLAIN_INPUT_CHANGED:
	case EXPLAIN_INPUT_NEW:
		print_input(e);
		return;
	}
}

json_t *
render_explain_path_json(const struct explain_path *e, const char *image)
{
	json_t *j = json_object();

	json_set_text(j, "image", image);
	json_set_text(j, "path", e->path);
	json_set_text(j, "answer", explain_path_kind_name(e->kind));
	json_set_bool(j, "input",
		      e->kind == EXPLAIN_INPUT_SAME || e->kind == EXPLAIN_INPUT_CHANGED ||
			      e->kind == EXPLAIN_INPUT_NEW);
	json_set_text(j, "read_by", e->read);
	json_set_text(j, "pattern", e->pattern);
	json_set_int(j, "line", e->line ? e->line : e->first);
	json_set_text(j, "widened", e->widened);
	if (e->run_id)
		json_set_int(j, "run", e->run_id);
	return j;
}
