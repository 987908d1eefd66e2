# SPDX-License-Identifier: Apache-2.0
# TAP scripts that call the real binary.

# list: begin (written by scripts/list-sources)
check_PROGRAMS += \
	%D%/ignore_tool \
	%D%/image_tree_tool \
	%D%/recipe_tool \
	%D%/registry_tool \
	$(NULL)
TESTS += \
	%D%/house.sh \
	%D%/t-add-address.sh \
	%D%/t-build-buildx.sh \
	%D%/t-build-docker-classic.sh \
	%D%/t-build-docker.sh \
	%D%/t-build-podman.sh \
	%D%/t-build.sh \
	%D%/t-buildx.sh \
	%D%/t-bump-event.sh \
	%D%/t-bump-gate.sh \
	%D%/t-bump-history.sh \
	%D%/t-bump-upstream.sh \
	%D%/t-bump.sh \
	%D%/t-check-broken.sh \
	%D%/t-check-buildx.sh \
	%D%/t-check-docker-classic.sh \
	%D%/t-check-docker.sh \
	%D%/t-check-pod.sh \
	%D%/t-check-podman.sh \
	%D%/t-check-run-buildx.sh \
	%D%/t-check-run-docker.sh \
	%D%/t-check-run-podman.sh \
	%D%/t-check-run.sh \
	%D%/t-check.sh \
	%D%/t-crash.sh \
	%D%/t-dispatch-crash.sh \
	%D%/t-dispatch-secrets.sh \
	%D%/t-dispatch.sh \
	%D%/t-docker-api.sh \
	%D%/t-drivers.sh \
	%D%/t-environment.sh \
	%D%/t-external.sh \
	%D%/t-failure-buildx.sh \
	%D%/t-failure-docker-classic.sh \
	%D%/t-failure-docker.sh \
	%D%/t-failure-podman.sh \
	%D%/t-failure.sh \
	%D%/t-gc-docker.sh \
	%D%/t-gc.sh \
	%D%/t-graph-cases.sh \
	%D%/t-guard-buildx.sh \
	%D%/t-guard-docker-classic.sh \
	%D%/t-guard-docker.sh \
	%D%/t-guard-podman.sh \
	%D%/t-guard.sh \
	%D%/t-ignore-buildah.sh \
	%D%/t-ignore-docker.sh \
	%D%/t-in-place.sh \
	%D%/t-lock.sh \
	%D%/t-manual.sh \
	%D%/t-options.sh \
	%D%/t-plan-jobs.sh \
	%D%/t-platform.sh \
	%D%/t-portable.sh \
	%D%/t-refresh.sh \
	%D%/t-registry.sh \
	%D%/t-remote.sh \
	%D%/t-render-buildah.sh \
	%D%/t-replay.sh \
	%D%/t-reproduce.sh \
	%D%/t-secret.sh \
	%D%/t-single.sh \
	%D%/t-soft.sh \
	%D%/t-source.sh \
	%D%/t-tree-id.sh \
	%D%/t-trigger-docker.sh \
	%D%/t-trigger.sh \
	%D%/t-usage.sh \
	%D%/t-verify.sh \
	$(NULL)
%C%_ignore_tool_LDADD = $(LDADD_model)
%C%_image_tree_tool_LDADD = $(LDADD_engine)
%C%_recipe_tool_LDADD = $(LDADD_model)
%C%_registry_tool_LDADD = $(LDADD_remote)
EXTRA_DIST += \
	%D%/house.sh \
	%D%/t-add-address.sh \
	%D%/t-build-buildx.sh \
	%D%/t-build-docker-classic.sh \
	%D%/t-build-docker.sh \
	%D%/t-build-podman.sh \
	%D%/t-build.sh \
	%D%/t-buildx.sh \
	%D%/t-bump-event.sh \
	%D%/t-bump-gate.sh \
	%D%/t-bump-history.sh \
	%D%/t-bump-upstream.sh \
	%D%/t-bump.sh \
	%D%/t-check-broken.sh \
	%D%/t-check-buildx.sh \
	%D%/t-check-docker-classic.sh \
	%D%/t-check-docker.sh \
	%D%/t-check-pod.sh \
	%D%/t-check-podman.sh \
	%D%/t-check-run-buildx.sh \
	%D%/t-check-run-docker.sh \
	%D%/t-check-run-podman.sh \
	%D%/t-check-run.sh \
	%D%/t-check.sh \
	%D%/t-crash.sh \
	%D%/t-dispatch-crash.sh \
	%D%/t-dispatch-secrets.sh \
	%D%/t-dispatch.sh \
	%D%/t-docker-api.sh \
	%D%/t-drivers.sh \
	%D%/t-environment.sh \
	%D%/t-external.sh \
	%D%/t-failure-buildx.sh \
	%D%/t-failure-docker-classic.sh \
	%D%/t-failure-docker.sh \
	%D%/t-failure-podman.sh \
	%D%/t-failure.sh \
	%D%/t-gc-docker.sh \
	%D%/t-gc.sh \
	%D%/t-graph-cases.sh \
	%D%/t-guard-buildx.sh \
	%D%/t-guard-docker-classic.sh \
	%D%/t-guard-docker.sh \
	%D%/t-guard-podman.sh \
	%D%/t-guard.sh \
	%D%/t-ignore-buildah.sh \
	%D%/t-ignore-docker.sh \
	%D%/t-in-place.sh \
	%D%/t-lock.sh \
	%D%/t-manual.sh \
	%D%/t-options.sh \
	%D%/t-plan-jobs.sh \
	%D%/t-platform.sh \
	%D%/t-portable.sh \
	%D%/t-refresh.sh \
	%D%/t-registry.sh \
	%D%/t-remote.sh \
	%D%/t-render-buildah.sh \
	%D%/t-replay.sh \
	%D%/t-reproduce.sh \
	%D%/t-secret.sh \
	%D%/t-single.sh \
	%D%/t-soft.sh \
	%D%/t-source.sh \
	%D%/t-tree-id.sh \
	%D%/t-trigger-docker.sh \
	%D%/t-trigger.sh \
	%D%/t-usage.sh \
	%D%/t-verify.sh \
	$(NULL)
# list: end
