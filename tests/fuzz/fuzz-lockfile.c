/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz-lockfile.c: a lock file that is taken reads back the same from what is written of it. */
#include "model/lockfile.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct err_list AUTO_ERR_LIST errs = ERR_LIST_INIT;
	struct buf AUTO_BUF once = BUF_INIT, twice = BUF_INIT;
	struct lockfile *l = lockfile_parse((struct str){ (const char *)data, size }, "f", &errs);
	struct lockfile *again;

	BUG_ON(!l != (errs.n > 0));
	if (!l)
		return 0;
	buf_init(&once, 0);
	buf_init(&twice, 0);
	lockfile_print(l, &once);
	again = lockfile_parse(buf_str(&once), "f", &errs);
	BUG_ON(!again || lockfile_len(again) != lockfile_len(l));
	lockfile_print(again, &twice);
	BUG_ON(!str_eq(buf_str(&once), buf_str(&twice)));
	for (size_t i = 0; i < lockfile_len(l); i++) {
		const struct lockfile_entry *e = lockfile_at(l, i);
		const struct lockfile_entry *f = lockfile_find(again, e->kind, e->name, e->ref);

		BUG_ON(!f || f->kind != e->kind || strcmp(f->value, e->value) != 0);
		BUG_ON(!lockfile_valid(e->kind, e->value));
	}
	lockfile_free(l);
	lockfile_free(again);
	return 0;
}
