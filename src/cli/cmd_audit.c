/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_audit.c: lockstep audit. */
#include "base/out.h"
#include "cli/cmd.h"
#include "cli/render.h"
#include "engine/auditor.h"

static void
print_json(const struct audit *a)
{
	json_t *j = json_object(), *list = json_array();

	for (size_t i = 0; i < a->findings.n; i++) {
		const struct audit_finding *f = &a->findings.v[i];

		json_array_append_new(list, render_finding_json(f->at.file, f->at.line, f->at.col,
								audit_rule_name(f->rule), f->text));
	}
	json_object_set_new(j, "findings", list);
	json_set_int(j, "builds", (long long)a->survey->builds.n);
	render_json(j);
}

static int
audit(struct session *s, int argc, char **argv, struct err *err)
{
	struct auditor_opts opts = { .workflows = (const char *const *)argv,
				     .nworkflows = (size_t)argc };
	struct audit *a = NULL;
	size_t n;
	int r = session_project(s, err);

	opts.project = s->project;
	if (!r)
		r = auditor_run(&opts, &a, &s->errs, err);
	if (r)
		return r;
	n = a->findings.n;
	if (s->o.json) {
		print_json(a);
	} else {
		for (size_t i = 0; i < n; i++) {
			const struct audit_finding *f = &a->findings.v[i];

			render_finding(f->at.file, f->at.line, f->at.col, audit_rule_name(f->rule),
				       f->text);
		}
		out_print("%zu builds, %zu findings\n", a->survey->builds.n, n);
	}
	audit_free(a);
	if (!n)
		return 0;
	return err_set(err, ERR_REFUSED,
		       n == 1 ? "%zu finding: the workflow and the graph disagree"
			      : "%zu findings: the workflow and the graph disagree",
		       n);
}

const struct cmd cmd_audit = {
	.name = "audit",
	.args = "[WORKFLOW...]",
	.summary = "hold a hand-written workflow against the graph",
	.about =
		"Reads GitHub workflows (by default all of the repository) and says where they do by\n"
		"hand something else than the graph would: images that no job builds or that the\n"
		"graph does not have, an order of jobs that is missing or needless, filters of paths\n"
		"that miss an input or let pass what is none, parents that are named by a tag which\n"
		"is whatever was pushed last. Exits with 4 if it finds any.",
	.examples = "  $ lockstep audit\n"
		    "  $ lockstep audit .github/workflows/*.yaml --json\n",
	.run = audit,
};
