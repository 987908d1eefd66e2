/* SPDX-License-Identifier: Apache-2.0 */
/* pin_priv.h: what finding and editing pins share. */
#ifndef LOCKSTEP_MODEL_PIN_PRIV_H
#define LOCKSTEP_MODEL_PIN_PRIV_H

#include "base/map.h"
#include "base/vec.h"
#include "base/yaml.h"
#include "model/pin.h"

/* A way to write an image's name. */
struct pin_spelling {
	struct str text;
	size_t image;
};

struct pin_set {
	const struct pin_image *images;
	size_t n;
	VEC(struct pin_spelling) spellings; /* the array lives in the arena */
};

/* A reference that the byte pass saw. */
struct pin_hit {
	size_t image;
	size_t start; /* of the scheme in front of the name, or of the name */
	size_t from, name_to, to;
	struct str tag, digest; /* p == NULL: none */
	bool template;          /* goes on with something that is filled in later */
	bool broken;            /* what follows is no tag and no digest */
};
typedef VEC(struct pin_hit) pin_hits;

/* All references in the text, in its order. */
void pin_hits_find(const struct pin_set *set, struct str text, pin_hits *ret);
/* The image that a repository name means, a scheme (oci://) in front of it or not; or set->n. */
size_t pin_set_lookup(const struct pin_set *set, struct arena *arena, struct str name);

/* A node of a YAML stream. Nodes are in the order of the text; node 0 is no node. */
struct pin_node {
	enum yaml_event_kind kind; /* SCALAR, ALIAS, SEQ, MAP */
	enum yaml_style style;
	struct str text;
	size_t from, to;
	int line, col;
	size_t parent; /* 0 = the document */
	size_t key;    /* of a mapping's value: the node of its key; else 0 */
	size_t next;   /* the next of the same parent, 0 = none */
	size_t child;  /* the first one */
	size_t target; /* of an alias: what it names, 0 = nothing above */
	bool is_key;
	bool used; /* belongs to a pin whose name and version are apart */
};

struct pin_nodes {
	struct arena *arena;
	VEC(struct pin_node) list;
	const char *failed; /* why the text is no YAML, or NULL */
};

void pin_nodes_read(struct arena *arena, struct str text, struct pin_nodes *ret);
void pin_nodes_fini(struct pin_nodes *nodes);
/* The value of a mapping's key, aliases and "<<" followed; 0 = none. */
size_t pin_nodes_get(const struct pin_nodes *nodes, size_t map, const char *key);
/* The last node that begins at the byte or before it, or 0. */
size_t pin_nodes_before(const struct pin_nodes *nodes, size_t byte);
/* The scalar that holds the byte, or 0. */
size_t pin_nodes_at(const struct pin_nodes *nodes, size_t byte);

typedef VEC(struct pin) pins;

/* Adds the pins whose name and version are apart, and marks what they are made of. */
void pin_apart_find(const struct pin_set *set, struct pin_nodes *nodes, struct str text, pins *out);
/* Fills tag and digest of a pin from values of their own; 0 = not there. False, and it has neither,
 * when why says that they cannot be edited, or (why is NULL) that they are no version. */
bool pin_apart_values(const struct pin_nodes *nodes, struct str text, struct pin *pin, size_t tag,
		      size_t digest);

/* `# lockstep: NAME[:tag|:digest|:name]` in a line, or Flux's {"$imagepolicy": …}. */
enum pin_mark_kind { PIN_MARK_LINE, PIN_MARK_TAG, PIN_MARK_DIGEST, PIN_MARK_NAME, PIN_MARK_FLUX };
struct pin_mark {
	enum pin_mark_kind kind;
	size_t image; /* index; set->n with Flux: whatever stands there */
	size_t at;    /* where the comment begins */
};
/* True if the line [from, to) of text has a mark that concerns the set. */
bool pin_mark_read(const struct pin_set *set, struct arena *arena, struct str text, size_t from,
		   size_t to, struct pin_mark *ret);

#endif
