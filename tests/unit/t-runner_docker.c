/* SPDX-License-Identifier: Apache-2.0 */
/* t-runner_docker.c: a container as docker's engine is told of it. What it does is tested by
 * tests/cli/t-check-run-docker.sh. */
#include "engine/runner_docker.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void
check(const char *keys, struct runner_container c, const char *want)
{
	AUTO_JSON json_t *k = NULL, *got = NULL;
	AUTO_FREE char *text = NULL;

	assert_int_equal(json_parse(str_c(keys), "test", &k, NULL), 0);
	c.keys = k;
	c.image_id = "sha256:abc";
	c.command = json_object_get(k, "run");
	got = runner_docker_json(&c, "mark");
	text = json_canonical(got);
	assert_string_equal(text, want);
}

#define HOST(log, drop, add, mounts, network, rest, root, tmpfs)                                   \
	"\"HostConfig\":{\"CapAdd\":[" add "],\"CapDrop\":[" drop                                  \
	"],\"LogConfig\":{\"Config\":{\"max-size\":\"" log "\"},\"Type\":\"json-file\"}" mounts    \
	",\"NetworkMode\":\"" network "\"" rest ",\"ReadonlyRootfs\":" root tmpfs "},"             \
	"\"Image\":\"sha256:abc\",\"Labels\":{\"lockstep.state\":\"mark\"}"

static void
what_is_not_said_is_the_images(void **state UNUSED)
{
	check("{}", (struct runner_container){ .detach = true },
	      "{\"Env\":[]," HOST("4m", "", "", ",\"Mounts\":[]", "none", "", "false",
				  ",\"Tmpfs\":{}") "}");
}

static void
all_that_can_be_said(void **state UNUSED)
{
	check("{\"run\":[\"a\",\"b c\"],\"user\":\"1:2\",\"workdir\":\"/w\",\"cap-drop\":[\"all\"],"
	      "\"cap-add\":[\"CHOWN\"],\"no-new-privileges\":true,\"read-only\":true,"
	      "\"memory\":1000,\"pids\":20,\"env\":{\"A\":\"b=c\"},"
	      "\"mounts\":[\"tmpfs:/t\",\"volume:/v\",\"data:/d\"]}",
	      (struct runner_container){ .bare = true, .folders = "/f" },
	      "{\"Cmd\":[\"b c\"],\"Entrypoint\":[\"a\"],\"Env\":[\"A=b=c\"]," HOST(
		      "256m", "\"all\"", "\"CHOWN\"",
		      ",\"Memory\":1000,\"Mounts\":[{\"Target\":\"/v\",\"Type\":\"volume\"},"
		      "{\"ReadOnly\":true,\"Source\":\"/f/2\",\"Target\":\"/d\",\"Type\":\"bind\"}"
		      "]",
		      "none", ",\"PidsLimit\":20", "true",
		      ",\"SecurityOpt\":[\"no-new-privileges\"],"
		      "\"Tmpfs\":{\"/t\":\"rw,mode=1777\"}") ",\"User\":\"1:2\","
							     "\"WorkingDir\":\"/w\"}");
}

static void
a_port_is_published_to_this_machine_alone(void **state UNUSED)
{
	check("{\"network\":\"none\"}",
	      (struct runner_container){ .detach = true, .port = 80, .host_port = 8081 },
	      "{\"Env\":[],\"ExposedPorts\":{\"80/tcp\":{}}," HOST(
		      "4m", "", "", ",\"Mounts\":[]", "bridge",
		      ",\"PortBindings\":{\"80/tcp\":[{\"HostIp\":\"127.0.0.1\",\"HostPort\":"
		      "\"8081\"}]}",
		      "false", ",\"Tmpfs\":{}") "}");
	check("{\"network\":\"outside\"}", (struct runner_container){ .detach = true },
	      "{\"Env\":[]," HOST("4m", "", "", ",\"Mounts\":[]", "bridge", "", "false",
				  ",\"Tmpfs\":{}") "}");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_not_said_is_the_images),
		cmocka_unit_test(all_that_can_be_said),
		cmocka_unit_test(a_port_is_published_to_this_machine_alone),
	};

	return cmocka_run_group_tests_name("runner_docker", tests, NULL, NULL);
}
