# SPDX-License-Identifier: Apache-2.0
# One fuzz target per pure parser; without --enable-fuzz each is a program that replays its corpus.

EXTRA_DIST += %D%/standalone.c

# list: begin (written by scripts/list-sources)
check_PROGRAMS += \
	%D%/fuzz-dockerfile \
	%D%/fuzz-shellword \
	$(NULL)
fuzz_programs += \
	%D%/fuzz-dockerfile \
	%D%/fuzz-shellword \
	$(NULL)
%C%_fuzz_dockerfile_SOURCES = %D%/fuzz-dockerfile.c %D%/standalone.c
%C%_fuzz_dockerfile_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LDFLAGS)
%C%_fuzz_dockerfile_LDADD = $(LDADD_model)
%C%_fuzz_shellword_SOURCES = %D%/fuzz-shellword.c %D%/standalone.c
%C%_fuzz_shellword_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LDFLAGS)
%C%_fuzz_shellword_LDADD = $(LDADD_model)
TESTS += \
	%D%/replay.sh \
	$(NULL)
EXTRA_DIST += \
	%D%/corpus/fuzz-dockerfile/arithmetic \
	%D%/corpus/fuzz-dockerfile/blanks \
	%D%/corpus/fuzz-dockerfile/bom-crlf \
	%D%/corpus/fuzz-dockerfile/case \
	%D%/corpus/fuzz-dockerfile/comment-only \
	%D%/corpus/fuzz-dockerfile/continued \
	%D%/corpus/fuzz-dockerfile/demo \
	%D%/corpus/fuzz-dockerfile/directives \
	%D%/corpus/fuzz-dockerfile/directives-ended \
	%D%/corpus/fuzz-dockerfile/exec \
	%D%/corpus/fuzz-dockerfile/exec-odd \
	%D%/corpus/fuzz-dockerfile/flags \
	%D%/corpus/fuzz-dockerfile/flags-containers \
	%D%/corpus/fuzz-dockerfile/heredoc-onbuild \
	%D%/corpus/fuzz-dockerfile/heredocs \
	%D%/corpus/fuzz-dockerfile/json \
	%D%/corpus/fuzz-dockerfile/mistakes \
	%D%/corpus/fuzz-dockerfile/not-heredocs \
	%D%/corpus/fuzz-dockerfile/nul \
	%D%/corpus/fuzz-dockerfile/onbuild \
	%D%/corpus/fuzz-dockerfile/open-end \
	%D%/corpus/fuzz-dockerfile/open-end-escape \
	%D%/corpus/fuzz-dockerfile/pairs \
	%D%/corpus/fuzz-dockerfile/quoting \
	%D%/corpus/fuzz-dockerfile/repeated \
	%D%/corpus/fuzz-dockerfile/shebang \
	%D%/corpus/fuzz-dockerfile/slashes \
	%D%/corpus/fuzz-dockerfile/utf8 \
	%D%/corpus/fuzz-dockerfile/words \
	%D%/corpus/fuzz-shellword/backtick \
	%D%/corpus/fuzz-shellword/bad-utf8 \
	%D%/corpus/fuzz-shellword/bom \
	%D%/corpus/fuzz-shellword/broken \
	%D%/corpus/fuzz-shellword/broken2 \
	%D%/corpus/fuzz-shellword/broken3 \
	%D%/corpus/fuzz-shellword/broken4 \
	%D%/corpus/fuzz-shellword/broken5 \
	%D%/corpus/fuzz-shellword/broken6 \
	%D%/corpus/fuzz-shellword/defaults \
	%D%/corpus/fuzz-shellword/heredoc \
	%D%/corpus/fuzz-shellword/letters \
	%D%/corpus/fuzz-shellword/modifiers \
	%D%/corpus/fuzz-shellword/nested \
	%D%/corpus/fuzz-shellword/plain \
	%D%/corpus/fuzz-shellword/prefix \
	%D%/corpus/fuzz-shellword/quotes \
	%D%/corpus/fuzz-shellword/replaced \
	%D%/corpus/fuzz-shellword/required \
	%D%/corpus/fuzz-shellword/simple \
	%D%/corpus/fuzz-shellword/special \
	%D%/corpus/fuzz-shellword/suffix \
	%D%/corpus/fuzz-shellword/trailing \
	%D%/corpus/fuzz-shellword/words \
	%D%/replay.sh \
	$(NULL)
# list: end
