/* SPDX-License-Identifier: Apache-2.0 */
/* audit.h: a hand-written workflow held against the graph. */
#ifndef LOCKSTEP_MODEL_AUDIT_H
#define LOCKSTEP_MODEL_AUDIT_H

#include "model/graph.h"
#include "model/survey.h"

/*
 * What a workflow does by hand, the graph knows: which images there are, which of them stand on which,
 * and which files each of them is built from. Only what a file says is judged; what is computed when
 * a job runs is left alone.
 */
#define AUDIT_RULE_LIST(X)                                                                         \
	X(AUDIT_UNBUILT, "unbuilt") /* an image of the graph that no job builds */                 \
	X(AUDIT_UNKNOWN, "unknown") /* a build of what the graph does not have */                  \
	X(AUDIT_NEEDS, "needs")     /* an order of jobs that the edges do not give */              \
	X(AUDIT_PATHS, "paths")     /* a filter that misses an input, or lets pass what is none */ \
	X(AUDIT_TAGS, "tags")       /* a parent that is named by a tag which others move */
ENUM_DECLARE(audit_rule, AUDIT_RULE_LIST);

struct audit_finding {
	enum audit_rule rule;
	struct survey_place at;
	const char *text;
};

/* What an image of the graph is built from, as paths from the root of the survey on. */
struct audit_inputs {
	const char *context, *dockerfile; /* NULL = not of this repository */
	const char **paths;
	size_t n;
};

struct audit {
	struct arena *arena; /* of findings, inputs, flags */
	const struct graph *graph;
	struct survey *survey;             /* owned; files and Dockerfiles, the audit adds builds */
	const struct audit_inputs *inputs; /* one an image, by index */
	const bool *is_own; /* by index of survey->files: lockstep's and the workflows' own files,
			       which no filter is for */
	bool *built;        /* by index; set by the audit */
	VEC(struct audit_finding) findings;
};

/* Reads one workflow and adds what it finds. */
void audit_workflow(struct audit *a, const char *file, const struct yaml *document);
void audit_free(struct audit *a);
/* When all are read: what none of them builds, and all findings in the order of their places. */
void audit_end(struct audit *a);

#endif
