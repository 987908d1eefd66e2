# SPDX-License-Identifier: Apache-2.0
# Scripts with real builders and registries, run by scripts/test 70-e2e and not by make check.

# list: begin (written by scripts/list-sources)
EXTRA_DIST += \
	%D%/agent-images.sh \
	%D%/bump-pr-crash.sh \
	%D%/bump-pr.sh \
	%D%/cache.sh \
	%D%/chain-kill.sh \
	%D%/chain.sh \
	%D%/ci-again.sh \
	%D%/ci-events.sh \
	%D%/ci-face.sh \
	%D%/ci-faults.sh \
	%D%/ci-first.sh \
	%D%/ci-kill.sh \
	%D%/ci-make.sh \
	%D%/ci-pod.sh \
	%D%/ci-requests.sh \
	%D%/ci-soft.sh \
	%D%/ci.sh \
	%D%/demo.sh \
	%D%/events-contract.sh \
	%D%/mutation.sh \
	%D%/reproduce.sh \
	%D%/soundness.sh \
	%D%/story.sh \
	%D%/story/acts.sh \
	%D%/story/frank/apps/bastion/manifests/deployment.yaml \
	%D%/story/frank/apps/dashboard/values.yaml \
	%D%/story/frank/apps/python-sandbox/manifests/deployment.yaml \
	%D%/story/frank/apps/secure-agent-pod/manifests/deployment.yaml \
	%D%/story/fused/Dockerfile \
	%D%/story/fused/deployment.yaml \
	%D%/story/fused/entrypoint.sh \
	%D%/story/images/build.yml \
	%D%/story/old.sh \
	%D%/story/play.sh \
	%D%/story/troubles.sh \
	%D%/workflows.sh \
	$(NULL)
# list: end
