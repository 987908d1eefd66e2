# SPDX-License-Identifier: Apache-2.0
# model: the pure domain: graph, Dockerfile, references, reasons. No I/O.
noinst_LIBRARIES += libmodel.a
libmodel_a_SOURCES =

# list: begin (written by scripts/list-sources)
libmodel_a_SOURCES += \
	%D%/dialect.h \
	%D%/dockerfile.h \
	%D%/enc.h \
	%D%/glob.h \
	%D%/graph.h \
	%D%/ignore.h \
	%D%/inputs.h \
	%D%/oci.h \
	%D%/platform.h \
	%D%/reason.h \
	%D%/recipe.h \
	%D%/ref.h \
	%D%/shellword.h \
	$(NULL)
# list: end
