/* SPDX-License-Identifier: Apache-2.0 */
/* ci_face.h: tells the CI system what a run came to. */
#ifndef LOCKSTEP_CLI_CI_FACE_H
#define LOCKSTEP_CLI_CI_FACE_H

#include "cli/ci_env.h"
#include "cli/report.h"
#include "cli/session.h"

#define CI_FORMAT_LIST(X)                                                                          \
	X(CI_FORMAT_TEXT, "text")                                                                  \
	X(CI_FORMAT_JSON, "json")                                                                  \
	X(CI_FORMAT_GITHUB, "github")
ENUM_DECLARE(ci_format, CI_FORMAT_LIST);

/*
 * From ci_face_open() on, a GitHub runner obeys no line that this process prints until main() has
 * reported its error: what builders print, and names in a repository, are not ours to trust. The
 * commands that ci_face_close() writes stand between, escaped.
 */
struct ci_face_opts {
	const char *format;         /* NULL = github where GITHUB_ACTIONS is true, else text */
	const char *report, *junit; /* files to write; NULL = none */
};

struct ci_face {
	struct ci_face_opts opts;
	struct ci_env env;
	bool github;
	bool on_runner; /* its output is read by a runner of GitHub Actions */
	int64_t started_ns;
	char *token;
};

/* ERR_USAGE when the format is none. s->o.json is set for json. */
int ci_face_open(struct session *s, const struct ci_face_opts *opts, struct ci_face *ret,
		 struct err *err) NODISCARD;
/* The graph's secrets that are in the environment are masked. */
void ci_face_mask(const struct ci_face *f, const struct graph *g);
/*
 * Completes the report (time, requests, URL, mistakes) and hands it out: files, JSON on stdout,
 * annotations, summary, outputs. r and err are what the run came to, and are given back, unless all
 * went well and a file cannot be written.
 */
int ci_face_close(struct ci_face *f, struct session *s, struct report *report, int r,
		  struct err *err) NODISCARD;

#endif
