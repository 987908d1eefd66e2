/* SPDX-License-Identifier: Apache-2.0 */
/* audit_priv.h: what the rules of an audit share. */
#ifndef LOCKSTEP_MODEL_AUDIT_PRIV_H
#define LOCKSTEP_MODEL_AUDIT_PRIV_H

#include "model/audit.h"

/* A build of a workflow, and the image of the graph that it is. */
struct audit_build {
	const struct survey_build *build;
	const struct graph_image *image; /* NULL = none */
};

struct audit_builds {
	struct audit_build *v;
	size_t n;
};

void audit_add(struct audit *a, enum audit_rule rule, struct survey_place at, const char *fmt, ...)
	PRINTF(4, 5);
void audit_needs(struct audit *a, const char *file, const struct yaml *jobs,
		 const struct audit_builds *all);
void audit_tags(struct audit *a, const struct audit_builds *all);
/* The filters of `on: push`, and those of dorny/paths-filter that are called like images. */
void audit_paths(struct audit *a, const char *file, const struct yaml *document,
		 const struct audit_builds *builds);

#endif
