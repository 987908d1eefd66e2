/* SPDX-License-Identifier: Apache-2.0 */
/* auditor.h: the workflows of a repository held against its graph. */
#ifndef LOCKSTEP_ENGINE_AUDITOR_H
#define LOCKSTEP_ENGINE_AUDITOR_H

#include "engine/project.h"
#include "model/audit.h"

struct auditor_opts {
	struct project *project;
	const char *const *workflows; /* as the user named them; none = all of the repository */
	size_t nworkflows;
};

/* Finding something is no error; a workflow that cannot be read is, and so is having none, and what an
 * image copies that is not there. Free with audit_free(); points into the project. */
int auditor_run(const struct auditor_opts *opts, struct audit **ret, struct err_list *errs,
		struct err *err) NODISCARD;

#endif
