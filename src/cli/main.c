/* SPDX-License-Identifier: Apache-2.0 */
/* main.c: finds the command, runs it, reports its error once. */
#include "cli/cmd.h"

#include "base/out.h"
#include "lockstep/exit.h"

#include <signal.h>

const struct cmd *const cmd_all[] = {
	&cmd_build,   &cmd_ci,     &cmd_plan,   &cmd_why,      &cmd_inputs,    &cmd_graph,
	&cmd_history, &cmd_log,    &cmd_stage,  &cmd_replay,   &cmd_reproduce, &cmd_lock,
	&cmd_update,  &cmd_bump,   &cmd_verify, &cmd_dispatch, &cmd_init,      &cmd_audit,
	&cmd_gc,      &cmd_doctor, NULL,
};

static int
exit_status(const struct err *err)
{
	switch (err->class) {
	case ERR_NONE:
		return LOCKSTEP_EXIT_DONE;
	case ERR_USAGE:
	case ERR_INPUT:
		return LOCKSTEP_EXIT_USAGE;
	case ERR_FAILED:
	case ERR_REMOTE:
		return LOCKSTEP_EXIT_FAILED;
	case ERR_REFUSED:
		return LOCKSTEP_EXIT_REFUSED;
	case ERR_SYSTEM:
	case ERR_TOOL:
	case ERR_STORE:
		return LOCKSTEP_EXIT_MISSING;
	case ERR_TEMPORARY:
		return LOCKSTEP_EXIT_TEMPORARY;
	case ERR_CANCELLED:
		return 128 + (err->sys_errno ? err->sys_errno : SIGINT);
	}
	return LOCKSTEP_EXIT_FAILED;
}

static void
print_err(const struct err *err, const char *prefix)
{
	AUTO_FREE char *text = err_text(err);
	AUTO_BUF struct buf line = BUF_INIT;

	buf_init(&line, 0);
	buf_adds(&line, prefix);
	out_safe(&line, str_c(text));
	buf_addc(&line, '\n');
	if (err->hint) {
		buf_adds(&line, "    ");
		out_safe(&line, str_c(err->hint));
		buf_addc(&line, '\n');
	}
	out_err("%s", line.data);
}

/* Mistakes in the user's files stand alone, as a compiler prints them; the rest says who speaks. */
static void
report(struct session *s, const struct err *err)
{
	err_list_sort(&s->errs);
	for (size_t i = 0; i < s->errs.n; i++)
		print_err(&s->errs.items[i], "");
	if (err->msg && !(s->errs.n && err->class == ERR_INPUT))
		print_err(err, err->where.file ? "" : "lockstep: ");
	if (s->errs.n > 1)
		out_err("%zu mistakes\n", s->errs.n);
}

static void
print_help(const struct cmd *cmd, struct session *s)
{
	AUTO_BUF struct buf b = BUF_INIT;

	buf_init(&b, 0);
	buf_addf(&b, "usage: lockstep %s [OPTION...]%s%s\n\n%s\n", cmd->name, *cmd->args ? " " : "",
		 cmd->args, cmd->about);
	if (cmd->opts) {
		buf_adds(&b, "\noptions:\n");
		opt_help(cmd->opts, &b);
	}
	buf_adds(&b, "\noptions of every command:\n");
	opt_help(session_options(s), &b);
	buf_addf(&b, "\nexamples:\n%s", cmd->examples);
	out_write(buf_str(&b));
}

static void
print_overview(void)
{
	out_print(
		"usage: lockstep COMMAND [OPTION...]\n\n"
		"Builds a graph of container images: only what changed, several at once, and says "
		"why.\n\ncommands:\n");
	for (size_t i = 0; cmd_all[i]; i++)
		out_print("  %-10s %s\n", cmd_all[i]->name, cmd_all[i]->summary);
	out_print("\n`lockstep COMMAND --help` tells more; so do lockstep(1) and "
		  "lockstep-graph(5).\n");
}

/* As one types it who knows git: `lockstep -C DIR build`. */
static const char *
hint_for(const char *name)
{
	if (*name == '-')
		return "options come after the command: lockstep COMMAND [OPTION...]";
	return "lockstep --help lists the commands";
}

static const struct cmd *
find_cmd(const char *name, struct err *err)
{
	const char *names[64], *near;
	size_t n = 0;

	for (; cmd_all[n]; n++) {
		if (!strcmp(cmd_all[n]->name, name))
			return cmd_all[n];
		names[n] = cmd_all[n]->name;
	}
	err_set(err, ERR_USAGE, *name == '-' ? "'%s' is no command" : "unknown command '%s'", name);
	near = *name == '-' ? NULL : str_nearest(name, names, n);
	if (near)
		err_hint(err, "did you mean '%s'?", near);
	else
		err_hint(err, "%s", hint_for(name));
	return NULL;
}

static int
set_color(const char *when, struct err *err)
{
	static const char *const names[] = { "auto", "never", "always" };

	for (size_t i = 0; when && i < ARRAY_SIZE(names); i++) {
		if (!strcmp(when, names[i])) {
			out_init((enum out_color)i);
			return 0;
		}
	}
	if (!when)
		return 0;
	return err_set(err, ERR_USAGE, "--color: '%s' is none of auto, always, never", when);
}

static int
run_cmd(const struct cmd *cmd, struct session *s, int argc, char **argv, struct err *err)
{
	int first = 0, r = opt_parse(cmd->opts, session_options(s), argc, argv, &first, err);

	if (!r)
		r = set_color(s->o.color, err);
	if (r) {
		if (!err->hint)
			err_hint(err, "lockstep %s --help tells its options", cmd->name);
		return r;
	}
	if (s->o.help) {
		print_help(cmd, s);
		return 0;
	}
	return cmd->run(s, argc - first, argv + first, err);
}

static char *
command_line(int argc, char **argv)
{
	AUTO_BUF struct buf b = BUF_INIT;

	buf_init(&b, 0);
	buf_adds(&b, "lockstep");
	for (int i = 1; i < argc; i++)
		buf_addf(&b, " %s", argv[i]);
	return buf_steal(&b);
}

static int
help(struct session *s, const char *name, struct err *err)
{
	const struct cmd *cmd = name ? find_cmd(name, err) : NULL;

	if (name && !cmd)
		return -ERR_USAGE;
	if (cmd)
		print_help(cmd, s);
	else
		print_overview();
	return 0;
}

static int
dispatch(struct session *s, int argc, char **argv, struct err *err)
{
	const struct cmd *cmd;

	if (argc < 2) {
		print_overview();
		err_set(err, ERR_USAGE, "no command given");
		return -ERR_USAGE;
	}
	if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h") || !strcmp(argv[1], "help"))
		return help(s, argc > 2 ? argv[2] : NULL, err);
	if (!strcmp(argv[1], "--version")) {
		out_print("%s\n", PACKAGE_STRING);
		return 0;
	}
	cmd = find_cmd(argv[1], err);
	return cmd ? run_cmd(cmd, s, argc - 1, argv + 1, err) : -ERR_USAGE;
}

int
main(int argc, char **argv)
{
	AUTO_FREE char *command = command_line(argc, argv);
	AUTO_ERR struct err err = ERR_INIT;
	struct session s;
	int r, status;

	out_init(OUT_AUTO);
	session_init(&s);
	s.command = command;
	r = dispatch(&s, argc, argv, &err);
	if (!r)
		err_clear(&err);
	else if (!err.class)
		/* All there is to say is in the list of mistakes. */
		err.class = (enum err_class) - r;
	report(&s, &err);
	if (s.last_words.len)
		out_err("%s", s.last_words.data);
	status = exit_status(&err);
	session_fini(&s);
	if (out_finish() && status == LOCKSTEP_EXIT_DONE) {
		out_err("lockstep: cannot write to standard output\n");
		status = LOCKSTEP_EXIT_MISSING;
	}
	return status;
}
