/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_verify.c: lockstep verify. */
#include "base/out.h"
#include "cli/cmd.h"
#include "cli/render.h"
#include "cli/render_pins.h"
#include "engine/verify.h"
#include "model/pin_want.h"

#include <unistd.h>

static opt_texts arg_images, arg_skip;
static const char *arg_format, *arg_gate_auth;
static bool arg_registry;

static const struct opt options[] = {
	{ 0, "image", OPT_LIST, "NAME[=TAG[@DIGEST]]", "whose pins have to agree", &arg_images },
	{ 0, "skip", OPT_LIST, "RULE", "do not apply a rule", &arg_skip },
	{ 0, "registry", OPT_FLAG, NULL, "ask the registries whether the images are there",
	  &arg_registry },
	{ 0, "gate-auth", OPT_TEXT, "WHOSE",
	  "ask as the cluster would: anonymous, docker-config, env", &arg_gate_auth },
	{ 0, "format", OPT_TEXT, "FORMAT", "text, json or github", &arg_format },
	{ 0 },
};

static int
read_skip(struct verify_opts *o, struct err *err)
{
	for (size_t i = 0; i < arg_skip.n; i++) {
		enum verify_rule rule;
		const char *near;

		if (verify_rule_parse(str_c(arg_skip.v[i]), &rule)) {
			o->skip |= 1u << rule;
			continue;
		}
		err_set(err, ERR_USAGE, "--skip: there is no rule '%s'", arg_skip.v[i]);
		near = str_nearest(arg_skip.v[i], verify_rule_names, verify_rule_count);
		if (near)
			err_hint(err, "did you mean '%s'?", near);
		return -ERR_USAGE;
	}
	return 0;
}

/* The images of --image; else those of the graph, when one is named. */
static int
read_images(struct session *s, struct pin_want *w, struct err *err)
{
	int r = 0;

	if (s->o.graph || getenv("LOCKSTEP_GRAPH"))
		r = session_graph(s, err);
	for (size_t i = 0; !r && i < arg_images.n; i++)
		r = pin_want_text(w, arg_images.v[i], err);
	if (r || arg_images.n || !s->project)
		return r;
	return pin_want_graph(w, s->project->graph, err);
}

static json_t *
verify_json(const struct verify *v)
{
	json_t *j = json_object(), *list = json_array();

	for (size_t i = 0; i < v->nfindings; i++) {
		const struct verify_finding *f = &v->findings[i];

		json_array_append_new(list,
				      render_finding_json(f->file, f->at.line, f->at.col,
							  verify_rule_name(f->rule), f->text));
	}
	json_object_set_new(j, "findings", list);
	json_set_int(j, "files", (long long)v->nfiles);
	json_set_int(j, "pods", (long long)v->npods);
	json_set_int(j, "templates", (long long)v->ntemplates);
	return j;
}

static void
print(const struct verify *v, enum render_format format)
{
	if (format == RENDER_FORMAT_JSON) {
		render_json(verify_json(v));
		return;
	}
	for (size_t i = 0; i < v->nfindings; i++) {
		const struct verify_finding *f = &v->findings[i];

		render_finding(f->file, f->at.line, f->at.col, verify_rule_name(f->rule), f->text);
		if (format == RENDER_FORMAT_GITHUB && i < RENDER_ANNOTATIONS_MAX)
			render_annotation(f->file, f->at.line, f->at.col, f->text);
	}
	out_print("%zu files, %zu pods, %zu findings", v->nfiles, v->npods, v->nfindings);
	if (v->ntemplates)
		out_print("; %zu templates were not judged", v->ntemplates);
	if (!v->pins)
		out_print("; pins were not compared (no --image, no --graph)");
	out_print("\n");
}

static int
verify(struct session *s, const struct verify_opts *o, struct err *err)
{
	enum render_format format = s->o.json ? RENDER_FORMAT_JSON : RENDER_FORMAT_TEXT;
	struct verify *v = NULL;
	size_t n;
	int r;

	if (arg_format && !render_format_parse(str_c(arg_format), &format))
		return err_set(err, ERR_USAGE, "--format: '%s' is none of text, json, github",
			       arg_format);
	r = verify_run(o, &v, err);
	if (r)
		return r;
	print(v, format);
	n = v->nfindings;
	verify_free(v);
	if (!n)
		return 0;
	return err_set(err, ERR_REFUSED, n == 1 ? "%zu rule is broken" : "%zu rules are broken", n);
}

static int
run(struct session *s, int argc, char **argv, struct err *err)
{
	struct pin_want want = { .arena = arena_new() };
	struct presence_opts registry = { .env = (const char *const *)environ };
	struct verify_opts o = { .paths = (const char *const *)argv, .npaths = (size_t)argc };
	int r = argc ? 0 : err_set(err, ERR_USAGE, "PATH is missing");

	if (arg_registry)
		o.registry = &registry;
	if (!r && arg_gate_auth && !presence_auth_parse(str_c(arg_gate_auth), &registry.auth))
		r = err_set(err, ERR_USAGE,
			    "--gate-auth: '%s' is none of anonymous, docker-config, env",
			    arg_gate_auth);
	if (!r)
		r = read_skip(&o, err);
	if (!r)
		r = read_images(s, &want, err);
	o.images = want.images.v;
	o.nimages = want.images.n;
	o.graph = s->project ? s->project->graph : NULL;
	if (!r)
		r = verify(s, &o, err);
	pin_want_fini(&want);
	arena_free(want.arena);
	vec_fini(&arg_images);
	vec_fini(&arg_skip);
	return r;
}

const struct cmd cmd_verify = {
	.name = "verify",
	.args = "PATH...",
	.summary = "hold manifests against the rules of a working pod",
	.about =
		"Reads the Kubernetes manifests that are named, or that lie in the folders named,\n"
		"and says what cannot work or cannot last: two containers of a pod that claim one\n"
		"port, probes of ports that nobody declares, mounts without a volume, images\n"
		"without a version, pins of one image that disagree, containers that do not have\n"
		"the volume in common that the graph has them share. Exits with 4 if it finds any.",
	.examples = "  $ lockstep verify apps\n"
		    "  $ lockstep verify apps --image ghcr.io/owner/app --format github\n"
		    "  $ lockstep verify apps --graph lockstep.yaml\n"
		    "  $ lockstep verify apps --skip probes --json\n",
	.opts = options,
	.run = run,
};
