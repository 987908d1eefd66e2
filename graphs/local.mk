# SPDX-License-Identifier: Apache-2.0
# Graphs that build.

# list: begin (written by scripts/list-sources)
EXTRA_DIST += \
	%D%/agent-images/README.md \
	%D%/agent-images/base/Dockerfile \
	%D%/agent-images/base/bin/agent-init \
	%D%/agent-images/base/opt/agent-init.d/01-home-dirs \
	%D%/agent-images/base/opt/agent-init.d/02-git-config \
	%D%/agent-images/base/sbin/apt-install \
	%D%/agent-images/base/sbin/fetch-tool \
	%D%/agent-images/kali/Dockerfile \
	%D%/agent-images/kali/docs/operations.md \
	%D%/agent-images/kali/entrypoint.sh \
	%D%/agent-images/kali/logrotate.conf \
	%D%/agent-images/kali/scripts/rotate-logs.sh \
	%D%/agent-images/kali/scripts/session.sh \
	%D%/agent-images/kali/sshd_config \
	%D%/agent-images/lockstep.yaml \
	%D%/agent-images/pod.yaml \
	%D%/agent-images/python-sandbox/Dockerfile \
	%D%/agent-images/vk-fork/.dockerignore \
	%D%/agent-images/vk-fork/.gitignore \
	%D%/agent-images/vk-fork/README.md \
	%D%/agent-images/vk-fork/crates/server/Dockerfile \
	%D%/agent-images/vk-fork/crates/server/Dockerfile.footgun \
	%D%/agent-images/vk-fork/crates/server/Makefile \
	%D%/agent-images/vk-fork/crates/server/build.sh \
	%D%/agent-images/vk-fork/crates/server/server.c \
	%D%/agent-images/vk-fork/packages/local-web/package-lock.json \
	%D%/agent-images/vk-fork/packages/local-web/package.json \
	%D%/agent-images/vk-fork/packages/local-web/src/app.css \
	%D%/agent-images/vk-fork/packages/local-web/src/board.jsx \
	%D%/agent-images/vk-fork/packages/local-web/src/index.html \
	%D%/agent-images/vk-fork/packages/local-web/src/main.jsx \
	%D%/agent-images/vk-local/Dockerfile \
	%D%/demo/README.md \
	%D%/demo/base/Dockerfile \
	%D%/demo/base/docs/notes.md \
	%D%/demo/base/etc/motd \
	%D%/demo/lockstep.yaml \
	%D%/demo/page/Dockerfile \
	%D%/demo/page/page.html.in \
	%D%/demo/tools/Dockerfile \
	%D%/demo/tools/bin/greet \
	%D%/demo/web/Dockerfile \
	%D%/demo/workshop/Dockerfile \
	%D%/demo/workshop/run.sh \
	$(NULL)
# list: end
