/* SPDX-License-Identifier: Apache-2.0 */
/* t-podman_service.c: where podman's service is looked for. What it says is tested by
 * tests/cli/t-podman-service.sh. */
#include "engine/podman_service.h"

#include "lib/tmp.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void
it_is_where_podman_puts_it(void **state)
{
	static const struct {
		const char *env[3];
		uid_t uid;
		const char *want;
	} rows[] = {
		{ { NULL }, 0, "unix:///run/podman/podman.sock" },
		{ { "XDG_RUNTIME_DIR=/r", NULL }, 0, "unix:///run/podman/podman.sock" },
		{ { "XDG_RUNTIME_DIR=/r", NULL }, 7, "unix:///r/podman/podman.sock" },
		{ { "XDG_RUNTIME_DIR=", NULL }, 7, "unix:///run/user/7/podman/podman.sock" },
		{ { "CONTAINER_HOST=", NULL }, 0, "unix:///run/podman/podman.sock" },
		{ { "CONTAINER_HOST=unix:///x", "XDG_RUNTIME_DIR=/r" }, 7, "unix:///x" },
		{ { "CONTAINER_HOST=ssh://u@h/x" }, 0, "ssh://u@h/x" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		AUTO_FREE char *got = podman_service_host(rows[i].env, rows[i].uid);

		assert_string_equal(got, rows[i].want);
	}
}

static void
says(const char *host, const char *want)
{
	const char *env[] = { host, NULL };
	AUTO_FREE char *got = podman_service_text(env, 0, "/s");

	assert_string_equal(got, want);
}

static void
who_is_not_there_is_not_needed(void **state)
{
	(void)state;
	says("CONTAINER_HOST=unix:///nowhere/s",
	     "no service of podman listens at 'unix:///nowhere/s', and none is needed: podman runs "
	     "as a program, on lockstep's own storage");
}

static void
a_login_is_not_repeated(void **state)
{
	(void)state;
	says("CONTAINER_HOST=ssh://me:secret@there/run/s",
	     "CONTAINER_HOST names no socket of this machine, and is not asked: images are not "
	     "loaded there; podman runs as a program, on lockstep's own storage");
}

static void
a_socket_may_be_none(void **state)
{
	AUTO_FREE char *host = xasprintf("CONTAINER_HOST=unix://%s", (const char *)*state);
	AUTO_FREE char *want =
		xasprintf("what is at 'unix://%s' does not answer as podman's service, "
			  "which is not needed: podman runs as a program, on lockstep's "
			  "own storage",
			  (const char *)*state);

	says(host, want);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_is_where_podman_puts_it),
		cmocka_unit_test(who_is_not_there_is_not_needed),
		cmocka_unit_test(a_login_is_not_repeated),
		cmocka_unit_test_setup_teardown(a_socket_may_be_none, tmp_setup, tmp_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
