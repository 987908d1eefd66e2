/* SPDX-License-Identifier: Apache-2.0 */
/* delivery_request.c: the request by which a target is told. */
#include "base/base64.h"
#include "base/hmac.h"
#include "base/uri.h"
#include "model/delivery.h"

#include <inttypes.h>

#define USER_AGENT "lockstep/" PACKAGE_VERSION
#define CE_TYPE "dev.lockstep.images.v1"
#define SECRET_PREFIX "whsec_"
#define SECRET_MIN 24 /* bytes; Standard Webhooks, "Signature scheme" */
#define SECRET_MAX 64

static void
header(struct delivery_request *r, const char *name, const char *value)
{
	BUG_ON(r->nheaders == DELIVERY_MAX_HEADERS);
	r->headers[r->nheaders++] = (struct delivery_header){ name, value };
}

static const char *
escaped(struct arena *arena, const char *text)
{
	AUTO_BUF struct buf b = BUF_INIT;

	uri_escape(&b, str_c(text));
	return arena_str(arena, buf_str(&b));
}

static struct str
keep(struct arena *arena, const json_t *json)
{
	AUTO_FREE char *text = json_canonical(json);

	return str_c(arena_strdup(arena, text));
}

static json_t *
event_json(const struct delivery_message *m)
{
	json_t *json = NULL;

	BUG_ON(json_parse(m->body, "event", &json, NULL)); /* it was an event before */
	return json;
}

static void
github_headers(struct delivery_request *r)
{
	/* The second type is for a validator that knows no other; GitHub takes both. */
	header(r, "Accept", "application/vnd.github+json, application/json;q=0.9");
	header(r, "Content-Type", "application/json");
	header(r, "X-GitHub-Api-Version", "2022-11-28");
}

static void
github(struct arena *arena, const struct target *t, const struct delivery_message *m,
       struct delivery_request *r)
{
	AUTO_JSON json_t *body = json_object(), *event = event_json(m);

	r->url = arena_printf(arena, "%s/repos/%s/dispatches", t->url, t->repository);
	github_headers(r);
	json_set_text(body, "event_type", t->event);
	json_object_set_new(body, "client_payload", event_payload(event));
	r->body = keep(arena, body);
}

/* The same on GitHub, Gitea and Forgejo, at different places. */
static void
workflow(struct arena *arena, const struct target *t, const struct delivery_message *m,
	 struct delivery_request *r)
{
	AUTO_JSON json_t *body = json_object();
	json_t *inputs = json_object();
	bool gitea = t->kind == TARGET_GITEA_WORKFLOW;

	r->url = arena_printf(arena, "%s%s/repos/%s/actions/workflows/%s/dispatches", t->url,
			      gitea ? "/api/v1" : "", t->repository, escaped(arena, t->workflow));
	if (gitea) {
		header(r, "Accept", "application/json");
		header(r, "Content-Type", "application/json");
	} else {
		github_headers(r);
	}
	json_set_text(body, "ref", t->ref);
	json_set_str(inputs, "event", m->body);
	json_object_set_new(body, "inputs", inputs);
	r->body = keep(arena, body);
}

static void
gitlab(struct arena *arena, const struct target *t, const struct delivery_message *m,
       struct delivery_request *r)
{
	AUTO_BUF struct buf form = BUF_INIT;

	r->url = arena_printf(arena, "%s/api/v4/projects/%s/trigger/pipeline", t->url,
			      escaped(arena, t->repository));
	header(r, "Accept", "application/json");
	header(r, "Content-Type", "application/x-www-form-urlencoded");
	buf_adds(&form, "token=");
	uri_escape(&form, str_c(m->secret));
	buf_adds(&form, "&ref=");
	uri_escape(&form, str_c(t->ref));
	buf_adds(&form, "&variables%5BLOCKSTEP_EVENT%5D=");
	uri_escape(&form, m->body);
	r->body = str_c(arena_str(arena, buf_str(&form)));
}

/* The repository as a URI without a scheme, where its host is known by the CI run's address. */
static const char *
ce_source(struct arena *arena, const struct event *e)
{
	const char *host = e->run_url ? strstr(e->run_url, "://") : NULL;

	if (!host || !e->repo)
		return arena_printf(arena, "urn:lockstep:%s", e->group);
	host += strlen("://");
	return arena_printf(arena, "//%.*s/%s", (int)strcspn(host, "/"), host, e->repo);
}

/* CloudEvents 1.0, HTTP protocol binding 3.1.3.2: what a header's value cannot hold as it is. */
static const char *
ce_value(struct arena *arena, const char *text)
{
	AUTO_BUF struct buf b = BUF_INIT;

	buf_adds(&b, "");
	for (; *text; text++) {
		unsigned char c = (unsigned char)*text;

		if (c <= ' ' || c == '"' || c == '%' || c >= 0x7f)
			buf_addf(&b, "%%%02X", c);
		else
			buf_addc(&b, *text);
	}
	return arena_str(arena, buf_str(&b));
}

static void
ce_binary(struct arena *arena, const struct event *e, struct delivery_request *r)
{
	header(r, "Content-Type", "application/json");
	header(r, "ce-specversion", "1.0");
	header(r, "ce-id", e->id);
	header(r, "ce-source", ce_value(arena, ce_source(arena, e)));
	header(r, "ce-type", CE_TYPE);
	header(r, "ce-subject", e->group);
	header(r, "ce-time", e->time);
}

static void
ce_structured(struct arena *arena, const struct delivery_message *m, struct delivery_request *r)
{
	AUTO_JSON json_t *body = json_object();

	header(r, "Content-Type", "application/cloudevents+json");
	json_set_text(body, "specversion", "1.0");
	json_set_text(body, "id", m->event->id);
	json_set_text(body, "source", ce_source(arena, m->event));
	json_set_text(body, "type", CE_TYPE);
	json_set_text(body, "subject", m->event->group);
	json_set_text(body, "time", m->event->time);
	json_set_text(body, "datacontenttype", "application/json");
	json_object_set_new(body, "data", event_json(m));
	r->body = keep(arena, body);
}

static int
sign_standard(struct arena *arena, const struct target *t, const struct delivery_message *m,
	      struct delivery_request *r, struct err *err)
{
	struct str text = str_c(m->secret), prefix = STR_LIT(SECRET_PREFIX);
	AUTO_BUF struct buf key = BUF_INIT, content = BUF_INIT;
	AUTO_FREE char *signature = NULL;
	const char *seconds = arena_printf(arena, "%" PRId64, m->now_ms / 1000);
	struct sha256 mac;

	if (str_starts(text, prefix))
		text = str_sub(text, prefix.n, text.n);
	if (!base64_decode(text, &key) || key.len < SECRET_MIN || key.len > SECRET_MAX) {
		err_set(err, ERR_INPUT, "the secret of '%s' is none of Standard Webhooks", t->name);
		err_hint(err, SECRET_PREFIX " and base64 of %d to %d bytes", SECRET_MIN,
			 SECRET_MAX);
		return -ERR_INPUT;
	}
	buf_addf(&content, "%s.%s.", m->event->id, seconds);
	buf_add_str(&content, r->body);
	mac = hmac_sha256(buf_str(&key), buf_str(&content));
	signature = base64_encode((struct str){ (const char *)mac.b, SHA256_LEN });
	header(r, "webhook-id", m->event->id);
	header(r, "webhook-timestamp", seconds);
	header(r, "webhook-signature", arena_printf(arena, "v1,%s", signature));
	return 0;
}

static void
sign_github(struct arena *arena, const struct delivery_message *m, struct delivery_request *r)
{
	char hex[SHA256_HEX_SIZE];

	sha256_hex(hmac_sha256(str_c(m->secret), r->body), hex);
	header(r, "X-GitHub-Event", "lockstep");
	header(r, "X-GitHub-Delivery", m->event->id);
	header(r, "X-Hub-Signature-256", arena_printf(arena, "sha256=%s", hex));
}

static int
webhook(struct arena *arena, const struct target *t, const struct delivery_message *m,
	struct delivery_request *r, struct err *err)
{
	r->url = t->url;
	switch (t->format) {
	case TARGET_FORMAT_PLAIN:
		r->body = m->body;
		header(r, "Content-Type", "application/json");
		break;
	case TARGET_FORMAT_CE_BINARY:
		r->body = m->body;
		ce_binary(arena, m->event, r);
		break;
	case TARGET_FORMAT_CE_STRUCTURED:
		ce_structured(arena, m, r);
		break;
	}
	if (t->signing == TARGET_SIGNING_STANDARD)
		return sign_standard(arena, t, m, r, err);
	if (t->signing == TARGET_SIGNING_GITHUB)
		sign_github(arena, m, r);
	return 0;
}

bool
delivery_valid_token(const char *token)
{
	for (const char *p = token; *p; p++)
		if ((unsigned char)*p <= ' ' || (unsigned char)*p >= 0x7f)
			return false;
	return *token;
}

int
delivery_request(struct arena *arena, const struct target *target,
		 const struct delivery_message *message, struct delivery_request *ret,
		 struct err *err)
{
	struct delivery_request r = { 0 };
	bool gitea = target->kind == TARGET_GITEA_WORKFLOW;

	header(&r, "User-Agent", USER_AGENT);
	if (target->kind == TARGET_WEBHOOK) {
		int rc = webhook(arena, target, message, &r, err);

		if (!rc)
			*ret = r;
		return rc;
	}
	if (!delivery_valid_token(message->secret))
		return err_set(err, ERR_INPUT,
			       "the token of '%s' is none: blanks or signs that no token has",
			       target->name);
	if (target->kind == TARGET_GITLAB)
		gitlab(arena, target, message, &r);
	else if (target->kind == TARGET_GITHUB)
		github(arena, target, message, &r);
	else
		workflow(arena, target, message, &r);
	if (target->kind != TARGET_GITLAB)
		r.authorization =
			arena_printf(arena, "%s %s", gitea ? "token" : "Bearer", message->secret);
	*ret = r;
	return 0;
}
