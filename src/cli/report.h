/* SPDX-License-Identifier: Apache-2.0 */
/* report.h: what a run of `ci` came to, for machines. */
#ifndef LOCKSTEP_CLI_REPORT_H
#define LOCKSTEP_CLI_REPORT_H

#include "engine/release.h"
#include "engine/run.h"
#include "engine/unversioned.h"

/*
 * The records that JSON (docs/report.md), JUnit XML, and the annotations, summary and outputs of
 * cli/render_github are made of. All is borrowed; the functions touch nothing but their buffer.
 */
struct report {
	const struct plan *plan;       /* NULL = it did not come to one */
	const struct run_result *res;  /* run_id is 0 when nothing had to be done */
	const struct release *release; /* NULL = no tags were to be set, or it did not come to it */
	const unversioned_files *unversioned; /* with release; NULL = not looked for */
	const char *commit;                   /* that is released; NULL = none */
	const char *const *tags;              /* that move; with release */
	size_t ntags;
	json_t *event;         /* that was recorded, as JSON; NULL = none */
	const struct err *err; /* why it failed; ERR_NONE = it did not */
	const struct err_list *mistakes;
	struct http_stats requests;
	int64_t elapsed_ms;
	const char *run_url; /* of the CI job, or NULL */
};

/* The image is part of it. */
bool report_has(const struct report *r, const struct graph_image *image);
/* NULL when there was no run. */
const struct job *report_job(const struct report *r, const struct graph_image *image);
/* What of the release is about an image, or NULL. */
const struct release_image *report_released(const struct report *r,
					    const struct graph_image *image);
/* Who uses the image gets another one: its release tag moved, or, where none is set, its build came
 * to something new. */
bool report_changed(const struct report *r, const struct graph_image *image);
/* "built", "up to date", "failed", …: static. */
const char *report_state(const struct report *r, const struct graph_image *image);
/* What building the image would have taken, if it was not built and that is known; else 0. */
int64_t report_saved_by(const struct report *r, const struct graph_image *image);
/* What building the images that were not built would have taken, as far as it is known. */
int64_t report_saved_ms(const struct report *r);

json_t *report_json(const struct report *r) NODISCARD;
/* A suite an image, with its build and its checks; well formed whatever bytes messages hold. */
void report_junit(const struct report *r, struct buf *b);

#endif
