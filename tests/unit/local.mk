# SPDX-License-Identifier: Apache-2.0
# One cmocka program per module: t-MODULE.c, linked with the floor of MODULE and those below.

# list: begin (written by scripts/list-sources)
if HAVE_CMOCKA
check_PROGRAMS += \
	%D%/t-arena \
	%D%/t-buf \
	%D%/t-clock \
	%D%/t-enum \
	%D%/t-err \
	%D%/t-file \
	%D%/t-glob \
	%D%/t-json \
	%D%/t-lock \
	%D%/t-loop \
	%D%/t-map \
	%D%/t-mem \
	%D%/t-out \
	%D%/t-path \
	%D%/t-platform \
	%D%/t-pool \
	%D%/t-proc \
	%D%/t-ref \
	%D%/t-sha256 \
	%D%/t-sql \
	%D%/t-str \
	%D%/t-vec \
	%D%/t-yaml \
	$(NULL)
TESTS += \
	%D%/t-arena \
	%D%/t-buf \
	%D%/t-clock \
	%D%/t-enum \
	%D%/t-err \
	%D%/t-file \
	%D%/t-glob \
	%D%/t-json \
	%D%/t-lock \
	%D%/t-loop \
	%D%/t-map \
	%D%/t-mem \
	%D%/t-out \
	%D%/t-path \
	%D%/t-platform \
	%D%/t-pool \
	%D%/t-proc \
	%D%/t-ref \
	%D%/t-sha256 \
	%D%/t-sql \
	%D%/t-str \
	%D%/t-vec \
	%D%/t-yaml \
	$(NULL)
endif
%C%_t_arena_CPPFLAGS = $(unit_cppflags)
%C%_t_arena_LDADD = $(unit_libs) $(LDADD_base) $(CMOCKA_LIBS)
%C%_t_buf_CPPFLAGS = $(unit_cppflags)
%C%_t_buf_LDADD = $(unit_libs) $(LDADD_base) $(CMOCKA_LIBS)
%C%_t_clock_CPPFLAGS = $(unit_cppflags)
%C%_t_clock_LDADD = $(unit_libs) $(LDADD_base) $(CMOCKA_LIBS)
%C%_t_enum_CPPFLAGS = $(unit_cppflags)
%C%_t_enum_LDADD = $(unit_libs) $(LDADD_base) $(CMOCKA_LIBS)
%C%_t_err_CPPFLAGS = $(unit_cppflags)
%C%_t_err_LDADD = $(unit_libs) $(LDADD_base) $(CMOCKA_LIBS)
%C%_t_file_CPPFLAGS = $(unit_cppflags)
%C%_t_file_LDADD = $(unit_libs) $(LDADD_base) $(CMOCKA_LIBS)
%C%_t_glob_CPPFLAGS = $(unit_cppflags)
%C%_t_glob_LDADD = $(unit_libs) $(LDADD_model) $(CMOCKA_LIBS)
%C%_t_json_CPPFLAGS = $(unit_cppflags)
%C%_t_json_LDADD = $(unit_libs) $(LDADD_base) $(CMOCKA_LIBS)
%C%_t_lock_CPPFLAGS = $(unit_cppflags)
%C%_t_lock_LDADD = $(unit_libs) $(LDADD_io) $(CMOCKA_LIBS)
%C%_t_loop_CPPFLAGS = $(unit_cppflags)
%C%_t_loop_LDADD = $(unit_libs) $(LDADD_io) $(CMOCKA_LIBS)
%C%_t_map_CPPFLAGS = $(unit_cppflags)
%C%_t_map_LDADD = $(unit_libs) $(LDADD_base) $(CMOCKA_LIBS)
%C%_t_mem_CPPFLAGS = $(unit_cppflags)
%C%_t_mem_LDADD = $(unit_libs) $(LDADD_base) $(CMOCKA_LIBS)
%C%_t_out_CPPFLAGS = $(unit_cppflags)
%C%_t_out_LDADD = $(unit_libs) $(LDADD_base) $(CMOCKA_LIBS)
%C%_t_path_CPPFLAGS = $(unit_cppflags)
%C%_t_path_LDADD = $(unit_libs) $(LDADD_base) $(CMOCKA_LIBS)
%C%_t_platform_CPPFLAGS = $(unit_cppflags)
%C%_t_platform_LDADD = $(unit_libs) $(LDADD_model) $(CMOCKA_LIBS)
%C%_t_pool_CPPFLAGS = $(unit_cppflags)
%C%_t_pool_LDADD = $(unit_libs) $(LDADD_io) $(CMOCKA_LIBS)
%C%_t_proc_CPPFLAGS = $(unit_cppflags)
%C%_t_proc_LDADD = $(unit_libs) $(LDADD_io) $(CMOCKA_LIBS)
%C%_t_ref_CPPFLAGS = $(unit_cppflags)
%C%_t_ref_LDADD = $(unit_libs) $(LDADD_model) $(CMOCKA_LIBS)
%C%_t_sha256_CPPFLAGS = $(unit_cppflags)
%C%_t_sha256_LDADD = $(unit_libs) $(LDADD_base) $(CMOCKA_LIBS)
%C%_t_sql_CPPFLAGS = $(unit_cppflags)
%C%_t_sql_LDADD = $(unit_libs) $(LDADD_io) $(CMOCKA_LIBS)
%C%_t_str_CPPFLAGS = $(unit_cppflags)
%C%_t_str_LDADD = $(unit_libs) $(LDADD_base) $(CMOCKA_LIBS)
%C%_t_vec_CPPFLAGS = $(unit_cppflags)
%C%_t_vec_LDADD = $(unit_libs) $(LDADD_base) $(CMOCKA_LIBS)
%C%_t_yaml_CPPFLAGS = $(unit_cppflags)
%C%_t_yaml_LDADD = $(unit_libs) $(LDADD_base) $(CMOCKA_LIBS)
# list: end
