/* SPDX-License-Identifier: Apache-2.0 */
/* graph_load_priv.h: what the parts of the graph file's loader share. */
#ifndef LOCKSTEP_MODEL_GRAPH_LOAD_PRIV_H
#define LOCKSTEP_MODEL_GRAPH_LOAD_PRIV_H

#include "base/yaml.h"
#include "model/graph.h"
#include "model/graph_keys.h"

#include <regex.h>

#define GRAPH_MAX_PATTERNS 32

/* A pattern of a type, compiled when it is first needed. */
struct graph_pattern {
	const struct graph_type *type;
	regex_t regex;
};

/*
 * Two passes. The first (graph_shape) holds the tree against the tables of graph_keys.h, tells
 * every mistake, and takes what is wrong out of the tree (the value becomes NULL), so that the
 * second reads only values of the right shape and says nothing about the rest.
 */
struct graph_loader {
	struct graph *graph;
	struct arena *arena; /* the graph's */
	const char *file;
	struct err_list *errs;
	struct platform platform; /* of images that say none */
	struct graph_pattern patterns[GRAPH_MAX_PATTERNS];
	size_t npatterns;
	const char *image; /* "image 'x'": the one that is being read */
	size_t searches;   /* for the nearest of many names */
};

/* Adds a mistake at a node or a place; what outsiders wrote goes through graph_clip() first. */
#define graph_err(ld, y, ...) err_list_at((ld)->errs, (ld)->file, (y)->line, (y)->col, __VA_ARGS__)

/* The text for a message: cut when it is too long, without the password of an address. */
const char *graph_clip(struct graph_loader *ld, const char *text);
/* "'key' of label", or "'key'" when the label is empty. */
const char *graph_phrase(struct graph_loader *ld, const char *key, const char *label);
/* Adds "did you mean 'x'?", or the list of what is known when nothing is near. */
void graph_hint_name(struct err *e, const char *name, const char *const *known, size_t n);
/* The first pass, over a mapping that should be `object`; label says where it is ("image 'x'"). */
void graph_shape(struct graph_loader *ld, const struct graph_object *object, struct yaml *map,
		 const char *label);
/* The first pass over one value that is no mapping and no list of them; phrase says where it is
 * ("'context' of image 'x'"). False when it was told to be wrong and must not be read. */
bool graph_shape_value(struct graph_loader *ld, const struct graph_key *key, struct yaml *y,
		       const char *phrase);
/* Tells that a value is a list, say, and not text; returns false. */
bool graph_wrong_kind(struct graph_loader *ld, const struct graph_key *key, const struct yaml *y,
		      const char *phrase);
/* Frees the compiled patterns. */
void graph_shape_fini(struct graph_loader *ld);
/* True if an unknown key was meant to be that one, which was told then. */
bool graph_shape_misspelt(const struct graph_object *object, const struct yaml *map,
			  const char *name);
/* The key of that name, also when its value was taken out; NULL if there is none. */
const struct yaml *graph_has_key(const struct yaml *map, const char *name);
/* Which of the alternatives of a list an item is: the first that has its deciding key there, which
 * is the first of its table; NULL if none. */
const struct graph_object *graph_shape_choose(const struct graph_key *key, const struct yaml *item);
/* Seconds, days or bytes of a text that fits its pattern. */
long long graph_shape_amount(const char *text);
/* A mapping of the right shape as JSON: numbers, booleans, lists as such; sizes in bytes,
 * durations in seconds, modes as four octal digits, "text or a list" always as a list. */
json_t *graph_shape_json(const struct graph_object *object, const struct yaml *map);
/* The second pass. */
void graph_load_image(struct graph_loader *ld, struct graph_image *img, struct yaml *map);
void graph_load_guards(struct graph_loader *ld, struct graph_image *img, const struct yaml *list);
void graph_load_checks(struct graph_loader *ld, struct graph_image *img, const struct yaml *list);
void graph_load_events(struct graph_loader *ld, const struct yaml *map);
/* What is told of a check that runs a command (key: "run", "exec") or a container; spec gets its
 * defaults. */
void graph_load_command(struct graph_loader *ld, const struct yaml *item, const char *key,
			json_t *spec);
void graph_load_pod_checks(struct graph_loader *ld, struct graph_pod *pod, const struct yaml *list);
void graph_load_pods(struct graph_loader *ld, const struct yaml *map);
void graph_load_container(struct graph_loader *ld, const struct yaml *item, json_t *spec);
void graph_load_dispatch(struct graph_loader *ld, const struct yaml *list);
void graph_load_variables(struct graph_loader *ld, const struct yaml *map);
/* A mapping, or a list of NAME=VALUE, as an array in the arena; phrase is "'args' of image 'x'". Tells
 * of names that are there twice and of unknown ${VARIABLES}. */
struct graph_kv *graph_load_pairs(struct graph_loader *ld, const struct yaml *y, const char *phrase,
				  size_t *ret_n);
/* Seconds; tells of more than a week. */
int graph_load_timeout(struct graph_loader *ld, const struct yaml *y, const char *phrase);
/* Tells of every ${NAME} in a value that no variable has; phrase is "'args' of image 'x'". */
void graph_load_references(struct graph_loader *ld, const struct yaml *y, const char *text,
			   const char *phrase);
/* The same for texts in which variables are not replaced: any ${NAME} is a mistake; false then. */
bool graph_load_no_references(struct graph_loader *ld, const struct yaml *y, const char *phrase);

#endif
