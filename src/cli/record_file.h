/* SPDX-License-Identifier: Apache-2.0 */
/* record_file.h: the record of an image from a file: one of its own, or the report of a job. */
#ifndef LOCKSTEP_CLI_RECORD_FILE_H
#define LOCKSTEP_CLI_RECORD_FILE_H

#include "model/record.h"

/*
 * What `reproduce --save-record` and `ci --report` write. image: whose record is wanted; NULL = the
 * only one that the file holds. ERR_USAGE: it is not in there, or one has to be named; the message
 * says which there are. Caller frees with record_free().
 */
int record_file_read(const char *path, const char *image, struct record **ret, struct err *err)
	NODISCARD;
/* The file is a report that holds the record of that image, too, as it gave this image ID. */
bool record_file_has(const char *path, const char *image, const char *image_id);

#endif
