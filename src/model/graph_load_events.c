/* SPDX-License-Identifier: Apache-2.0 */
/* graph_load_events.c: what is told of new images, and to whom. */
#include "base/json.h"
#include "base/map.h"
#include "model/event.h"
#include "model/graph_load_priv.h"
#include "model/target.h"

/* Every "{…}" is a value of the event; a brace alone is itself. */
static void
check_placeholders(struct graph_loader *ld, const struct graph_kv *kv)
{
	const char *p = kv->value;
	enum event_placeholder placeholder;

	while ((p = strchr(p, '{')) != NULL) {
		const char *end = strchr(p, '}');
		struct str name = { p + 1, end ? (size_t)(end - p - 1) : 0 };

		/* "${NAME}" is a variable, and its value is none of ours. */
		if (end && (p == kv->value || p[-1] != '$') &&
		    !event_placeholder_parse(name, &placeholder)) {
			AUTO_FREE char *text = str_dup(name);

			graph_hint_name(graph_err(ld, &kv->at,
						  "'{%s}' in 'payload' of 'events' "
						  "is no value of an event",
						  graph_clip(ld, text)),
					text, event_placeholder_names, event_placeholder_count);
		}
		p++;
	}
}

void
graph_load_events(struct graph_loader *ld, const struct yaml *map)
{
	const struct yaml *group = yaml_get(map, "group"), *payload = yaml_get(map, "payload");
	struct graph *g = ld->graph;

	if (group && !event_valid_group(str_c(group->text)))
		err_hint(graph_err(ld, group, "'group' of 'events' is no name of a group: '%s'",
				   graph_clip(ld, group->text)),
			 "%d characters at most, and not .lock at the end", EVENT_MAX_GROUP);
	else if (group)
		g->group = group->text;
	if (!payload)
		return;
	g->payload = graph_load_pairs(ld, payload, "'payload' of 'events'", &g->npayload);
	for (size_t i = 0; i < g->npayload; i++) {
		const struct graph_kv *kv = &g->payload[i];

		if (!event_valid_field(str_c(kv->name)))
			err_hint(graph_err(ld, &kv->at,
					   "'%s' in 'payload' of 'events' is no name "
					   "of a field",
					   graph_clip(ld, kv->name)),
				 "letters, digits, '_' and '-', and none of the event's own keys");
		check_placeholders(ld, kv);
	}
	if (g->npayload > EVENT_MAX_COMPAT)
		err_hint(graph_err(ld, payload, "'payload' of 'events' has %zu fields",
				   g->npayload),
			 "GitHub takes %d at the top of an event, and %d of them are its own",
			 EVENT_MAX_KEYS, EVENT_MAX_KEYS - EVENT_MAX_COMPAT);
}

static void
default_text(json_t *object, const char *key, const char *value)
{
	if (!json_object_get(object, key))
		json_set_text(object, key, value);
}

/* A token where the name of a variable belongs would end up in git. */
static void
check_token(struct graph_loader *ld, const struct yaml *target, const char *key, const char *kind)
{
	static const char *const prefixes[] = { "ghp_",        "gho_",   "ghs_",
						"github_pat_", "glpat-", "whsec_" };
	const struct yaml *y = yaml_get(target, key);

	for (size_t i = 0; y && i < ARRAY_SIZE(prefixes); i++) {
		if (strncmp(y->text, prefixes[i], strlen(prefixes[i])) != 0)
			continue;
		err_hint(
			graph_err(ld, y, "'%s' of '%s' of 'dispatch' holds the secret itself", key,
				  kind),
			"name the variable that holds it, and replace the secret: it is known now");
	}
}

/* Where the secret is: in a variable or in a file, not in both; without = it may be in neither. */
static void
check_secret(struct graph_loader *ld, const char *kind, const struct yaml *target,
	     const char *const keys[2], const char *without)
{
	const struct yaml *env = graph_has_key(target, keys[0]);
	const struct yaml *file = graph_has_key(target, keys[1]);

	check_token(ld, target, keys[0], kind);
	check_token(ld, target, keys[1], kind);
	if (env && file)
		err_hint(graph_err(ld, file, "'%s' and '%s' stand in one '%s' of 'dispatch'",
				   keys[0], keys[1], kind),
			 "the variable or the file: one of them");
	else if (!env && !file && without)
		err_hint(graph_err(ld, target, "'%s' of '%s' of 'dispatch' is missing", keys[0],
				   kind),
			 "%s", without);
}

static void
finish_target(struct graph_loader *ld, const char *kind, const struct yaml *target, json_t *spec)
{
	static const char *const tokens[] = { "token-env", "token-file" };
	static const char *const secrets[] = { "secret-env", "secret-file" };
	json_t *webhook = json_object_get(spec, "webhook");
	bool github = !strncmp(kind, "github", strlen("github"));

	if (!webhook) {
		check_secret(ld, kind, target, tokens,
			     github ? NULL : "the variable that holds the token, or token-file");
		return;
	}
	default_text(webhook, "signing", "standard-webhooks");
	default_text(webhook, "format", "plain");
	check_secret(ld, kind, target, secrets,
		     strcmp(json_get_text(webhook, "signing"), "none")
			     ? "the variable that holds the secret, or signing: none"
			     : NULL);
}

/* Two targets of one name would be one to the outbox. */
static void
check_unique(struct graph_loader *ld, struct map *seen, const struct yaml *item, const json_t *spec)
{
	const struct yaml *first;
	struct target target;

	target_read(ld->arena, spec, &target);
	first = map_get(seen, str_c(target.name));
	if (first)
		(void)graph_err(ld, item, "'%s' is told twice, first in line %d",
				graph_clip(ld, target.name), first->line);
	else
		map_set(seen, str_c(target.name), (void *)item);
}

void
graph_load_dispatch(struct graph_loader *ld, const struct yaml *list)
{
	const struct graph_key *key = graph_key_find(&graph_object_file, "dispatch");
	struct map *AUTO_MAP seen = map_new();

	ld->graph->dispatch = json_array();
	for (size_t i = 0; i < list->n; i++) {
		const struct yaml *item = list->items[i], *target;
		const struct graph_object *object;
		json_t *spec;

		if (!item)
			continue;
		object = graph_shape_choose(key, item);
		spec = graph_shape_json(object, item);
		json_array_append_new(ld->graph->dispatch, spec);
		target = yaml_get(item, object->keys[0].name);
		if (target)
			finish_target(ld, object->keys[0].name, target, spec);
		/* With no mistake in the file so far, everything that names it is there. */
		if (!ld->errs->n)
			check_unique(ld, seen, item, spec);
	}
}
