/* SPDX-License-Identifier: Apache-2.0 */
/* podman_pod.c: pods, their volumes, and whose a port is. */
#include "engine/podman_priv.h"
#include "io/port.h"

#include <unistd.h>

#define PLAY_MS (300 * 1000)
#define REMOVE_MS (60 * 1000)
#define MAX_SOCKETS 64

int
podman_play(struct podman *p, const char *file, runner_fn fn, void *ctx, struct err *err)
{
	struct proc_opts opts = { .log_fd = podman_log_fd(p), .timeout_ms = PLAY_MS };
	struct builder_cmd cmd;
	int r = podman_begin(p, "kube", &cmd, err);

	if (r)
		return r;
	vec_push(&cmd.argv, "play");
	/* Its own network would stay behind in the machine's configuration. */
	if (geteuid() == 0) {
		vec_push(&cmd.argv, "--network");
		vec_push(&cmd.argv, "bridge");
	} else {
		vec_push(&cmd.argv, "--network");
		vec_push(&cmd.argv, "slirp4netns");
	}
	vec_push(&cmd.argv, podman_word(p, file));
	return podman_start(p, &cmd, &opts, &(struct podman_then){ fn, ctx, false }, err);
}

int
podman_remove_pod(struct podman *p, const char *name, runner_fn fn, void *ctx, struct err *err)
{
	struct proc_opts opts = { .log_fd = -1, .timeout_ms = REMOVE_MS };
	struct builder_cmd cmd;
	int r = podman_begin(p, "pod", &cmd, err);

	if (r)
		return r;
	vec_push(&cmd.argv, "rm");
	vec_push(&cmd.argv, "--force");
	vec_push(&cmd.argv, "--ignore");
	vec_push(&cmd.argv, "--time");
	vec_push(&cmd.argv, "0");
	vec_push(&cmd.argv, podman_word(p, name));
	return podman_start(p, &cmd, &opts, &(struct podman_then){ fn, ctx, true }, err);
}

int
podman_remove_volumes(struct podman *p, const char *names, runner_fn fn, void *ctx, struct err *err)
{
	struct proc_opts opts = { .log_fd = -1, .timeout_ms = REMOVE_MS };
	struct str rest = str_c(names), name;
	struct builder_cmd cmd;
	int r = podman_begin(p, "volume", &cmd, err);

	if (r)
		return r;
	vec_push(&cmd.argv, "rm");
	vec_push(&cmd.argv, "--force");
	while (str_next_line(&rest, &name)) {
		AUTO_FREE char *text = str_dup(name);

		vec_push(&cmd.argv, podman_word(p, text));
	}
	return podman_start(p, &cmd, &opts, &(struct podman_then){ fn, ctx, true }, err);
}

int
podman_processes(struct podman *p, const char *name, runner_fn fn, void *ctx, struct err *err)
{
	struct proc_opts opts = { .log_fd = -1, .timeout_ms = REMOVE_MS };
	struct builder_cmd cmd;
	int r = podman_begin(p, "top", &cmd, err);

	if (r)
		return r;
	vec_push(&cmd.argv, podman_word(p, name));
	vec_push(&cmd.argv, "hpid");
	return podman_start(p, &cmd, &opts, &(struct podman_then){ fn, ctx, false }, err);
}

/* `find`, on what each process has open. Another's is seen from inside its user name space only. */
int
podman_owns(struct podman *p, struct str processes, int port, runner_fn fn, void *ctx,
	    struct err *err)
{
	struct proc_opts opts = { .log_fd = -1, .timeout_ms = REMOVE_MS };
	unsigned long long pid, sockets[MAX_SOCKETS];
	struct builder_cmd cmd;
	struct str line;
	size_t n = 0;
	int r = podman_begin(p, "unshare", &cmd, err);

	if (r)
		return r;
	if (geteuid() == 0)
		cmd.argv.n = 0;
	vec_push(&cmd.argv, "find");
	while (str_next_line(&processes, &line)) {
		AUTO_FREE char *path = NULL;

		if (!str_to_u64(str_trim(line, " "), &pid))
			continue; /* the heading */
		path = xasprintf("/proc/%llu/fd", pid);
		vec_push(&cmd.argv, podman_word(p, path));
		if (!n)
			n = port_listeners((pid_t)pid, port, sockets, MAX_SOCKETS);
	}
	vec_push(&cmd.argv, "-false");
	for (size_t i = 0; i < n; i++) {
		AUTO_FREE char *link = xasprintf("socket:\\[%llu\\]", sockets[i]);

		vec_push(&cmd.argv, "-o");
		vec_push(&cmd.argv, "-lname");
		vec_push(&cmd.argv, podman_word(p, link));
	}
	opts.split_stdout = true;
	return podman_start(p, &cmd, &opts, &(struct podman_then){ fn, ctx, false }, err);
}
