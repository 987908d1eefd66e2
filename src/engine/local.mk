# SPDX-License-Identifier: Apache-2.0
# engine: decide and do.
noinst_LIBRARIES += libengine.a
libengine_a_SOURCES =

# list: begin (written by scripts/list-sources)
libengine_a_SOURCES += \
	%D%/blame.c \
	%D%/blame.h \
	%D%/builder.c \
	%D%/builder.h \
	%D%/builder_buildah.c \
	%D%/builder_containers.c \
	%D%/builder_containers.h \
	%D%/builder_priv.h \
	%D%/check.c \
	%D%/check.h \
	%D%/check_config.c \
	%D%/check_file.c \
	%D%/check_priv.h \
	%D%/collect.c \
	%D%/collect.h \
	%D%/collect_explain.c \
	%D%/collect_priv.h \
	%D%/cstorage.c \
	%D%/cstorage.h \
	%D%/deliver.c \
	%D%/deliver.h \
	%D%/deliver_priv.h \
	%D%/deliver_secret.c \
	%D%/download.c \
	%D%/download.h \
	%D%/explain.c \
	%D%/explain.h \
	%D%/explain_path.c \
	%D%/external.c \
	%D%/external.h \
	%D%/guard.c \
	%D%/guard.h \
	%D%/guard_log.c \
	%D%/identity.c \
	%D%/identity.h \
	%D%/image_export.c \
	%D%/image_export.h \
	%D%/image_layer.c \
	%D%/image_layer.h \
	%D%/image_read.c \
	%D%/image_read.h \
	%D%/image_tree.c \
	%D%/image_tree.h \
	%D%/image_tree_id.c \
	%D%/key.c \
	%D%/key.h \
	%D%/outbox.c \
	%D%/outbox.h \
	%D%/pins.c \
	%D%/pins.h \
	%D%/pins_body.c \
	%D%/plan.c \
	%D%/plan.h \
	%D%/project.c \
	%D%/project.h \
	%D%/project_lock.c \
	%D%/project_priv.h \
	%D%/project_source.c \
	%D%/relock.c \
	%D%/relock.h \
	%D%/replay.c \
	%D%/replay.h \
	%D%/run.c \
	%D%/run.h \
	%D%/run_check.c \
	%D%/run_job.c \
	%D%/run_priv.h \
	%D%/run_record.c \
	%D%/schedule.c \
	%D%/schedule.h \
	%D%/single.c \
	%D%/single.h \
	%D%/source.c \
	%D%/source.h \
	%D%/stage.c \
	%D%/stage.h \
	%D%/verify.c \
	%D%/verify.h \
	$(NULL)
# list: end
