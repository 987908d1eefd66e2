# SPDX-License-Identifier: Apache-2.0
# cli: text, flags, exit status. Everything but main.c is an archive, so that tests can link it.
noinst_LIBRARIES += libcli.a
libcli_a_SOURCES =

# list: begin (written by scripts/list-sources)
libcli_a_SOURCES += \
	%D%/bump.c \
	%D%/bump.h \
	%D%/bump_gate.c \
	%D%/bump_pull.c \
	%D%/ci_env.c \
	%D%/ci_env.h \
	%D%/ci_events.c \
	%D%/ci_events.h \
	%D%/ci_face.c \
	%D%/ci_face.h \
	%D%/ci_origin.c \
	%D%/ci_origin.h \
	%D%/cmd.c \
	%D%/cmd.h \
	%D%/cmd_audit.c \
	%D%/cmd_build.c \
	%D%/cmd_bump.c \
	%D%/cmd_ci.c \
	%D%/cmd_dispatch.c \
	%D%/cmd_doctor.c \
	%D%/cmd_gc.c \
	%D%/cmd_graph.c \
	%D%/cmd_history.c \
	%D%/cmd_init.c \
	%D%/cmd_inputs.c \
	%D%/cmd_lock.c \
	%D%/cmd_log.c \
	%D%/cmd_plan.c \
	%D%/cmd_replay.c \
	%D%/cmd_reproduce.c \
	%D%/cmd_stage.c \
	%D%/cmd_verify.c \
	%D%/cmd_why.c \
	%D%/dispatch_emit.c \
	%D%/dispatch_emit.h \
	%D%/dispatch_send.c \
	%D%/dispatch_send.h \
	%D%/live.c \
	%D%/live.h \
	%D%/opt.c \
	%D%/opt.h \
	%D%/record_file.c \
	%D%/record_file.h \
	%D%/render.c \
	%D%/render.h \
	%D%/render_explain.c \
	%D%/render_github.c \
	%D%/render_github.h \
	%D%/render_github_summary.c \
	%D%/render_graph.c \
	%D%/render_jobs.c \
	%D%/render_pins.c \
	%D%/render_pins.h \
	%D%/render_plan.c \
	%D%/render_pull.c \
	%D%/render_pull.h \
	%D%/render_release.c \
	%D%/render_reproduce.c \
	%D%/render_reproduce.h \
	%D%/render_run.c \
	%D%/report.c \
	%D%/report.h \
	%D%/report_junit.c \
	%D%/session.c \
	%D%/session.h \
	%D%/session_event.c \
	%D%/session_plan.c \
	%D%/subject.c \
	%D%/subject.h \
	%D%/work.c \
	%D%/work.h \
	$(NULL)
# list: end

bin_PROGRAMS += lockstep
lockstep_SOURCES = %D%/main.c
lockstep_LDADD = $(LDADD_cli)
