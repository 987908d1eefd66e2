/* SPDX-License-Identifier: Apache-2.0 */
/* cause.h: why a file or a setting of an image differs from one build to the next, where it is known. */
#ifndef LOCKSTEP_MODEL_CAUSE_H
#define LOCKSTEP_MODEL_CAUSE_H

/*
 * What package managers, compilers and builders write that no two builds agree on. A cause is a
 * guess by the name alone, said as such; it excuses nothing.
 */

/* Of a file whose content differs, by its absolute path; NULL = unknown. Static. */
const char *cause_of_file(const char *path);
/* Of a field of an image's config ("created", "history[2].created", "config.Labels.x"). */
const char *cause_of_field(const char *field);

#endif
