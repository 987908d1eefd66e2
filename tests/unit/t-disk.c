/* SPDX-License-Identifier: Apache-2.0 */
/* t-disk.c: what a tree takes, and what is in a folder. */
#include "io/disk.h"

#include "base/file.h"
#include "base/mem.h"
#include "base/path.h"
#include "lib/tmp.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static void
test_a_tree_is_added_up(void **state)
{
	const char *dir = *state;
	AUTO_FREE char *below = path_join(dir, "a/b"), *file = NULL;
	AUTO_FREE char *link = path_join(dir, "a/link");
	AUTO_ERR struct err err = ERR_INIT;
	char data[65536];
	struct stat st;
	int64_t empty;

	memset(data, 'x', sizeof(data));
	assert_int_equal(file_mkdirs(below, &err), 0);
	empty = disk_use(dir);
	file = path_join(below, "f");
	assert_int_equal(file_write(file, (struct str){ data, sizeof(data) }, 0600, &err), 0);
	assert_int_equal(symlink("/usr", link), 0);
	assert_int_equal(stat(file, &st), 0);
	assert_int_equal(disk_use(file), (int64_t)st.st_blocks * 512);
	assert_true(disk_use(dir) >= empty + (int64_t)st.st_blocks * 512);
	assert_true(disk_use(dir) < empty + (int64_t)st.st_blocks * 512 + 65536); /* not /usr */
	assert_int_equal(disk_use("/nowhere/at/all"), 0);
}

static void
test_names_are_sorted(void **state)
{
	static const char *const want[] = { ".hidden", "B", "a", "c" };
	const char *dir = *state;
	AUTO_ERR struct err err = ERR_INIT;
	char **names;
	size_t n;

	for (size_t i = 4; i > 0; i--) {
		AUTO_FREE char *path = path_join(dir, want[i - 1]);

		assert_int_equal(file_write(path, STR_LIT(""), 0600, &err), 0);
	}
	assert_int_equal(disk_list(dir, &names, &n, &err), 0);
	assert_int_equal(n, 4);
	for (size_t i = 0; i < n; i++) {
		assert_string_equal(names[i], want[i]);
		free(names[i]);
	}
	free(names);
	assert_int_equal(disk_list("/nowhere/at/all", &names, &n, &err), 0);
	assert_int_equal(n, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_a_tree_is_added_up, tmp_setup, tmp_teardown),
		cmocka_unit_test_setup_teardown(test_names_are_sorted, tmp_setup, tmp_teardown),
	};

	return cmocka_run_group_tests_name("disk", tests, NULL, NULL);
}
