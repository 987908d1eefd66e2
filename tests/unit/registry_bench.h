/* SPDX-License-Identifier: Apache-2.0 */
/* registry_bench.h: a client and a server that answers as it is told to, for the tests of remote/registry. */
#ifndef LOCKSTEP_TESTS_REGISTRY_BENCH_H
#define LOCKSTEP_TESTS_REGISTRY_BENCH_H

#include "remote/registry.h"

#include "base/base64.h"
#include "base/sha256.h"
#include "lib/http_server.h"
#include "lib/tmp.h"
#include "model/manifest.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#define OCI_IMAGE "application/vnd.oci.image.manifest.v1+json"
#define OCI_INDEX "application/vnd.oci.image.index.v1+json"
#define CONFIG_DIGEST "sha256:cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc"
#define MANIFEST                                                                                   \
	"{\"schemaVersion\":2,\"mediaType\":\"" OCI_IMAGE "\",\"config\":{\"mediaType\":"          \
	"\"application/vnd.oci.image.config.v1+json\",\"digest\":\"" CONFIG_DIGEST                 \
	"\",\"size\":2},\"layers\":[]}"

struct bench {
	struct loop *loop;
	struct http_server *server;
	struct registry *reg;
	struct arena *arena;
	char *dir, *home, *conf;
	const char *env[3];
	char manifest_digest[DIGEST_SIZE];
};

static UNUSED int
setup(void **state)
{
	struct bench *b = xcalloc(1, sizeof(*b));

	tmp_setup((void **)&b->dir);
	b->arena = arena_new();
	b->loop = loop_new_quiet();
	b->server = http_server_new(b->loop, NULL);
	b->home = xasprintf("HOME=%s", b->dir);
	b->conf = xasprintf("CONTAINERS_REGISTRIES_CONF=%s/registries.conf", b->dir);
	b->env[0] = b->home;
	b->env[1] = b->conf;
	tmp_text(b->dir, "registries.conf", "");
	sha256_digest(sha256_of(MANIFEST, strlen(MANIFEST)), b->manifest_digest);
	*state = b;
	return 0;
}

static UNUSED int
teardown(void **state)
{
	struct bench *b = *state;

	registry_free(b->reg);
	http_server_free(b->server);
	loop_free(b->loop);
	arena_free(b->arena);
	free(b->home);
	free(b->conf);
	tmp_teardown((void **)&b->dir);
	free(b);
	return 0;
}

/* The client, made when it is first needed, so that a test can write its files before. */
static UNUSED struct registry *
client(struct bench *b)
{
	struct registry_opts opts = { .env = b->env,
				      .http = { .loop = b->loop, .retry_ms = 1, .attempts = 3 } };
	struct err AUTO_ERR err = ERR_INIT;

	if (!b->reg && registry_new(&opts, &b->reg, &err))
		fail_msg("%s", err.msg);
	return b->reg;
}

/* 127.0.0.1:PORT/REST */
static UNUSED struct ref
ref_of(struct bench *b, const char *rest)
{
	struct ref ref;
	const char *text =
		arena_printf(b->arena, "127.0.0.1:%d/%s", http_server_port(b->server), rest);

	assert_int_equal(ref_parse(b->arena, str_c(text), &ref, NULL), 0);
	return ref;
}

static UNUSED void
wait_all(struct bench *b)
{
	assert_int_equal(registry_wait(b->reg, NULL), 0);
}

/* "present", "absent" or "unknown CLASS: message" with the port taken out. */
static UNUSED const char *
told(struct bench *b, const struct registry_answer *a)
{
	char *port = arena_printf(b->arena, "%d", http_server_port(b->server));
	struct buf AUTO_BUF out = BUF_INIT;
	const char *at = a->err.msg, *hit;

	if (a->state != REGISTRY_UNKNOWN) {
		assert_null(a->err.msg);
		return registry_state_name(a->state);
	}
	buf_addf(&out, "unknown %s: ", err_class_name(a->err.class));
	while ((hit = strstr(at, port))) {
		buf_add(&out, at, (size_t)(hit - at));
		buf_adds(&out, "PORT");
		at = hit + strlen(port);
	}
	buf_adds(&out, at);
	return arena_strdup(b->arena, out.data);
}

static UNUSED void
answer_ping(struct bench *b)
{
	http_server_answer(b->server, "GET /v2/ HTTP", 200, "", "{}");
}

static UNUSED void
answer_manifest(struct bench *b, const char *prefix)
{
	const char *headers =
		arena_printf(b->arena,
			     "Content-Type: " OCI_IMAGE "\r\nDocker-Content-Digest: %s\r\n",
			     b->manifest_digest);

	http_server_answer(b->server, prefix, 200, headers, MANIFEST);
}

static UNUSED void
login(struct bench *b, const char *entry)
{
	char *text = arena_printf(b->arena, "{\"auths\":{\"127.0.0.1:%d\":{%s}}}",
				  http_server_port(b->server), entry);

	tmp_text(b->dir, ".docker/config.json", text);
}

static UNUSED struct registry_blob_source
blob_of(struct bench *b, const char *text)
{
	char *digest = arena_alloc(b->arena, DIGEST_SIZE);

	sha256_digest(sha256_of(text, strlen(text)), digest);
	return (struct registry_blob_source){
		.digest = digest,
		.size = strlen(text),
		.source = { .kind = HTTP_SOURCE_BYTES, .bytes = str_c(text) },
	};
}

#endif
