/* SPDX-License-Identifier: Apache-2.0 */
/* registry_probe.c: how a host wants to be spoken to: https or http, and with which login. */
#include "remote/registry_priv.h"

/* A host without TLS may just be silent when it is offered some. */
#define TLS_TRIAL_MS 5000

static void try_next(struct host *host);

void
registry_learn_challenge(struct host *host, const struct http_response *response,
			 struct arena *arena, const char **scope)
{
	struct header_challenge *found = NULL, *all;

	/* Where both are offered, a token that ends is better than a password in each request. */
	for (size_t i = 0; i < response->nheaders; i++) {
		size_t n =
			str_ieq_c(str_c(response->headers[i].name), "WWW-Authenticate")
				? header_challenges(arena, str_c(response->headers[i].value), &all)
				: 0;

		for (size_t k = 0; k < n; k++) {
			if (all[k].scheme == HEADER_BEARER && all[k].realm)
				found = &all[k];
			else if (all[k].scheme == HEADER_BASIC && !found)
				found = &all[k];
		}
	}
	if (!found)
		return;
	host->scheme = found->scheme;
	registry_set(&host->realm, found->realm);
	registry_set(&host->service, found->service);
	if (scope && found->scope)
		*scope = found->scope;
}

static void
hint_certs(struct host *host)
{
	if (host->certs.folder)
		err_hint(&host->err, "what counts beside the system's CAs is in '%s'",
			 host->certs.folder);
	else
		err_hint(&host->err,
			 "a CA of its own is trusted as /etc/containers/certs.d/%s/ca.crt, "
			 "or below ~/.config/containers/certs.d",
			 host->domain);
}

static void
probe_over(struct host *host, struct http_response *response)
{
	struct arena *AUTO_ARENA arena = NULL;

	err_clear(&host->err);
	host->state = HOST_READY;
	if (response->failure != HTTP_FINE) {
		/* The next question tries again. */
		host->state = HOST_NEW;
		host->security = REGISTRY_TLS;
		(void)http_response_err(response, &host->err, "cannot reach the registry");
		if (response->failure == HTTP_NO_TLS && !host->insecure)
			err_hint(&host->err,
				 "a registry without TLS is used when registries.conf calls it "
				 "insecure");
		if (response->failure == HTTP_BAD_CERTIFICATE)
			hint_certs(host);
	} else if (response->status == 401) {
		arena = arena_new();
		registry_learn_challenge(host, response, arena, NULL);
	}
	registry_resume(host->reg, host, NULL);
}

static void
on_probed(void *ctx, struct http_response *response)
{
	struct host *host = ctx;

	if (response->failure == HTTP_FINE || !host->insecure || host->security == REGISTRY_HTTP) {
		probe_over(host, response);
		return;
	}
	host->security =
		response->failure == HTTP_BAD_CERTIFICATE ? REGISTRY_TLS_UNVERIFIED : REGISTRY_HTTP;
	try_next(host);
}

static void
try_next(struct host *host)
{
	bool last = !host->insecure || host->security == REGISTRY_HTTP;
	AUTO_FREE char *url = xasprintf("http%s://%s/v2/",
					host->security == REGISTRY_HTTP ? "" : "s", host->address);
	struct http_request req = { .url = url };

	registry_certs_use(&host->certs, &req);
	if (host->security == REGISTRY_TLS_UNVERIFIED)
		req.flags |= HTTP_UNVERIFIED;
	if (!last) {
		req.flags |= HTTP_ONCE;
		req.total_ms = TLS_TRIAL_MS;
	}
	(void)http_start(host->reg->http, &req, on_probed, host); /* ends with the client */
}

void
registry_probe(struct host *host)
{
	host->state = HOST_PROBED_NOW;
	host->security = REGISTRY_TLS;
	try_next(host);
}
