/* SPDX-License-Identifier: Apache-2.0 */
/* pin.h: where a text names a version of an image that is ours, and moving it. */
#ifndef LOCKSTEP_MODEL_PIN_H
#define LOCKSTEP_MODEL_PIN_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/enum.h"
#include "base/err.h"

/*
 * Pins are found by image, never by a list of files, in two passes. The byte pass finds every
 * reference to an image in any text; the structure pass reads YAML (and JSON) and says what each
 * of them is, and finds pins whose name and version are apart (Helm values, kustomize). What the
 * byte pass saw and the structure pass cannot explain is a pin of kind "other": nobody knows
 * whether it has to move, so whoever edits has to refuse. docs/pins.md is the contract.
 *
 * Editing is splicing bytes: what is no tag and no digest of an edited pin stays as it is, down to
 * comments, line ends and a missing last newline.
 */
#define PIN_KIND_LIST(X)                                                                           \
	X(PIN_KIND_IMAGE, "image")         /* a value that is a reference and nothing else */      \
	X(PIN_KIND_HELM, "helm")           /* [registry], repository, tag or version, digest */    \
	X(PIN_KIND_KUSTOMIZE, "kustomize") /* an item of images: name, newName, newTag, digest */  \
	X(PIN_KIND_MARKED, "marked")       /* a line with `# lockstep: IMAGE` */                   \
	X(PIN_KIND_EMBEDDED, "embedded")   /* inside of a longer text: a script */                 \
	X(PIN_KIND_COMMENT, "comment")                                                             \
	X(PIN_KIND_PROSE, "prose")       /* in a file that is no YAML */                           \
	X(PIN_KIND_TEMPLATE, "template") /* completed by somebody else: {{ }}, ${ } */             \
	X(PIN_KIND_OTHER, "other")
ENUM_DECLARE(pin_kind, PIN_KIND_LIST);

#define PIN_FORM_LIST(X)                                                                           \
	X(PIN_FORM_KEEP, "keep")                                                                   \
	X(PIN_FORM_TAG, "tag")                                                                     \
	X(PIN_FORM_DIGEST, "digest")                                                               \
	X(PIN_FORM_BOTH, "both")
ENUM_DECLARE(pin_form, PIN_FORM_LIST);

/* An image that is ours, and where its pins should be. */
struct pin_image {
	const char *name;   /* normalised: "ghcr.io/o/x", "docker.io/library/debian" */
	const char *tag;    /* wanted; NULL = not known */
	const char *digest; /* wanted; NULL = not known */
};

/* Images with every spelling of their names; borrows the array. */
struct pin_set;
struct pin_set *pin_set_new(struct arena *arena, const struct pin_image *images, size_t n)
	NODISCARD;

/* A value of its own that holds a tag or a digest. */
struct pin_value {
	bool there;
	bool plain; /* without quotes */
	size_t from, to;
};

struct pin {
	enum pin_kind kind;
	size_t image;       /* index */
	const char *tag;    /* as it stands; NULL = none */
	const char *digest; /* the same */
	int line, col;      /* of the name, or of the value that a mark speaks of; from 1 */
	size_t at;          /* its offset in the text */
	/* A reference: what follows the name, ":tag" and "@digest", is [from, to). */
	size_t from, to;
	/* Apart: from == to == 0, and values of their own; the tag's may hold a digest too. */
	bool apart;
	struct pin_value tag_at, digest_at;
	struct pin_value name_at[3]; /* what its name is made of */
	const char *why;             /* kind other: what could not be explained */
};

struct pin_file {
	const char *path;
	struct str text;
	bool yaml;            /* by its name: .yaml, .yml, .json */
	const char *unparsed; /* why it could not be read as YAML; NULL = it could, or need not */
	struct pin *pins;     /* in the order of the text */
	size_t npins;
};

/* False when no pin can be in the text: no name of an image ends as one of the set does. */
bool pin_maybe(const struct pin_set *set, struct str text);
/* Finds the pins of a text; never fails. path decides whether it is YAML. */
void pin_find(struct arena *arena, const struct pin_set *set, const char *path, struct str text,
	      struct pin_file *ret);

enum pin_also {
	PIN_ALSO_EMBEDDED = 1 << 0,
	PIN_ALSO_COMMENT = 1 << 1,
	PIN_ALSO_ALL = 1 << 2, /* and prose, and other */
};

#define PIN_STATE_LIST(X)                                                                          \
	X(PIN_STATE_RIGHT, "right")         /* stands where it should */                           \
	X(PIN_STATE_MOVED, "moved")         /* will stand there after the edit */                  \
	X(PIN_STATE_MENTION, "mention")     /* of a kind that is not edited */                     \
	X(PIN_STATE_FLOATING, "floating")   /* has neither tag nor digest: nothing to move */      \
	X(PIN_STATE_KEPT, "kept")           /* the image has no wanted version */                  \
	X(PIN_STATE_UNCOVERED, "uncovered") /* would be left behind */
ENUM_DECLARE(pin_state, PIN_STATE_LIST);

struct pin_change {
	enum pin_state state;
	const char *tag, *digest; /* afterwards */
};

struct pin_edit {
	struct pin_change *changes; /* one a pin */
	struct str text;            /* the whole new text; the old one when nothing moved */
	size_t nmoved;
};

struct pin_rules {
	enum pin_form form; /* what a pin shall have; keep leaves tags tags and digests digests */
	unsigned also;      /* enum pin_also: what else is edited */
};

/*
 * Decides about each pin and writes the new text. A pin that has a digest when none is wanted cannot be right: that,
 * and a form that a pin cannot take, is ERR_REFUSED with its place.
 *
 * The new text is then held against the old: same YAML events but for the values that moved, same
 * pins with the wanted versions, size as computed. A difference is ERR_FAILED.
 */
int pin_edit(struct arena *arena, const struct pin_set *set, const struct pin_file *file,
	     struct pin_rules rules, struct pin_edit *ret, struct err *err) NODISCARD;
/* Appends the edit as a unified diff (git's a/ and b/); nothing when nothing moved. */
void pin_diff(const struct pin_file *file, const struct pin_edit *edit, struct buf *ret);

#endif
