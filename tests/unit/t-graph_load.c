/* SPDX-License-Identifier: Apache-2.0 */
/* t-graph_load.c: what a graph file becomes. Its mistakes are golden cases in tests/cases/graph. */
#include "model/graph.h"
#include "model/graph_keys.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static struct graph *
load(const char *text)
{
	AUTO_ERR_LIST struct err_list errs = ERR_LIST_INIT;
	struct graph *g = graph_load(str_c(text), "lockstep.yaml", &errs);

	if (!g)
		fail_msg("the graph does not load: line %d: %s", errs.items[0].where.line,
			 errs.items[0].msg);
	return g;
}

/* One image `a`, written in these lines. */
static struct graph *
load_image(const char *lines)
{
	AUTO_FREE char *text = xasprintf("version: 1\nimages:\n  a:\n%s", lines);

	return load(text);
}

static char *
kv_text(const struct graph_kv *kv, size_t n)
{
	AUTO_BUF struct buf b = BUF_INIT;

	buf_init(&b, 0);
	for (size_t i = 0; i < n; i++)
		buf_addf(&b, "%s%s=%s@%d:%d", i ? " " : "", kv[i].name,
			 kv[i].value ? kv[i].value : "(null)", kv[i].at.line, kv[i].at.col);
	return buf_steal(&b);
}

static void
reads_the_top(void **state)
{
	struct graph *g = load("version: 1\n"
			       "registry: ghcr.io/own\n"
			       "builder: buildah\n"
			       "platform: linux/arm64/v8\n"
			       "timeout: 90s\n"
			       "variables:\n"
			       "  SHA: { default: main, event: fork_sha }\n"
			       "  NODE: 22\n"
			       "  MUST: {}\n"
			       "images:\n"
			       "  b: { context: b }\n"
			       "  a: { context: a, platform: linux/amd64 }\n");
	char text[PLATFORM_TEXT_SIZE];

	(void)state;
	assert_string_equal(g->file, "lockstep.yaml");
	assert_string_equal(g->registry, "ghcr.io/own");
	assert_int_equal(g->builder, BUILDER_BUILDAH);
	assert_int_equal(g->timeout_s, 90);
	assert_int_equal(g->nvariables, 3);
	assert_string_equal(g->variables[0].name, "SHA");
	assert_string_equal(g->variables[0].fallback, "main");
	assert_string_equal(g->variables[0].event, "fork_sha");
	assert_int_equal(g->variables[0].at.line, 7);
	assert_int_equal(g->variables[0].at.col, 3);
	assert_string_equal(g->variables[1].fallback, "22");
	assert_null(g->variables[1].event);
	assert_null(g->variables[2].fallback);
	assert_int_equal(g->nimages, 2);
	assert_string_equal(g->images[0].name, "b");
	assert_string_equal(g->images[1].name, "a");
	assert_int_equal(g->images[1].index, 1);
	assert_int_equal(g->images[1].at.line, 12);
	platform_text(&g->images[0].platform, text);
	assert_string_equal(text, "linux/arm64");
	platform_text(&g->images[1].platform, text);
	assert_string_equal(text, "linux/amd64");
	assert_null(g->dispatch);
	graph_free(g);
}

static void
has_defaults(void **state)
{
	struct graph *g = load_image("    context: ./x//y/\n");
	const struct graph_image *img = &g->images[0];
	struct platform host = platform_host();

	(void)state;
	assert_string_equal(g->registry, "");
	assert_int_equal(g->builder, BUILDER_AUTO);
	assert_int_equal(g->timeout_s, 0);
	assert_string_equal(img->context, "x/y");
	assert_int_equal(img->context_at.line, 4);
	assert_int_equal(img->context_at.col, 14);
	assert_null(img->dockerfile);
	assert_null(img->target);
	assert_null(img->source.git);
	assert_int_equal(img->output, GRAPH_OUTPUT_LAYERS);
	assert_false(img->soft);
	assert_false(img->needs_given);
	assert_int_equal(img->timeout_s, 0);
	assert_int_equal(img->refresh_days, 0);
	assert_true(platform_eq(&img->platform, &host));
	assert_int_equal(img->nargs + img->nlabels + img->noptions + img->nsecrets + img->nneeds +
				 img->nchecks,
			 0);
	graph_free(g);
}

static void
reads_an_image(void **state)
{
	struct graph *g =
		load_image("    context: sub\n"
			   "    dockerfile: ../docker/Dockerfile.a\n"
			   "    target: server\n"
			   "    soft: true\n"
			   "    output: squash\n"
			   "    timeout: 2h\n"
			   "    refresh: 2w\n"
			   "    needs: [b]\n"
			   "    secrets: [ 'id=npm,env=NPM_TOKEN', 'src=/etc/key,id=key' ]\n"
			   "  b: { context: b }\n");
	const struct graph_image *img = &g->images[0];
	AUTO_FREE char *needs = kv_text(img->needs, img->nneeds);

	(void)state;
	assert_string_equal(img->context, "sub");
	assert_string_equal(img->dockerfile, "../docker/Dockerfile.a");
	assert_int_equal(img->dockerfile_at.line, 5);
	assert_string_equal(img->target, "server");
	assert_true(img->soft);
	assert_int_equal(img->output, GRAPH_OUTPUT_SQUASH);
	assert_int_equal(img->timeout_s, 7200);
	assert_int_equal(img->refresh_days, 14);
	assert_string_equal(needs, "b=(null)@11:13");
	assert_true(img->needs_given);
	assert_int_equal(img->nsecrets, 2);
	assert_string_equal(img->secrets[0], "id=npm,env=NPM_TOKEN");
	assert_string_equal(img->secrets[1], "src=/etc/key,id=key");
	graph_free(g);
}

static void
reads_pairs_in_both_forms(void **state)
{
	struct graph *map = load_image("    context: a\n"
				       "    args:\n"
				       "      NODE: 22\n"
				       "      V: 1.10\n"
				       "      ON: true\n"
				       "      EMPTY: ''\n");
	struct graph *list = load_image("    context: a\n"
					"    args:\n"
					"      - NODE=22\n"
					"      - V=1.10\n"
					"      - ON=true\n"
					"      - EMPTY=\n"
					"      - URL=https://x/?a=b\n");
	AUTO_FREE char *from_map = kv_text(map->images[0].args, map->images[0].nargs);
	AUTO_FREE char *from_list = kv_text(list->images[0].args, list->images[0].nargs);

	(void)state;
	assert_string_equal(from_map, "NODE=22@6:7 V=1.10@7:7 ON=true@8:7 EMPTY=@9:7");
	assert_string_equal(from_list, "NODE=22@6:9 V=1.10@7:9 ON=true@8:9 EMPTY=@9:9 "
				       "URL=https://x/?a=b@10:9");
	graph_free(map);
	graph_free(list);
}

static void
reads_options(void **state)
{
	struct graph *g = load_image("    context: a\n"
				     "    shm-size: 64M\n"
				     "    ulimit: nofile=1024:2048\n"
				     "    add-host: [ 'b:10.0.0.1', 'a:::1' ]\n"
				     "    network: none\n");
	AUTO_FREE char *text = kv_text(g->images[0].options, g->images[0].noptions);

	(void)state;
	assert_string_equal(text, "network=none@8:14 add-host=b:10.0.0.1@7:17 add-host=a:::1@7:31 "
				  "ulimit=nofile=1024:2048@6:13 shm-size=67108864@5:15");
	graph_free(g);
}

static void
reads_a_source(void **state)
{
	static const char *const urls[] = {
		"https://github.com/own/fork",
		"ssh://git@host:22/x.git",
		"git@github.com:own/x",
		"../fork",
		"/srv/fork.git",
		"file:///srv/fork",
		"https://user@host/x",
		"./fork",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(urls); i++) {
		AUTO_FREE char *lines = xasprintf("    source: { git: '%s', ref: main, path: p/q/ "
						  "}\n    dockerfile: ../Dockerfile\n",
						  urls[i]);
		struct graph *g = load_image(lines);

		assert_string_equal(g->images[0].source.git, urls[i]);
		assert_string_equal(g->images[0].source.ref, "main");
		assert_string_equal(g->images[0].source.path, "p/q");
		assert_string_equal(g->images[0].context, "p/q");
		assert_string_equal(g->images[0].dockerfile, "../Dockerfile");
		graph_free(g);
	}
}

static void
a_source_has_defaults(void **state)
{
	struct graph *g = load_image("    source: { git: ../fork }\n");

	(void)state;
	assert_string_equal(g->images[0].source.ref, "HEAD");
	assert_string_equal(g->images[0].source.path, ".");
	assert_string_equal(g->images[0].context, ".");
	graph_free(g);
}

struct check_row {
	const char *yaml, *kind, *json;
};

static const struct check_row check_rows[] = {
	{ "file: /server", "file", "{\"file\":\"/server\"}" },
	{ "{ file: /s, contains: a, not-contains: [b, 1] }", "file",
	  "{\"contains\":[\"a\"],\"file\":\"/s\",\"not-contains\":[\"b\",\"1\"]}" },
	{ "{ file: /s, contains-hex: 0012, not-contains-hex: [ \"7F45\", ff ] }", "file",
	  "{\"contains-hex\":[\"0012\"],\"file\":\"/s\",\"not-contains-hex\":[\"7F45\",\"ff\"]}" },
	{ "{ file: /s, mode: 0755, owner: 1000, min-size: 1k, max-size: 2000 }", "file",
	  "{\"file\":\"/s\",\"max-size\":2000,\"min-size\":1024,\"mode\":\"0755\","
	  "\"owner\":\"1000\"}" },
	{ "{ file: /s, mode: \"4755\", owner: root:root }", "file",
	  "{\"file\":\"/s\",\"mode\":\"4755\",\"owner\":\"root:root\"}" },
	{ "{ file: /s, mode: 644 }", "file", "{\"file\":\"/s\",\"mode\":\"0644\"}" },
	{ "absent: vibe-kanban", "absent", "{\"absent\":\"vibe-kanban\"}" },
	{ "absent: /usr/bin/x", "absent", "{\"absent\":\"/usr/bin/x\"}" },
	{ "http: { port: 80 }", "http",
	  "{\"http\":{\"path\":\"/\",\"port\":80,\"status\":200,\"wait\":30}}" },
	{ "http: { port: 80, path: /x, status: 404, wait: 2m, contains: a }", "http",
	  "{\"http\":{\"contains\":[\"a\"],\"path\":\"/x\",\"port\":80,\"status\":404,"
	  "\"wait\":120}}" },
	{ "run: [node, --version]", "run",
	  "{\"run\":[\"node\",\"--version\"],\"status\":0,\"timeout\":60}" },
	{ "{ run: 'node -v | grep v22', status: 1, timeout: 2m }", "run",
	  "{\"run\":[\"/bin/sh\",\"-c\",\"node -v | grep v22\"],\"status\":1,\"timeout\":120}" },
	{ "{ exec: [a], command: 'b c', env: [A=b=c], memory: 1k, read-only: true }", "exec",
	  "{\"command\":[\"/bin/sh\",\"-c\",\"b c\"],\"env\":{\"A\":\"b=c\"},\"exec\":[\"a\"],"
	  "\"memory\":1024,\"read-only\":true,\"status\":0,\"wait\":10}" },
	{ "{ exec: [a], env: { A: 1, B: '' }, mounts: ['tmpfs:/t/', 'a//b:/x/../y', "
	  "'./volume:/v'] }",
	  "exec",
	  "{\"env\":{\"A\":\"1\",\"B\":\"\"},\"exec\":[\"a\"],\"mounts\":[\"tmpfs:/t\",\"a/b:/y\","
	  "\"./volume:/v\"],\"status\":0,\"wait\":10}" },
};

static void
reads_checks(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(check_rows); i++) {
		AUTO_FREE char *lines =
			xasprintf("    context: a\n    checks:\n      - %s\n", check_rows[i].yaml);
		struct graph *g = load_image(lines);
		const struct graph_check *c = &g->images[0].checks[0];
		AUTO_FREE char *json = json_canonical(c->spec);

		assert_int_equal(g->images[0].nchecks, 1);
		assert_string_equal(graph_check_kind_name(c->kind), check_rows[i].kind);
		assert_string_equal(json, check_rows[i].json);
		assert_int_equal(c->at.line, 6);
		assert_int_equal(c->at.col, 9);
		graph_free(g);
	}
}

static void
reads_dispatch(void **state)
{
	struct graph *g =
		load("version: 1\n"
		     "images: { a: { context: a } }\n"
		     "events: { group: g, payload: { sha: '{commit}' } }\n"
		     "dispatch:\n"
		     "  - github: { repository: own/x, event: built, token-env: PAT }\n"
		     "  - github-workflow: { repository: own/x, workflow: b.yml, ref: main }\n"
		     "  - webhook: { url: 'https://x/hook', secret-env: S }\n"
		     "  - webhook: { url: 'http://x', signing: none, format: ce-binary }\n"
		     "  - gitlab: { project: 12, ref: main, token-env: T }\n"
		     "  - gitea-workflow: { url: 'https://git', repository: o/x, workflow: b.yml, "
		     "token-env: T }\n");
	AUTO_FREE char *json = json_canonical(g->dispatch);

	(void)state;
	assert_string_equal(
		json,
		"[{\"github\":{\"event\":\"built\",\"repository\":\"own/x\",\"token-env\":\"PAT\"}},"
		"{\"github-workflow\":{\"ref\":\"main\",\"repository\":\"own/x\","
		"\"workflow\":\"b.yml\"}},"
		"{\"webhook\":{\"format\":\"plain\",\"secret-env\":\"S\","
		"\"signing\":\"standard-webhooks\",\"url\":\"https://x/hook\"}},"
		"{\"webhook\":{\"format\":\"ce-binary\",\"signing\":\"none\",\"url\":\"http://x\"}},"
		"{\"gitlab\":{\"project\":\"12\",\"ref\":\"main\",\"token-env\":\"T\"}},"
		"{\"gitea-workflow\":{\"repository\":\"o/x\",\"token-env\":\"T\","
		"\"url\":\"https://git\",\"workflow\":\"b.yml\"}}]");
	assert_string_equal(g->group, "g");
	assert_int_equal(g->npayload, 1);
	assert_string_equal(g->payload[0].name, "sha");
	assert_string_equal(g->payload[0].value, "{commit}");
	graph_free(g);
}

static void
reads_json(void **state)
{
	struct graph *g = load("{\"version\": 1, \"images\": {\"a\": {\"context\": \"a\", "
			       "\"args\": {\"N\": 22}, \"soft\": true}}}");
	AUTO_FREE char *args = kv_text(g->images[0].args, g->images[0].nargs);

	(void)state;
	assert_string_equal(args, "N=22@1:58");
	assert_true(g->images[0].soft);
	graph_free(g);
}

static void
follows_anchors_and_merges(void **state)
{
	struct graph *g = load("version: 1\n"
			       "images:\n"
			       "  a: &common { context: a, args: { N: 1 }, soft: true }\n"
			       "  b: { <<: *common, context: b }\n");

	(void)state;
	assert_string_equal(g->images[1].context, "b");
	assert_string_equal(g->images[1].args[0].value, "1");
	assert_true(g->images[1].soft);
	graph_free(g);
}

/* Hints quote the examples of the tables: each of them must load. */
static void
examples_are_right(void **state)
{
	(void)state;
	for (size_t i = 0; i < graph_object_image.nkeys; i++) {
		const struct graph_key *key = &graph_object_image.keys[i];
		bool place = !strcmp(key->name, "context") || !strcmp(key->name, "source");
		AUTO_FREE char *lines = xasprintf("%s    %s\n  agent-base: { context: base }\n",
						  place ? "" : "    context: app\n", key->example);

		graph_free(load_image(lines));
	}
	for (size_t i = 0; i < graph_object_file.nkeys; i++) {
		const struct graph_key *key = &graph_object_file.keys[i];
		AUTO_FREE char *text =
			xasprintf("%s%s%s%s\n", strcmp(key->name, "version") ? "version: 1\n" : "",
				  strcmp(key->name, "images")
					  ? "images: { app: { context: app } }\n"
					  : "",
				  strcmp(key->name, "dispatch") ? "" : "events: { group: g }\n",
				  key->example);

		graph_free(load(text));
	}
}

static void
examples_of_checks_and_targets_are_right(void **state)
{
	const struct graph_key *checks = graph_key_find(&graph_object_image, "checks");
	const struct graph_key *targets = graph_key_find(&graph_object_file, "dispatch");

	(void)state;
	for (size_t i = 0; checks->objects[i]; i++) {
		for (size_t j = 0; j < checks->objects[i]->nkeys; j++) {
			AUTO_FREE char *lines =
				xasprintf("    context: a\n    checks:\n      - %s\n%s%s\n",
					  checks->objects[i]->keys[0].example, j ? "        " : "",
					  j ? checks->objects[i]->keys[j].example : "");

			graph_free(load_image(lines));
		}
	}
	for (size_t i = 0; targets->objects[i]; i++) {
		AUTO_FREE char *text = xasprintf("version: 1\nimages: { a: { context: a } }\n"
						 "events: { group: g }\ndispatch:\n  - %s\n",
						 targets->objects[i]->keys[0].example);

		graph_free(load(text));
	}
}

/* A mistake in what many aliases name is told once, and none of it is read twice. */
static void
tells_of_an_anchor_once(void **state)
{
	AUTO_ERR_LIST struct err_list errs = ERR_LIST_INIT;
	struct graph *g = graph_load(str_c("version: 1\n"
					   "images:\n"
					   "  a: { context: a, checks: &c [ { fle: /x } ] }\n"
					   "  b: { context: b, checks: *c }\n"),
				     "lockstep.yaml", &errs);

	(void)state;
	assert_null(g);
	assert_int_equal(errs.n, 1);
	assert_string_equal(errs.items[0].msg, "unknown kind 'fle' in 'checks' of image 'a'");
}

static void
says_only_that_of_a_newer_version(void **state)
{
	AUTO_ERR_LIST struct err_list errs = ERR_LIST_INIT;
	struct graph *g =
		graph_load(str_c("version: 2\npictures: []\nimages: 1\n"), "lockstep.yaml", &errs);

	(void)state;
	assert_null(g);
	assert_int_equal(errs.n, 1);
	assert_string_equal(errs.items[0].msg,
			    "version 2 is not known: this lockstep reads version 1");
	assert_int_equal(errs.items[0].where.line, 1);
	assert_int_equal(errs.items[0].where.col, 10);
}

static void
keeps_the_mistakes_of_others(void **state)
{
	AUTO_ERR_LIST struct err_list errs = ERR_LIST_INIT;
	struct graph *g;

	(void)state;
	(void)err_list_at(&errs, "other", 1, 1, "a mistake of another file");
	g = graph_load(str_c("version: 1\nimages: { a: { context: a } }\n"), "lockstep.yaml",
		       &errs);
	assert_non_null(g);
	assert_int_equal(errs.n, 1);
	graph_free(g);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_the_top),
		cmocka_unit_test(has_defaults),
		cmocka_unit_test(reads_an_image),
		cmocka_unit_test(reads_pairs_in_both_forms),
		cmocka_unit_test(reads_options),
		cmocka_unit_test(reads_a_source),
		cmocka_unit_test(a_source_has_defaults),
		cmocka_unit_test(reads_checks),
		cmocka_unit_test(reads_dispatch),
		cmocka_unit_test(reads_json),
		cmocka_unit_test(follows_anchors_and_merges),
		cmocka_unit_test(examples_are_right),
		cmocka_unit_test(examples_of_checks_and_targets_are_right),
		cmocka_unit_test(tells_of_an_anchor_once),
		cmocka_unit_test(says_only_that_of_a_newer_version),
		cmocka_unit_test(keeps_the_mistakes_of_others),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
