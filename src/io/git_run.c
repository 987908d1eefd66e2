/* SPDX-License-Identifier: Apache-2.0 */
/* git_run.c: how the git program is called. */
#include "io/git_priv.h"
#include "io/proc_priv.h"

#include <sys/wait.h>
#include <unistd.h>

#define MAX_ARGS 24

void
git_env_init(struct git_env *e)
{
	static const char *const extra[] = {
		"GIT_TERMINAL_PROMPT=0",
		"GIT_OPTIONAL_LOCKS=0",
		"GIT_LITERAL_PATHSPECS=1",
		"GIT_CONFIG_COUNT=1",
		"GIT_CONFIG_KEY_0=safe.directory",
		"GIT_CONFIG_VALUE_0=*",
		"LC_ALL=C",
	};

	*e = (struct git_env){ 0 };
	for (char **p = environ; *p; p++) {
		if (strncmp(*p, "GIT_", 4) && strncmp(*p, "LC_ALL=", 7))
			vec_push(&e->vars, *p);
	}
	for (size_t i = 0; i < ARRAY_SIZE(extra); i++)
		vec_push(&e->vars, extra[i]);
	vec_push(&e->vars, NULL);
}

void
git_env_fini(struct git_env *e)
{
	vec_fini(&e->vars);
}

int
git_run_status(const char *repo, const char *const *args, size_t max, struct buf *out,
	       int *ret_status, struct err *err)
{
	const char *argv[MAX_ARGS + 4] = { "git", "-C", repo };
	char *AUTO_FREE said = NULL, *AUTO_FREE how = NULL;
	struct proc_result result = { 0 };
	struct git_env env;
	size_t n = 3;
	int r;

	for (; *args; args++) {
		BUG_ON(n == MAX_ARGS + 3);
		argv[n++] = *args;
	}
	git_env_init(&env);
	r = proc_run_status(&(struct proc_opts){ .argv = argv,
						 .env = env.vars.v,
						 .log_fd = -1,
						 .stdout_max = max },
			    out, &result, &said, err);
	git_env_fini(&env);
	if (r)
		return r;
	if (WIFEXITED(result.status) && WEXITSTATUS(result.status) <= 1) {
		*ret_status = WEXITSTATUS(result.status);
		return 0;
	}
	how = proc_status_text(result.status);
	return err_set(err, ERR_TOOL, "'git %s' failed in '%s': %s%s%s", argv[3], repo, how,
		       *said ? ": " : "", said);
}

int
git_run(const char *repo, const char *const *args, size_t max, struct buf *out, struct err *err)
{
	int status = 0, r = git_run_status(repo, args, max, out, &status, err);

	if (!r && status)
		return err_set(err, ERR_TOOL, "'git %s' failed in '%s'", args[0], repo);
	return r;
}

int
git_run_records(const char *repo, const char *const *args, size_t max, git_record sink, void *ctx,
		struct err *err)
{
	struct buf AUTO_BUF out = BUF_INIT;
	struct str rest, record;
	int r;

	buf_init(&out, 0);
	r = git_run(repo, args, max, &out, err);
	if (r)
		return r;
	rest = buf_str(&out);
	while (str_next(&rest, '\0', &record))
		if (record.n)
			sink(ctx, record);
	return 0;
}
