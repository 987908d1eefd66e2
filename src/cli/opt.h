/* SPDX-License-Identifier: Apache-2.0 */
/* opt.h: options of a command as a table: parsed by getopt_long, printed as help. */
#ifndef LOCKSTEP_CLI_OPT_H
#define LOCKSTEP_CLI_OPT_H

#include "base/buf.h"
#include "base/err.h"
#include "base/vec.h"

#include <stdbool.h>

typedef VEC(const char *) opt_texts;

enum opt_kind {
	OPT_FLAG,  /* to: bool * */
	OPT_TEXT,  /* to: const char ** */
	OPT_COUNT, /* to: unsigned *; a whole number, at least 1 */
	OPT_LIST,  /* to: opt_texts *; may be repeated */
};

struct opt {
	char letter;      /* 0 = none */
	const char *name; /* long name */
	enum opt_kind kind;
	const char *arg; /* placeholder in the help, NULL for flags */
	const char *help;
	void *to;
};

/* Parses argv[1…] against two tables (the command's, and those that all have). What is no option
 * is left in argv from *ret_first on (GNU order: options may come anywhere, "--" ends them).
 * ERR_USAGE names the option and the nearest one. */
int opt_parse(const struct opt *own, const struct opt *common, int argc, char **argv,
	      int *ret_first, struct err *err) NODISCARD;
/* Appends "  -j, --jobs N   help" lines, aligned. */
void opt_help(const struct opt *table, struct buf *b);

#endif
