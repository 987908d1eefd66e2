/* SPDX-License-Identifier: Apache-2.0 */
/* delivery.c: what an answer means, and when to try again. */
#include "model/delivery.h"

ENUM_DEFINE(delivery_verdict, DELIVERY_VERDICT_LIST);

#define MAX_WAIT_S (24 * 3600)
#define LIMIT_WAIT_MS 60000 /* GitHub's documentation: at least a minute when it says nothing */
#define MAX_SHOWN 200
#define JITTER_PERCENT 20

#define S 1000
#define MIN (60 * S)
#define HOUR (60 * MIN)

static bool
talks_to_github(const struct target *t)
{
	return t->kind == TARGET_GITHUB || t->kind == TARGET_GITHUB_WORKFLOW;
}

static bool
mentions_limit(struct str body)
{
	static const char words[] = "rate limit";

	for (size_t i = 0; i + strlen(words) <= body.n; i++)
		if (str_ieq_c(str_sub(body, i, i + strlen(words)), words))
			return true;
	return false;
}

/* Milliseconds until x-ratelimit-reset when nothing remains, else 0. */
static int64_t
until_reset(const struct delivery_answer *a)
{
	unsigned long long reset;
	int64_t wait;

	if (!a->limit_remaining || strcmp(a->limit_remaining, "0") != 0 || !a->limit_reset ||
	    !str_to_u64(str_c(a->limit_reset), &reset) || reset > INT64_MAX / 1000)
		return 0;
	wait = (int64_t)reset * 1000 - a->now_ms;
	return wait > 0 ? wait : 1;
}

/* How long a rate limit asks to wait; 0 = it is none. */
static int64_t
limit_wait(const struct delivery_answer *a)
{
	int64_t wait = a->retry_after_s * 1000;

	if (a->status != 403 && a->status != 429)
		return 0;
	if (!wait)
		wait = until_reset(a);
	if (!wait && (a->status == 429 || mentions_limit(a->body)))
		wait = LIMIT_WAIT_MS;
	return wait < (int64_t)MAX_WAIT_S * 1000 ? wait : (int64_t)MAX_WAIT_S * 1000;
}

enum delivery_verdict
delivery_classify(const struct target *target, const struct delivery_answer *answer,
		  int64_t *ret_wait_ms)
{
	int status = answer->status;

	*ret_wait_ms = limit_wait(answer);
	if (*ret_wait_ms)
		return DELIVERY_LIMITED;
	if (status >= 200 && status < 300)
		return DELIVERY_SENT;
	if (status == 0 || status == 408 || status == 425 || status >= 500) {
		*ret_wait_ms = answer->retry_after_s < MAX_WAIT_S ? answer->retry_after_s * 1000
								  : (int64_t)MAX_WAIT_S * 1000;
		return DELIVERY_TRANSIENT;
	}
	if (talks_to_github(target) && (status == 301 || status == 307 || status == 308))
		return DELIVERY_MOVED;
	return DELIVERY_REFUSED;
}

char *
delivery_advice(const struct target *target, int status)
{
	bool denied = status == 401 || status == 403 || status == 404;

	if (status >= 300 && status < 400)
		return xstrdup("it has moved: write the new address into the graph file");
	if (status == 410)
		return xstrdup("it is gone for good: take it out of the graph file");
	if (!denied)
		return NULL;
	switch (target->kind) {
	case TARGET_GITHUB:
		return xasprintf("the token needs 'Contents: write' on %s (a classic one: 'repo')",
				 target->repository);
	case TARGET_GITHUB_WORKFLOW:
		return xasprintf("the token needs 'Actions: write' on %s (a classic one: 'repo'), "
				 "and '%s' must be there on its default branch",
				 target->repository, target->workflow);
	case TARGET_GITLAB:
		return xasprintf(
			"the trigger token must be one of project %s, and '%s' a ref of it",
			target->repository, target->ref);
	case TARGET_GITEA_WORKFLOW:
		return xasprintf("the token needs 'write:repository' on %s, and '%s' must be there",
				 target->repository, target->workflow);
	case TARGET_WEBHOOK:
		break;
	}
	return target->signing == TARGET_SIGNING_NONE
		       ? NULL
		       : xstrdup("the receiver must have the same secret");
}

char *
delivery_message_of(struct str body)
{
	AUTO_JSON json_t *json = NULL;
	AUTO_BUF struct buf b = BUF_INIT;
	const char *text = NULL;
	static const char *const keys[] = { "message", "error", "detail" };

	if (!json_parse(body, "answer", &json, NULL))
		for (size_t i = 0; !text && i < ARRAY_SIZE(keys); i++)
			text = json_get_text(json, keys[i]);
	buf_init(&b, MAX_SHOWN);
	buf_adds(&b, "");
	for (; text && *text; text++)
		buf_addc(&b, (unsigned char)*text < ' ' || *text == 0x7f ? ' ' : *text);
	return buf_steal(&b);
}

int64_t
delivery_backoff(int attempts, int64_t age_ms, int64_t wait_ms, uint32_t chance)
{
	static const int64_t schedule[] = { 5 * S,    30 * S,   2 * MIN,  10 * MIN,  30 * MIN,
					    1 * HOUR, 2 * HOUR, 5 * HOUR, 10 * HOUR, 24 * HOUR };
	size_t i = (size_t)attempts - 1, last = ARRAY_SIZE(schedule) - 1;
	int64_t wait, swing;

	BUG_ON(attempts < 1);
	if (attempts >= DELIVERY_MAX_ATTEMPTS)
		return -1;
	wait = schedule[i < last ? i : last];
	swing = wait * JITTER_PERCENT / 100;
	wait += (int64_t)chance % (2 * swing + 1) - swing;
	if (wait < wait_ms)
		wait = wait_ms;
	return age_ms + wait > DELIVERY_MAX_AGE_MS ? -1 : wait;
}

char *
delivery_mask(const char *text, const char *secret)
{
	AUTO_BUF struct buf b = BUF_INIT;
	size_t n = secret ? strlen(secret) : 0;

	buf_adds(&b, "");
	while (*text) {
		if (n && !strncmp(text, secret, n)) {
			buf_adds(&b, "***");
			text += n;
		} else {
			buf_addc(&b, *text++);
		}
	}
	return buf_steal(&b);
}
