# SPDX-License-Identifier: Apache-2.0
# Promises to the outside.

# list: begin (written by scripts/list-sources)
lockstepinclude_HEADERS += \
	%D%/lockstep/exit.h \
	%D%/lockstep/formats.h \
	$(NULL)
# list: end
