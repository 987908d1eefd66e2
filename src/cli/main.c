/* SPDX-License-Identifier: Apache-2.0 */
/* main.c: the entry of the program. */
#include <stdio.h>

#include "lockstep/exit.h"

int
main(void)
{
	puts(PACKAGE_STRING);
	return LOCKSTEP_EXIT_DONE;
}
