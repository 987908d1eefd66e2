/* SPDX-License-Identifier: Apache-2.0 */
/* t-port.c: free ports. */
#include "io/port.h"

#include "base/file.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#include <cmocka.h>

static int
listen_on(int port)
{
	struct sockaddr_in at = { .sin_family = AF_INET,
				  .sin_port = htons((uint16_t)port),
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&at, sizeof(at)), 0);
	assert_int_equal(listen(fd, 1), 0);
	return fd;
}

static void
a_free_port_can_be_listened_on_and_is_not_given_again(void **state)
{
	int fds[20], ports[20];

	(void)state;
	for (size_t i = 0; i < 20; i++) {
		assert_int_equal(port_free(&ports[i], NULL), 0);
		assert_in_range(ports[i], 1, 65535);
		fds[i] = listen_on(ports[i]);
		for (size_t k = 0; k < i; k++)
			assert_int_not_equal(ports[i], ports[k]);
	}
	for (size_t i = 0; i < 20; i++)
		close_fdp(&fds[i]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_free_port_can_be_listened_on_and_is_not_given_again),
	};

	return cmocka_run_group_tests_name("port", tests, NULL, NULL);
}
