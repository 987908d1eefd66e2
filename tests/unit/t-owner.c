/* SPDX-License-Identifier: Apache-2.0 */
/* t-owner.c: who is there, who is gone, and who cannot be known. */
#include "io/owner.h"

#include "base/str.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static void
knows_the_dead(void **state)
{
	AUTO_FREE char *self = owner_name(), *place = xstrdup(self), *child = NULL,
		       *elsewhere = NULL;
	pid_t pid = fork();

	(void)state;
	if (!pid)
		_exit(0);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	*strrchr(place, '/') = '\0';
	child = xasprintf("%s/%d", place, (int)pid);
	elsewhere = xasprintf("x%s/%d", place, (int)pid);
	assert_false(owner_gone(self));
	assert_true(owner_gone(child));
	assert_false(owner_gone(elsewhere));
	assert_false(owner_gone(place));
	assert_false(owner_gone(""));
}

static void
chance_differs(void **state)
{
	unsigned char a[16] = { 0 }, b[16] = { 0 };

	(void)state;
	owner_chance(a, sizeof(a));
	owner_chance(b, sizeof(b));
	assert_memory_not_equal(a, b, sizeof(a));
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(knows_the_dead),
					    cmocka_unit_test(chance_differs) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
