/* SPDX-License-Identifier: Apache-2.0 */
/* cmd.c: what commands share. */
#include "cli/cmd.h"

int
cmd_arity(int argc, int min, int max, const char *what, struct err *err)
{
	if (argc >= min && argc <= max)
		return 0;
	if (argc < min)
		return err_set(err, ERR_USAGE, "%s is missing", what);
	return err_set(err, ERR_USAGE, "too many arguments: %s is enough", what);
}
