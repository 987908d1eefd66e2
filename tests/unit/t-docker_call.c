/* SPDX-License-Identifier: Apache-2.0 */
/* t-docker_call.c: requests to a stand-in of an engine, and what comes of answers, good and bad. */
#include "base/file.h"
#include "lib/http_server.h"
#include "lib/tmp.h"
#include "remote/docker_call.h"

#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#define ID "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define ANSWER(api, oldest)                                                                        \
	"{\"Version\":\"20.10.24\",\"ApiVersion\":\"" api "\",\"MinAPIVersion\":\"" oldest "\"}"

struct bench {
	const char *dir;
	char *socket, *id_file;
	struct loop *loop;
	struct http_server *server;
	struct docker_api *api;
	struct docker_call *call;
	bool done;
	struct proc_result result;
};

static int
setup(void **state)
{
	struct bench *b = xcalloc(1, sizeof(*b));
	AUTO_ERR struct err err = ERR_INIT;
	AUTO_FREE char *host = NULL;
	void *dir;

	(void)tmp_setup(&dir);
	b->dir = dir;
	b->socket = tmp_path(b->dir, "s");
	b->id_file = tmp_path(b->dir, "id");
	host = xasprintf("unix://%s", b->socket);
	b->loop = loop_new_quiet();
	b->server = http_server_new(b->loop, b->socket);
	assert_int_equal(docker_api_open_at(host, NULL, &b->api, &err), 0);
	*state = b;
	return 0;
}

static int
teardown(void **state)
{
	struct bench *b = *state;
	void *dir = (void *)b->dir;

	docker_call_free(b->call);
	docker_api_free(b->api);
	http_server_free(b->server);
	loop_free(b->loop);
	free(b->socket);
	free(b->id_file);
	free(b);
	return tmp_teardown(&dir);
}

static void
on_exit_of(void *ctx, const struct proc_result *result)
{
	struct bench *b = ctx;

	b->result = *result;
	b->done = true;
}

static void
start(struct bench *b, const struct docker_call_opts *opts, int64_t timeout_ms)
{
	struct docker_call_watch watch = { .loop = b->loop,
					   .log_fd = -1,
					   .timeout_ms = timeout_ms,
					   .on_exit = on_exit_of,
					   .ctx = b };
	struct docker_call_opts call = *opts;
	AUTO_ERR struct err err = ERR_INIT;

	call.api = b->api;
	call.method = call.save ? HTTP_GET : HTTP_POST;
	if (docker_call_start(&call, &watch, &b->call, &err))
		fail_msg("%s", err.msg);
}

static void
wait_for(struct bench *b)
{
	AUTO_ERR struct err err = ERR_INIT;

	assert_int_equal(loop_run(b->loop, &b->done, &err), 0);
}

/* Its result: exit status and what it printed. */
static void
check(struct bench *b, int status, const char *want)
{
	AUTO_FREE char *got = NULL, *all = NULL;
	char *at;

	wait_for(b);
	got = str_dup(docker_call_tail(b->call));
	at = strstr(got, b->socket);
	if (at) {
		*at = '\0';
		all = xasprintf("%sSOCKET%s", got, at + strlen(b->socket));
	}
	assert_string_equal(all ? all : got, want);
	assert_int_equal(b->result.status, status);
}

static const struct docker_call_opts plain = { .path = "/images/create?fromImage=x" };

static void
a_build_sends_folder_dockerfile_and_ignore_file(void **state)
{
	struct bench *b = *state;
	AUTO_ARENA struct arena *a = arena_new();
	struct docker_call_opts build = { .id_file = b->id_file };
	AUTO_FREE char *log = NULL, *id = NULL;

	tmp_text(b->dir, "context/file", "content of the file");
	tmp_text(b->dir, "context/.lockstep.Dockerfile", "not this");
	tmp_text(b->dir, "Dockerfile", "FROM scratch\n");
	build.context = arena_printf(a, "%s/context", b->dir);
	build.dockerfile = arena_printf(a, "%s/Dockerfile", b->dir);
	build.dockerfile_name = docker_call_dockerfile(a, build.context);
	build.path = arena_printf(a, "/build?dockerfile=%s", build.dockerfile_name);
	http_server_answer(b->server, "POST /build?dockerfile=.lockstep.Dockerfile.1 ", 200, "",
			   "{\"stream\":\"Step 1/1 : FROM scratch\\n\"}\r\n{\"aux\":{\"ID\":\"" ID
			   "\"}}\r\n{\"stream\":\"done\\n\"}\r\n");
	start(b, &build, 0);
	check(b, 0, "Step 1/1 : FROM scratch\ndone\n");
	id = tmp_read(b->dir, "id");
	assert_string_equal(id, ID);
	log = xcalloc(1, http_server_log(b->server).n + 1);
	for (size_t i = 0; i < http_server_log(b->server).n; i++)
		log[i] = http_server_log(b->server).p[i] ? http_server_log(b->server).p[i] : ' ';
	assert_non_null(strstr(log, "Content-Type: application/x-tar\r\n"));
	assert_non_null(strstr(log, "Transfer-Encoding: chunked\r\n"));
	assert_non_null(strstr(log, "content of the file"));
	assert_non_null(strstr(log, ".dockerignore\n.lockstep.Dockerfile.1\n"));
	assert_non_null(strstr(log, "FROM scratch\n"));
}

static void
a_step_that_fails_has_its_status(void **state)
{
	struct bench *b = *state;
	struct docker_call_opts build = plain;

	build.id_file = b->id_file;
	http_server_answer(b->server, "POST ", 200, "",
			   "{\"stream\":\"Step 1/1\\n\"}\n{\"errorDetail\":{\"code\":3,\"message\":"
			   "\"it returned 3\"},\"error\":\"it\"}");
	start(b, &build, 0);
	check(b, 3 << 8, "Step 1/1\nit returned 3\n");
	assert_false(file_exists(AT_FDCWD, b->id_file));
}

static void
a_refusal_has_the_engines_words_and_no_query(void **state)
{
	struct bench *b = *state;

	http_server_answer(b->server, "POST ", 404, "", "{\"message\":\"manifest unknown\"}");
	start(b, &plain, 0);
	check(b, 1 << 8,
	      "the docker engine refuses: 'http://docker/images/create' answers 404: manifest "
	      "unknown\n");
}

static void
a_connection_that_breaks_off_is_no_success(void **state)
{
	struct bench *b = *state;
	struct docker_call_opts build = plain;

	build.id_file = b->id_file;
	http_server_rule(b->server, "POST ", 0,
			 "HTTP/1.0 200 OK\r\nContent-Length: 1000\r\n\r\n{\"stream\":\"Step "
			 "1/2\\n\"}\n{\"aux\":{\"ID\":\"" ID "\"}}\n{\"stre");
	start(b, &build, 0);
	check(b, 1 << 8,
	      "Step 1/2\nthe docker engine at 'unix://SOCKET' broke off: transfer closed with 881 "
	      "bytes remaining to read\n");
	assert_false(file_exists(AT_FDCWD, b->id_file));
}

static void
no_answer_at_all(void **state)
{
	struct bench *b = *state;

	http_server_rule(b->server, "POST ", 0, "");
	start(b, &plain, 0);
	check(b, 1 << 8, "no docker engine answers at 'unix://SOCKET': Empty reply from server\n");
}

static void
an_end_without_an_image(void **state)
{
	struct bench *b = *state;
	struct docker_call_opts build = plain;

	build.id_file = b->id_file;
	http_server_answer(b->server, "POST ", 200, "", "{\"stream\":\"all is well\\n\"}\n");
	start(b, &build, 0);
	check(b, 1 << 8,
	      "all is well\nthe docker engine at 'unix://SOCKET' ended without an image\n");
}

static void
what_is_no_progress_ends_it(void **state)
{
	struct bench *b = *state;

	http_server_answer(b->server, "POST ", 200, "", "{\"stream\":\"one\\n\"}\n<html>\nmore\n");
	start(b, &plain, 0);
	check(b, 1 << 8, "one\nthe docker engine says '<html>', which is no progress\n");
}

static void
an_image_is_written_to_its_file(void **state)
{
	struct bench *b = *state;
	AUTO_FREE char *file = tmp_path(b->dir, "image.tar"), *got = NULL;
	struct docker_call_opts get = { .path = "/images/x/get", .save = file };

	http_server_answer(b->server, "GET /images/x/get ", 200, "", "bytes of an archive");
	start(b, &get, 0);
	check(b, 0, "");
	got = tmp_read(b->dir, "image.tar");
	assert_string_equal(got, "bytes of an archive");
}

static void
the_login_of_a_pull_goes_along(void **state)
{
	struct bench *b = *state;
	AUTO_FREE char *config = tmp_path(b->dir, "docker"), *log = NULL;
	AUTO_FREE char *variable = xasprintf("DOCKER_CONFIG=%s", config);
	const char *env[] = { variable, "HOME=/nowhere", NULL };

	/* me:pass>?>, so that the base64 of URLs differs */
	tmp_text(b->dir, "docker/config.json",
		 "{\"auths\":{\"r.example.org\":{\"auth\":\"bWU6cGFzcz4/Pg==\"}}}");
	http_server_answer(b->server, "POST ", 200, "", "{\"status\":\"Pulled\"}\n");
	start(b,
	      &(struct docker_call_opts){ .path = "/images/create",
					  .domain = "r.example.org",
					  .repository = "a/b",
					  .env = env },
	      0);
	check(b, 0, "Pulled\n");
	log = str_dup(http_server_log(b->server));
	assert_non_null(strstr(
		log, "X-Registry-Auth: "
		     "eyJwYXNzd29yZCI6InBhc3M-Pz4iLCJzZXJ2ZXJhZGRyZXNzIjoici5leGFtcGxlLm9yZyIsInVz"
		     "ZXJuYW1lIjoibWUifQ==\r\n"));
}

static void
time_is_limited_and_it_can_be_ended(void **state)
{
	struct bench *b = *state;

	http_server_rule(b->server, "POST ", 0, "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n");
	start(b, &plain, 50);
	check(b, SIGTERM, "");
	assert_true(b->result.timed_out);
	docker_call_free(b->call);
	b->done = false;
	start(b, &plain, 0);
	docker_call_end(b->call);
	docker_call_end(b->call);
	check(b, SIGTERM, "");
	assert_true(b->result.cancelled);
}

/* What is asked waits for its answer, so the stand-in answers from another process. */
static void
meet(struct bench *b, const char *version, const char *want)
{
	AUTO_FREE char *host = xasprintf("unix://%s", b->socket), *got = NULL;
	AUTO_ERR struct err err = ERR_INIT;
	struct docker_api *api;
	int status;
	pid_t pid;

	http_server_answer(b->server, "GET /version ", 200, "", version);
	pid = fork();
	if (!pid)
		_exit(loop_run(b->loop, &b->done, &err) ? 1 : 0);
	assert_int_equal(docker_api_open_at(host, NULL, &api, &err), 0);
	got = docker_api_meet(api, &err)
		      ? err_text(&err)
		      : xasprintf("%s%s speaks %s", docker_api_is_podman(api) ? "podman " : "",
				  docker_api_engine(api), docker_api_version(api));
	docker_api_free(api);
	(void)kill(pid, SIGKILL);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	if (!str_starts(str_c(got), str_c(want)))
		fail_msg("'%s' does not begin with '%s'", got, want);
}

static void
podman_is_told_from_docker(void **state)
{
	meet(*state,
	     "{\"Version\":\"4.3.1\",\"ApiVersion\":\"1.41\",\"MinAPIVersion\":\"1.24\","
	     "\"Components\":[{\"Name\":\"Podman Engine\"},{\"Name\":\"Conmon\"}]}",
	     "podman 4.3.1 speaks 1.41");
}

static void
docker_has_other_parts(void **state)
{
	meet(*state,
	     "{\"Version\":\"20.10.24\",\"ApiVersion\":\"1.41\",\"MinAPIVersion\":\"1.12\","
	     "\"Components\":[{\"Name\":\"Engine\"},{\"Name\":7},{}]}",
	     "20.10.24 speaks 1.41");
}

static void
versions_meet_in_the_middle(void **state)
{
	meet(*state, ANSWER("1.41", "1.12"), "20.10.24 speaks 1.41");
}

static void
an_older_engine_is_spoken_to_in_its_own(void **state)
{
	meet(*state, ANSWER("1.35", "1.12"), "20.10.24 speaks 1.35");
}

static void
a_newer_engine_says_what_it_still_knows(void **state)
{
	meet(*state, ANSWER("1.60", "1.44"), "20.10.24 speaks 1.44");
}

static void
an_engine_that_is_too_old(void **state)
{
	meet(*state, ANSWER("1.30", "1.12"), "the docker engine at 'unix:///");
}

static void
who_answers_may_be_no_engine(void **state)
{
	meet(*state, "{\"hello\":\"world\"}", "what answers at 'unix:///");
}

static void
hosts_that_can_be_spoken_to(void **state UNUSED)
{
	static const char *const bad[] = { "ssh://host", "unix://relative", "tcp://", "/a/path",
					   "tcp://user@host:1" };
	const char *env[] = { "DOCKER_HOST=tcp://10.0.0.1:2376", "DOCKER_TLS_VERIFY=1",
			      "HOME=/home/me", NULL };
	AUTO_ARENA struct arena *a = arena_new();
	struct http_request request = { .flags = 0 };
	AUTO_FREE char *url = NULL;
	struct docker_api *api;

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		AUTO_ERR struct err err = ERR_INIT;

		assert_int_equal(docker_api_open_at(bad[i], NULL, &api, &err), -ERR_TOOL);
		assert_string_equal(err.msg,
				    arena_printf(a, "DOCKER_HOST: cannot speak to '%s'", bad[i]));
	}
	assert_int_equal(docker_api_open(env, &api, NULL), 0);
	url = docker_api_address(api, "/info", &request);
	assert_string_equal(url, "https://10.0.0.1:2376/info");
	assert_string_equal(request.ca_file, "/home/me/.docker/ca.pem");
	assert_string_equal(request.cert_file, "/home/me/.docker/cert.pem");
	assert_string_equal(request.key_file, "/home/me/.docker/key.pem");
	assert_false(docker_api_is_local(api));
	docker_api_free(api);
	assert_int_equal(docker_api_open_at("tcp://127.0.0.1:1", NULL, &api, NULL), 0);
	assert_true(docker_api_is_local(api));
	docker_api_free(api);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_build_sends_folder_dockerfile_and_ignore_file),
		TEST(a_step_that_fails_has_its_status),
		TEST(a_refusal_has_the_engines_words_and_no_query),
		TEST(a_connection_that_breaks_off_is_no_success),
		TEST(no_answer_at_all),
		TEST(an_end_without_an_image),
		TEST(what_is_no_progress_ends_it),
		TEST(an_image_is_written_to_its_file),
		TEST(the_login_of_a_pull_goes_along),
		TEST(time_is_limited_and_it_can_be_ended),
		TEST(podman_is_told_from_docker),
		TEST(docker_has_other_parts),
		TEST(versions_meet_in_the_middle),
		TEST(an_older_engine_is_spoken_to_in_its_own),
		TEST(a_newer_engine_says_what_it_still_knows),
		TEST(an_engine_that_is_too_old),
		TEST(who_answers_may_be_no_engine),
		cmocka_unit_test(hosts_that_can_be_spoken_to),
	};

	return cmocka_run_group_tests_name("docker_call", tests, NULL, NULL);
}
