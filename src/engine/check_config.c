/* SPDX-License-Identifier: Apache-2.0 */
/* check_config.c: the check `config`: how a container of the image is started. */
#include "engine/check_priv.h"

static const json_t *
inside(const struct check_item *item)
{
	return json_object_get(image_tree_config(item->opts->tree), "config");
}

/* NULL is no value; builders write what is unset in several ways. */
static const char *
text_of(const json_t *value)
{
	return json_is_string(value) && json_string_length(value) ? json_string_value(value) : NULL;
}

static void
judge_text(const json_t *wanted, const json_t *have, const char *name, struct buf *faults)
{
	const char *want = json_string_value(wanted), *is = text_of(have);

	if (!wanted || !strcmp(want, is ? is : ""))
		return;
	if (is)
		check_add_fault(faults, "%s is '%s', not '%s'", name, is, want);
	else
		check_add_fault(faults, "%s is not set, and not '%s'", name, want);
}

static void
judge_list(const json_t *wanted, const json_t *have, const char *name, struct buf *faults)
{
	AUTO_JSON json_t *none = json_array();
	AUTO_FREE char *want = NULL, *is = NULL;

	if (!wanted || json_equal(wanted, json_is_array(have) ? have : none))
		return;
	want = json_canonical(wanted);
	is = json_canonical(json_is_array(have) ? have : none);
	check_add_fault(faults, "%s is %s, not %s", name, is, want);
}

static void
judge_ports(const json_t *wanted, const json_t *have, struct buf *faults)
{
	for (size_t i = 0; i < json_array_size(wanted); i++) {
		const char *port = json_string_value(json_array_get(wanted, i));
		AUTO_FREE char *full =
			strchr(port, '/') ? xstrdup(port) : xasprintf("%s/tcp", port);

		/* EXPOSE 8081 is kept as "8081/tcp" by most, and as "8081" by some. */
		if (!json_object_get(have, full) && !json_object_get(have, port))
			check_add_fault(faults, "port %s is not exposed", full);
	}
}

static const char *
env_of(const json_t *list, const char *name)
{
	size_t n = strlen(name);

	for (size_t i = 0; i < json_array_size(list); i++) {
		const char *pair = json_string_value(json_array_get(list, i));

		if (pair && !strncmp(pair, name, n) && pair[n] == '=')
			return pair + n + 1;
	}
	return NULL;
}

static void
judge_value(const char *what, const char *name, const char *is, const char *want,
	    struct buf *faults)
{
	if (!is)
		check_add_fault(faults, "%s '%s' is not set", what, name);
	else if (strcmp(is, want) != 0)
		check_add_fault(faults, "%s '%s' is '%s', not '%s'", what, name, is, want);
}

static int
judge_config(struct check_item *item, struct err *err UNUSED)
{
	const json_t *want = json_object_get(item->check->spec, "config"), *have = inside(item);
	AUTO_BUF struct buf faults = BUF_INIT;
	const char *name;
	json_t *value;

	buf_init(&faults, 0);
	judge_text(json_object_get(want, "user"), json_object_get(have, "User"), "the user",
		   &faults);
	judge_text(json_object_get(want, "workdir"), json_object_get(have, "WorkingDir"),
		   "the working directory", &faults);
	judge_list(json_object_get(want, "entrypoint"), json_object_get(have, "Entrypoint"),
		   "the entrypoint", &faults);
	judge_list(json_object_get(want, "cmd"), json_object_get(have, "Cmd"), "the command",
		   &faults);
	judge_ports(json_object_get(want, "ports"), json_object_get(have, "ExposedPorts"), &faults);
	json_object_foreach(json_object_get(want, "env"), name, value)
		judge_value("variable", name, env_of(json_object_get(have, "Env"), name),
			    json_string_value(value), &faults);
	json_object_foreach(json_object_get(want, "labels"), name, value)
		judge_value("label", name, json_get_text(json_object_get(have, "Labels"), name),
			    json_string_value(value), &faults);
	check_judged(item, &faults);
	return 0;
}

const struct check_ops check_config_ops = { .judge = judge_config };
