/* SPDX-License-Identifier: Apache-2.0 */
/* render_github.h: what a runner of GitHub Actions reads: commands, the job's summary, outputs. */
#ifndef LOCKSTEP_CLI_RENDER_GITHUB_H
#define LOCKSTEP_CLI_RENDER_GITHUB_H

#include "cli/report.h"

/*
 * All functions append to a buffer and touch nothing else. A runner obeys every line of a step's
 * output that looks like a command, whoever wrote it, and "##[" in the middle of one as well. So
 * what is not ours (the output of builders, names of files) is only printed between
 * render_github_stop() and render_github_resume(), or escaped as a command's text.
 */
#define RENDER_GITHUB_NOTES_MAX 10           /* annotations of a kind that a step may have */
#define RENDER_GITHUB_SUMMARY_MAX (1u << 20) /* bytes of a step's summary, or it is refused */
#define RENDER_GITHUB_SUMMARY_MIN (8u << 10) /* with less room none can be written */

/* The runner obeys nothing until the token, which nobody else may know, comes again. */
void render_github_stop(struct buf *b, const char *token);
void render_github_resume(struct buf *b, const char *token);
/* The value is shown as *** from now on. Only for a runner's eyes. */
void render_github_mask(struct buf *b, const char *value);
/* Lines of any origin that are folded away below a title. */
void render_github_group(struct buf *b, const char *token, const char *title, struct str lines);

/* "::error file=…,line=…,col=…,title=…::text"; parts that are NULL or 0 are left out. */
struct render_github_note {
	const char *kind; /* "error", "warning", "notice" */
	const char *file;
	int line, col;
	const char *title;
	const char *text;
};
void render_github_note(struct buf *b, const struct render_github_note *note);

/* Files in annotations are relative to the checkout. */
struct render_github_places {
	const char *root; /* of the checkout; NULL = not known: names stay as they are */
	const char *cwd;  /* what the report's names are relative to */
};
/* What failed, at its place in a Dockerfile or in the graph file: at most RENDER_GITHUB_NOTES_MAX of
 * each kind, the last of which then counts the others. */
void render_github_notes(struct buf *b, const struct report *r,
			 const struct render_github_places *places);
/* Markdown, at most max bytes, which are RENDER_GITHUB_SUMMARY_MIN or more: rows and pods that find no
 * room are counted, failed pods come first. */
void render_github_summary(struct buf *b, const struct report *r, size_t max);
/* Lines for $GITHUB_OUTPUT: changed and digests (JSON on one line), any_changed, and a
 * digest_IMAGE each, with everything in IMAGE but letters and digits as "_"; two images that are one
 * in that are left out. */
void render_github_outputs(struct buf *b, const struct report *r);

#endif
