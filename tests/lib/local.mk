# SPDX-License-Identifier: Apache-2.0
# What the tests share: tap.sh for scripts; C helpers go into libtest.a, which every unit test links.
check_LIBRARIES += libtest.a
libtest_a_SOURCES =
libtest_a_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests $(CMOCKA_CFLAGS)

# list: begin (written by scripts/list-sources)
libtest_a_SOURCES += \
	%D%/aborts.c \
	%D%/aborts.h \
	%D%/http_server.c \
	%D%/http_server.h \
	%D%/oci_image.c \
	%D%/oci_image.h \
	%D%/random_ignore.c \
	%D%/random_ignore.h \
	%D%/replaced.c \
	%D%/replaced.h \
	%D%/slow_ignore.c \
	%D%/slow_ignore.h \
	%D%/slow_regexp.c \
	%D%/slow_regexp.h \
	%D%/tmp.c \
	%D%/tmp.h \
	$(NULL)
EXTRA_DIST += \
	%D%/actions.py \
	%D%/actions.sh \
	%D%/chain.sh \
	%D%/ci.sh \
	%D%/contract.sh \
	%D%/count \
	%D%/dispatch.sh \
	%D%/engine_relay.py \
	%D%/faulty_proxy.py \
	%D%/fuzz-report \
	%D%/github.py \
	%D%/github.sh \
	%D%/github_git.py \
	%D%/gitops.sh \
	%D%/graph.sh \
	%D%/hook.py \
	%D%/ignore_builders.sh \
	%D%/images.sh \
	%D%/podman_service.py \
	%D%/podman_service.sh \
	%D%/stage.sh \
	%D%/sum \
	%D%/tap-run \
	%D%/tap.sh \
	%D%/token_server.py \
	$(NULL)
# list: end
