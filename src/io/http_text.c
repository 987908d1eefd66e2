/* SPDX-License-Identifier: Apache-2.0 */
/* http_text.c: what is read off URLs, statuses and answers. */
#include "base/json.h"
#include "io/http.h"

/* Of what a server says, this much is shown. */
#define COMPLAINT_MAX 300

struct str
http_url_origin(struct str url)
{
	size_t from = 0, end;

	if (str_starts(url, STR_LIT("http://")))
		from = 7;
	else if (str_starts(url, STR_LIT("https://")))
		from = 8;
	else
		return STR_NULL;
	for (end = from; end < url.n && !strchr("/?#", url.p[end]);)
		end++;
	/* Names and passwords in a URL are nothing that lockstep would send. */
	if (end == from || str_find(str_sub(url, from, end), '@') < end - from)
		return STR_NULL;
	return str_sub(url, 0, end);
}

bool
http_is_loopback(struct str host)
{
	if (str_eq_c(host, "::1") || str_starts(host, STR_LIT("[::1]")))
		return true;
	host = str_sub(host, 0, str_find(host, ':'));
	if (str_eq_c(host, "localhost"))
		return true;
	if (!str_starts(host, STR_LIT("127.")))
		return false;
	/* An address, not a name such as 127.example.org. */
	for (size_t i = 0; i < host.n; i++)
		if (host.p[i] != '.' && (host.p[i] < '0' || host.p[i] > '9'))
			return false;
	return true;
}

bool
http_temporary(int status)
{
	switch (status) {
	case 408:
	case 425:
	case 429:
	case 500:
	case 502:
	case 503:
	case 504:
		return true;
	default:
		return false;
	}
}

const char *
http_response_header(const struct http_response *response, const char *name)
{
	for (size_t i = 0; i < response->nheaders; i++)
		if (str_ieq_c(str_c(response->headers[i].name), name))
			return response->headers[i].value;
	return NULL;
}

/* Texts of an error answer: registries say errors[].code and .message, token servers error and
 * error_description or details, the engine's API message. */
static void
add_json_complaint(struct buf *out, const json_t *answer)
{
	static const char *const keys[] = { "code",    "error",   "error_description",
					    "message", "details", "detail" };
	const json_t *first = json_array_get(json_object_get(answer, "errors"), 0);
	const json_t *object = first ? first : answer;

	for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
		const char *text = json_get_text(object, keys[i]);

		if (text && *text)
			buf_addf(out, "%s%s", out->len ? ": " : "", text);
	}
}

/* One line, and nothing that a terminal would obey. */
static void
make_harmless(struct buf *text)
{
	for (size_t i = 0; i < text->len; i++)
		if ((unsigned char)text->data[i] < ' ' || text->data[i] == 0x7f)
			text->data[i] = ' ';
}

/* Appends ": what the server says", or nothing. */
static void
add_complaint(struct buf *out, const struct http_response *response)
{
	struct str body = str_trim(buf_str(&response->body), " \t\r\n");
	const char *type = http_response_header(response, "Content-Type");
	AUTO_JSON json_t *answer = NULL;
	AUTO_BUF struct buf text = BUF_INIT;

	buf_init(&text, COMPLAINT_MAX);
	if (!json_parse(body, "answer", &answer, NULL))
		add_json_complaint(&text, answer);
	else if (type && str_starts(str_c(type), STR_LIT("text/plain")))
		buf_add_str(&text, body);
	make_harmless(&text);
	if (text.len)
		buf_addf(out, ": %s", text.data);
}

int
http_response_err(struct http_response *response, struct err *err, const char *what)
{
	const char *url = response->url ? response->url : "";
	/* What comes after '?' may be as good as a password. */
	int shown = (int)strcspn(url, "?#");
	AUTO_BUF struct buf says = BUF_INIT;
	int r;

	if (response->failure != HTTP_FINE) {
		r = err_move(err, &response->err);
		return err ? err_prefix(err, "%s: '%.*s'", what, shown, url) : r;
	}
	buf_init(&says, 0);
	add_complaint(&says, response);
	if (http_temporary(response->status) && response->retry_after_s)
		buf_addf(&says, " (try again after %lld s)", (long long)response->retry_after_s);
	return err_set(err, http_temporary(response->status) ? ERR_TEMPORARY : ERR_REMOTE,
		       "%s: '%.*s' answers %d%s", what, shown, url, response->status,
		       says.data ? says.data : "");
}
