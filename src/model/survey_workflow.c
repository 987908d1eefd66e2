/* SPDX-License-Identifier: Apache-2.0 */
/* survey_workflow.c: what the jobs of a GitHub workflow build. */
#include "model/survey_priv.h"

#include "base/path.h"
#include "model/expansion.h"
#include "model/matrix.h"

#define BUILD_ACTION "docker/build-push-action@"

/* One job, with the values of one of its matrix. */
struct job {
	struct survey *survey;
	const char *file;
	const char *name;
	const struct yaml *node;
	size_t row;
	struct expansion_scope scope;
};

/* The steps of a job; NULL if it has no list of them. */
static const struct yaml *
steps_of(const struct yaml *job)
{
	const struct yaml *steps = yaml_get(job, "steps");

	return steps && steps->kind == YAML_SEQ ? steps : NULL;
}

/* The expanded text under key, or NULL. */
static const char *
field(const struct job *j, const struct yaml *map, const char *key)
{
	const char *text = yaml_text(yaml_get(map, key));

	return text ? expansion_actions(&j->scope, text) : NULL;
}

static bool
uses(const struct yaml *step, const char *action)
{
	const char *text = yaml_text(yaml_get(step, "uses"));

	return text && !strncmp(text, action, strlen(action));
}

/* The images of docker/metadata-action, when tags are what that step gives. */
static const char *
metadata_images(struct job *j, const char *tags)
{
	static const char start[] = "steps.";
	const struct yaml *steps = steps_of(j->node);
	const char *at = strstr(tags, start);

	for (size_t i = 0; at && steps && i < steps->n; i++) {
		const struct yaml *step = steps->items[i];
		const char *id = yaml_text(yaml_get(step, "id"));
		size_t n = id ? strlen(id) : 0;

		if (n && uses(step, "docker/metadata-action@") &&
		    !strncmp(at + strlen(start), id, n) &&
		    !strncmp(at + strlen(start) + n, ".outputs.tags", 13))
			return field(j, yaml_get(step, "with"), "images");
	}
	return NULL;
}

static void
read_images(struct survey_reading *r, struct job *j, const struct yaml *with)
{
	const char *written = yaml_text(yaml_get(with, "tags")), *outputs, *name;
	const char *text = written ? metadata_images(j, written) : NULL;
	struct str rest, line, piece;

	if (!text && written)
		text = expansion_actions(&j->scope, written);
	rest = str_c(text ? expansion_bare(r->survey->arena, text) : NULL);
	while (str_next_line(&rest, &line))
		while (str_next(&line, ',', &piece)) {
			AUTO_FREE char *image = str_dup(piece);

			survey_image(r, image);
		}
	outputs = field(j, with, "outputs");
	name = outputs && !r->build.repository ? strstr(outputs, "name=") : NULL;
	if (name) {
		AUTO_FREE char *image = xstrndup(name + 5, strcspn(name + 5, ",\" \n"));

		survey_image(r, image);
	}
}

/* lines: each has a line of the file, as in a block of YAML. */
static void
read_args(struct survey_reading *r, const char *text, struct survey_place at, bool lines)
{
	struct arena *arena = r->survey->arena;
	struct str rest = str_c(text), line;

	for (; str_next_line(&rest, &line); at.line += lines) {
		size_t n;

		line = str_trim(line, " \t\r");
		n = str_find(line, '=');
		if (n && n < line.n)
			survey_arg(r, arena_str(arena, str_sub(line, 0, n)),
				   arena_str(arena, str_sub(line, n + 1, line.n)), at);
	}
}

/* Git's own copy of the repository is a context as well. */
static const char *
context_of(const char *text)
{
	static const char start[] = "{{defaultContext}}";

	if (!text || strncmp(text, start, strlen(start)) != 0)
		return text;
	text += strlen(start);
	return *text == ':' ? text + 1 : ".";
}

static void
say_left(struct survey_reading *r, const struct yaml *with, const char *file)
{
	static const char *const keys[] = { "build-contexts", "secrets",  "secret-envs",
					    "secret-files",   "ssh",      "network",
					    "add-hosts",      "shm-size", "ulimit" };

	for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
		const struct yaml *y = yaml_get(with, keys[i]);

		if (y)
			survey_say(r, survey_at(file, y), "'%s' is not taken over", keys[i]);
	}
}

/* The first of some keys that the map has, when it is known; keys end with NULL. */
static const char *
any_field(const struct job *j, const struct yaml *map, const char *const *keys)
{
	const char *text = NULL;

	for (; !text && *keys; keys++)
		text = field(j, map, *keys);
	return text && *text && expansion_known(text) ? text : NULL;
}

static const char *
matrix_name(const struct job *j, const struct yaml *values)
{
	static const char *const keys[] = { "name",    "image", "image-name", "image_name",
					    "service", "app",   "component",  NULL };

	return any_field(j, values, keys);
}

/* A mapping in the matrix has the fields of an image; else the job's values are that. */
static const struct yaml *
matrix_fields(const struct yaml *matrix)
{
	for (size_t i = 0; matrix && i < matrix->n; i++)
		if (matrix->pairs[i].value->kind == YAML_MAP)
			return matrix->pairs[i].value;
	return matrix;
}

static void
read_step(struct job *j, const struct yaml *step, size_t index)
{
	const struct yaml *with = yaml_get(step, "with"), *where = yaml_get(step, "uses"), *y;
	struct survey_reading r = { .survey = j->survey };
	struct survey_paths paths = { .base = ".", .dockerfile_base = "." };
	const char *text;

	j->scope.env[0] = yaml_get(step, "env");
	r.build.kind = SURVEY_WORKFLOW;
	r.build.at = survey_at(j->file, j->scope.matrix ? j->scope.matrix : where);
	paths.context = context_of(field(j, with, "context"));
	paths.dockerfile = field(j, with, "file");
	r.build.target = field(j, with, "target");
	r.build.job = j->name;
	r.build.row = j->row;
	r.build.step = index;
	read_images(&r, j, with);
	if (!r.build.repository && !r.build.name)
		r.build.name = matrix_name(j, matrix_fields(j->scope.matrix));
	y = yaml_get(with, "build-args");
	text = field(j, with, "build-args");
	if (text)
		read_args(&r, text, survey_at(j->file, y), strchr(y->text, '\n'));
	y = yaml_get(with, "platforms");
	text = field(j, with, "platforms");
	if (text)
		survey_platforms(&r, text, survey_at(j->file, y));
	say_left(&r, with, j->file);
	survey_end(&r, &paths);
	j->scope.env[0] = NULL;
}

/* The only folder of that name with a Dockerfile, or NULL. */
static const char *
folder_of(struct survey *s, const char *name)
{
	const char *found = NULL;

	for (size_t i = 0; i < map_len(s->files); i++) {
		AUTO_FREE char *dir = path_dir(map_key(s->files, i).p);

		if (!map_value(s->files, i) || strcmp(path_base(dir), name) != 0)
			continue;
		if (found && strcmp(found, dir) != 0)
			return NULL;
		found = arena_strdup(s->arena, dir);
	}
	return found;
}

/* What a script builds from the fields of its matrix; nothing is said of a matrix that has other
 * ones. */
static void
read_fields(struct job *j)
{
	static const char *const contexts[] = { "context",   "path",   "dir",
						"directory", "folder", NULL };
	static const char *const files[] = { "dockerfile", "file", "containerfile", "Dockerfile",
					     NULL };
	static const char *const args[] = { "build-args", "build_args", "args", NULL };
	static const char *const targets[] = { "target", "stage", NULL };
	static const char *const platforms[] = { "platform", "platforms", NULL };
	const struct yaml *values = matrix_fields(j->scope.matrix);
	struct survey_reading r = { .survey = j->survey };
	struct survey_paths paths = { .base = ".", .dockerfile_base = "." };
	const char *name = matrix_name(j, values), *text;
	AUTO_FREE char *dockerfile = NULL;

	paths.context = any_field(j, values, contexts);
	paths.dockerfile = any_field(j, values, files);
	if (!paths.context && !paths.dockerfile && name)
		paths.context = folder_of(j->survey, name);
	if (!paths.context && !paths.dockerfile)
		return;
	dockerfile = path_join(paths.context ? paths.context : ".", "Dockerfile");
	if (!map_has(j->survey->files, str_c(paths.dockerfile ? paths.dockerfile : dockerfile)))
		return;
	r.build.kind = SURVEY_WORKFLOW;
	r.build.at = survey_at(j->file, j->scope.matrix);
	if (name)
		survey_image(&r, name);
	r.build.target = any_field(j, values, targets);
	r.build.job = j->name;
	r.build.row = j->row;
	text = any_field(j, values, platforms);
	if (text)
		survey_platforms(&r, text, r.build.at);
	for (size_t i = 0; args[i]; i++)
		if ((text = field(j, values, args[i])))
			read_args(&r, text, r.build.at, false);
	survey_end(&r, &paths);
}

static bool
builds_by_action(const struct yaml *job)
{
	const struct yaml *steps = steps_of(job);

	for (size_t i = 0; steps && i < steps->n; i++)
		if (uses(steps->items[i], BUILD_ACTION))
			return true;
	return false;
}

static bool
builds_by_script(const struct yaml *job)
{
	static const char *const commands[] = { "docker build",       "buildx build",
						"docker image build", "podman build",
						"buildah bud",        "buildah build" };
	const struct yaml *steps = steps_of(job);

	for (size_t i = 0; steps && i < steps->n; i++) {
		const char *run = yaml_text(yaml_get(steps->items[i], "run"));

		for (size_t k = 0; run && k < ARRAY_SIZE(commands); k++)
			if (strstr(run, commands[k]))
				return true;
	}
	return yaml_get(job, "uses");
}

/* The job with one row of its matrix, or without one. */
static void
read_row(struct job *j)
{
	const struct yaml *steps = steps_of(j->node);

	for (size_t i = 0; steps && i < steps->n; i++)
		if (uses(steps->items[i], BUILD_ACTION))
			read_step(j, steps->items[i], i);
	if (j->scope.matrix && !builds_by_action(j->node) && builds_by_script(j->node))
		read_fields(j);
}

static void
read_job(struct survey *s, const char *file, const struct yaml *doc, const struct yaml_pair *job)
{
	const struct yaml *node = job->value;
	const struct yaml *matrix = yaml_get(yaml_get(node, "strategy"), "matrix");
	struct job j = { .survey = s, .file = file, .name = job->key->text, .node = node };
	struct yaml **rows;
	size_t n = 0;

	j.scope.arena = s->arena;
	j.scope.repository = s->repository;
	j.scope.env[1] = yaml_get(node, "env");
	j.scope.env[2] = yaml_get(doc, "env");
	rows = matrix ? matrix_jobs(s->arena, matrix, &n) : NULL;
	if (matrix && !n && (builds_by_action(node) || builds_by_script(node)))
		survey_note(s, survey_at(file, matrix),
			    "the matrix is only known when it runs: what it builds was not read");
	if (!matrix)
		read_row(&j);
	for (size_t i = 0; i < n; i++) {
		j.scope.matrix = rows[i];
		j.row = i;
		read_row(&j);
	}
}

void
survey_workflow(struct survey *s, const char *path, const struct yaml *document)
{
	const struct yaml *jobs = yaml_get(document, "jobs");
	const char *file = arena_strdup(s->arena, path);

	for (size_t i = 0; jobs && jobs->kind == YAML_MAP && i < jobs->n; i++)
		read_job(s, file, document, &jobs->pairs[i]);
}
