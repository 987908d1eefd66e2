/* SPDX-License-Identifier: Apache-2.0 */
/* render_plan.c: a plan for people and as JSON. */
#include "base/clock.h"
#include "base/out.h"
#include "cli/render.h"

static int
name_width(const struct plan *p)
{
	size_t w = 0;

	for (size_t i = 0; i < p->n; i++) {
		size_t n = strlen(p->nodes[i].image->name);

		if (p->nodes[i].state != PLAN_IGNORED && n > w)
			w = n;
	}
	return (int)w;
}

static void
print_reasons(const struct plan_node *node, int width)
{
	for (size_t i = 0; i < node->reasons.n; i++) {
		AUTO_FREE char *text = reason_text(&node->reasons.v[i], false);

		if (node->state == PLAN_WAITS)
			continue; /* the first line says it */
		out_print("%*s  %sbecause%s %s\n", width, "", out_style(OUT_DIM),
			  out_style(OUT_PLAIN), text);
	}
	if (node->no_cache)
		out_print("%*s  no layer cache: %s\n", width, "", node->no_cache);
	if (node->made.recipe && node->made.recipe->cache_mount_line)
		out_print("%*s  not pure: RUN --mount=type=cache at %s:%d\n", width, "",
			  node->made.recipe->df->file, node->made.recipe->cache_mount_line);
	for (size_t i = 0; i < node->nnotes; i++)
		out_print("%*s  note: %s\n", width, "", node->notes[i]);
}

static void
print_waits(const struct plan_node *node)
{
	const char *sep = "";

	out_print("%swaits for%s ", out_style(OUT_BLUE), out_style(OUT_PLAIN));
	for (size_t i = 0; i < node->reasons.n; i++) {
		out_print("%s%s", sep, node->reasons.v[i].subject);
		sep = ", ";
	}
	out_print("\n");
}

static void
print_node(const struct plan_node *node, int width)
{
	char expected[CLOCK_TEXT_SIZE];

	out_print("%-*s  ", width, node->image->name);
	switch (node->state) {
	case PLAN_UP_TO_DATE:
		out_print("%sup to date%s  %s", out_style(OUT_GREEN), out_style(OUT_PLAIN),
			  render_id(node->image_id));
		if (node->open_checks)
			out_print("  %zu check%s to run", node->open_checks,
				  node->open_checks == 1 ? "" : "s");
		out_print("\n");
		return;
	case PLAN_WAITS:
		print_waits(node);
		break;
	case PLAN_BUILD:
		out_print("%sbuild%s", out_style(OUT_YELLOW), out_style(OUT_PLAIN));
		if (node->expected_ms) {
			clock_duration(node->expected_ms, expected);
			out_print("  (about %s)", expected);
		}
		out_print("\n");
		break;
	default:
		out_print("%s\n", plan_state_name(node->state));
		return;
	}
	print_reasons(node, width);
}

void
render_plan_text(const struct plan *p)
{
	const struct graph *g = p->opts.project->graph;
	int width = name_width(p);
	size_t current = 0;

	for (size_t i = 0; i < g->nimages; i++) {
		const struct plan_node *node = &p->nodes[g->order[i]->index];

		if (node->state == PLAN_IGNORED)
			continue;
		current += node->state == PLAN_UP_TO_DATE;
		print_node(node, width);
	}
	if (!p->nbuild && !p->nwait && !p->ncheck && !p->npods)
		out_print("nothing to do: %zu image%s up to date\n", current,
			  current == 1 ? "" : "s");
	else
		out_print("%zu to build, %zu waiting, %zu up to date", p->nbuild, p->nwait,
			  current);
	if (p->ncheck)
		out_print(", %zu of them to check", p->ncheck);
	if (p->npods)
		out_print(", %zu pod%s to check", p->npods, p->npods == 1 ? "" : "s");
	if (p->nbuild || p->nwait || p->ncheck || p->npods)
		out_print("\n");
}

json_t *
render_notes_json(const struct plan_node *node)
{
	json_t *list = json_array();

	for (size_t i = 0; i < node->nnotes; i++)
		json_add_text(list, node->notes[i]);
	return list;
}

static json_t *
node_json(const struct plan_node *node)
{
	json_t *j = json_object(), *waits = json_array();
	char key[DIGEST_SIZE];

	json_set_text(j, "image", node->image->name);
	json_set_text(j, "state", plan_state_name(node->state));
	if (node->made.complete && node->state != PLAN_WAITS && node->made.inputs) {
		sha256_digest(node->made.inputs->key, key);
		json_set_text(j, "key", key);
	}
	if (*node->image_id)
		json_set_text(j, "image_id", node->image_id);
	if (node->previous && node->last.image_id)
		json_set_text(j, "previous_image_id", node->last.image_id);
	for (size_t i = 0; node->state == PLAN_WAITS && i < node->reasons.n; i++)
		json_add_text(waits, node->reasons.v[i].subject);
	json_object_set_new(j, "waits_for", waits);
	json_object_set_new(j, "reasons", reasons_to_json(&node->reasons));
	if (*node->digest)
		json_set_text(j, "digest", node->digest);
	json_set_text(j, "no_layer_cache", node->no_cache);
	json_object_set_new(j, "notes", render_notes_json(node));
	json_set_int(j, "open_checks", (long long)node->open_checks);
	if (node->expected_ms)
		json_set_int(j, "expected_ms", node->expected_ms);
	return j;
}

json_t *
render_plan_json(const struct plan *p)
{
	const struct graph *g = p->opts.project->graph;
	json_t *j = json_object(), *images = json_array();

	json_set_text(j, "graph", p->opts.project->graph_path);
	json_set_text(j, "commit", p->opts.project->head);
	for (size_t i = 0; i < g->nimages; i++) {
		const struct plan_node *node = &p->nodes[g->order[i]->index];

		if (node->state != PLAN_IGNORED)
			json_array_append_new(images, node_json(node));
	}
	json_object_set_new(j, "images", images);
	json_set_int(j, "build", (long long)p->nbuild);
	json_set_int(j, "waiting", (long long)p->nwait);
	json_set_int(j, "to_check", (long long)p->ncheck);
	json_set_int(j, "pods_to_check", (long long)p->npods);
	return j;
}
