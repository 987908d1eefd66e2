/* SPDX-License-Identifier: Apache-2.0 */
/* pins.h: the pins of a GitOps repository: found, planned, written. */
#ifndef LOCKSTEP_ENGINE_PINS_H
#define LOCKSTEP_ENGINE_PINS_H

#include "base/buf.h"
#include "model/event.h"
#include "model/pin.h"

/*
 * Two steps, so that whoever opens a pull request and whoever edits the working tree share them:
 * pins_find reads the files (of the index in the working tree, or of a commit) and pins_plan decides
 * and makes the new texts, all of them verified; nothing is written by either. Files without pins
 * are dropped on the way.
 */
struct pins_opts {
	const char *top; /* of the work tree; with rev a git directory will do */
	const char *rev; /* full id of a commit; NULL = the working tree */
	const char *const
		*paths; /* files and folders to look in, from the top, cleaned; none = all */
	size_t npaths;
	enum pin_form form;
	unsigned also;                 /* enum pin_also, everywhere */
	const char *const *also_globs; /* files in which everything is edited */
	size_t nalso_globs;
};

struct pins_file {
	struct pin_file file; /* path from the top */
	struct pin_edit edit; /* after pins_plan */
	uint32_t mode;        /* of stat in a working tree, else git's */
};

/* What was not looked into, and why. */
struct pins_skipped {
	size_t links, submodules, large, binary, missing;
};

/* An image at different versions in two places. */
struct pins_drift {
	const struct pins_file *file; /* of the pin that stands out */
	const struct pin *pin;
	const struct pins_file *other_file; /* NULL: it is not at the wanted version */
	const struct pin *other;
};

struct pins {
	struct arena *arena;
	const struct pin_image *images; /* borrowed */
	size_t nimages;
	struct pin_set *set;
	struct pins_file *files; /* with at least one pin, by path */
	size_t nfiles;
	size_t nread; /* files looked into */
	struct pins_skipped skipped;

	/* After pins_plan: */
	size_t npins;  /* that are edited, or are where they should be, or would be left behind */
	size_t nmoved; /* of them */
	size_t nuncovered; /* of them; with any, nothing may be written */
	size_t nchanged;   /* files */
};

/* images are borrowed until pins_free. */
int pins_find(const struct pins_opts *opts, const struct pin_image *images, size_t n,
	      struct pins **ret, struct err *err) NODISCARD;
/* A file that was read already; both are borrowed until pins_free. */
struct pins_text {
	const char *path;
	struct str text;
};
/* The pins of such texts. */
struct pins *pins_of_texts(const struct pin_image *images, size_t nimages,
			   const struct pins_text *texts, size_t n) NODISCARD;
/* May be called again when what is wanted has changed. ERR_REFUSED and ERR_FAILED as pin_edit has them. Uncovered pins are no error here: the caller
 * says so, and names them. */
int pins_plan(struct pins *p, const struct pins_opts *opts, struct err *err) NODISCARD;
/* Writes the working tree, all files or none. */
int pins_write(const struct pins *p, const struct pins_opts *opts, struct err *err) NODISCARD;
void pins_free(struct pins *p);

/* Pins of one image that disagree, in the order of the files; each with the first pin of the image
 * that it cannot be reconciled with, or, when a version is wanted, those that are not there. In the
 * arena. A tag and a digest alone agree: nobody can tell without a registry. */
struct pins_drift *pins_drifts(struct pins *p, size_t *ret_n) NODISCARD;

/* True for a pin that stands for a version of its image: of a kind that is edited. */
bool pins_counts(const struct pin *pin);

/* The text of a pull request (docs/pins.md): what moved from where, what was kept, what is only
 * mentioned, and how many pins are covered. e: the event, or NULL; skipped: images that are not in
 * their registry, and keep their pins. */
void pins_body(const struct pins *p, const struct event *e, const char *const *skipped,
	       size_t nskipped, struct buf *ret);

#endif
