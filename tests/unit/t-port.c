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
#include <unistd.h>

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

static const char table[] =
	"  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout "
	"inode\n"
	"   0: 00000000:1F91 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 "
	"4711 1 0000000000000000 100 0 0 10 0\n"
	"   1: 0100007F:1F91 0100007F:B0C2 01 00000000:00000000 00:00000000 00000000  1000        0 "
	"4712 1 0000000000000000 20 4 30 10 -1\n"
	"   2: 00000000000000000000000001000000:1F91 00000000000000000000000000000000:0000 0A "
	"00000000:00000000 00:00000000 00000000     0        0 4713 1\n"
	"   3: 00000000:0016 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 "
	"4714 1\n"
	"   4: 00000000:1F91\n";

static void
listeners_are_read_from_a_table(void **state)
{
	unsigned long long got[4] = { 0 };

	(void)state;
	assert_int_equal(port_parse_table(str_c(table), 8081, got, 4), 2);
	assert_int_equal(got[0], 4711);
	assert_int_equal(got[1], 4713);
	assert_int_equal(port_parse_table(str_c(table), 8081, got, 1), 1);
	assert_int_equal(port_parse_table(str_c(table), 22, got, 4), 1);
	assert_int_equal(got[0], 4714);
	assert_int_equal(port_parse_table(str_c(table), 80, got, 4), 0);
	assert_int_equal(port_parse_table(STR_NULL, 80, got, 4), 0);
}

static void
our_own_listener_is_found(void **state)
{
	unsigned long long got[4];
	int port, fd;

	(void)state;
	assert_int_equal(port_free(&port, NULL), 0);
	fd = listen_on(port);
	assert_int_equal(port_listeners(getpid(), port, got, 4), 1);
	close_fdp(&fd);
	assert_int_equal(port_listeners(getpid(), port, got, 4), 0);
	assert_int_equal(port_listeners(0x7fffffff, port, got, 4), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_free_port_can_be_listened_on_and_is_not_given_again),
		cmocka_unit_test(listeners_are_read_from_a_table),
		cmocka_unit_test(our_own_listener_is_found),
	};

	return cmocka_run_group_tests_name("port", tests, NULL, NULL);
}
