/* SPDX-License-Identifier: Apache-2.0 */
/* out.h: standard output and standard error, colours, and safe text for terminals. */
#ifndef LOCKSTEP_BASE_OUT_H
#define LOCKSTEP_BASE_OUT_H

#include "base/buf.h"

/*
 * The only module below cli/ that writes to the user's descriptors, and it is called from cli/
 * only (and for debug lines). Write errors on stdout (a closed pipe, a full disk) are kept and
 * told by out_finish(), so that `lockstep plan >/dev/full` fails.
 */
enum out_color { OUT_AUTO, OUT_NEVER, OUT_ALWAYS };
enum out_style { OUT_PLAIN, OUT_BOLD, OUT_DIM, OUT_RED, OUT_GREEN, OUT_YELLOW, OUT_BLUE, OUT_CYAN };

/* Decides on colours. AUTO: none with NO_COLOR, CI, TERM=dumb or without TERM, and on what is no
 * terminal; ALWAYS is stronger than all of these. Before it there are no colours. */
void out_init(enum out_color color);
bool out_stdout_is_tty(void);
bool out_stderr_is_tty(void);
int out_width(void); /* columns of the terminal on stderr; 80 when unknown */

void out_print(const char *fmt, ...) PRINTF(1, 2); /* stdout */
void out_write(struct str s);                      /* stdout */
void out_err(const char *fmt, ...) PRINTF(1, 2);   /* stderr, one write a call */
void out_debug(const char *fmt, ...) PRINTF(1, 2); /* stderr, only with LOCKSTEP_DEBUG=1 */
/* The escape sequence that starts style on stdout ("" without colours); OUT_PLAIN ends it. */
const char *out_style(enum out_style style);
const char *out_style_err(enum out_style style);
/* Flushes; 0, or -1 when any write to stdout failed. */
int out_finish(void);

/* Appends s with control characters, marks that turn the direction of text and invalid UTF-8 made
 * visible, byte by byte (\x1b, \xff), so that a file name or a build log cannot drive the
 * terminal or look like another. TAB stays. */
void out_safe(struct buf *b, struct str s);
/* Columns that a UTF-8 text takes from the left edge (wide and combining characters and TABs
 * counted right; control characters take none, bytes that are no UTF-8 one). */
int out_columns(struct str s);

#endif
