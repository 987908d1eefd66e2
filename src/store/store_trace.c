/* SPDX-License-Identifier: Apache-2.0 */
/* store_trace.c: rows of trace. */
#include "store/store_trace.h"

#include "store/store_priv.h"

#include <stdio.h>

int
store_trace_get(struct store *s, struct sha256 key, struct store_trace *ret, struct err *err)
{
	struct str inputs, tree;
	int r = sql_query(s->db, SQL_TRACE_GET, err, "b", sha256_bytes(&key));

	if (!r)
		r = sql_step(s->db, SQL_TRACE_GET, err);
	if (r <= 0)
		return r;
	*ret = (struct store_trace){
		.run_id = sql_int(s->db, SQL_TRACE_GET, 2),
		.created_ms = sql_int(s->db, SQL_TRACE_GET, 3),
	};
	(void)snprintf(ret->image_id, sizeof(ret->image_id), "%s",
		       sql_text(s->db, SQL_TRACE_GET, 0));
	inputs = sql_blob(s->db, SQL_TRACE_GET, 1);
	if (inputs.n == SHA256_LEN)
		memcpy(ret->inputs.b, inputs.p, SHA256_LEN);
	tree = sql_blob(s->db, SQL_TRACE_GET, 4);
	ret->has_tree = tree.n == SHA256_LEN;
	if (ret->has_tree)
		memcpy(ret->tree.b, tree.p, SHA256_LEN);
	sql_reset(s->db, SQL_TRACE_GET);
	return 1;
}

int
store_trace_put(struct store *s, struct sha256 key, const struct store_trace *trace,
		struct err *err)
{
	return sql_exec(s->db, SQL_TRACE_PUT, err, "btbiib", sha256_bytes(&key), trace->image_id,
			sha256_bytes(&trace->inputs), trace->run_id, trace->created_ms,
			trace->has_tree ? sha256_bytes(&trace->tree) : STR_NULL);
}
