/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz-docker_stream.c: progress line by line, and the same bytes as frames, whole and in pieces. */
#include "model/docker_stream.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
read_lines(struct str all)
{
	struct docker_progress p = { .code = 0 };
	AUTO_BUF struct buf text = BUF_INIT;
	struct str line;

	buf_init(&text, 0);
	while (str_next_line(&all, &line)) {
		AUTO_ERR struct err err = ERR_INIT;
		int r = docker_progress_read(line, &p, &text, &err);

		BUG_ON(r != (err.class ? -(int)err.class : 0));
		BUG_ON(p.code < 0 || p.code > 255);
		BUG_ON(*p.image_id && strlen(p.image_id) != DIGEST_SIZE - 1);
	}
}

/* Returns false where they are no frames; what was printed is in ret. */
static bool
read_frames(struct str all, size_t step, struct buf *ret)
{
	struct docker_frames f = { .have = 0 };

	for (size_t at = 0; at < all.n; at += step) {
		struct str in = str_sub(all, at, at + step < all.n ? at + step : all.n), piece;
		int r;

		while ((r = docker_frames_next(&f, &in, &piece)) > 0)
			buf_add_str(ret, piece);
		if (r < 0)
			return false;
		BUG_ON(in.n);
	}
	return true;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str all = { (const char *)data, size };
	AUTO_BUF struct buf whole = BUF_INIT, pieces = BUF_INIT;

	buf_init(&whole, 0);
	buf_init(&pieces, 0);
	read_lines(all);
	BUG_ON(read_frames(all, size ? size : 1, &whole) != read_frames(all, 3, &pieces));
	BUG_ON(!str_eq(buf_str(&whole), buf_str(&pieces)));
	return 0;
}
