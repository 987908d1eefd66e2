/* SPDX-License-Identifier: Apache-2.0 */
/* render_jobs.c: the changed part of the graph as jobs of engines that run elsewhere. */
#include "base/out.h"
#include "cli/render.h"

#define MATRIX_MAX 256 /* jobs that a matrix of GitHub Actions may have */

/* What is up to date is in the registry, for every job to take. */
static bool
has_job(const struct plan *p, const struct graph_image *image)
{
	enum plan_state state = p->nodes[image->index].state;

	return state == PLAN_BUILD || state == PLAN_WAITS;
}

static json_t *
texts(const char *const *v, size_t n)
{
	json_t *list = json_array();

	for (size_t i = 0; i < n; i++)
		json_add_text(list, v[i]);
	return list;
}

static json_t *
build_args(const char *image)
{
	const char *const words[] = { "build", "--only", image, "--push" };

	return texts(words, ARRAY_SIZE(words));
}

/* The longest chain of jobs that a job waits for; parents come first in the graph's order. */
static size_t
count_waves(const struct plan *p, size_t *waves)
{
	const struct graph *g = p->opts.project->graph;
	size_t n = 0;

	for (size_t i = 0; i < g->nimages; i++) {
		const struct graph_image *image = g->order[i];

		waves[image->index] = 0;
		if (!has_job(p, image))
			continue;
		for (size_t k = 0; k < image->nparents; k++) {
			size_t after = waves[image->parents[k]->index] + 1;

			if (has_job(p, image->parents[k]) && waves[image->index] < after)
				waves[image->index] = after;
		}
		if (n <= waves[image->index])
			n = waves[image->index] + 1;
	}
	return n;
}

static json_t *
add_wave(json_t *waves)
{
	json_t *wave = json_object(), *include = json_array();

	json_object_set_new(wave, "include", include);
	json_array_append_new(waves, wave);
	return include;
}

json_t *
render_jobs_github(const struct plan *p)
{
	const struct graph *g = p->opts.project->graph;
	size_t *waves = xcalloc(p->n, sizeof(*waves)), nwaves = count_waves(p, waves), count = 0;
	json_t *j = json_object(), *list = json_array();

	for (size_t w = 0; w < nwaves; w++) {
		json_t *include = add_wave(list);

		for (size_t i = 0; i < g->nimages; i++) {
			json_t *job;

			if (!has_job(p, g->order[i]) || waves[g->order[i]->index] != w)
				continue;
			/* Those of one wave wait for none of each other, so the rest may come after. */
			if (json_array_size(include) == MATRIX_MAX)
				include = add_wave(list);
			job = json_object();
			json_set_text(job, "image", g->order[i]->name);
			json_array_append_new(include, job);
			count++;
		}
	}
	free(waves);
	json_set_int(j, "count", (long long)count);
	json_object_set_new(j, "waves", list);
	return j;
}

static void
gitlab_job(json_t *pipeline, const char *name, const char *command, json_t *take_needs)
{
	json_t *job = json_object();

	json_object_set_new(job, "script", texts(&command, 1));
	json_object_set_new(job, "needs", take_needs);
	json_object_set_new(pipeline, name, job);
}

/* Names of jobs begin with a word, since `image` or `pages` alone mean something else. */
json_t *
render_jobs_gitlab(const struct plan *p)
{
	const struct graph *g = p->opts.project->graph;
	json_t *pipeline = json_object();

	for (size_t i = 0; i < g->nimages; i++) {
		const struct graph_image *image = g->order[i];
		AUTO_FREE char *name = xasprintf("build %s", image->name);
		AUTO_FREE char *line = xasprintf("lockstep build --only %s --push", image->name);
		json_t *needs = json_array();

		for (size_t k = 0; k < image->nparents; k++) {
			AUTO_FREE char *parent = xasprintf("build %s", image->parents[k]->name);

			if (has_job(p, image->parents[k]))
				json_add_text(needs, parent);
		}
		if (has_job(p, image))
			gitlab_job(pipeline, name, line, needs);
		else
			json_decref(needs);
	}
	/* A pipeline without a job is an error there. */
	if (!json_object_size(pipeline))
		gitlab_job(pipeline, "nothing to do", "true", json_array());
	return pipeline;
}

static json_t *
parameter(const char *name, const char *value)
{
	json_t *j = json_object();

	json_set_text(j, "name", name);
	if (value)
		json_set_text(j, "value", value);
	return j;
}

static json_t *
parameters(json_t *const *list, size_t n)
{
	json_t *j = json_object(), *v = json_array();

	for (size_t i = 0; i < n; i++)
		json_array_append_new(v, list[i]);
	json_object_set_new(j, "parameters", v);
	return j;
}

/* Names of Argo's tasks hold letters, digits and '-'; the number keeps them apart. Caller frees. */
static char *
task_name(const struct graph_image *image)
{
	char *name = xasprintf("%s-%zu", image->name, image->index);

	for (char *c = name; *c; c++)
		if (*c == '.' || *c == '/' || *c == '_')
			*c = '-';
	return name;
}

static json_t *
argo_task(const struct plan *p, const struct graph_image *image)
{
	AUTO_FREE char *name = task_name(image);
	json_t *task = json_object(), *after = json_array();
	json_t *given[] = { parameter("image", image->name) };

	json_set_text(task, "name", name);
	json_set_text(task, "template", "build");
	json_object_set_new(task, "arguments", parameters(given, 1));
	for (size_t i = 0; i < image->nparents; i++) {
		AUTO_FREE char *parent = task_name(image->parents[i]);

		if (has_job(p, image->parents[i]))
			json_add_text(after, parent);
	}
	json_object_set_new(task, "dependencies", after);
	return task;
}

/* The step: a checkout of the commit, and in it `lockstep build --only IMAGE --push`. */
static json_t *
argo_build(void)
{
	json_t *t = json_object(), *container = json_object(), *git = json_object();
	json_t *source = json_object(), *artifacts = json_array(), *inputs;
	json_t *given[] = { parameter("image", NULL) };

	json_set_text(git, "repo", "{{workflow.parameters.repository}}");
	json_set_text(git, "revision", "{{workflow.parameters.commit}}");
	json_set_text(source, "name", "source");
	json_set_text(source, "path", "/src");
	json_object_set_new(source, "git", git);
	json_array_append_new(artifacts, source);
	inputs = parameters(given, 1);
	json_object_set_new(inputs, "artifacts", artifacts);
	json_set_text(t, "name", "build");
	json_object_set_new(t, "inputs", inputs);
	json_set_text(container, "image", "{{workflow.parameters.lockstep}}");
	json_set_text(container, "workingDir", "/src");
	json_object_set_new(container, "command", texts((const char *[]){ "lockstep" }, 1));
	json_object_set_new(container, "args", build_args("{{inputs.parameters.image}}"));
	json_object_set_new(t, "container", container);
	return t;
}

json_t *
render_jobs_argo(const struct plan *p)
{
	const struct graph *g = p->opts.project->graph;
	json_t *j = json_object(), *meta = json_object(), *spec = json_object();
	json_t *dag = json_object(), *tasks = json_array(), *images = json_object();
	json_t *templates = json_array();
	json_t *given[] = { parameter("repository", NULL),
			    parameter("commit", p->opts.project->head),
			    parameter("lockstep", NULL) };

	for (size_t i = 0; i < g->nimages; i++)
		if (has_job(p, g->order[i]))
			json_array_append_new(tasks, argo_task(p, g->order[i]));
	json_object_set_new(dag, "tasks", tasks);
	json_set_text(images, "name", "images");
	json_object_set_new(images, "dag", dag);
	json_array_append_new(templates, images);
	json_array_append_new(templates, argo_build());
	json_set_text(meta, "generateName", "lockstep-");
	json_set_text(spec, "entrypoint", "images");
	json_object_set_new(spec, "arguments", parameters(given, ARRAY_SIZE(given)));
	json_object_set_new(spec, "templates", templates);
	json_set_text(j, "apiVersion", "argoproj.io/v1alpha1");
	json_set_text(j, "kind", "Workflow");
	json_object_set_new(j, "metadata", meta);
	json_object_set_new(j, "spec", spec);
	return j;
}

/* Names of images are of lower case and hold nothing that make or a shell would take for its own. */
void
render_jobs_make(const struct plan *p, struct buf *b)
{
	const struct graph *g = p->opts.project->graph;
	AUTO_BUF struct buf all = BUF_INIT;

	buf_init(&all, 0);
	for (size_t i = 0; i < g->nimages; i++)
		if (has_job(p, g->order[i]))
			buf_addf(&all, " %s", g->order[i]->name);
	buf_addf(b, "LOCKSTEP = lockstep\nIMAGES =%s\n.PHONY: ALL $(IMAGES)\nALL: $(IMAGES)\n",
		 all.len ? all.data : "");
	for (size_t i = 0; i < g->nimages; i++) {
		const struct graph_image *image = g->order[i];

		if (!has_job(p, image))
			continue;
		buf_addf(b, "%s:", image->name);
		for (size_t k = 0; k < image->nparents; k++)
			if (has_job(p, image->parents[k]))
				buf_addf(b, " %s", image->parents[k]->name);
		buf_addf(b, "\n\t$(LOCKSTEP) build --only %s --push\n", image->name);
	}
}
