/* SPDX-License-Identifier: Apache-2.0 */
/* registry_list.c: the tags of a repository, page by page, and whether a registry answers. */
#include "base/file.h"
#include "remote/registry_priv.h"

#define TAGS_A_PAGE "1000"

const char *
op_next_page(struct op *op, const struct http_response *response, bool *bad)
{
	const char *link = http_response_header(response, "Link");
	const char *request = response->url;
	struct str target, origin = http_url_origin(str_c(request));

	*bad = false;
	if (!link || !header_link_next(str_c(link), &target))
		return NULL;
	if (str_starts(target, STR_LIT("/v2/")))
		return arena_str(op->arena, target);
	if (str_eq(http_url_origin(target), origin))
		return arena_str(op->arena, str_sub(target, origin.n, target.n));
	*bad = true;
	return NULL;
}

struct tags {
	unsigned pages;
	size_t room;
};

static bool
keep_tags(struct op *op, struct str body)
{
	AUTO_JSON json_t *answer = NULL;
	struct tags *tags = op->own;
	json_t *list, *tag;
	size_t i;

	if (json_parse(body, "tags", &answer, NULL))
		return false;
	list = json_object_get(answer, "tags");
	if (!json_is_array(list) && !json_is_null(list))
		return false;
	json_array_foreach(list, i, tag)
	{
		struct registry_answer *a = &op->answer;

		if (!json_string_value(tag) || !ref_valid_tag(str_c(json_string_value(tag))))
			return false;
		if (a->ntags == tags->room)
			a->tags = vec_grow(a->tags, &tags->room, sizeof(*a->tags));
		a->tags[a->ntags++] = xstrdup(json_string_value(tag));
	}
	return true;
}

static void
on_tags(struct op *op, struct http_response *response)
{
	struct tags *tags = op->own;
	const char *next;
	bool bad;

	if (!op_found(op, response, "cannot list tags"))
		return;
	next = op_next_page(op, response, &bad);
	if (!keep_tags(op, buf_str(&response->body)) || bad || ++tags->pages > MAX_TAG_PAGES) {
		op_failf(op, ERR_REMOTE, "'%s' answers with no list of tags", op->host->domain);
		return;
	}
	if (next) {
		op->path = next;
		op_send(op, on_tags);
		return;
	}
	if (op->answer.ntags)
		qsort(op->answer.tags, op->answer.ntags, sizeof(*op->answer.tags), strp_cmp);
	op_end(op, REGISTRY_PRESENT);
}

static void
begin_tags(struct op *op)
{
	*(struct tags *)op->own = (struct tags){ 0 };
	op_request(op, HTTP_GET, "tags/list?n=" TAGS_A_PAGE);
	op_send(op, on_tags);
}

void
registry_tags(struct registry *reg, const struct ref *repository, registry_fn fn, void *ctx)
{
	struct op *op = op_new(reg, repository, 0, fn, ctx);

	op->own = ARENA_NEW(op->arena, struct tags);
	op_start(op, begin_tags);
}

/* --- ping */

static void
on_ping(struct op *op, struct http_response *response)
{
	bool let_in = response->failure == HTTP_FINE && response->status == 200;
	bool login = response->failure == HTTP_FINE && response->status == 401;

	op->answer.security = op->host->security;
	op->answer.needs_login = op->host->scheme != HEADER_OTHER;
	if (let_in || (login && !op->answer.credentials))
		op_end(op, REGISTRY_PRESENT);
	else
		op_fail_response(op, response, "the registry does not let us in");
}

static void
begin_ping(struct op *op)
{
	const struct creds_login *login = NULL;
	struct err err = ERR_INIT;

	if (creds_find(op->reg->creds, op->host->domain, op->ref.path, &login, &err)) {
		op_fail(op, &err);
		return;
	}
	op->answer.credentials = login != NULL;
	op->req = (struct http_request){ .method = HTTP_GET };
	op->path = "/v2/";
	op->scope = "";
	op_send(op, on_ping);
}

void
registry_ping(struct registry *reg, const struct ref *repository, registry_fn fn, void *ctx)
{
	op_start(op_new(reg, repository, OP_ORIGIN, fn, ctx), begin_ping);
}
