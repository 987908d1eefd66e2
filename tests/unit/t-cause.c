/* SPDX-License-Identifier: Apache-2.0 */
/* t-cause.c: names that are known for differing, and names that only look like them. */
#include "model/cause.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

struct row {
	const char *name, *part; /* of the cause; NULL = none */
};

static void
check(const char *(*fn)(const char *), const struct row *rows, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const char *got = fn(rows[i].name);

		if (!rows[i].part && got)
			fail_msg("'%s' has a cause: %s", rows[i].name, got);
		if (rows[i].part && (!got || !strstr(got, rows[i].part)))
			fail_msg("'%s': '%s', not '%s'", rows[i].name, got ? got : "no cause",
				 rows[i].part);
	}
}

static void
test_files(void **state)
{
	static const struct row rows[] = {
		{ "/var/log/dpkg.log", "a log" },
		{ "/var/log/apt/history.log", "a log" },
		{ "/var/logs/x", NULL },
		{ "/srv/var/log/x", NULL },
		{ "/var/cache/ldconfig/aux-cache", "ldconfig" },
		{ "/var/lib/dpkg/status-old", "dpkg's copy" },
		{ "/var/lib/dpkg/status", "dpkg: other versions" },
		{ "/etc/shadow", "useradd" },
		{ "/etc/shadows", NULL },
		{ "/etc/machine-id", "random" },
		{ "/etc/ssh/ssh_host_rsa_key.pub", "random" },
		{ "/etc/ssh/sshd_config", NULL },
		{ "/usr/lib/python3/x/__pycache__/a.cpython-311.pyc", "PYTHONDONTWRITEBYTECODE" },
		{ "/root/.npm/_cacache/index-v5/1/2", "npm's cache" },
		{ "/root/x_cacache/index", NULL },
		{ "/lib/apk/db/installed", "apk" },
		{ "/a/b.tar.gz", "gzip" },
		{ "/a/b.jar", "zip" },
		{ "/a/x-1.dist-info/RECORD", "pip" },
		{ "/app/package-lock.json", "resolved" },
		{ "/app/node_modules/.package-lock.json", "inside node_modules" },
		{ "/app/package-lock.json.orig", NULL },
		{ "/app/npm-shrinkwrap.json", "resolved" },
		{ "/boot/vmlinuz-6.1.0-13-amd64", "kernel's build ID" },
		{ "/boot/config-6.1.0-13-amd64", NULL },
		{ "/boot/initrd.img-6.1.0-13-amd64", "made here" },
		{ "/boot/initramfs-6.1.img", "made here" },
		{ "/lib/modules/6.1.0-13-amd64/kernel/fs/x.ko", "kernel's build ID" },
		{ "/usr/lib/modules/6.1.0-13-amd64/vmlinuz", "kernel's build ID" },
		{ "/srv/lib/modules/x", NULL },
		{ "/src/target/release/.fingerprint/a-1/dep-lib-a", "cargo" },
		{ "/usr/local/cargo/registry/index/x/.last-updated", "cargo's downloads" },
		{ "/root/.cargo/registry/cache/x.crate", "cargo's downloads" },
		{ "/usr/local/cargo/bin/cargo", NULL },
		{ "/stamp", NULL },
		{ "/", NULL },
	};

	(void)state;
	check(cause_of_file, rows, sizeof(rows) / sizeof(*rows));
}

static void
test_fields(void **state)
{
	static const struct row rows[] = {
		{ "created", "time of the build" },
		{ "history[12].created", "time of the build" },
		{ "history[12].created_by", NULL },
		{ "config.Labels.io.buildah.version", "buildah" },
		{ "config.Labels.version", NULL },
		{ "container_config.Hostname", "container" },
		{ "config.Env[1]", NULL },
		{ "parent", "step before" },
		{ "history[3].comment", "step before" },
	};

	(void)state;
	check(cause_of_field, rows, sizeof(rows) / sizeof(*rows));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_files),
		cmocka_unit_test(test_fields),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
