# SPDX-License-Identifier: Apache-2.0
# One fuzz target per pure parser; without --enable-fuzz each is a program that replays its corpus.

EXTRA_DIST += %D%/standalone.c

# list: begin (written by scripts/list-sources)
check_PROGRAMS += \
	%D%/fuzz-buildx \
	%D%/fuzz-docker_stream \
	%D%/fuzz-dockerfile \
	%D%/fuzz-event \
	%D%/fuzz-generation \
	%D%/fuzz-graph \
	%D%/fuzz-header \
	%D%/fuzz-ignore \
	%D%/fuzz-kube_pod \
	%D%/fuzz-lockfile \
	%D%/fuzz-manifest \
	%D%/fuzz-pin \
	%D%/fuzz-recipe \
	%D%/fuzz-ref \
	%D%/fuzz-shellword \
	%D%/fuzz-survey \
	%D%/fuzz-toml \
	$(NULL)
fuzz_programs += \
	%D%/fuzz-buildx \
	%D%/fuzz-docker_stream \
	%D%/fuzz-dockerfile \
	%D%/fuzz-event \
	%D%/fuzz-generation \
	%D%/fuzz-graph \
	%D%/fuzz-header \
	%D%/fuzz-ignore \
	%D%/fuzz-kube_pod \
	%D%/fuzz-lockfile \
	%D%/fuzz-manifest \
	%D%/fuzz-pin \
	%D%/fuzz-recipe \
	%D%/fuzz-ref \
	%D%/fuzz-shellword \
	%D%/fuzz-survey \
	%D%/fuzz-toml \
	$(NULL)
%C%_fuzz_buildx_SOURCES = %D%/fuzz-buildx.c %D%/standalone.c
%C%_fuzz_buildx_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LDFLAGS)
%C%_fuzz_buildx_LDADD = $(LDADD_model)
%C%_fuzz_docker_stream_SOURCES = %D%/fuzz-docker_stream.c %D%/standalone.c
%C%_fuzz_docker_stream_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LDFLAGS)
%C%_fuzz_docker_stream_LDADD = $(LDADD_model)
%C%_fuzz_dockerfile_SOURCES = %D%/fuzz-dockerfile.c %D%/standalone.c
%C%_fuzz_dockerfile_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LDFLAGS)
%C%_fuzz_dockerfile_LDADD = $(LDADD_model)
%C%_fuzz_event_SOURCES = %D%/fuzz-event.c %D%/standalone.c
%C%_fuzz_event_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LDFLAGS)
%C%_fuzz_event_LDADD = $(LDADD_model)
%C%_fuzz_generation_SOURCES = %D%/fuzz-generation.c %D%/standalone.c
%C%_fuzz_generation_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LDFLAGS)
%C%_fuzz_generation_LDADD = $(LDADD_model)
%C%_fuzz_graph_SOURCES = %D%/fuzz-graph.c %D%/standalone.c
%C%_fuzz_graph_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LDFLAGS)
%C%_fuzz_graph_LDADD = $(LDADD_model)
%C%_fuzz_header_SOURCES = %D%/fuzz-header.c %D%/standalone.c
%C%_fuzz_header_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LDFLAGS)
%C%_fuzz_header_LDADD = $(LDADD_model)
%C%_fuzz_ignore_SOURCES = %D%/fuzz-ignore.c %D%/standalone.c
%C%_fuzz_ignore_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LDFLAGS)
%C%_fuzz_ignore_LDADD = $(LDADD_model)
%C%_fuzz_kube_pod_SOURCES = %D%/fuzz-kube_pod.c %D%/standalone.c
%C%_fuzz_kube_pod_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LDFLAGS)
%C%_fuzz_kube_pod_LDADD = $(LDADD_model)
%C%_fuzz_lockfile_SOURCES = %D%/fuzz-lockfile.c %D%/standalone.c
%C%_fuzz_lockfile_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LDFLAGS)
%C%_fuzz_lockfile_LDADD = $(LDADD_model)
%C%_fuzz_manifest_SOURCES = %D%/fuzz-manifest.c %D%/standalone.c
%C%_fuzz_manifest_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LDFLAGS)
%C%_fuzz_manifest_LDADD = $(LDADD_model)
%C%_fuzz_pin_SOURCES = %D%/fuzz-pin.c %D%/standalone.c
%C%_fuzz_pin_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LDFLAGS)
%C%_fuzz_pin_LDADD = $(LDADD_model)
%C%_fuzz_recipe_SOURCES = %D%/fuzz-recipe.c %D%/standalone.c
%C%_fuzz_recipe_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LDFLAGS)
%C%_fuzz_recipe_LDADD = $(LDADD_model)
%C%_fuzz_ref_SOURCES = %D%/fuzz-ref.c %D%/standalone.c
%C%_fuzz_ref_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LDFLAGS)
%C%_fuzz_ref_LDADD = $(LDADD_model)
%C%_fuzz_shellword_SOURCES = %D%/fuzz-shellword.c %D%/standalone.c
%C%_fuzz_shellword_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LDFLAGS)
%C%_fuzz_shellword_LDADD = $(LDADD_model)
%C%_fuzz_survey_SOURCES = %D%/fuzz-survey.c %D%/standalone.c
%C%_fuzz_survey_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LDFLAGS)
%C%_fuzz_survey_LDADD = $(LDADD_model)
%C%_fuzz_toml_SOURCES = %D%/fuzz-toml.c %D%/standalone.c
%C%_fuzz_toml_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LDFLAGS)
%C%_fuzz_toml_LDADD = $(LDADD_model)
TESTS += \
	%D%/replay.sh \
	$(NULL)
EXTRA_DIST += \
	%D%/corpus/fuzz-buildx/nul \
	%D%/corpus/fuzz-buildx/older \
	%D%/corpus/fuzz-buildx/remote \
	%D%/corpus/fuzz-docker_stream/build \
	%D%/corpus/fuzz-docker_stream/error \
	%D%/corpus/fuzz-docker_stream/frames \
	%D%/corpus/fuzz-docker_stream/odd \
	%D%/corpus/fuzz-docker_stream/pull \
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
	%D%/corpus/fuzz-dockerfile/onbuild-blanks \
	%D%/corpus/fuzz-dockerfile/open-end \
	%D%/corpus/fuzz-dockerfile/open-end-escape \
	%D%/corpus/fuzz-dockerfile/pairs \
	%D%/corpus/fuzz-dockerfile/quoting \
	%D%/corpus/fuzz-dockerfile/repeated \
	%D%/corpus/fuzz-dockerfile/shebang \
	%D%/corpus/fuzz-dockerfile/slashes \
	%D%/corpus/fuzz-dockerfile/utf8 \
	%D%/corpus/fuzz-dockerfile/words \
	%D%/corpus/fuzz-event/differs-twice.json \
	%D%/corpus/fuzz-event/right-flat.json \
	%D%/corpus/fuzz-event/right-smallest.json \
	%D%/corpus/fuzz-event/right-whole.json \
	%D%/corpus/fuzz-event/wrong-repo.json \
	%D%/corpus/fuzz-generation/empty \
	%D%/corpus/fuzz-generation/other-config \
	%D%/corpus/fuzz-generation/two \
	%D%/corpus/fuzz-graph/alias-in-itself.yaml \
	%D%/corpus/fuzz-graph/alias-many.yaml \
	%D%/corpus/fuzz-graph/args-forms.yaml \
	%D%/corpus/fuzz-graph/check-config.yaml \
	%D%/corpus/fuzz-graph/check-file.yaml \
	%D%/corpus/fuzz-graph/check-http.yaml \
	%D%/corpus/fuzz-graph/check-kind.yaml \
	%D%/corpus/fuzz-graph/check-run.yaml \
	%D%/corpus/fuzz-graph/dispatch-wrong.yaml \
	%D%/corpus/fuzz-graph/events-wrong.yaml \
	%D%/corpus/fuzz-graph/file-empty.yaml \
	%D%/corpus/fuzz-graph/file-list.yaml \
	%D%/corpus/fuzz-graph/file-nul.yaml \
	%D%/corpus/fuzz-graph/file-only-comments.yaml \
	%D%/corpus/fuzz-graph/file-syntax.yaml \
	%D%/corpus/fuzz-graph/file-tab.yaml \
	%D%/corpus/fuzz-graph/file-two-documents.yaml \
	%D%/corpus/fuzz-graph/guards-wrong.yaml \
	%D%/corpus/fuzz-graph/image-name-signs.yaml \
	%D%/corpus/fuzz-graph/key-merge-key-typo.yaml \
	%D%/corpus/fuzz-graph/many.yaml \
	%D%/corpus/fuzz-graph/merge-list.yaml \
	%D%/corpus/fuzz-graph/needs-wrong.yaml \
	%D%/corpus/fuzz-graph/quotes-in-a-row.yaml \
	%D%/corpus/fuzz-graph/quotes.yaml \
	%D%/corpus/fuzz-graph/right-anchors.yaml \
	%D%/corpus/fuzz-graph/right-everything.yaml \
	%D%/corpus/fuzz-graph/right-json.json \
	%D%/corpus/fuzz-graph/right-smallest.yaml \
	%D%/corpus/fuzz-graph/secrets-wrong.yaml \
	%D%/corpus/fuzz-graph/source-wrong.yaml \
	%D%/corpus/fuzz-graph/variable-form.yaml \
	%D%/corpus/fuzz-header/bearer \
	%D%/corpus/fuzz-header/link \
	%D%/corpus/fuzz-header/several \
	%D%/corpus/fuzz-ignore/classes \
	%D%/corpus/fuzz-ignore/exception-below \
	%D%/corpus/fuzz-ignore/exception-of-parent \
	%D%/corpus/fuzz-ignore/globs \
	%D%/corpus/fuzz-ignore/lines \
	%D%/corpus/fuzz-ignore/mistakes \
	%D%/corpus/fuzz-ignore/one-parent \
	%D%/corpus/fuzz-ignore/operators \
	%D%/corpus/fuzz-kube_pod/deployment \
	%D%/corpus/fuzz-kube_pod/quotes-in-a-row \
	%D%/corpus/fuzz-kube_pod/tab-key \
	%D%/corpus/fuzz-lockfile/all \
	%D%/corpus/fuzz-lockfile/conflict \
	%D%/corpus/fuzz-lockfile/same \
	%D%/corpus/fuzz-lockfile/version \
	%D%/corpus/fuzz-lockfile/wrong \
	%D%/corpus/fuzz-manifest/image \
	%D%/corpus/fuzz-manifest/index \
	%D%/corpus/fuzz-pin/anchors \
	%D%/corpus/fuzz-pin/broken \
	%D%/corpus/fuzz-pin/broken-comment \
	%D%/corpus/fuzz-pin/helm \
	%D%/corpus/fuzz-pin/kustomize \
	%D%/corpus/fuzz-pin/marked-floating \
	%D%/corpus/fuzz-pin/marked-reference \
	%D%/corpus/fuzz-pin/marked-template \
	%D%/corpus/fuzz-pin/prose \
	%D%/corpus/fuzz-pin/quotes-in-a-row \
	%D%/corpus/fuzz-pin/shared-values \
	%D%/corpus/fuzz-pin/template \
	%D%/corpus/fuzz-pin/template-in-comment \
	%D%/corpus/fuzz-pin/two-digests \
	%D%/corpus/fuzz-pin/two-digests-yaml \
	%D%/corpus/fuzz-pin/urls \
	%D%/corpus/fuzz-recipe/buildkit \
	%D%/corpus/fuzz-recipe/mounts \
	%D%/corpus/fuzz-recipe/pattern-and-address \
	%D%/corpus/fuzz-recipe/stages \
	%D%/corpus/fuzz-recipe/triggers \
	%D%/corpus/fuzz-ref/full \
	%D%/corpus/fuzz-ref/id \
	%D%/corpus/fuzz-ref/ipv6 \
	%D%/corpus/fuzz-ref/legacy \
	%D%/corpus/fuzz-ref/port \
	%D%/corpus/fuzz-ref/short \
	%D%/corpus/fuzz-ref/upper \
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
	%D%/corpus/fuzz-survey/bake \
	%D%/corpus/fuzz-survey/compose \
	%D%/corpus/fuzz-survey/name-that-ends \
	%D%/corpus/fuzz-survey/workflow \
	%D%/corpus/fuzz-toml/debian \
	%D%/corpus/fuzz-toml/everything \
	%D%/corpus/fuzz-toml/mirrors \
	%D%/corpus/fuzz-toml/old \
	%D%/replay.sh \
	$(NULL)
# list: end
