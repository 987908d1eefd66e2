/* SPDX-License-Identifier: Apache-2.0 */
/* render.h: plans, runs and explanations as text and as JSON. */
#ifndef LOCKSTEP_CLI_RENDER_H
#define LOCKSTEP_CLI_RENDER_H

#include "engine/explain.h"
#include "engine/plan.h"
#include "engine/run.h"

/* "sha256:" and 12 digits with an ellipsis; static texts of a ring of eight. */
const char *render_id(const char *id);
const char *render_key(struct sha256 key);

void render_plan_text(const struct plan *p);
json_t *render_plan_json(const struct plan *p) NODISCARD;
json_t *render_notes_json(const struct plan_node *node) NODISCARD;

/* What has to be built as jobs of other engines, each `lockstep build --only IMAGE --push` in a
 * checkout of the same commit. GitHub: {"count": N, "waves": [MATRIX…]}, the matrices of jobs that
 * follow each other, each of at most 256 as a matrix may be. GitLab: a child pipeline. Argo: a Workflow that is given repository, commit
 * and the image that holds lockstep. JSON, which is YAML as well. */
json_t *render_jobs_github(const struct plan *p) NODISCARD;
json_t *render_jobs_gitlab(const struct plan *p) NODISCARD;
json_t *render_jobs_argo(const struct plan *p) NODISCARD;
void render_jobs_make(const struct plan *p, struct buf *b);

/* The summary after a run; what failed with its reason and the end of its log. */
void render_run_text(const struct plan *p, const struct run_result *res, const char *state_dir);
json_t *render_run_json(const struct plan *p, const struct run_result *res) NODISCARD;
/* All pods of the graph, in its order; res may be NULL. */
json_t *render_pods_json(const struct plan *p, const struct run_result *res) NODISCARD;

/* What the tags of a release did. */
struct release;
void render_release_text(const struct release *rel, const char *commit, const char *tag);

void render_explanation_text(const struct explanation *e, const char *image);
json_t *render_explanation_json(const struct explanation *e, const char *image) NODISCARD;
void render_explain_path_text(const struct explain_path *e, const char *image);
json_t *render_explain_path_json(const struct explain_path *e, const char *image) NODISCARD;

/* The graph as text, dot, mermaid or JSON. */
void render_graph_text(const struct project *p);
void render_graph_dot(const struct project *p, struct buf *b);
void render_graph_mermaid(const struct project *p, struct buf *b);
json_t *render_graph_json(const struct project *p) NODISCARD;

/* A finding of verify or audit as a line on stdout, "FILE:LINE:COL: RULE: TEXT", and as JSON. */
void render_finding(const char *file, int line, int col, const char *rule, const char *text);
json_t *render_finding_json(const char *file, int line, int col, const char *rule, const char *text)
	NODISCARD;

/* Prints a JSON document on stdout and releases it. */
void render_json(json_t *take_value);

#endif
