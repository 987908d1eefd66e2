/* SPDX-License-Identifier: Apache-2.0 */
/* render_github.c: workflow commands: annotations, groups, masks. */
#include "cli/render_github.h"

#include "base/out.h"
#include "base/path.h"

/* As actions/toolkit escapes the data and the properties of a command. */
static void
add_escaped(struct buf *b, const char *text, const char *also)
{
	for (; *text; text++) {
		if (strchr("%\r\n", *text) || strchr(also, *text))
			buf_addf(b, "%%%02X", (unsigned char)*text);
		else
			buf_addc(b, *text);
	}
}

void
render_github_stop(struct buf *b, const char *token)
{
	buf_addf(b, "::stop-commands::%s\n", token);
}

void
render_github_resume(struct buf *b, const char *token)
{
	buf_addf(b, "::%s::\n", token);
}

void
render_github_mask(struct buf *b, const char *value)
{
	buf_adds(b, "::add-mask::");
	add_escaped(b, value, "");
	buf_addc(b, '\n');
}

void
render_github_group(struct buf *b, const char *token, const char *title, struct str lines)
{
	struct str line;

	buf_adds(b, "::group::");
	add_escaped(b, title, "");
	buf_addc(b, '\n');
	render_github_stop(b, token);
	while (str_next_line(&lines, &line)) {
		out_safe(b, line);
		buf_addc(b, '\n');
	}
	render_github_resume(b, token);
	buf_adds(b, "::endgroup::\n");
}

void
render_github_note(struct buf *b, const struct render_github_note *note)
{
	const char *sep = " ";

	buf_addf(b, "::%s", note->kind);
	if (note->file) {
		buf_adds(b, " file=");
		add_escaped(b, note->file, ":,");
		sep = ",";
	}
	if (note->file && note->line) {
		buf_addf(b, ",line=%d", note->line);
		if (note->col)
			buf_addf(b, ",col=%d", note->col);
	}
	if (note->title) {
		buf_addf(b, "%stitle=", sep);
		add_escaped(b, note->title, ":,");
	}
	buf_adds(b, "::");
	add_escaped(b, note->text, "");
	buf_addc(b, '\n');
}

/* --- the annotations of a report */

/* Those of one kind; what is beyond the limit is counted in place of the last. */
struct notes {
	struct buf b;
	size_t n, last; /* where the last that may stand begins */
	const char *kind;
	const struct render_github_places *places;
};

/* Caller frees. */
static char *
place_in_checkout(const struct render_github_places *p, const char *file)
{
	AUTO_FREE char *whole = NULL;
	size_t n;

	if (!p->root || strstr(file, "://"))
		return xstrdup(file);
	whole = path_join(p->cwd, file);
	n = strlen(p->root);
	if (!path_within(str_c(whole), str_c(p->root)) || whole[n] != '/')
		return xstrdup(file);
	return xstrdup(whole + n + 1);
}

static void
add_note(struct notes *ns, struct render_github_note note)
{
	AUTO_FREE char *file = note.file ? place_in_checkout(ns->places, note.file) : NULL;
	AUTO_BUF struct buf text = BUF_INIT;

	buf_init(&text, 0);
	for (struct str rest = str_c(note.text), line; str_next_line(&rest, &line);) {
		if (text.len)
			buf_addc(&text, '\n');
		out_safe(&text, line);
	}
	note.kind = ns->kind;
	note.file = file;
	note.text = text.data;
	if (++ns->n == RENDER_GITHUB_NOTES_MAX)
		ns->last = ns->b.len;
	if (ns->n <= RENDER_GITHUB_NOTES_MAX)
		render_github_note(&ns->b, &note);
}

static void
add_err(struct notes *ns, const struct err *err, const char *title)
{
	AUTO_FREE char *text = err->hint ? xasprintf("%s\n%s", err->msg ? err->msg : "", err->hint)
					 : xstrdup(err->msg ? err->msg : "");

	add_note(ns, (struct render_github_note){ .file = err->where.file,
						  .line = err->where.line,
						  .col = err->where.col,
						  .title = title,
						  .text = text });
}

static void
add_failed_checks(struct notes *ns, const struct report *r, const struct job *job)
{
	AUTO_FREE char *title = xasprintf("%s: check failed", job->image->name);

	for (size_t i = 0; i < job->checks.n; i++) {
		const struct check_result *result = &job->checks.v[i];
		AUTO_FREE char *subject = check_subject(result->check), *text = NULL;

		if (result->outcome != CHECK_FAILED)
			continue;
		text = xasprintf("%s: %s", subject, result->message ? result->message : "failed");
		add_note(ns, (struct render_github_note){ .file = r->plan->opts.project->graph_path,
							  .line = result->check->at.line,
							  .col = result->check->at.col,
							  .title = title,
							  .text = text });
	}
}

static void
add_failed_job(struct notes *ns, const struct report *r, const struct job *job)
{
	AUTO_FREE char *title = xasprintf("%s failed", job->image->name);
	struct err err = { .where = job->where,
			   .msg = job->cause ? job->cause : job->message,
			   .hint = job->hint };

	if (check_results_count(&job->checks, CHECK_FAILED))
		add_failed_checks(ns, r, job);
	else
		add_err(ns, &err, title);
}

static void
add_failed_pods(struct notes *ns, const struct report *r)
{
	for (size_t i = 0; r->res && i < r->res->npods; i++) {
		const struct run_pod *pod = &r->res->pods[i];
		AUTO_FREE char *title = xasprintf("pod %s failed", pod->pod->graph->name);

		if (pod->state == RUN_POD_FAILED)
			add_note(ns, (struct render_github_note){
					     .file = r->plan->opts.project->graph_path,
					     .line = pod->place.line,
					     .col = pod->place.col,
					     .title = title,
					     .text = pod->message });
	}
}

static void
collect_errors(struct notes *ns, const struct report *r)
{
	for (size_t i = 0; i < r->mistakes->n; i++)
		add_err(ns, &r->mistakes->items[i], NULL);
	for (size_t i = 0; r->plan && i < r->plan->n; i++) {
		const struct job *job = report_job(r, r->plan->opts.project->graph->order[i]);

		if (job && job->state == JOB_FAILED)
			add_failed_job(ns, r, job);
	}
	add_failed_pods(ns, r);
	if (!ns->n && r->err->class)
		add_err(ns, r->err, "lockstep");
}

static void
collect_warnings(struct notes *ns, const struct report *r)
{
	AUTO_FREE char *why = NULL;

	for (size_t i = 0; r->plan && i < r->plan->n; i++) {
		const struct graph_image *image = r->plan->opts.project->graph->order[i];
		const struct job *job = report_job(r, image);
		AUTO_FREE char *text = NULL;

		if (job && job->state == JOB_DEGRADED)
			add_failed_job(ns, r, job);
		if (!r->plan->nodes[image->index].not_reproducible)
			continue;
		text = xasprintf("%s is not reproducible: the registry had another image under "
				 "its key, which is kept",
				 image->name);
		add_note(ns, (struct render_github_note){ .text = text });
	}
	if (!r->plan || !r->plan->nunknown || r->err->class)
		return;
	why = err_text(&r->plan->unknown);
	add_note(ns, (struct render_github_note){ .title = "no answer from the registry",
						  .text = why });
}

static void
end_notes(struct buf *b, struct notes *ns)
{
	AUTO_FREE char *text = NULL;

	if (ns->n <= RENDER_GITHUB_NOTES_MAX) {
		buf_add_str(b, buf_str(&ns->b));
	} else {
		buf_add(b, ns->b.data, ns->last);
		text = xasprintf("%zu more are in the log", ns->n - RENDER_GITHUB_NOTES_MAX + 1);
		render_github_note(b,
				   &(struct render_github_note){ .kind = ns->kind, .text = text });
	}
	buf_fini(&ns->b);
}

void
render_github_notes(struct buf *b, const struct report *r,
		    const struct render_github_places *places)
{
	struct notes errors = { .kind = "error", .places = places };
	struct notes warnings = { .kind = "warning", .places = places };

	buf_init(&errors.b, 0);
	buf_init(&warnings.b, 0);
	collect_errors(&errors, r);
	collect_warnings(&warnings, r);
	end_notes(b, &errors);
	end_notes(b, &warnings);
}

/* --- outputs */

static char *
output_name(const struct graph_image *image)
{
	char *name = xasprintf("digest_%s", image->name);

	for (char *p = name; *p; p++)
		if (!((*p >= 'a' && *p <= 'z') || (*p >= 'A' && *p <= 'Z') ||
		      (*p >= '0' && *p <= '9')))
			*p = '_';
	return name;
}

static bool
is_only(const struct report *r, const struct graph_image *image, const char *name)
{
	for (size_t i = 0; i < r->plan->n; i++) {
		const struct graph_image *other = r->plan->nodes[i].image;
		AUTO_FREE char *its = output_name(other);

		if (other != image && !strcmp(its, name))
			return false;
	}
	return true;
}

static void
add_json(struct buf *b, const char *name, const json_t *value)
{
	AUTO_FREE char *text = json_canonical(value);

	buf_addf(b, "%s=%s\n", name, text);
}

void
render_github_outputs(struct buf *b, const struct report *r)
{
	AUTO_JSON json_t *changed = json_array(), *digests = json_object();

	for (size_t i = 0; r->plan && i < r->plan->n; i++) {
		const struct graph_image *image = r->plan->opts.project->graph->order[i];

		if (!report_has(r, image))
			continue;
		if (report_changed(r, image))
			json_add_text(changed, image->name);
		if (*r->plan->nodes[image->index].digest)
			json_set_text(digests, image->name, r->plan->nodes[image->index].digest);
	}
	add_json(b, "changed", changed);
	buf_addf(b, "any_changed=%s\n", json_array_size(changed) ? "true" : "false");
	add_json(b, "digests", digests);
	for (size_t i = 0; r->plan && i < r->plan->n; i++) {
		const struct graph_image *image = r->plan->opts.project->graph->order[i];
		const char *digest = json_get_text(digests, image->name);
		AUTO_FREE char *name = output_name(image);

		if (digest && is_only(r, image, name))
			buf_addf(b, "%s=%s\n", name, digest);
	}
}
