/* SPDX-License-Identifier: Apache-2.0 */
/* docker_stream.c: lines of JSON, and frames. */
#include "model/docker_stream.h"

#include "base/json.h"

/* "4f4fb700ef54: Pull complete", or a line about the whole. */
static void
add_status(const json_t *j, struct buf *text)
{
	struct str status = json_get_str(j, "status"), id = json_get_str(j, "id");

	if (!status.n || json_get_str(j, "progress").n)
		return;
	if (id.n)
		buf_addf(text, "%.*s: ", STR_FMT(id));
	buf_add_str(text, status);
	buf_addc(text, '\n');
}

static void
read_error(const json_t *j, struct docker_progress *ret, struct buf *text)
{
	const json_t *detail = json_object_get(j, "errorDetail");
	struct str message = json_get_str(detail, "message");
	json_int_t code = json_integer_value(json_object_get(detail, "code"));

	if (!message.n)
		message = json_get_str(j, "error");
	if (!message.n)
		return;
	ret->failed = true;
	ret->code = code > 0 && code < 256 ? (int)code : 0;
	buf_add_str(text, message);
	buf_addc(text, '\n');
}

int
docker_progress_read(struct str line, struct docker_progress *ret, struct buf *text,
		     struct err *err)
{
	AUTO_JSON json_t *j = NULL;
	struct sha256 hash;
	struct str id;

	line = str_trim(line, " \t\r\n");
	if (!line.n)
		return 0;
	if (json_parse_printed(line, "progress", &j, err) || !json_is_object(j))
		return err_set(err, ERR_REMOTE,
			       "the docker engine says '%.*s', which is no progress",
			       (int)(line.n < 100 ? line.n : 100), line.p);
	buf_add_str(text, json_get_str(j, "stream"));
	add_status(j, text);
	read_error(j, ret, text);
	id = json_get_str(json_object_get(j, "aux"), "ID");
	if (id.n < DIGEST_SIZE && sha256_parse_digest(id, &hash)) {
		memcpy(ret->image_id, id.p, id.n);
		ret->image_id[id.n] = '\0';
	}
	return 0;
}

int
docker_frames_next(struct docker_frames *f, struct str *bytes, struct str *ret)
{
	const unsigned char *h = f->head;

	while (bytes->n) {
		if (f->left) {
			size_t n = f->left < bytes->n ? f->left : bytes->n;

			*ret = str_sub(*bytes, 0, n);
			*bytes = str_sub(*bytes, n, bytes->n);
			f->left -= (uint32_t)n;
			return 1;
		}
		f->head[f->have++] = (unsigned char)bytes->p[0];
		*bytes = str_sub(*bytes, 1, bytes->n);
		if (f->have < sizeof(f->head))
			continue;
		if (h[0] > 3 || h[1] || h[2] || h[3])
			return -1;
		f->left = (uint32_t)h[4] << 24 | (uint32_t)h[5] << 16 | (uint32_t)h[6] << 8 | h[7];
		f->have = 0;
	}
	return 0;
}
