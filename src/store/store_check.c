/* SPDX-License-Identifier: Apache-2.0 */
/* store_check.c: rows of image_check. */
#include "store/store_check.h"

#include "store/store_priv.h"

int
store_check_get(struct store *s, const char *image_id, struct sha256 check, struct store_check *ret,
		struct err *err)
{
	int r = sql_query(s->db, SQL_CHECK_GET, err, "tb", image_id, sha256_bytes(&check));
	const char *message;

	if (!r)
		r = sql_step(s->db, SQL_CHECK_GET, err);
	if (r <= 0)
		return r;
	message = sql_text(s->db, SQL_CHECK_GET, 1);
	*ret = (struct store_check){
		.passed = sql_int(s->db, SQL_CHECK_GET, 0) != 0,
		.message = message ? xstrdup(message) : NULL,
		.run_id = sql_int(s->db, SQL_CHECK_GET, 2),
		.checked_ms = sql_int(s->db, SQL_CHECK_GET, 3),
		.duration_ms = sql_int(s->db, SQL_CHECK_GET, 4),
	};
	sql_reset(s->db, SQL_CHECK_GET);
	return 1;
}

int
store_check_put(struct store *s, const char *image_id, struct sha256 check,
		const struct store_check *row, struct err *err)
{
	return sql_exec(s->db, SQL_CHECK_PUT, err, "tbitiii", image_id, sha256_bytes(&check),
			(int64_t)row->passed, row->message, row->run_id, row->checked_ms,
			row->duration_ms);
}

void
store_check_fini(struct store_check *row)
{
	free(row->message);
	*row = (struct store_check){ 0 };
}
