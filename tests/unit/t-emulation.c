/* SPDX-License-Identifier: Apache-2.0 */
/* t-emulation.c: programs that the kernel is asked with, and its answer. */
#include "engine/emulation.h"

#include "base/file.h"
#include "io/proc.h"
#include "lib/tmp.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

static struct platform
of(const char *os, const char *arch)
{
	struct platform p = { 0 };

	(void)snprintf(p.os, sizeof(p.os), "%s", os);
	(void)snprintf(p.arch, sizeof(p.arch), "%s", arch);
	return p;
}

/* What the kernel, and binfmt_misc's magic of qemu, go by: the first 20 bytes. */
static void
test_heads(void **state UNUSED)
{
	static const struct {
		const char *arch, *head;
		size_t size;
	} rows[] = {
		{ "amd64", "7f454c4602010100000000000000000002003e00", 64 + 56 + 9 },
		{ "386", "7f454c4601010100000000000000000002000300", 52 + 32 + 9 },
		{ "arm64", "7f454c460201010000000000000000000200b700", 64 + 56 + 12 },
		{ "arm", "7f454c4601010100000000000000000002002800", 52 + 32 + 12 },
		{ "ppc64le", "7f454c4602010100000000000000000002001500", 64 + 56 + 12 },
		{ "riscv64", "7f454c460201010000000000000000000200f300", 64 + 56 + 12 },
		{ "s390x", "7f454c4602020100000000000000000000020016", 64 + 56 + 6 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct platform p = of("linux", rows[i].arch);
		AUTO_BUF struct buf b = BUF_INIT;
		char head[41];

		buf_init(&b, 0);
		assert_true(emulation_program(&p, &b));
		for (size_t k = 0; k < 20; k++)
			(void)snprintf(head + 2 * k, 3, "%02x", (unsigned char)b.data[k]);
		assert_string_equal(head, rows[i].head);
		assert_int_equal(b.len, rows[i].size);
	}
}

static void
test_the_program_ends_well(void **state)
{
	AUTO_FREE char *path = xasprintf("%s/program", (const char *)*state);
	struct proc_opts opts = { .log_fd = -1, .argv = (const char *const[]){ path, NULL } };
	struct platform host = platform_host();
	AUTO_BUF struct buf b = BUF_INIT;
	AUTO_ERR struct err err = ERR_INIT;

	buf_init(&b, 0);
	if (!emulation_program(&host, &b))
		skip();
	assert_int_equal(file_write(path, buf_str(&b), 0700, &err), 0);
	if (proc_run(&opts, NULL, &err))
		fail_msg("%s", err.msg);
}

static void
test_answers(void **state)
{
	static const char *const arches[] = { "arm64", "s390x", "ppc64le", "riscv64" };
	AUTO_FREE char *dir = xasprintf("%s/new", (const char *)*state);
	struct platform p = platform_host();

	assert_true(emulation_runs(&p, dir));
	p = of("plan9", p.arch);
	assert_false(emulation_runs(&p, dir));
	p = of("linux", "vax");
	assert_true(emulation_runs(&p, dir));
	for (size_t i = 0; i < ARRAY_SIZE(arches); i++) {
		static const char *const qemu[] = { "aarch64", "s390x", "ppc64le", "riscv64" };
		AUTO_FREE char *entry = xasprintf("/proc/sys/fs/binfmt_misc/qemu-%s", qemu[i]);
		struct platform host = platform_host();

		p = of("linux", arches[i]);
		if (!strcmp(host.arch, p.arch) || file_exists(AT_FDCWD, entry))
			assert_true(emulation_runs(&p, dir));
		else if (file_exists(AT_FDCWD, "/proc/sys/fs/binfmt_misc/status"))
			assert_false(emulation_runs(&p, dir));
		else
			(void)emulation_runs(&p, dir);
	}
	/* Nothing is left, so it can be removed. */
	assert_int_equal(rmdir(dir), 0);
}

static void
test_what_cannot_be_asked_is_no_no(void **state UNUSED)
{
	struct platform p = of("linux", "s390x");

	assert_true(emulation_runs(&p, "/proc/nowhere"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_heads),
		cmocka_unit_test_setup_teardown(test_the_program_ends_well, tmp_setup,
						tmp_teardown),
		cmocka_unit_test_setup_teardown(test_answers, tmp_setup, tmp_teardown),
		cmocka_unit_test(test_what_cannot_be_asked_is_no_no),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
