# SPDX-License-Identifier: Apache-2.0
# One short page per contract.

# list: begin (written by scripts/list-sources)
dist_doc_DATA += \
	%D%/errors.md \
	%D%/events.md \
	%D%/key.md \
	%D%/lock.md \
	%D%/pins.md \
	%D%/pullrequest.md \
	%D%/registry.md \
	%D%/report.md \
	%D%/reproduce.md \
	%D%/store.md \
	%D%/verify.md \
	$(NULL)
dist_pkgdata_DATA += \
	%D%/lockstep-event.schema.json \
	%D%/lockstep.schema.json \
	$(NULL)
EXTRA_DIST += \
	%D%/examples/github-matrix.yml \
	%D%/examples/github.yml \
	%D%/examples/gitlab-pipeline.yml \
	%D%/examples/gitlab.yml \
	$(NULL)
# list: end
