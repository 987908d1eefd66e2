/* SPDX-License-Identifier: Apache-2.0 */
/* formats.h: the versions of everything that lockstep writes for others, or for its later self. */
#ifndef LOCKSTEP_FORMATS_H
#define LOCKSTEP_FORMATS_H

/*
 * A number goes up when a reader of the older version would misread the newer
 * one; what was written under another version is refused or rebuilt, never guessed at.
 */

/* `version:` of the graph file (lockstep-graph(5)). */
#define LOCKSTEP_GRAPH_VERSION 1

/* First line of a canonical input set, `lockstep-key<TAB>1` (docs/key.md). */
#define LOCKSTEP_KEY_VERSION 1

/* First line of a lock file, `lockstep-lock 1` (docs/lock.md). */
#define LOCKSTEP_LOCK_VERSION 1

/* `user_version` of the state database (docs/store.md). */
#define LOCKSTEP_STORE_VERSION 4

/* `schema` of an event (docs/events.md). */
#define LOCKSTEP_EVENT_SCHEMA "lockstep.images/1"

/* `schema` of the record that travels with an image (docs/registry.md). */
#define LOCKSTEP_RECORD_SCHEMA "lockstep.record/1"

/* `schema` of the report of a job, which `reproduce` takes records from (docs/report.md). */
#define LOCKSTEP_REPORT_SCHEMA "lockstep.report/1"

/* `schema` of what is attached to images that passed something later (docs/registry.md). */
#define LOCKSTEP_PASSED_SCHEMA "lockstep.passed/1"

/* `schema` of what a release leaves for the next runner (docs/registry.md). */
#define LOCKSTEP_GENERATION_SCHEMA "lockstep.generation/1"

#endif
