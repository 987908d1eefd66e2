# SPDX-License-Identifier: Apache-2.0
# Case files, and the programs (run-*.c) and TAP scripts (*.sh) that run them.

# list: begin (written by scripts/list-sources)
check_PROGRAMS += \
	%D%/run-graph \
	$(NULL)
TESTS += \
	%D%/run-graph \
	%D%/manual.sh \
	%D%/plan.sh \
	%D%/schema.sh \
	$(NULL)
%C%_run_graph_LDADD = $(LDADD_model)
EXTRA_DIST += \
	%D%/graph/args-forms.case \
	%D%/graph/check-file.case \
	%D%/graph/check-http.case \
	%D%/graph/check-kind.case \
	%D%/graph/check-run.case \
	%D%/graph/choice-wrong.case \
	%D%/graph/dispatch-kind.case \
	%D%/graph/dispatch-mapping.case \
	%D%/graph/dispatch-wrong.case \
	%D%/graph/file-empty.case \
	%D%/graph/file-list.case \
	%D%/graph/file-nul.case \
	%D%/graph/file-only-comments.case \
	%D%/graph/file-syntax.case \
	%D%/graph/file-tab.case \
	%D%/graph/file-two-documents.case \
	%D%/graph/image-duplicate.case \
	%D%/graph/image-name-case.case \
	%D%/graph/image-name-long.case \
	%D%/graph/image-name-registry.case \
	%D%/graph/image-name-signs.case \
	%D%/graph/image-name-tag.case \
	%D%/graph/image-no-context.case \
	%D%/graph/image-nothing.case \
	%D%/graph/image-two-places.case \
	%D%/graph/images-empty.case \
	%D%/graph/images-list.case \
	%D%/graph/images-missing.case \
	%D%/graph/images-nothing.case \
	%D%/graph/key-from-compose.case \
	%D%/graph/key-in-variable.case \
	%D%/graph/key-merge-key-typo.case \
	%D%/graph/key-misspelt-top.case \
	%D%/graph/key-misspelt.case \
	%D%/graph/key-repeated.case \
	%D%/graph/key-unknown.case \
	%D%/graph/labels-wrong.case \
	%D%/graph/many.case \
	%D%/graph/needs-wrong.case \
	%D%/graph/options-wrong.case \
	%D%/graph/path-absolute.case \
	%D%/graph/path-outside.case \
	%D%/graph/path-wrong-type.case \
	%D%/graph/platform-wrong.case \
	%D%/graph/refresh-wrong.case \
	%D%/graph/registry-case.case \
	%D%/graph/registry-slash.case \
	%D%/graph/registry-wrong.case \
	%D%/graph/right-anchors.case \
	%D%/graph/right-everything.case \
	%D%/graph/right-json.case \
	%D%/graph/right-smallest.case \
	%D%/graph/secrets-wrong.case \
	%D%/graph/soft-yes.case \
	%D%/graph/source-wrong.case \
	%D%/graph/timeout-wrong.case \
	%D%/graph/variable-bad-ref.case \
	%D%/graph/variable-form.case \
	%D%/graph/variable-name.case \
	%D%/graph/variable-none.case \
	%D%/graph/variable-place.case \
	%D%/graph/variable-unknown.case \
	%D%/graph/variable-unset.case \
	%D%/graph/version-fraction.case \
	%D%/graph/version-missing.case \
	%D%/graph/version-newer.case \
	%D%/graph/version-text.case \
	%D%/manual.sh \
	%D%/plan.sh \
	%D%/plan/all-at-once.case \
	%D%/plan/argument-unused.case \
	%D%/plan/context-missing.case \
	%D%/plan/context-outside.case \
	%D%/plan/copy-bad-name.case \
	%D%/plan/copy-from-self.case \
	%D%/plan/copy-from-variable.case \
	%D%/plan/copy-glob-malformed.case \
	%D%/plan/copy-glob-nothing.case \
	%D%/plan/copy-ignored.case \
	%D%/plan/copy-missing.case \
	%D%/plan/copy-no-destination.case \
	%D%/plan/copy-outside.case \
	%D%/plan/cycle.case \
	%D%/plan/escape-directive.case \
	%D%/plan/expansion-unclosed.case \
	%D%/plan/expansion-unknown.case \
	%D%/plan/expose-malformed.case \
	%D%/plan/flag-unknown.case \
	%D%/plan/from-empty.case \
	%D%/plan/from-malformed.case \
	%D%/plan/from-missing.case \
	%D%/plan/from-unset.case \
	%D%/plan/heredoc.case \
	%D%/plan/ignore-malformed.case \
	%D%/plan/json-words.case \
	%D%/plan/keyword-unknown.case \
	%D%/plan/needs-disagree.case \
	%D%/plan/onbuild-from.case \
	%D%/plan/source-git.case \
	%D%/plan/target-unknown.case \
	%D%/schema.sh \
	$(NULL)
# list: end
