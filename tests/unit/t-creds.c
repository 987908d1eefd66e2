/* SPDX-License-Identifier: Apache-2.0 */
/* t-creds.c: logins from the files and helpers of docker and podman. */
#include "remote/creds.h"

#include "base/base64.h"
#include "base/buf.h"
#include "lib/tmp.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

/* An environment whose every folder is below dir. */
struct world {
	char *dir;
	char *texts[6];
	const char *env[7];
	char *path; /* PATH, for helpers */
};

static int
setup(void **state)
{
	static const char *const names[] = { "HOME", "XDG_RUNTIME_DIR", "XDG_CONFIG_HOME" };
	struct world *w = xcalloc(1, sizeof(*w));

	tmp_setup((void **)&w->dir);
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		w->env[i] = w->texts[i] = xasprintf("%s=%s/%s", names[i], w->dir, names[i]);
	*state = w;
	return 0;
}

static int
teardown(void **state)
{
	struct world *w = *state;

	for (size_t i = 0; i < ARRAY_SIZE(w->texts); i++)
		free(w->texts[i]);
	if (w->path) {
		setenv("PATH", w->path, 1);
		free(w->path);
	}
	tmp_teardown((void **)&w->dir);
	free(w);
	return 0;
}

static void
add_env(struct world *w, const char *name, const char *value)
{
	size_t i = 0;

	while (w->env[i])
		i++;
	w->env[i] = w->texts[i] = xasprintf("%s=%s", name, value);
}

/* {"auths":{KEY:{"auth":base64(LOGIN)},…}} from "KEY=LOGIN KEY=LOGIN". */
static char *
auths(const char *pairs)
{
	struct buf out = BUF_INIT;
	struct str rest = str_c(pairs), pair;

	buf_adds(&out, "{\"auths\":{");
	for (int n = 0; str_next(&rest, ' ', &pair); n++) {
		size_t cut = str_find(pair, '=');
		AUTO_FREE char *code = base64_encode(str_sub(pair, cut + 1, pair.n));

		buf_addf(&out, "%s\"%.*s\":{\"auth\":\"%s\"}", n ? "," : "", (int)cut, pair.p,
			 code);
	}
	buf_adds(&out, "}}");
	return buf_steal(&out);
}

/* "user:password", "<identity>", "[bearer]", "none", or "class: message". */
static char *
found(struct world *w, const char *domain, const char *path)
{
	struct err AUTO_ERR err = ERR_INIT;
	const struct creds_login *l = NULL;
	struct creds *c = NULL;
	char *text;

	if (creds_load(w->env, NULL, &c, &err) || creds_find(c, domain, path, &l, &err)) {
		AUTO_FREE char *why = err_text(&err);

		text = xasprintf("%s: %s", err_class_name(err.class), why);
	} else if (!l) {
		text = xstrdup("none");
	} else if (*l->identity_token) {
		text = xasprintf("<%s>", l->identity_token);
	} else if (*l->bearer_token) {
		text = xasprintf("[%s]", l->bearer_token);
	} else {
		text = xasprintf("%s:%s", l->user, l->password);
	}
	creds_free(c);
	return text;
}

static void
assert_found(struct world *w, const char *domain, const char *path, const char *want)
{
	AUTO_FREE char *got = found(w, domain, path);

	assert_string_equal(got, want);
}

static void
write_auths(struct world *w, const char *name, const char *pairs)
{
	AUTO_FREE char *text = auths(pairs);

	tmp_text(w->dir, name, text);
}

static void
test_files_in_order(void **state)
{
	struct world *w = *state;
	AUTO_FREE char *named = tmp_path(w->dir, "named.json");
	AUTO_FREE char *code = base64_encode(STR_LIT("o:5"));
	AUTO_FREE char *old = xasprintf("{\"h.x\":{\"auth\":\"%s\"}}", code);

	assert_found(w, "h.x", "a", "none");
	tmp_text(w->dir, "HOME/.dockercfg", old);
	assert_found(w, "h.x", "a", "o:5");
	write_auths(w, "HOME/.docker/config.json", "h.x=o:4");
	assert_found(w, "h.x", "a", "o:4");
	write_auths(w, "XDG_CONFIG_HOME/containers/auth.json", "h.x=o:3");
	assert_found(w, "h.x", "a", "o:3");
	write_auths(w, "XDG_RUNTIME_DIR/containers/auth.json", "h.x=o:2");
	assert_found(w, "h.x", "a", "o:2");
	/* The one that is named counts alone, whether or not it is there. */
	add_env(w, "REGISTRY_AUTH_FILE", named);
	assert_found(w, "h.x", "a", "none");
	write_auths(w, "named.json", "h.x=o:1");
	assert_found(w, "h.x", "a", "o:1");
	assert_found(w, "i.x", "a", "none");
}

static void
test_docker_config_is_a_folder(void **state)
{
	struct world *w = *state;
	AUTO_FREE char *folder = tmp_path(w->dir, "d");

	write_auths(w, "d/config.json", "h.x=a:b:c");
	add_env(w, "DOCKER_CONFIG", folder);
	assert_found(w, "h.x", "a", "a:b:c"); /* a password may have colons */
}

static void
test_longest_path_wins(void **state)
{
	struct world *w = *state;

	write_auths(w, "HOME/.docker/config.json",
		    "h.x=u:host h.x/ns=u:ns h.x/ns/repo/=u:repo h.x/n=u:n h.x:5000=u:port "
		    "https://s.x/v1/=u:url http://t.x=u:http");
	assert_found(w, "h.x", "other", "u:host");
	assert_found(w, "h.x", "ns/x", "u:ns");
	assert_found(w, "h.x", "ns/repo", "u:repo");
	assert_found(w, "h.x", "ns/repo/below", "u:repo");
	assert_found(w, "h.x", "ns/repository", "u:ns");
	assert_found(w, "h.x:5000", "a", "u:port");
	assert_found(w, "s.x", "a/b", "u:url");
	assert_found(w, "t.x", "a/b", "u:http");
	assert_found(w, "x", "a", "none");
}

static void
test_docker_hub_has_many_names(void **state)
{
	static const char *const keys[] = { "https://index.docker.io/v1/", "index.docker.io/v1/",
					    "index.docker.io", "docker.io",
					    "registry-1.docker.io" };
	struct world *w = *state;

	for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
		AUTO_FREE char *pairs = xasprintf("%s=u:p", keys[i]);

		write_auths(w, "HOME/.docker/config.json", pairs);
		assert_found(w, "docker.io", "library/debian", "u:p");
	}
}

static void
test_tokens_and_plain_fields(void **state)
{
	struct world *w = *state;

	tmp_text(
		w->dir, "HOME/.docker/config.json",
		"{\"auths\":{\"a.x\":{\"auth\":\"dTo=\",\"identitytoken\":\"id\"},"
		"\"b.x\":{\"registrytoken\":\"rt\"},\"c.x\":{\"username\":\"u\",\"password\":\"p\"},"
		"\"d.x\":{},\"e.x\":{\"auth\":\"\"},\"f.x\":{\"auth\":\"bm8=\"},"
		"\"g.x\":{\"auth\":\"%%\"}}}");
	assert_found(w, "a.x", "i", "<id>");
	assert_found(w, "b.x", "i", "[rt]");
	assert_found(w, "c.x", "i", "u:p");
	assert_found(w, "d.x", "i", "none");
	assert_found(w, "e.x", "i", "none");
	for (int i = 0; i < 2; i++) {
		const char *domain = i ? "f.x" : "g.x";
		AUTO_FREE char *want = xasprintf("input: '%s/HOME/.docker/config.json': the entry "
						 "'%s' is no name and password",
						 w->dir, domain);

		assert_found(w, domain, "i", want);
	}
}

static void
test_damaged_file_says_where_and_nothing_else(void **state)
{
	struct world *w = *state;
	AUTO_FREE char *want =
		xasprintf("input: %s/HOME/.docker/config.json:2:17: this is no JSON", w->dir);

	tmp_text(w->dir, "HOME/.docker/config.json", "{\n\"a\": \"geheim\" \"x\"}");
	assert_found(w, "h.x", "a", want);
	tmp_text(w->dir, "HOME/.docker/config.json", " \n");
	assert_found(w, "h.x", "a", "none");
	tmp_text(w->dir, "HOME/.docker/config.json", "[]");
	{
		AUTO_FREE char *got = found(w, "h.x", "a");

		assert_true(str_ends(str_c(got), STR_LIT("credentials are kept in a JSON object")));
	}
}

static void
helper(struct world *w, const char *name, const char *script)
{
	AUTO_FREE char *file = xasprintf("bin/docker-credential-%s", name);
	AUTO_FREE char *text = xasprintf("#!/bin/sh\n%s\n", script);
	AUTO_FREE char *path = NULL;

	tmp_write(w->dir, file, str_c(text), 0755);
	if (w->path)
		return;
	w->path = xstrdup(getenv("PATH"));
	path = xasprintf("%s/bin:%s", w->dir, w->path);
	setenv("PATH", path, 1);
	add_env(w, "PATH", path);
}

static void
test_helpers(void **state)
{
	struct world *w = *state;

	helper(w, "one",
	       "read -r host; echo \"$1 $host\" >>\"$HOME/asked\"\n"
	       "case $host in\n"
	       "h.x) echo '{\"ServerURL\":\"h.x\",\"Username\":\"u\",\"Secret\":\"s\"}' ;;\n"
	       "t.x) echo '{\"Username\":\"<token>\",\"Secret\":\"id\"}' ;;\n"
	       "bad.x) echo secret-stuff ;;\n"
	       "fail.x) echo secret-stuff; echo 'no agent' >&2; exit 3 ;;\n"
	       "*) echo 'credentials not found in native keychain'; exit 1 ;;\n"
	       "esac");
	tmp_text(w->dir, "HOME/.docker/config.json",
		 "{\"credHelpers\":{\"h.x\":\"one\",\"t.x\":\"one\",\"bad.x\":\"one\","
		 "\"fail.x\":\"one\",\"none.x\":\"one\",\"gone.x\":\"gone\",\"evil.x\":\"../e\","
		 "\"docker.io\":\"one\"},\"auths\":{\"h.x\":{\"auth\":\"eDp5\"}}}");
	assert_found(w, "h.x", "a", "u:s"); /* before what auths says */
	assert_found(w, "t.x", "a", "<id>");
	assert_found(w, "none.x", "a", "none");
	assert_found(w, "docker.io", "library/a", "none");
	assert_found(w, "bad.x", "a",
		     "tool: 'docker-credential-one' answers with something that is no JSON");
	assert_found(w, "fail.x", "a",
		     "tool: 'docker-credential-one' failed for 'fail.x': exit status 3: no agent");
	assert_found(w, "evil.x", "a", "input: '../e' is no name of a credential helper");
	{
		AUTO_FREE char *got = found(w, "gone.x", "a");
		AUTO_FREE char *asked = tmp_read(w->dir, "HOME/asked");

		assert_true(str_starts(str_c(got), STR_LIT("tool: ")));
		assert_string_equal(asked, "get h.x\nget t.x\nget none.x\nget docker.io\n"
					   "get bad.x\nget fail.x\n");
	}
}

/* For people whose login is refused: which file or program it came from. */
static void
test_where_a_login_is_from(void **state)
{
	struct world *w = *state;
	AUTO_FREE char *file = tmp_path(w->dir, "HOME/.docker/config.json");
	const struct creds_login *l = NULL;
	struct creds *c = NULL;

	helper(w, "three", "echo '{\"Username\":\"<token>\",\"Secret\":\"id\"}'");
	tmp_text(w->dir, "HOME/.docker/config.json",
		 "{\"credHelpers\":{\"h.x\":\"three\"},\"auths\":{\"a.x\":{\"auth\":\"dTpw\"}}}");
	assert_int_equal(creds_load(w->env, NULL, &c, NULL), 0);
	assert_int_equal(creds_find(c, "a.x", "i", &l, NULL), 0);
	assert_string_equal(l->from, file);
	assert_int_equal(creds_find(c, "h.x", "i", &l, NULL), 0);
	assert_string_equal(l->from, "docker-credential-three");
	creds_free(c);
}

static void
test_helper_is_asked_once(void **state)
{
	struct world *w = *state;
	struct creds *c = NULL;
	const struct creds_login *one = NULL, *two = NULL;

	helper(w, "two",
	       "read -r host; echo x >>\"$HOME/asked\"\n"
	       "echo '{\"Username\":\"u\",\"Secret\":\"s\"}'");
	tmp_text(w->dir, "HOME/.docker/config.json", "{\"credsStore\":\"two\"}");
	assert_int_equal(creds_load(w->env, NULL, &c, NULL), 0);
	assert_int_equal(creds_find(c, "h.x", "a", &one, NULL), 0);
	assert_int_equal(creds_find(c, "h.x", "b", &two, NULL), 0);
	assert_ptr_equal(one, two);
	assert_string_equal(one->password, "s");
	creds_free(c);
	{
		AUTO_FREE char *asked = tmp_read(w->dir, "HOME/asked");

		assert_string_equal(asked, "x\n");
	}
}

static void
test_store_that_is_not_installed(void **state)
{
	struct world *w = *state;

	tmp_text(w->dir, "HOME/.docker/config.json",
		 "{\"credsStore\":\"not-there\",\"auths\":{\"h.x\":{}}}");
	assert_found(w, "i.x", "a", "none");
	{
		AUTO_FREE char *got = found(w, "h.x", "a");

		assert_true(str_starts(str_c(got), STR_LIT("tool: ")));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
		T(test_files_in_order),
		T(test_docker_config_is_a_folder),
		T(test_longest_path_wins),
		T(test_docker_hub_has_many_names),
		T(test_tokens_and_plain_fields),
		T(test_damaged_file_says_where_and_nothing_else),
		T(test_helpers),
		T(test_where_a_login_is_from),
		T(test_helper_is_asked_once),
		T(test_store_that_is_not_installed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
