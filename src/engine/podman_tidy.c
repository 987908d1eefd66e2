/* SPDX-License-Identifier: Apache-2.0 */
/* podman_tidy.c: what a killed lockstep left, and whether podman works here at all. */
#include "base/file.h"
#include "engine/podman_priv.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#define TIDY_MS (120 * 1000)

/* Runs one command on the storage: words (NULL at the end), then each line of names. */
static int
ask(struct builder *b, const char *const *words, struct str names, struct buf *out, struct err *err)
{
	AUTO_ARENA struct arena *a = arena_new();
	struct proc_opts opts = { .log_fd = -1, .split_stdout = true, .timeout_ms = TIDY_MS };
	struct builder_cmd cmd;
	struct str name;
	int r;

	if (!builder_podman_cmd(b, a, &cmd))
		return err_set(err, ERR_TOOL, "podman cannot see images of this builder");
	for (; *words; words++)
		vec_push(&cmd.argv, *words);
	while (str_next_line(&names, &name))
		vec_push(&cmd.argv, arena_str(a, name));
	vec_push(&cmd.argv, NULL);
	opts.argv = cmd.argv.v;
	opts.env = cmd.env.v;
	r = proc_run(&opts, out, err);
	vec_fini(&cmd.argv);
	vec_fini(&cmd.env);
	return r;
}

/* Finds what carries our label, and removes it. */
static int
sweep(struct builder *b, const char *const *list, const char *const *remove, struct err *err)
{
	AUTO_BUF struct buf found = BUF_INIT, said = BUF_INIT;
	int r;

	buf_init(&found, 0);
	buf_init(&said, 0);
	r = ask(b, list, STR_NULL, &found, err);
	if (r || !found.len)
		return r;
	return ask(b, remove, buf_str(&found), &said, err);
}

int
podman_tidy(struct builder *b, struct err *err)
{
	AUTO_ARENA struct arena *a = arena_new();
	const char *filter = arena_printf(a, "label=%s", runner_label(b, a));
	const char *const pods[] = {
		"pod", "ps", "--quiet", "--no-trunc", "--filter", filter, NULL
	};
	const char *const rm_pods[] = { "pod", "rm", "--force", "--time", "0", NULL };
	const char *const all[] = {
		"ps", "--all", "--quiet", "--no-trunc", "--filter", filter, NULL
	};
	const char *const rm_all[] = {
		"rm", "--force", "--ignore", "--volumes", "--time", "0", NULL
	};
	const char *const volumes[] = {
		"volume", "ls", "--quiet", "--filter", ("name=^" RUNNER_PREFIX), NULL
	};
	const char *const rm_volumes[] = { "volume", "rm", "--force", NULL };
	int r;

	if (!proc_find("podman", NULL))
		return 0;
	r = sweep(b, pods, rm_pods, err);
	if (!r)
		r = sweep(b, all, rm_all, err);
	if (!r)
		r = sweep(b, volumes, rm_volumes, err);
	return r;
}

/* The process that holds an ordinary user's name spaces open, if it is still that. */
static bool
is_pause_process(unsigned long long pid)
{
	AUTO_FREE char *path = xasprintf("/proc/%llu/comm", pid);
	AUTO_ERR struct err ignored = ERR_INIT; /* it has ended */
	AUTO_BUF struct buf name = BUF_INIT;

	buf_init(&name, 0);
	return !file_read(AT_FDCWD, path, MAX_CONFIG_BLOB, &name, &ignored) &&
	       (str_starts(buf_str(&name), STR_LIT("catatonit")) ||
		str_starts(buf_str(&name), STR_LIT("podman")));
}

static void
end_pause_process(const char *tmp_dir)
{
	AUTO_FREE char *path = xasprintf("%s/pause.pid", tmp_dir);
	AUTO_ERR struct err ignored = ERR_INIT; /* there is none */
	AUTO_BUF struct buf text = BUF_INIT;
	unsigned long long pid;

	buf_init(&text, 0);
	if (file_read(AT_FDCWD, path, MAX_CONFIG_BLOB, &text, &ignored) ||
	    !str_to_u64(str_trim(buf_str(&text), " \n"), &pid) || pid < 2 || !is_pause_process(pid))
		return;
	(void)kill((pid_t)pid, SIGKILL); /* gone is as good */
	(void)unlink(path);
}

void
podman_rest(struct builder *b)
{
	AUTO_ARENA struct arena *a = arena_new();
	struct builder_cmd cmd;

	if (geteuid() == 0 || !builder_podman_cmd(b, a, &cmd))
		return;
	for (size_t i = 1; i < cmd.argv.n; i++)
		if (!strcmp(cmd.argv.v[i - 1], "--tmpdir"))
			end_pause_process(cmd.argv.v[i]);
	vec_fini(&cmd.argv);
	vec_fini(&cmd.env);
}

static bool
can_open_tun(void)
{
	int AUTO_FD fd = open("/dev/net/tun", O_RDWR | O_CLOEXEC);

	return fd >= 0;
}

/* A port of a container is reached through a bridge by root, and through a tap device by others. */
static int
probe_network(const json_t *host, struct err *err)
{
	const char *backend = json_get_text(host, "networkBackend");

	if (geteuid() != 0) {
		if (can_open_tun())
			return 0;
		err_set(err, ERR_TOOL, "cannot run http checks: no access to '/dev/net/tun': %s",
			strerror(errno));
		err_hint(err, "as root: modprobe tun; chmod 666 /dev/net/tun");
		return -ERR_TOOL;
	}
	if (!backend || strcmp(backend, "netavark") != 0) {
		err_set(err, ERR_TOOL, "cannot run http checks: podman uses %s, not netavark",
			backend ? backend : "no network");
		err_hint(err, "apt-get install netavark, and network_backend = \"netavark\" in "
			      "containers.conf");
		return -ERR_TOOL;
	}
	return 0;
}

int
podman_probe(struct builder *b, unsigned needs, struct err *err)
{
	static const char *const info[] = { "info", "--format", "json", NULL };
	AUTO_ERR struct err own = ERR_INIT;
	AUTO_BUF struct buf out = BUF_INIT;
	AUTO_JSON json_t *j = NULL;
	int r;

	buf_init(&out, 0);
	r = ask(b, info, STR_NULL, &out, &own);
	if (r && !proc_find("podman", NULL)) {
		err_set(err, ERR_TOOL, "cannot run checks: no podman");
		err_hint(err, "apt-get install podman");
		return -ERR_TOOL;
	}
	if (!r)
		r = json_parse(buf_str(&out), "podman info", &j, &own);
	if (r) {
		err_set(err, ERR_TOOL, "cannot run checks: %s", own.msg);
		err_hint(err, "try: podman info");
		return -ERR_TOOL;
	}
	return needs & (RUNNER_PORTS | RUNNER_PODS) ? probe_network(json_object_get(j, "host"), err)
						    : 0;
}
