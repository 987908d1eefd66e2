# SPDX-License-Identifier: Apache-2.0
# One cmocka program per module: t-MODULE.c, linked with the floor of MODULE and those below.

# list: begin (written by scripts/list-sources)
if HAVE_CMOCKA
check_PROGRAMS += \
	%D%/t-arena \
	%D%/t-audit \
	%D%/t-base64 \
	%D%/t-buf \
	%D%/t-builder \
	%D%/t-builder_buildx \
	%D%/t-buildx \
	%D%/t-cause \
	%D%/t-check \
	%D%/t-check_ask \
	%D%/t-check_folder \
	%D%/t-check_text \
	%D%/t-ci_origin \
	%D%/t-clock \
	%D%/t-collect \
	%D%/t-collect_hash \
	%D%/t-complaint \
	%D%/t-creds \
	%D%/t-cstorage \
	%D%/t-delivery \
	%D%/t-disk \
	%D%/t-docker_call \
	%D%/t-docker_stream \
	%D%/t-dockerfile \
	%D%/t-dockerfile_flags \
	%D%/t-dockerfile_heredoc \
	%D%/t-dockerfile_ins \
	%D%/t-dockerfile_lex \
	%D%/t-dockerfile_print \
	%D%/t-draft \
	%D%/t-emulation \
	%D%/t-enc \
	%D%/t-enum \
	%D%/t-env \
	%D%/t-err \
	%D%/t-event \
	%D%/t-expansion \
	%D%/t-file \
	%D%/t-generation \
	%D%/t-git \
	%D%/t-git_branch \
	%D%/t-git_files \
	%D%/t-git_remote \
	%D%/t-glob \
	%D%/t-graph \
	%D%/t-graph_load \
	%D%/t-graph_schema \
	%D%/t-guard_log \
	%D%/t-header \
	%D%/t-hmac \
	%D%/t-http \
	%D%/t-ignore \
	%D%/t-ignore_property \
	%D%/t-image_archive \
	%D%/t-image_diff \
	%D%/t-image_tree \
	%D%/t-inputs \
	%D%/t-inputs_diff \
	%D%/t-json \
	%D%/t-kube_pod \
	%D%/t-kube_share \
	%D%/t-lock \
	%D%/t-lockfile \
	%D%/t-loop \
	%D%/t-manifest \
	%D%/t-map \
	%D%/t-matrix \
	%D%/t-mem \
	%D%/t-oci \
	%D%/t-ocistore \
	%D%/t-opt \
	%D%/t-out \
	%D%/t-outbox \
	%D%/t-owner \
	%D%/t-path \
	%D%/t-pin_edit \
	%D%/t-pin_find \
	%D%/t-pins \
	%D%/t-platform \
	%D%/t-pod \
	%D%/t-podman \
	%D%/t-podman_service \
	%D%/t-pool \
	%D%/t-port \
	%D%/t-proc \
	%D%/t-project \
	%D%/t-pullrequest_text \
	%D%/t-reason \
	%D%/t-recipe \
	%D%/t-recipe_args \
	%D%/t-recipe_facts \
	%D%/t-recipe_mount \
	%D%/t-recipe_reads \
	%D%/t-recipe_render \
	%D%/t-recipe_sources \
	%D%/t-record \
	%D%/t-record_file \
	%D%/t-ref \
	%D%/t-regexp \
	%D%/t-registries_conf \
	%D%/t-registry \
	%D%/t-registry_auth \
	%D%/t-registry_certs \
	%D%/t-registry_write \
	%D%/t-render_github \
	%D%/t-replace \
	%D%/t-repo_url \
	%D%/t-report \
	%D%/t-rune \
	%D%/t-runner_docker \
	%D%/t-schedule \
	%D%/t-sha256 \
	%D%/t-shared \
	%D%/t-shared_event \
	%D%/t-shared_generation \
	%D%/t-shellword \
	%D%/t-single \
	%D%/t-sql \
	%D%/t-stage \
	%D%/t-store \
	%D%/t-store_check \
	%D%/t-store_inputs \
	%D%/t-store_outbox \
	%D%/t-store_run \
	%D%/t-store_stat \
	%D%/t-store_trace \
	%D%/t-str \
	%D%/t-survey \
	%D%/t-tar \
	%D%/t-tar_split \
	%D%/t-tar_write \
	%D%/t-toml \
	%D%/t-tree \
	%D%/t-tree_git \
	%D%/t-tree_process \
	%D%/t-uri \
	%D%/t-vec \
	%D%/t-yaml \
	%D%/t-yaml_events \
	$(NULL)
TESTS += \
	%D%/t-arena \
	%D%/t-audit \
	%D%/t-base64 \
	%D%/t-buf \
	%D%/t-builder \
	%D%/t-builder_buildx \
	%D%/t-buildx \
	%D%/t-cause \
	%D%/t-check \
	%D%/t-check_ask \
	%D%/t-check_folder \
	%D%/t-check_text \
	%D%/t-ci_origin \
	%D%/t-clock \
	%D%/t-collect \
	%D%/t-collect_hash \
	%D%/t-complaint \
	%D%/t-creds \
	%D%/t-cstorage \
	%D%/t-delivery \
	%D%/t-disk \
	%D%/t-docker_call \
	%D%/t-docker_stream \
	%D%/t-dockerfile \
	%D%/t-dockerfile_flags \
	%D%/t-dockerfile_heredoc \
	%D%/t-dockerfile_ins \
	%D%/t-dockerfile_lex \
	%D%/t-dockerfile_print \
	%D%/t-draft \
	%D%/t-emulation \
	%D%/t-enc \
	%D%/t-enum \
	%D%/t-env \
	%D%/t-err \
	%D%/t-event \
	%D%/t-expansion \
	%D%/t-file \
	%D%/t-generation \
	%D%/t-git \
	%D%/t-git_branch \
	%D%/t-git_files \
	%D%/t-git_remote \
	%D%/t-glob \
	%D%/t-graph \
	%D%/t-graph_load \
	%D%/t-graph_schema \
	%D%/t-guard_log \
	%D%/t-header \
	%D%/t-hmac \
	%D%/t-http \
	%D%/t-ignore \
	%D%/t-ignore_property \
	%D%/t-image_archive \
	%D%/t-image_diff \
	%D%/t-image_tree \
	%D%/t-inputs \
	%D%/t-inputs_diff \
	%D%/t-json \
	%D%/t-kube_pod \
	%D%/t-kube_share \
	%D%/t-lock \
	%D%/t-lockfile \
	%D%/t-loop \
	%D%/t-manifest \
	%D%/t-map \
	%D%/t-matrix \
	%D%/t-mem \
	%D%/t-oci \
	%D%/t-ocistore \
	%D%/t-opt \
	%D%/t-out \
	%D%/t-outbox \
	%D%/t-owner \
	%D%/t-path \
	%D%/t-pin_edit \
	%D%/t-pin_find \
	%D%/t-pins \
	%D%/t-platform \
	%D%/t-pod \
	%D%/t-podman \
	%D%/t-podman_service \
	%D%/t-pool \
	%D%/t-port \
	%D%/t-proc \
	%D%/t-project \
	%D%/t-pullrequest_text \
	%D%/t-reason \
	%D%/t-recipe \
	%D%/t-recipe_args \
	%D%/t-recipe_facts \
	%D%/t-recipe_mount \
	%D%/t-recipe_reads \
	%D%/t-recipe_render \
	%D%/t-recipe_sources \
	%D%/t-record \
	%D%/t-record_file \
	%D%/t-ref \
	%D%/t-regexp \
	%D%/t-registries_conf \
	%D%/t-registry \
	%D%/t-registry_auth \
	%D%/t-registry_certs \
	%D%/t-registry_write \
	%D%/t-render_github \
	%D%/t-replace \
	%D%/t-repo_url \
	%D%/t-report \
	%D%/t-rune \
	%D%/t-runner_docker \
	%D%/t-schedule \
	%D%/t-sha256 \
	%D%/t-shared \
	%D%/t-shared_event \
	%D%/t-shared_generation \
	%D%/t-shellword \
	%D%/t-single \
	%D%/t-sql \
	%D%/t-stage \
	%D%/t-store \
	%D%/t-store_check \
	%D%/t-store_inputs \
	%D%/t-store_outbox \
	%D%/t-store_run \
	%D%/t-store_stat \
	%D%/t-store_trace \
	%D%/t-str \
	%D%/t-survey \
	%D%/t-tar \
	%D%/t-tar_split \
	%D%/t-tar_write \
	%D%/t-toml \
	%D%/t-tree \
	%D%/t-tree_git \
	%D%/t-tree_process \
	%D%/t-uri \
	%D%/t-vec \
	%D%/t-yaml \
	%D%/t-yaml_events \
	$(NULL)
endif
%C%_t_arena_CPPFLAGS = $(unit_cppflags)
%C%_t_arena_LDADD = $(unit_libs) $(LDADD_base) $(CMOCKA_LIBS)
%C%_t_audit_CPPFLAGS = $(unit_cppflags)
%C%_t_audit_LDADD = $(unit_libs) $(LDADD_model) $(CMOCKA_LIBS)
%C%_t_base64_CPPFLAGS = $(unit_cppflags)
%C%_t_base64_LDADD = $(unit_libs) $(LDADD_base) $(CMOCKA_LIBS)
%C%_t_buf_CPPFLAGS = $(unit_cppflags)
%C%_t_buf_LDADD = $(unit_libs) $(LDADD_base) $(CMOCKA_LIBS)
%C%_t_builder_CPPFLAGS = $(unit_cppflags)
%C%_t_builder_LDADD = $(unit_libs) $(LDADD_engine) $(CMOCKA_LIBS)
%C%_t_builder_buildx_CPPFLAGS = $(unit_cppflags)
%C%_t_builder_buildx_LDADD = $(unit_libs) $(LDADD_engine) $(CMOCKA_LIBS)
%C%_t_buildx_CPPFLAGS = $(unit_cppflags)
%C%_t_buildx_LDADD = $(unit_libs) $(LDADD_model) $(CMOCKA_LIBS)
%C%_t_cause_CPPFLAGS = $(unit_cppflags)
%C%_t_cause_LDADD = $(unit_libs) $(LDADD_model) $(CMOCKA_LIBS)
%C%_t_check_CPPFLAGS = $(unit_cppflags)
%C%_t_check_LDADD = $(unit_libs) $(LDADD_engine) $(CMOCKA_LIBS)
%C%_t_check_ask_CPPFLAGS = $(unit_cppflags)
%C%_t_check_ask_LDADD = $(unit_libs) $(LDADD_engine) $(CMOCKA_LIBS)
%C%_t_check_folder_CPPFLAGS = $(unit_cppflags)
%C%_t_check_folder_LDADD = $(unit_libs) $(LDADD_engine) $(CMOCKA_LIBS)
%C%_t_check_text_CPPFLAGS = $(unit_cppflags)
%C%_t_check_text_LDADD = $(unit_libs) $(LDADD_engine) $(CMOCKA_LIBS)
%C%_t_ci_origin_CPPFLAGS = $(unit_cppflags)
%C%_t_ci_origin_LDADD = $(unit_libs) $(LDADD_cli) $(CMOCKA_LIBS)
%C%_t_clock_CPPFLAGS = $(unit_cppflags)
%C%_t_clock_LDADD = $(unit_libs) $(LDADD_base) $(CMOCKA_LIBS)
%C%_t_collect_CPPFLAGS = $(unit_cppflags)
%C%_t_collect_LDADD = $(unit_libs) $(LDADD_engine) $(CMOCKA_LIBS)
%C%_t_collect_hash_CPPFLAGS = $(unit_cppflags)
%C%_t_collect_hash_LDADD = $(unit_libs) $(LDADD_engine) $(CMOCKA_LIBS)
%C%_t_complaint_CPPFLAGS = $(unit_cppflags)
%C%_t_complaint_LDADD = $(unit_libs) $(LDADD_engine) $(CMOCKA_LIBS)
%C%_t_creds_CPPFLAGS = $(unit_cppflags)
%C%_t_creds_LDADD = $(unit_libs) $(LDADD_remote) $(CMOCKA_LIBS)
%C%_t_cstorage_CPPFLAGS = $(unit_cppflags)
%C%_t_cstorage_LDADD = $(unit_libs) $(LDADD_engine) $(CMOCKA_LIBS)
%C%_t_delivery_CPPFLAGS = $(unit_cppflags)
%C%_t_delivery_LDADD = $(unit_libs) $(LDADD_model) $(CMOCKA_LIBS)
%C%_t_disk_CPPFLAGS = $(unit_cppflags)
%C%_t_disk_LDADD = $(unit_libs) $(LDADD_io) $(CMOCKA_LIBS)
%C%_t_docker_call_CPPFLAGS = $(unit_cppflags)
%C%_t_docker_call_LDADD = $(unit_libs) $(LDADD_remote) $(CMOCKA_LIBS)
%C%_t_docker_stream_CPPFLAGS = $(unit_cppflags)
%C%_t_docker_stream_LDADD = $(unit_libs) $(LDADD_model) $(CMOCKA_LIBS)
%C%_t_dockerfile_CPPFLAGS = $(unit_cppflags)
%C%_t_dockerfile_LDADD = $(unit_libs) $(LDADD_model) $(CMOCKA_LIBS)
%C%_t_dockerfile_flags_CPPFLAGS = $(unit_cppflags)
%C%_t_dockerfile_flags_LDADD = $(unit_libs) $(LDADD_model) $(CMOCKA_LIBS)
%C%_t_dockerfile_heredoc_CPPFLAGS = $(unit_cppflags)
%C%_t_dockerfile_heredoc_LDADD = $(unit_libs) $(LDADD_model) $(CMOCKA_LIBS)
%C%_t_dockerfile_ins_CPPFLAGS = $(unit_cppflags)
%C%_t_dockerfile_ins_LDADD = $(unit_libs) $(LDADD_model) $(CMOCKA_LIBS)
%C%_t_dockerfile_lex_CPPFLAGS = $(unit_cppflags)
%C%_t_dockerfile_lex_LDADD = $(unit_libs) $(LDADD_model) $(CMOCKA_LIBS)
%C%_t_dockerfile_print_CPPFLAGS = $(unit_cppflags)
%C%_t_dockerfile_print_LDADD = $(unit_libs) $(LDADD_model) $(CMOCKA_LIBS)
%C%_t_draft_CPPFLAGS = $(unit_cppflags)
%C%_t_draft_LDADD = $(unit_libs) $(LDADD_model) $(CMOCKA_LIBS)
%C%_t_emulation_CPPFLAGS = $(unit_cppflags)
%C%_t_emulation_LDADD = $(unit_libs) $(LDADD_engine) $(CMOCKA_LIBS)
%C%_t_enc_CPPFLAGS = $(unit_cppflags)
%C%_t_enc_LDADD = $(unit_libs) $(LDADD_model) $(CMOCKA_LIBS)
%C%_t_enum_CPPFLAGS = $(unit_cppflags)
%C%_t_enum_LDADD = $(unit_libs) $(LDADD_base) $(CMOCKA_LIBS)
%C%_t_env_CPPFLAGS = $(unit_cppflags)
%C%_t_env_LDADD = $(unit_libs) $(LDADD_base) $(CMOCKA_LIBS)
%C%_t_err_CPPFLAGS = $(unit_cppflags)
%C%_t_err_LDADD = $(unit_libs) $(LDADD_base) $(CMOCKA_LIBS)
%C%_t_event_CPPFLAGS = $(unit_cppflags)
%C%_t_event_LDADD = $(unit_libs) $(LDADD_model) $(CMOCKA_LIBS)
%C%_t_expansion_CPPFLAGS = $(unit_cppflags)
%C%_t_expansion_LDADD = $(unit_libs) $(LDADD_model) $(CMOCKA_LIBS)
%C%_t_file_CPPFLAGS = $(unit_cppflags)
%C%_t_file_LDADD = $(unit_libs) $(LDADD_base) $(CMOCKA_LIBS)
%C%_t_generation_CPPFLAGS = $(unit_cppflags)
%C%_t_generation_LDADD = $(unit_libs) $(LDADD_model) $(CMOCKA_LIBS)
%C%_t_git_CPPFLAGS = $(unit_cppflags)
%C%_t_git_LDADD = $(unit_libs) $(LDADD_io) $(CMOCKA_LIBS)
%C%_t_git_branch_CPPFLAGS = $(unit_cppflags)
%C%_t_git_branch_LDADD = $(unit_libs) $(LDADD_io) $(CMOCKA_LIBS)
%C%_t_git_files_CPPFLAGS = $(unit_cppflags)
%C%_t_git_files_LDADD = $(unit_libs) $(LDADD_io) $(CMOCKA_LIBS)
%C%_t_git_remote_CPPFLAGS = $(unit_cppflags)
%C%_t_git_remote_LDADD = $(unit_libs) $(LDADD_io) $(CMOCKA_LIBS)
%C%_t_glob_CPPFLAGS = $(unit_cppflags)
%C%_t_glob_LDADD = $(unit_libs) $(LDADD_model) $(CMOCKA_LIBS)
%C%_t_graph_CPPFLAGS = $(unit_cppflags)
%C%_t_graph_LDADD = $(unit_libs) $(LDADD_model) $(CMOCKA_LIBS)
%C%_t_graph_load_CPPFLAGS = $(unit_cppflags)
%C%_t_graph_load_LDADD = $(unit_libs) $(LDADD_model) $(CMOCKA_LIBS)
%C%_t_graph_schema_CPPFLAGS = $(unit_cppflags)
%C%_t_graph_schema_LDADD = $(unit_libs) $(LDADD_model) $(CMOCKA_LIBS)
%C%_t_guard_log_CPPFLAGS = $(unit_cppflags)
%C%_t_guard_log_LDADD = $(unit_libs) $(LDADD_engine) $(CMOCKA_LIBS)
%C%_t_header_CPPFLAGS = $(unit_cppflags)
%C%_t_header_LDADD = $(unit_libs) $(LDADD_model) $(CMOCKA_LIBS)
%C%_t_hmac_CPPFLAGS = $(unit_cppflags)
%C%_t_hmac_LDADD = $(unit_libs) $(LDADD_base) $(CMOCKA_LIBS)
%C%_t_http_CPPFLAGS = $(unit_cppflags)
%C%_t_http_LDADD = $(unit_libs) $(LDADD_io) $(CMOCKA_LIBS)
%C%_t_ignore_CPPFLAGS = $(unit_cppflags)
%C%_t_ignore_LDADD = $(unit_libs) $(LDADD_model) $(CMOCKA_LIBS)
%C%_t_ignore_property_CPPFLAGS = $(unit_cppflags)
%C%_t_ignore_property_LDADD = $(unit_libs) $(LDADD_model) $(CMOCKA_LIBS)
%C%_t_image_archive_CPPFLAGS = $(unit_cppflags)
%C%_t_image_archive_LDADD = $(unit_libs) $(LDADD_engine) $(CMOCKA_LIBS)
%C%_t_image_diff_CPPFLAGS = $(unit_cppflags)
%C%_t_image_diff_LDADD = $(unit_libs) $(LDADD_engine) $(CMOCKA_LIBS)
%C%_t_image_tree_CPPFLAGS = $(unit_cppflags)
%C%_t_image_tree_LDADD = $(unit_libs) $(LDADD_engine) $(CMOCKA_LIBS)
%C%_t_inputs_CPPFLAGS = $(unit_cppflags)
%C%_t_inputs_LDADD = $(unit_libs) $(LDADD_model) $(CMOCKA_LIBS)
%C%_t_inputs_diff_CPPFLAGS = $(unit_cppflags)
%C%_t_inputs_diff_LDADD = $(unit_libs) $(LDADD_model) $(CMOCKA_LIBS)
%C%_t_json_CPPFLAGS = $(unit_cppflags)
%C%_t_json_LDADD = $(unit_libs) $(LDADD_base) $(CMOCKA_LIBS)
%C%_t_kube_pod_CPPFLAGS = $(unit_cppflags)
%C%_t_kube_pod_LDADD = $(unit_libs) $(LDADD_model) $(CMOCKA_LIBS)
%C%_t_kube_share_CPPFLAGS = $(unit_cppflags)
%C%_t_kube_share_LDADD = $(unit_libs) $(LDADD_model) $(CMOCKA_LIBS)
%C%_t_lock_CPPFLAGS = $(unit_cppflags)
%C%_t_lock_LDADD = $(unit_libs) $(LDADD_io) $(CMOCKA_LIBS)
%C%_t_lockfile_CPPFLAGS = $(unit_cppflags)
%C%_t_lockfile_LDADD = $(unit_libs) $(LDADD_model) $(CMOCKA_LIBS)
%C%_t_loop_CPPFLAGS = $(unit_cppflags)
%C%_t_loop_LDADD = $(unit_libs) $(LDADD_io) $(CMOCKA_LIBS)
%C%_t_manifest_CPPFLAGS = $(unit_cppflags)
%C%_t_manifest_LDADD = $(unit_libs) $(LDADD_model) $(CMOCKA_LIBS)
%C%_t_map_CPPFLAGS = $(unit_cppflags)
%C%_t_map_LDADD = $(unit_libs) $(LDADD_base) $(CMOCKA_LIBS)
%C%_t_matrix_CPPFLAGS = $(unit_cppflags)
%C%_t_matrix_LDADD = $(unit_libs) $(LDADD_model) $(CMOCKA_LIBS)
%C%_t_mem_CPPFLAGS = $(unit_cppflags)
%C%_t_mem_LDADD = $(unit_libs) $(LDADD_base) $(CMOCKA_LIBS)
%C%_t_oci_CPPFLAGS = $(unit_cppflags)
%C%_t_oci_LDADD = $(unit_libs) $(LDADD_model) $(CMOCKA_LIBS)
%C%_t_ocistore_CPPFLAGS = $(unit_cppflags)
%C%_t_ocistore_LDADD = $(unit_libs) $(LDADD_engine) $(CMOCKA_LIBS)
%C%_t_opt_CPPFLAGS = $(unit_cppflags)
%C%_t_opt_LDADD = $(unit_libs) $(LDADD_cli) $(CMOCKA_LIBS)
%C%_t_out_CPPFLAGS = $(unit_cppflags)
%C%_t_out_LDADD = $(unit_libs) $(LDADD_base) $(CMOCKA_LIBS)
%C%_t_outbox_CPPFLAGS = $(unit_cppflags)
%C%_t_outbox_LDADD = $(unit_libs) $(LDADD_engine) $(CMOCKA_LIBS)
%C%_t_owner_CPPFLAGS = $(unit_cppflags)
%C%_t_owner_LDADD = $(unit_libs) $(LDADD_io) $(CMOCKA_LIBS)
%C%_t_path_CPPFLAGS = $(unit_cppflags)
%C%_t_path_LDADD = $(unit_libs) $(LDADD_base) $(CMOCKA_LIBS)
%C%_t_pin_edit_CPPFLAGS = $(unit_cppflags)
%C%_t_pin_edit_LDADD = $(unit_libs) $(LDADD_model) $(CMOCKA_LIBS)
%C%_t_pin_find_CPPFLAGS = $(unit_cppflags)
%C%_t_pin_find_LDADD = $(unit_libs) $(LDADD_model) $(CMOCKA_LIBS)
%C%_t_pins_CPPFLAGS = $(unit_cppflags)
%C%_t_pins_LDADD = $(unit_libs) $(LDADD_engine) $(CMOCKA_LIBS)
%C%_t_platform_CPPFLAGS = $(unit_cppflags)
%C%_t_platform_LDADD = $(unit_libs) $(LDADD_model) $(CMOCKA_LIBS)
%C%_t_pod_CPPFLAGS = $(unit_cppflags)
%C%_t_pod_LDADD = $(unit_libs) $(LDADD_engine) $(CMOCKA_LIBS)
%C%_t_podman_CPPFLAGS = $(unit_cppflags)
%C%_t_podman_LDADD = $(unit_libs) $(LDADD_engine) $(CMOCKA_LIBS)
%C%_t_podman_service_CPPFLAGS = $(unit_cppflags)
%C%_t_podman_service_LDADD = $(unit_libs) $(LDADD_engine) $(CMOCKA_LIBS)
%C%_t_pool_CPPFLAGS = $(unit_cppflags)
%C%_t_pool_LDADD = $(unit_libs) $(LDADD_io) $(CMOCKA_LIBS)
%C%_t_port_CPPFLAGS = $(unit_cppflags)
%C%_t_port_LDADD = $(unit_libs) $(LDADD_io) $(CMOCKA_LIBS)
%C%_t_proc_CPPFLAGS = $(unit_cppflags)
%C%_t_proc_LDADD = $(unit_libs) $(LDADD_io) $(CMOCKA_LIBS)
%C%_t_project_CPPFLAGS = $(unit_cppflags)
%C%_t_project_LDADD = $(unit_libs) $(LDADD_engine) $(CMOCKA_LIBS)
%C%_t_pullrequest_text_CPPFLAGS = $(unit_cppflags)
%C%_t_pullrequest_text_LDADD = $(unit_libs) $(LDADD_engine) $(CMOCKA_LIBS)
%C%_t_reason_CPPFLAGS = $(unit_cppflags)
%C%_t_reason_LDADD = $(unit_libs) $(LDADD_model) $(CMOCKA_LIBS)
%C%_t_recipe_CPPFLAGS = $(unit_cppflags)
%C%_t_recipe_LDADD = $(unit_libs) $(LDADD_model) $(CMOCKA_LIBS)
%C%_t_recipe_args_CPPFLAGS = $(unit_cppflags)
%C%_t_recipe_args_LDADD = $(unit_libs) $(LDADD_model) $(CMOCKA_LIBS)
%C%_t_recipe_facts_CPPFLAGS = $(unit_cppflags)
%C%_t_recipe_facts_LDADD = $(unit_libs) $(LDADD_model) $(CMOCKA_LIBS)
%C%_t_recipe_mount_CPPFLAGS = $(unit_cppflags)
%C%_t_recipe_mount_LDADD = $(unit_libs) $(LDADD_model) $(CMOCKA_LIBS)
%C%_t_recipe_reads_CPPFLAGS = $(unit_cppflags)
%C%_t_recipe_reads_LDADD = $(unit_libs) $(LDADD_model) $(CMOCKA_LIBS)
%C%_t_recipe_render_CPPFLAGS = $(unit_cppflags)
%C%_t_recipe_render_LDADD = $(unit_libs) $(LDADD_model) $(CMOCKA_LIBS)
%C%_t_recipe_sources_CPPFLAGS = $(unit_cppflags)
%C%_t_recipe_sources_LDADD = $(unit_libs) $(LDADD_model) $(CMOCKA_LIBS)
%C%_t_record_CPPFLAGS = $(unit_cppflags)
%C%_t_record_LDADD = $(unit_libs) $(LDADD_model) $(CMOCKA_LIBS)
%C%_t_record_file_CPPFLAGS = $(unit_cppflags)
%C%_t_record_file_LDADD = $(unit_libs) $(LDADD_cli) $(CMOCKA_LIBS)
%C%_t_ref_CPPFLAGS = $(unit_cppflags)
%C%_t_ref_LDADD = $(unit_libs) $(LDADD_model) $(CMOCKA_LIBS)
%C%_t_regexp_CPPFLAGS = $(unit_cppflags)
%C%_t_regexp_LDADD = $(unit_libs) $(LDADD_model) $(CMOCKA_LIBS)
%C%_t_registries_conf_CPPFLAGS = $(unit_cppflags)
%C%_t_registries_conf_LDADD = $(unit_libs) $(LDADD_model) $(CMOCKA_LIBS)
%C%_t_registry_CPPFLAGS = $(unit_cppflags)
%C%_t_registry_LDADD = $(unit_libs) $(LDADD_remote) $(CMOCKA_LIBS)
%C%_t_registry_auth_CPPFLAGS = $(unit_cppflags)
%C%_t_registry_auth_LDADD = $(unit_libs) $(LDADD_remote) $(CMOCKA_LIBS)
%C%_t_registry_certs_CPPFLAGS = $(unit_cppflags)
%C%_t_registry_certs_LDADD = $(unit_libs) $(LDADD_remote) $(CMOCKA_LIBS)
%C%_t_registry_write_CPPFLAGS = $(unit_cppflags)
%C%_t_registry_write_LDADD = $(unit_libs) $(LDADD_remote) $(CMOCKA_LIBS)
%C%_t_render_github_CPPFLAGS = $(unit_cppflags)
%C%_t_render_github_LDADD = $(unit_libs) $(LDADD_cli) $(CMOCKA_LIBS)
%C%_t_replace_CPPFLAGS = $(unit_cppflags)
%C%_t_replace_LDADD = $(unit_libs) $(LDADD_io) $(CMOCKA_LIBS)
%C%_t_repo_url_CPPFLAGS = $(unit_cppflags)
%C%_t_repo_url_LDADD = $(unit_libs) $(LDADD_model) $(CMOCKA_LIBS)
%C%_t_report_CPPFLAGS = $(unit_cppflags)
%C%_t_report_LDADD = $(unit_libs) $(LDADD_cli) $(CMOCKA_LIBS)
%C%_t_rune_CPPFLAGS = $(unit_cppflags)
%C%_t_rune_LDADD = $(unit_libs) $(LDADD_model) $(CMOCKA_LIBS)
%C%_t_runner_docker_CPPFLAGS = $(unit_cppflags)
%C%_t_runner_docker_LDADD = $(unit_libs) $(LDADD_engine) $(CMOCKA_LIBS)
%C%_t_schedule_CPPFLAGS = $(unit_cppflags)
%C%_t_schedule_LDADD = $(unit_libs) $(LDADD_engine) $(CMOCKA_LIBS)
%C%_t_sha256_CPPFLAGS = $(unit_cppflags)
%C%_t_sha256_LDADD = $(unit_libs) $(LDADD_base) $(CMOCKA_LIBS)
%C%_t_shared_CPPFLAGS = $(unit_cppflags)
%C%_t_shared_LDADD = $(unit_libs) $(LDADD_engine) $(CMOCKA_LIBS)
%C%_t_shared_event_CPPFLAGS = $(unit_cppflags)
%C%_t_shared_event_LDADD = $(unit_libs) $(LDADD_engine) $(CMOCKA_LIBS)
%C%_t_shared_generation_CPPFLAGS = $(unit_cppflags)
%C%_t_shared_generation_LDADD = $(unit_libs) $(LDADD_engine) $(CMOCKA_LIBS)
%C%_t_shellword_CPPFLAGS = $(unit_cppflags)
%C%_t_shellword_LDADD = $(unit_libs) $(LDADD_model) $(CMOCKA_LIBS)
%C%_t_single_CPPFLAGS = $(unit_cppflags)
%C%_t_single_LDADD = $(unit_libs) $(LDADD_engine) $(CMOCKA_LIBS)
%C%_t_sql_CPPFLAGS = $(unit_cppflags)
%C%_t_sql_LDADD = $(unit_libs) $(LDADD_io) $(CMOCKA_LIBS)
%C%_t_stage_CPPFLAGS = $(unit_cppflags)
%C%_t_stage_LDADD = $(unit_libs) $(LDADD_engine) $(CMOCKA_LIBS)
%C%_t_store_CPPFLAGS = $(unit_cppflags)
%C%_t_store_LDADD = $(unit_libs) $(LDADD_store) $(CMOCKA_LIBS)
%C%_t_store_check_CPPFLAGS = $(unit_cppflags)
%C%_t_store_check_LDADD = $(unit_libs) $(LDADD_store) $(CMOCKA_LIBS)
%C%_t_store_inputs_CPPFLAGS = $(unit_cppflags)
%C%_t_store_inputs_LDADD = $(unit_libs) $(LDADD_store) $(CMOCKA_LIBS)
%C%_t_store_outbox_CPPFLAGS = $(unit_cppflags)
%C%_t_store_outbox_LDADD = $(unit_libs) $(LDADD_store) $(CMOCKA_LIBS)
%C%_t_store_run_CPPFLAGS = $(unit_cppflags)
%C%_t_store_run_LDADD = $(unit_libs) $(LDADD_store) $(CMOCKA_LIBS)
%C%_t_store_stat_CPPFLAGS = $(unit_cppflags)
%C%_t_store_stat_LDADD = $(unit_libs) $(LDADD_store) $(CMOCKA_LIBS)
%C%_t_store_trace_CPPFLAGS = $(unit_cppflags)
%C%_t_store_trace_LDADD = $(unit_libs) $(LDADD_store) $(CMOCKA_LIBS)
%C%_t_str_CPPFLAGS = $(unit_cppflags)
%C%_t_str_LDADD = $(unit_libs) $(LDADD_base) $(CMOCKA_LIBS)
%C%_t_survey_CPPFLAGS = $(unit_cppflags)
%C%_t_survey_LDADD = $(unit_libs) $(LDADD_model) $(CMOCKA_LIBS)
%C%_t_tar_CPPFLAGS = $(unit_cppflags)
%C%_t_tar_LDADD = $(unit_libs) $(LDADD_io) $(CMOCKA_LIBS)
%C%_t_tar_split_CPPFLAGS = $(unit_cppflags)
%C%_t_tar_split_LDADD = $(unit_libs) $(LDADD_io) $(CMOCKA_LIBS)
%C%_t_tar_write_CPPFLAGS = $(unit_cppflags)
%C%_t_tar_write_LDADD = $(unit_libs) $(LDADD_io) $(CMOCKA_LIBS)
%C%_t_toml_CPPFLAGS = $(unit_cppflags)
%C%_t_toml_LDADD = $(unit_libs) $(LDADD_model) $(CMOCKA_LIBS)
%C%_t_tree_CPPFLAGS = $(unit_cppflags)
%C%_t_tree_LDADD = $(unit_libs) $(LDADD_io) $(CMOCKA_LIBS)
%C%_t_tree_git_CPPFLAGS = $(unit_cppflags)
%C%_t_tree_git_LDADD = $(unit_libs) $(LDADD_io) $(CMOCKA_LIBS)
%C%_t_tree_process_CPPFLAGS = $(unit_cppflags)
%C%_t_tree_process_LDADD = $(unit_libs) $(LDADD_io) $(CMOCKA_LIBS)
%C%_t_uri_CPPFLAGS = $(unit_cppflags)
%C%_t_uri_LDADD = $(unit_libs) $(LDADD_base) $(CMOCKA_LIBS)
%C%_t_vec_CPPFLAGS = $(unit_cppflags)
%C%_t_vec_LDADD = $(unit_libs) $(LDADD_base) $(CMOCKA_LIBS)
%C%_t_yaml_CPPFLAGS = $(unit_cppflags)
%C%_t_yaml_LDADD = $(unit_libs) $(LDADD_base) $(CMOCKA_LIBS)
%C%_t_yaml_events_CPPFLAGS = $(unit_cppflags)
%C%_t_yaml_events_LDADD = $(unit_libs) $(LDADD_base) $(CMOCKA_LIBS)
EXTRA_DIST += \
	%D%/dockerfile_case.h \
	%D%/recipe_case.h \
	%D%/registry_bench.h \
	$(NULL)
# list: end
