/* SPDX-License-Identifier: Apache-2.0 */
/* t-draft.c: what several files say of one image, as one graph file. */
#include "model/draft.h"

#include "model/graph.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

struct given {
	const char *path, *text;
};

static const struct given base = { "base/Dockerfile", "ARG V=1\nFROM debian:12\n" };
static const struct given app = { "app/Dockerfile",
				  "ARG T=latest\nFROM ghcr.io/o/base:${T} AS one\n"
				  "ARG V=1\nARG W\nFROM one AS two\n" };

static void
add(struct survey *s, const struct given *g)
{
	AUTO_ERR_LIST struct err_list errs = ERR_LIST_INIT;

	survey_file(s, g->path,
		    dockerfile_parse(s->arena, str_c(g->text), g->path, DIALECT_BUILDKIT, &errs));
	assert_int_equal(errs.n, 0);
}

static void
read(struct survey *s, void (*reader)(struct survey *, const char *, const struct yaml *),
     const char *path, const char *text)
{
	AUTO_ERR_LIST struct err_list errs = ERR_LIST_INIT;

	reader(s, path, yaml_parse(s->arena, str_c(text), path, &errs));
	assert_int_equal(errs.n, 0);
}

/* The text without its first two lines, and it has to load. */
static void
expect(struct survey *s, const char *want)
{
	AUTO_ERR_LIST struct err_list errs = ERR_LIST_INIT;
	AUTO_BUF struct buf b = BUF_INIT;
	struct draft *d;
	struct graph *g;
	const char *text;

	for (size_t i = 0; i < map_len(s->files); i++)
		survey_dockerfile(s, map_key(s->files, i).p);
	d = draft_make(s);
	buf_init(&b, 0);
	draft_text(d, &b);
	text = strstr(b.data, "\nversion: 1\n");
	assert_string_equal(text ? text + strlen("\nversion: 1\n") : b.data, want);
	g = graph_load(buf_str(&b), "g", &errs);
	assert_non_null(g);
	graph_free(g);
	draft_free(d);
	survey_free(s);
}

static void
a_registry_that_from_names(void **state UNUSED)
{
	struct survey *s = survey_new("root", NULL);

	add(s, &base);
	add(s, &app);
	expect(s, "# from app/Dockerfile:2:1\n"
		  "registry: ghcr.io/o\n"
		  "images:\n"
		  "  # from base/Dockerfile\n"
		  "  base:\n"
		  "    context: base\n"
		  "  # from app/Dockerfile\n"
		  "  app:\n"
		  "    context: app\n");
}

static void
names_come_from_folders(void **state UNUSED)
{
	static const struct given files[] = { { "Dockerfile", "FROM debian\n" },
					      { "docker/web.Dockerfile", "FROM debian\n" },
					      { "py/Dockerfile.slim", "FROM debian\n" },
					      { "x/py/Containerfile", "FROM debian\n" },
					      { "y/py/Containerfile", "FROM debian\n" },
					      { "__/Dockerfile", "FROM debian\n" },
					      { "debian/Dockerfile", "FROM debian\n" } };
	struct survey *s = survey_new("My Repo", NULL);

	for (size_t i = 0; i < ARRAY_SIZE(files); i++)
		add(s, &files[i]);
	expect(s, "# fill in registry: HOST/OWNER, where the images are published\n"
		  "images:\n"
		  "  # from Dockerfile\n"
		  "  # Dockerfile: 'My Repo' is no name that a registry takes\n"
		  "  my-repo:\n"
		  "    context: .\n"
		  "  # from docker/web.Dockerfile\n"
		  "  web:\n"
		  "    context: docker\n"
		  "    dockerfile: web.Dockerfile\n"
		  "  # from py/Dockerfile.slim\n"
		  "  py-slim:\n"
		  "    context: py\n"
		  "    dockerfile: Dockerfile.slim\n"
		  "  # from x/py/Containerfile\n"
		  "  py:\n"
		  "    context: x/py\n"
		  "  # from y/py/Containerfile\n"
		  "  # y/py/Containerfile: another image is called 'py', too: a name has no tag\n"
		  "  y-py:\n"
		  "    context: y/py\n"
		  "  # from __/Dockerfile\n"
		  "  # __/Dockerfile: '__' is no name that a registry takes\n"
		  "  image:\n"
		  "    context: __\n"
		  "  # from debian/Dockerfile\n"
		  "  # debian/Dockerfile: 'debian' is what its own FROM names: with a registry, it "
		  "can be called so\n"
		  "  debian-image:\n"
		  "    context: debian\n");
}

static void
two_files_that_disagree(void **state UNUSED)
{
	struct survey *s = survey_new("root", NULL);

	add(s, &base);
	add(s, &app);
	read(s, survey_compose, "compose.yaml",
	     "services:\n"
	     "  App: { image: other.io/x/app, build: { context: app, target: one, args: { W: 2 } } }\n"
	     "  base: { build: base }\n");
	read(s, survey_workflow, "w.yaml",
	     "jobs: { j: { steps: [ { uses: docker/build-push-action@v6, with: { context: app,\n"
	     "  tags: ghcr.io/o/app, build-args: W=1 } } ] } }");
	expect(s, "# from w.yaml:1:31\n"
		  "registry: ghcr.io/o\n"
		  "images:\n"
		  "  # from w.yaml:1:31\n"
		  "  # from compose.yaml:2:3\n"
		  "  # compose.yaml:2:3: its target is 'one' there\n"
		  "  # compose.yaml:2:3: its name is 'other.io/x/app' there\n"
		  "  # compose.yaml:2:77: its argument 'W' is '2' there\n"
		  "  app:\n"
		  "    context: app\n"
		  "    args:\n"
		  "      W: \"1\"\n"
		  "  # from compose.yaml:3:3\n"
		  "  base:\n"
		  "    context: base\n");
}

/* Every other compose file has a service that is called web. */
static void
services_that_are_called_alike(void **state UNUSED)
{
	struct survey *s = survey_new("root", NULL);

	add(s, &base);
	add(s, &app);
	read(s, survey_compose, "base/compose.yaml", "services: { web: { build: . } }");
	read(s, survey_compose, "app/compose.yaml", "services: { web: { build: . } }");
	expect(s,
	       "# fill in registry: HOST/OWNER, where the images are published\n"
	       "images:\n"
	       "  # from base/compose.yaml:1:13\n"
	       "  web:\n"
	       "    context: base\n"
	       "  # from app/compose.yaml:1:13\n"
	       "  # app/compose.yaml:1:13: another image is called 'web', too: a name has no tag\n"
	       "  web-app:\n"
	       "    context: app\n");
}

static void
registries_that_disagree(void **state UNUSED)
{
	struct survey *s = survey_new("root", NULL);

	add(s, &base);
	add(s, &app);
	read(s, survey_bake, "docker-bake.json",
	     "{ \"target\": { \"a\": { \"context\": \"app\", \"tags\": [ \"a.io/o/a\" ] },\n"
	     "\"b\": { \"context\": \"base\", \"tags\": [ \"b.io/o/b\" ] } } }");
	expect(s, "# fill in registry: HOST/OWNER, where the images are published\n"
		  "images:\n"
		  "  # from docker-bake.json:1:15\n"
		  "  a:\n"
		  "    context: app\n"
		  "  # from docker-bake.json:2:1\n"
		  "  b:\n"
		  "    context: base\n");
}

static void
parts_that_registries_share(void **state UNUSED)
{
	struct survey *s = survey_new("root", NULL);

	add(s, &base);
	add(s, &app);
	read(s, survey_bake, "docker-bake.json",
	     "{ \"target\": { \"a\": { \"context\": \"app\", \"tags\": [ \"r.io:5000/o/x/a\" ] },\n"
	     "\"b\": { \"context\": \"base\", \"tags\": [ \"r.io:5000/o/B\" ] } } }");
	expect(s, "# from docker-bake.json:1:15\n"
		  "registry: \"r.io:5000/o\"\n"
		  "images:\n"
		  "  # from docker-bake.json:1:15\n"
		  "  x/a:\n"
		  "    context: app\n"
		  "  # from docker-bake.json:2:1\n"
		  "  # docker-bake.json:2:1: 'B' is no name that a registry takes\n"
		  "  b:\n"
		  "    context: base\n");
}

static void
arguments_that_matter(void **state UNUSED)
{
	struct survey *s = survey_new("root", NULL);

	add(s, &base);
	add(s, &app);
	read(s, survey_workflow, "w.yaml",
	     "jobs:\n"
	     "  j:\n"
	     "    steps:\n"
	     "      - uses: docker/build-push-action@v6\n"
	     "        with: { context: base, tags: ghcr.io/o/base, build-args: V=2 }\n"
	     "      - uses: docker/build-push-action@v6\n"
	     "        with:\n"
	     "          context: app\n"
	     "          tags: ghcr.io/o/app\n"
	     "          build-args: |\n"
	     "            T=${{ needs.x.outputs.sha }}\n"
	     "            V=1\n"
	     "            W=${{ github.event.client_payload.w || 'a${b}' }}\n"
	     "            X=1\n"
	     "      - uses: docker/build-push-action@v6\n"
	     "        with: { context: app, tags: ghcr.io/o/app2, target: one,\n"
	     "          build-args: 'W=${{ secrets.w }}' }\n");
	expect(s,
	       "# from w.yaml:4:15\n"
	       "registry: ghcr.io/o\n"
	       "variables:\n"
	       "  # from w.yaml:13:1\n"
	       "  W:\n"
	       "    default: \"a${b}\"\n"
	       "    event: w\n"
	       "images:\n"
	       "  # from w.yaml:4:15\n"
	       "  base:\n"
	       "    context: base\n"
	       "    args:\n"
	       "      V: \"2\"\n"
	       "  # from w.yaml:6:15\n"
	       "  # w.yaml:14:1: its Dockerfile has no argument 'X'\n"
	       "  app:\n"
	       "    context: app\n"
	       "    args:\n"
	       "      W: \"${W}\"\n"
	       "  # from w.yaml:15:15\n"
	       "  # w.yaml:17:23: fill in args: { W: … }, which is '${{ secrets.w }}' there, known "
	       "only when it runs\n"
	       "  app2:\n"
	       "    context: app\n"
	       "    target: one\n");
}

static void
one_dockerfile_several_images(void **state UNUSED)
{
	struct survey *s = survey_new("root", NULL);

	add(s, &app);
	read(s, survey_workflow, "w.yaml",
	     "jobs:\n"
	     "  j:\n"
	     "    strategy: { matrix: { w: [ 1.0, 2.0 ] } }\n"
	     "    steps:\n"
	     "      - uses: docker/build-push-action@v6\n"
	     "        with: { context: app, tags: 'ghcr.io/o/app:${{ matrix.w }}', build-args: "
	     "'W=${{ matrix.w }}$${X}' }\n"
	     "      - uses: docker/build-push-action@v6\n"
	     "        with: { context: app, build-args: 'W=${{ matrix.w }}$${X}', load: true }\n");
	expect(s, "# from w.yaml:3:32\n"
		  "registry: ghcr.io/o\n"
		  "images:\n"
		  "  # from w.yaml:3:32\n"
		  "  # from w.yaml:3:32\n"
		  "  app:\n"
		  "    context: app\n"
		  "    args:\n"
		  "      W: \"1.0$$$${X}\"\n"
		  "  # from w.yaml:3:37\n"
		  "  # from w.yaml:3:37\n"
		  "  # w.yaml:3:37: another image is called 'app', too: a name has no tag\n"
		  "  app-2.0:\n"
		  "    context: app\n"
		  "    args:\n"
		  "      W: \"2.0$$$${X}\"\n");
}

static void
a_base_without_its_registry(void **state UNUSED)
{
	static const struct given bare = { "app/Dockerfile", "FROM base\n" };
	struct survey *s = survey_new("root", NULL);

	add(s, &base);
	add(s, &bare);
	read(s, survey_compose, "c.yaml",
	     "services: { base: { build: base, image: ghcr.io/o/base } }");
	expect(s, "# from c.yaml:1:13\n"
		  "registry: ghcr.io/o\n"
		  "images:\n"
		  "  # from c.yaml:1:13\n"
		  "  base:\n"
		  "    context: base\n"
		  "  # from app/Dockerfile\n"
		  "  # app/Dockerfile:1:1: 'base' is from outside; the image of this file is "
		  "'ghcr.io/o/base'\n"
		  "  app:\n"
		  "    context: app\n");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_registry_that_from_names),
		cmocka_unit_test(names_come_from_folders),
		cmocka_unit_test(two_files_that_disagree),
		cmocka_unit_test(services_that_are_called_alike),
		cmocka_unit_test(registries_that_disagree),
		cmocka_unit_test(parts_that_registries_share),
		cmocka_unit_test(arguments_that_matter),
		cmocka_unit_test(one_dockerfile_several_images),
		cmocka_unit_test(a_base_without_its_registry),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
