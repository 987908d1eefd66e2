/* SPDX-License-Identifier: Apache-2.0 */
/* bump_pull.c: from the flags of bump to a pull request. */
#include "base/base64.h"
#include "base/out.h"
#include "base/path.h"
#include "cli/bump.h"
#include "engine/source.h"
#include "io/git_branch.h"
#include "io/http.h"
#include "model/repo_url.h"
#include "remote/github.h"

#define DEFAULT_WHO "lockstep <lockstep@localhost>"

struct pull {
	const struct bump_flags *f;
	struct bump *b;
	struct repo_url repo;
	const char *api, *token;
	const char *env[4]; /* for git */
	bool of_actions;    /* the token is the one that every job of GitHub Actions has */
};

static const char *
nonempty(const char *name)
{
	const char *value = name ? getenv(name) : NULL;

	return value && *value ? value : NULL;
}

static int
read_repo(struct pull *p, struct err *err)
{
	AUTO_FREE char *origin = NULL, *url = NULL;
	int r = 0;

	if (p->f->repo_url)
		origin = xstrdup(p->f->repo_url);
	else
		r = git_remote_url(p->b->top, "origin", &origin, err);
	if (r)
		return r;
	if (!origin) {
		err_set(err, ERR_USAGE, "the repository has no remote 'origin'");
		err_hint(err, "--repo-url https://github.com/OWNER/NAME");
		return -ERR_USAGE;
	}
	/* Git is started elsewhere. */
	url = strchr(origin, ':') ? STEAL(origin) : path_join(p->b->top, origin);
	if (repo_url_parse(p->b->want.arena, str_c(url), &p->repo))
		return 0;
	return err_set(err, ERR_USAGE, "'%s' names no OWNER/NAME",
		       strchr(url, '@') ? "the address of the repository" : url);
}

static int
read_token(struct pull *p, struct err *err)
{
	static const char *const usual[] = { "GITHUB_TOKEN", "GH_TOKEN" };
	const char *name = p->f->token_env;

	for (size_t i = 0; !name && i < ARRAY_SIZE(usual); i++)
		if (nonempty(usual[i]))
			name = usual[i];
	p->token = name ? nonempty(name) : p->repo.secret;
	if (!p->token && (p->f->token_env || !p->f->no_pr)) {
		err_set(err, ERR_USAGE, "%s is not set: it holds the token for pull requests",
			name ? name : "GITHUB_TOKEN");
		err_hint(err, "--token-env NAME reads another variable, --no-pr pushes a branch "
			      "and does without");
		return -ERR_USAGE;
	}
	p->of_actions = name && !strcmp(name, "GITHUB_TOKEN") && nonempty("GITHUB_ACTIONS");
	return 0;
}

static int
read_api(struct pull *p, struct err *err)
{
	const char *env = nonempty("GITHUB_API_URL");

	p->api = p->f->api_url ? p->f->api_url
		 : env         ? env
			       : repo_url_api(p->b->want.arena, &p->repo);
	if (!p->api && !p->f->no_pr)
		return err_set(err, ERR_USAGE, "--api-url: where is the API of '%s'?", p->repo.url);
	return 0;
}

/* Git takes configuration from its environment, so that the token is in no argument. */
static void
log_in(struct pull *p)
{
	bool clear = p->repo.http && http_is_loopback(str_c(p->repo.host));
	struct arena *arena = p->b->want.arena;
	const char *before = nonempty("GIT_CONFIG_COUNT");
	AUTO_FREE char *login = NULL, *code = NULL;
	unsigned long long n = 0;

	if (!p->token || !(p->repo.https || clear))
		return;
	if (before && !str_to_u64(str_c(before), &n))
		n = 0;
	login = xasprintf("x-access-token:%s", p->token);
	code = base64_encode(str_c(login));
	p->env[0] = arena_printf(arena, "GIT_CONFIG_KEY_%llu=http.%s://%s/.extraHeader", n,
				 p->repo.https ? "https" : "http", p->repo.host);
	p->env[1] = arena_printf(arena, "GIT_CONFIG_VALUE_%llu=Authorization: Basic %s", n, code);
	p->env[2] = arena_printf(arena, "GIT_CONFIG_COUNT=%llu", n + 1);
}

static int
prove(void *ctx, struct pins *pins, struct pullrequest_proof *ret, struct err *err)
{
	struct pull *p = ctx;
	int r;

	p->b->pins = pins;
	r = bump_prove(p->f, p->b, err);
	ret->skipped = p->b->skipped.v;
	ret->nskipped = p->b->skipped.n;
	return r;
}

static void
note(void *ctx UNUSED, const char *text)
{
	out_err("lockstep: %s; ignoring that\n", text);
}

static bool
is_identity(const char *who)
{
	const char *open = strchr(who, '<'), *close = strchr(who, '>');

	return open && open > who && open[-1] == ' ' && close > open + 1 && !close[1] &&
	       !strchr(open + 1, '<') && !strpbrk(who, "\n\r");
}

static int
check(const struct pull *p, struct err *err)
{
	const struct bump *b = p->b;

	if (!b->event && !p->f->group)
		return err_set(err, ERR_USAGE,
			       "--group: the branch is called after the group of the images");
	if (p->f->group && !event_valid_group(str_c(p->f->group)))
		return err_set(err, ERR_USAGE, "--group: '%s' is no name", p->f->group);
	if (p->f->author && !is_identity(p->f->author))
		return err_set(err, ERR_USAGE, "--author: '%s' is not 'NAME <ADDRESS>'",
			       p->f->author);
	if (p->f->no_pr && b->via == PULLREQUEST_VIA_GRAPHQL)
		return err_set(err, ERR_USAGE, "--no-pr goes with --via push only");
	return 0;
}

static struct pullrequest_opts
options(struct session *s, struct pull *p, struct github *hub)
{
	const struct bump_flags *f = p->f;

	return (struct pullrequest_opts){
		.via = p->b->via,
		.flags = (f->overwrite ? PULLREQUEST_OVERWRITE : 0) |
			 (f->allow_downgrade ? PULLREQUEST_DOWNGRADE : 0) |
			 (f->dry_run ? PULLREQUEST_DRY_RUN : 0) |
			 (p->of_actions ? PULLREQUEST_PROBE : 0),
		.sources = s->sources,
		.hub = hub,
		.way = { p->repo.url, p->env },
		.owner = p->repo.owner,
		.base = f->base,
		.group = p->b->event ? p->b->event->group : f->group,
		.who = f->author ? f->author : DEFAULT_WHO,
		.event = p->b->event,
		.pins = p->b->opts,
		.images = p->b->want.images.v,
		.nimages = p->b->want.images.n,
		.labels = f->labels->v,
		.nlabels = f->labels->n,
		.reviewers = f->reviewers->v,
		.nreviewers = f->reviewers->n,
		.close_superseded = f->close_superseded,
		.prove = prove,
		.note = note,
		.ctx = p,
	};
}

static int
open_hub(struct session *s, const struct pull *p, struct github **ret, struct err *err)
{
	int r = s->loop ? 0 : loop_new(&s->loop, err);

	if (r)
		return r;
	if (p->of_actions)
		out_err("lockstep: GITHUB_TOKEN starts no workflows: checks of the pull request "
			"will not run by themselves; the token of a GitHub App would start them\n");
	return github_new(&(struct github_opts){ .loop = s->loop,
						 .api = p->api,
						 .slug = p->repo.slug,
						 .token = p->token },
			  ret, err);
}

int
bump_pull(struct session *s, const struct bump_flags *flags, struct bump *b,
	  struct pullrequest *ret, struct err *err)
{
	struct pull p = { .f = flags, .b = b };
	struct pullrequest_opts opts;
	struct github *hub = NULL;
	int r = check(&p, err);

	if (!r)
		r = read_repo(&p, err);
	if (!r)
		r = read_token(&p, err);
	if (!r)
		r = read_api(&p, err);
	if (!r && !flags->no_pr)
		r = open_hub(s, &p, &hub, err);
	if (r)
		return r;
	log_in(&p);
	session_sources(s);
	source_cache_env(s->sources, p.env);
	opts = options(s, &p, hub);
	r = pullrequest_run(&opts, ret, err);
	b->pins = ret->pins;
	source_cache_env(s->sources, NULL);
	github_free(hub);
	return r;
}
