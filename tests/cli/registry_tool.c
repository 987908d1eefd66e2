/* SPDX-License-Identifier: Apache-2.0 */
/* registry_tool.c: remote/registry from the shell. */
/* floor: remote */
#include "base/file.h"
#include "base/sha256.h"
#include "remote/registry.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>

/*
 * registry_tool [--insecure=HOST] [--attempts=N] [--stats] VERB REF [ARGUMENT...]
 *
 *   head REF... | get REF | image REF | tags REF | ping REF | referrers REF [TYPE] | blob REF DIGEST
 *   push-blob REF FILE [MOUNT_FROM] | stream-blob REF FILE | put REF TYPE FILE | tag REF TAG...
 *   attach REF TYPE FILE
 *
 * Prints a line for each answer: its state, and what was found, or the class and text of the error.
 */

struct tool {
	struct arena *arena;
	struct registry *reg;
	struct ref ref;
	int argc;
	char **argv; /* after the reference */
	struct registry_answer answer;
	int fd;
};

static void
print_answer(struct registry_answer *a)
{
	printf("%s", registry_state_name(a->state));
	if (a->state == REGISTRY_UNKNOWN)
		printf(" %s: %s%s%s", err_class_name(a->err.class), a->err.msg,
		       a->err.hint ? " | " : "", a->err.hint ? a->err.hint : "");
	if (a->digest)
		printf(" %s", a->digest);
	if (a->image_id)
		printf(" %s %s", a->platform_digest, a->image_id);
	if (a->media_type)
		printf(" %s", a->media_type);
	if (a->mounted)
		printf(" mounted");
	if (a->size)
		printf(" %llu", (unsigned long long)a->size);
	for (size_t i = 0; i < a->ntags; i++)
		printf(" %s", a->tags[i]);
	for (size_t i = 0; i < a->nreferrers; i++)
		printf(" %s=%s", a->referrers[i].artifact_type, a->referrers[i].digest);
	printf("\n");
}

static int
verb_head(struct tool *t, struct err *err)
{
	size_t n = (size_t)t->argc + 1;
	struct ref *refs = arena_calloc(t->arena, n, sizeof(*refs));
	struct registry_answer *answers = arena_calloc(t->arena, n, sizeof(*answers));
	int r;

	refs[0] = t->ref;
	for (size_t i = 1; i < n; i++) {
		r = ref_parse(t->arena, str_c(t->argv[i - 1]), &refs[i], err);
		if (r)
			return r;
	}
	for (size_t i = 0; i < n; i++)
		registry_head(t->reg, &refs[i], registry_keep, &answers[i]);
	r = registry_wait(t->reg, err);
	/* The last one is printed as that of every other verb. */
	for (size_t i = 0; i + 1 < n; i++) {
		print_answer(&answers[i]);
		registry_answer_fini(&answers[i]);
	}
	registry_answer_steal(&t->answer, &answers[n - 1]);
	return r;
}

static ssize_t
read_fd(void *ctx, char *to, size_t max)
{
	return read(((struct tool *)ctx)->fd, to, max);
}

static int
open_file(struct tool *t, const char *path, struct registry_blob_source *blob, struct err *err)
{
	struct stat st;
	AUTO_BUF struct buf bytes = BUF_INIT;
	char *digest = arena_alloc(t->arena, DIGEST_SIZE);
	int r = file_read(AT_FDCWD, path, MAX_JSON_FILE, &bytes, err);

	if (r)
		return r;
	t->fd = open(path, O_RDONLY | O_CLOEXEC);
	if (t->fd < 0 || fstat(t->fd, &st))
		return err_sys(err, "cannot open '%s'", path);
	sha256_digest(sha256_of(bytes.data, bytes.len), digest);
	blob->digest = digest;
	blob->size = (uint64_t)st.st_size;
	blob->source = (struct http_source){
		.kind = HTTP_SOURCE_FILE, .fd = t->fd, .size = blob->size, .read = read_fd, .ctx = t
	};
	return 0;
}

static int
verb_push(struct tool *t, bool stream, struct err *err)
{
	struct registry_blob_source blob = { .mount_from = t->argc > 1 ? t->argv[1] : NULL };
	int r = open_file(t, t->argv[0], &blob, err);

	if (r)
		return r;
	if (stream)
		blob.source.kind = HTTP_SOURCE_CALL;
	registry_push_blob(t->reg, &t->ref, &blob, registry_keep, &t->answer);
	return registry_wait(t->reg, err);
}

static int
verb_file(struct tool *t, const char *verb, struct err *err)
{
	AUTO_BUF struct buf bytes = BUF_INIT;
	int r = file_read(AT_FDCWD, t->argv[1], MAX_JSON_FILE, &bytes, err);

	if (r)
		return r;
	if (!strcmp(verb, "put"))
		registry_put(t->reg, &t->ref, t->argv[0], buf_str(&bytes), registry_keep,
			     &t->answer);
	else
		registry_attach(t->reg, &t->ref,
				&(struct registry_artifact){ .artifact_type = t->argv[0],
							     .media_type = t->argv[0],
							     .payload = buf_str(&bytes) },
				registry_keep, &t->answer);
	return registry_wait(t->reg, err);
}

static int
verb_ping(struct tool *t, struct err *err)
{
	struct registry_answer *a = &t->answer;
	int r;

	registry_ping(t->reg, &t->ref, registry_keep, a);
	r = registry_wait(t->reg, err);
	if (!r && a->state == REGISTRY_PRESENT)
		printf("%s, %s, %s: ", registry_security_name(a->security),
		       a->needs_login ? "wants a login" : "wants no login",
		       a->credentials ? "one was found" : "none was found");
	return r;
}

static int
do_verb(struct tool *t, const char *verb, struct err *err)
{
	struct platform host = platform_host();

	if (!strcmp(verb, "head"))
		return verb_head(t, err);
	if (!strcmp(verb, "ping"))
		return verb_ping(t, err);
	if (!strcmp(verb, "push-blob") || !strcmp(verb, "stream-blob"))
		return verb_push(t, *verb == 's', err);
	if (!strcmp(verb, "put") || !strcmp(verb, "attach"))
		return verb_file(t, verb, err);
	if (!strcmp(verb, "get"))
		registry_get(t->reg, &t->ref, registry_keep, &t->answer);
	else if (!strcmp(verb, "image"))
		registry_image(t->reg, &t->ref, &host, registry_keep, &t->answer);
	else if (!strcmp(verb, "tags"))
		registry_tags(t->reg, &t->ref, registry_keep, &t->answer);
	else if (!strcmp(verb, "blob"))
		registry_blob(t->reg, &t->ref, t->argv[0], 0, registry_keep, &t->answer);
	else if (!strcmp(verb, "blob-head"))
		registry_blob_head(t->reg, &t->ref, t->argv[0], registry_keep, &t->answer);
	else if (!strcmp(verb, "referrers"))
		registry_referrers(t->reg, &t->ref, t->argc ? t->argv[0] : NULL, registry_keep,
				   &t->answer);
	else if (!strcmp(verb, "tag"))
		registry_tag(t->reg, &t->ref, (const char *const *)t->argv, (size_t)t->argc,
			     registry_keep, &t->answer);
	else
		return err_set(err, ERR_USAGE, "what is '%s'?", verb);
	return registry_wait(t->reg, err);
}

static int
complain(const struct err *err)
{
	AUTO_FREE char *text = err_text(err);

	(void)fprintf(stderr, "registry_tool: %s\n", text); /* nobody is left to tell */
	return 2;
}

int
main(int argc, char **argv)
{
	struct arena *AUTO_ARENA arena = arena_new();
	struct err AUTO_ERR err = ERR_INIT;
	struct tool t = { .arena = arena, .fd = -1 };
	const char *insecure = NULL;
	struct registry_opts opts = {
		.env = (const char *const *)environ,
		.insecure = &insecure,
		.http = { .retry_ms = 20, .stall_ms = 2000, .total_ms = 4000 }
	};
	bool stats = false;
	int status = 0;

	for (; argc > 1 && !strncmp(argv[1], "--", 2); argc--, argv++) {
		if (!strcmp(argv[1], "--stats"))
			stats = true;
		else if (!strncmp(argv[1], "--attempts=", 11))
			opts.http.attempts = (unsigned)strtoul(argv[1] + 11, NULL, 10);
		else if (!strncmp(argv[1], "--insecure=", 11))
			insecure = argv[1] + 11;
	}
	opts.ninsecure = insecure != NULL;
	if (argc < 3)
		return 2;
	t.argc = argc - 3;
	t.argv = argv + 3;
	if (ref_parse(arena, str_c(argv[2]), &t.ref, &err) || registry_new(&opts, &t.reg, &err) ||
	    do_verb(&t, argv[1], &err)) {
		status = complain(&err);
	} else {
		print_answer(&t.answer);
		if (t.answer.body.len && (!strcmp(argv[1], "get") || !strcmp(argv[1], "blob")))
			printf("%s\n", t.answer.body.data);
		if (stats)
			printf("%llu requests, %llu connections, %llu retries\n",
			       (unsigned long long)registry_stats(t.reg).requests,
			       (unsigned long long)registry_stats(t.reg).connections,
			       (unsigned long long)registry_stats(t.reg).retries);
	}
	registry_answer_fini(&t.answer);
	registry_free(t.reg);
	close_fdp(&t.fd);
	return status;
}
