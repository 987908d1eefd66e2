/* SPDX-License-Identifier: Apache-2.0 */
/* registry_auth.c: logins and tokens, and sending a request with what it needs of them. */
#include "base/base64.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/uri.h"
#include "remote/registry_priv.h"

/* When the server does not say (distribution's token.md). */
#define TOKEN_LIFE_S 60
/* A token is not used in the last tenth of its life. */
#define NS_PER_S 1000000000
#define CLIENT_ID "lockstep"

static void go(struct op *op);

void
registry_token_free(struct token *t)
{
	free_secret(t->value);
	free_secret(t->form);
	free(t->scope);
	err_clear(&t->err);
	free(t);
}

static struct token *
find_token(const struct registry *reg, const struct host *host, const char *scope)
{
	for (size_t i = 0; i < reg->tokens.n; i++)
		if (reg->tokens.v[i]->host == host && !strcmp(reg->tokens.v[i]->scope, scope))
			return reg->tokens.v[i];
	return NULL;
}

static void
forget_token(struct registry *reg, const struct token *t)
{
	size_t kept = 0;

	for (size_t i = 0; i < reg->tokens.n; i++)
		if (reg->tokens.v[i] != t)
			reg->tokens.v[kept++] = reg->tokens.v[i];
	reg->tokens.n = kept;
}

static void
drop_token(struct registry *reg, struct token *t)
{
	forget_token(reg, t);
	registry_token_free(t);
}

/* --- fetching a token */

static int
read_token(struct token *t, struct str body, struct err *err)
{
	AUTO_JSON json_t *answer = NULL;
	const char *value;
	json_int_t life;

	/* The parser's own message could quote the token. */
	if (json_parse(body, "token", &answer, NULL))
		return err_set(err, ERR_REMOTE, "the token server answers with no JSON");
	value = json_get_text(answer, "token");
	if (!value || !*value)
		value = json_get_text(answer, "access_token");
	if (!value || !*value || strpbrk(value, "\r\n"))
		return err_set(err, ERR_REMOTE, "the token server answers without a token");
	life = json_integer_value(json_object_get(answer, "expires_in"));
	if (life <= 0 || life > INT32_MAX)
		life = TOKEN_LIFE_S;
	t->value = xstrdup(value);
	t->until_ns = clock_mono_ns() + life * (NS_PER_S / 10 * 9);
	return 0;
}

static void
on_token(void *ctx, struct http_response *response)
{
	struct token *t = ctx;
	struct registry *reg = t->host->reg;

	free_secret(t->form);
	t->form = NULL;
	t->refused = registry_refused(response);
	if (response->failure != HTTP_FINE || response->status != 200)
		/* Told with the question that wanted it. */
		(void)http_response_err(response, &t->err, "cannot get a token");
	else
		(void)read_token(t, buf_str(&response->body), &t->err); /* likewise */
	if (response->body.data)
		explicit_bzero(response->body.data, response->body.len);
	/* Whoever wants one from now on asks again. */
	if (!t->value)
		forget_token(reg, t);
	registry_resume(reg, NULL, t);
	if (!t->value)
		registry_token_free(t);
}

/* service=S&scope=A&scope=B, or with one scope of all words for a form. */
static void
add_question(struct buf *out, const struct token *t, bool form)
{
	struct str rest = str_c(t->scope), word;

	if (t->host->service) {
		buf_adds(out, "service=");
		uri_escape(out, str_c(t->host->service));
	}
	if (form && *t->scope) {
		buf_adds(out, "&scope=");
		uri_escape(out, str_c(t->scope));
	}
	while (!form && *t->scope && str_next(&rest, ' ', &word)) {
		buf_addf(out, "%sscope=", out->len ? "&" : "");
		uri_escape(out, word);
	}
}

static char *
basic(const struct creds_login *login)
{
	char *pair = xasprintf("%s:%s", login->user, login->password);
	char *code = base64_encode(str_c(pair));
	char *value = xasprintf("Basic %s", code);

	free_secret(pair);
	free_secret(code);
	return value;
}

/* The certificates for the registry are those for its token server. */
static void
ask(struct token *t, struct http_request *req)
{
	req->max_body = MAX_TOKEN_ANSWER;
	registry_certs_use(&t->host->certs, req);
	(void)http_start(t->host->reg->http, req, on_token, t); /* ends with the client */
}

static void
ask_with_form(struct token *t, const struct creds_login *login, unsigned flags)
{
	static const struct http_header type = { "Content-Type",
						 "application/x-www-form-urlencoded" };
	struct buf form = BUF_INIT;

	buf_init(&form, 0);
	buf_adds(&form, "grant_type=refresh_token&client_id=" CLIENT_ID "&");
	add_question(&form, t, true);
	buf_adds(&form, "&refresh_token=");
	uri_escape(&form, str_c(login->identity_token));
	t->form = buf_steal(&form);
	ask(t,
	    &(struct http_request){ .method = HTTP_POST,
				    .url = t->host->realm,
				    .headers = &type,
				    .nheaders = 1,
				    .body = { .kind = HTTP_SOURCE_BYTES, .bytes = str_c(t->form) },
				    .flags = flags });
}

static void
ask_with_name(struct token *t, const struct creds_login *login, unsigned flags)
{
	AUTO_BUF struct buf url = BUF_INIT, question = BUF_INIT;
	char *authorization = login && *login->user ? basic(login) : NULL;
	const char *realm = t->host->realm;

	buf_init(&url, 0);
	buf_init(&question, 0);
	add_question(&question, t, false);
	buf_addf(&url, "%s%s%s", realm, strchr(realm, '?') ? "&" : "?", question.data);
	ask(t, &(struct http_request){
		       .url = url.data, .authorization = authorization, .flags = flags });
	free_secret(authorization);
}

/* Starts getting one for the op's scope; the op waits for it. */
static void
fetch_token(struct op *op, const struct creds_login *login)
{
	struct host *host = op->host;
	struct token *t;
	const char *realm = host->realm;
	unsigned flags = host->security == REGISTRY_TLS ? 0 : HTTP_UNVERIFIED;

	if (!http_url_origin(str_c(realm)).n) {
		op_failf(op, ERR_REMOTE, "'%s' wants tokens from '%s', which is no URL",
			 host->domain, realm);
		return;
	}
	if (str_starts(str_c(realm), STR_LIT("http://")) && !host->insecure) {
		op_failf(op, ERR_REMOTE, "'%s' wants tokens from '%s', which is not encrypted",
			 host->domain, realm);
		return;
	}
	t = xcalloc(1, sizeof(*t));
	t->host = host;
	t->scope = xstrdup(op->scope);
	vec_push(&host->reg->tokens, t);
	op->token = t;
	op->wait = OP_FOR_TOKEN;
	if (login && *login->identity_token)
		ask_with_form(t, login, flags);
	else
		ask_with_name(t, login, flags);
}

/* --- sending */

static void
on_answer(void *ctx, struct http_response *response)
{
	struct op *op = ctx;
	struct token *t;

	op->call = NULL;
	if (response->failure == HTTP_FINE && response->status == 401 && !op->logins++) {
		t = op->host->scheme == HEADER_BEARER ? find_token(op->reg, op->host, op->scope)
						      : NULL;
		if (t && t->value)
			drop_token(op->reg, t); /* it ended earlier than it said */
		registry_learn_challenge(op->host, response, op->arena, &op->scope);
		if (op->host->scheme != HEADER_OTHER) {
			go(op);
			return;
		}
	}
	op->then(op, response);
}

static void
send_with(struct op *op, const char *authorization)
{
	const struct host *host = op->host;
	AUTO_FREE char *origin =
		xasprintf("http%s://%s", host->security == REGISTRY_HTTP ? "" : "s", host->address);
	bool own = *op->path == '/' || str_eq_c(http_url_origin(str_c(op->path)), origin);

	op->req.url =
		*op->path == '/' ? arena_printf(op->arena, "%s%s", origin, op->path) : op->path;
	op->req.authorization = own ? authorization : NULL;
	registry_certs_use(&host->certs, &op->req);
	if (host->security == REGISTRY_TLS_UNVERIFIED)
		op->req.flags |= HTTP_UNVERIFIED;
	op->wait = OP_FOR_ANSWER;
	op->call = http_start(op->reg->http, &op->req, on_answer, op);
	op->req.authorization = NULL;
}

static void
send_with_token(struct op *op, const struct token *t)
{
	char *authorization = xasprintf("Bearer %s", t->value);

	send_with(op, authorization);
	free_secret(authorization);
}

static void
go_with_token(struct op *op, const struct creds_login *login)
{
	struct token *fresh = op->token;
	struct token *t = fresh ? fresh : find_token(op->reg, op->host, op->scope);

	op->token = NULL;
	if (t && !fresh && t->value && t->until_ns <= clock_mono_ns()) {
		drop_token(op->reg, t);
		t = NULL;
	}
	if (!t) {
		fetch_token(op, login);
	} else if (t->value) {
		send_with_token(op, t);
	} else {
		op->token = t;
		op->wait = OP_FOR_TOKEN;
	}
}

/* Of what others fail for, too. refused: it was the login that was not enough. */
static void
fail_because(struct op *op, const struct err *why, bool refused)
{
	struct err err = ERR_INIT;

	(void)err_set(&err, why->class, "%s", why->msg); /* told with each */
	if (refused)
		op_hint_login(op, &err);
	else if (why->hint)
		err_hint(&err, "%s", why->hint);
	op_fail(op, &err);
}

static void
go(struct op *op)
{
	struct host *host = op->host;
	const struct creds_login *login = NULL;
	struct err err = ERR_INIT;
	char *authorization = NULL;

	if (host->unusable.class) {
		fail_because(op, &host->unusable, false);
		return;
	}
	if (host->state != HOST_READY) {
		op->wait = OP_FOR_HOST;
		if (host->state == HOST_NEW)
			registry_probe(host);
		return;
	}
	if (creds_find(op->reg->creds, host->domain, op->places[op->place].path, &login, &err)) {
		op_fail(op, &err);
		return;
	}
	if (login && *login->bearer_token && host->scheme == HEADER_BEARER) {
		authorization = xasprintf("Bearer %s", login->bearer_token);
		send_with(op, authorization);
	} else if (host->scheme == HEADER_BEARER) {
		go_with_token(op, login);
	} else if (host->scheme == HEADER_BASIC && login && *login->user) {
		authorization = basic(login);
		send_with(op, authorization);
	} else {
		send_with(op, NULL);
	}
	free_secret(authorization);
}

void
op_send(struct op *op, op_answer then)
{
	op->then = then;
	op->logins = 0;
	op->token = NULL;
	go(op);
}

static void
resume(struct op *op, const struct host *host, const struct token *token)
{
	if (host ? host->state == HOST_READY : token->value != NULL)
		go(op);
	else if (host)
		fail_because(op, &host->err, false);
	else
		fail_because(op, &token->err, token->refused);
}

void
registry_resume(struct registry *reg, const struct host *host, const struct token *token)
{
	VEC(struct op *) ready = { 0 };
	struct op *op;

	TAILQ_FOREACH(op, &reg->ops, list)
	{
		bool waits = host ? op->wait == OP_FOR_HOST && op->host == host
				  : op->wait == OP_FOR_TOKEN && op->token == token;

		if (waits)
			vec_push(&ready, op);
	}
	/* Going on may end some and start others, but touches no other of these. */
	for (size_t i = 0; i < ready.n; i++)
		resume(ready.v[i], host, token);
	vec_fini(&ready);
}
