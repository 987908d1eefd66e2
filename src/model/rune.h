/* SPDX-License-Identifier: Apache-2.0 */
/* rune.h: text as the builders see it: UTF-8 characters in the way of the Go language. */
#ifndef LOCKSTEP_MODEL_RUNE_H
#define LOCKSTEP_MODEL_RUNE_H

#include "base/buf.h"

#include <stdint.h>

/*
 * All builders are written in Go, so where a Dockerfile or an ignore file holds bytes that are no
 * UTF-8, what counts is what Go makes of them: each such byte is one U+FFFD.
 */
#define RUNE_BAD 0xfffdu

/* The character at the start of s, which is not empty: its length in bytes. Bytes that are no
 * UTF-8 give RUNE_BAD and length 1. */
size_t rune_get(struct str s, uint32_t *ret_rune);
/* Appends a character as UTF-8; one that is none as U+FFFD. */
void rune_add(struct buf *b, uint32_t rune);
/* Unicode's White_Space. */
bool rune_is_space(uint32_t rune);
/* Number of characters. */
size_t rune_count(struct str s);
/* Without leading (and trailing) characters of White_Space. */
struct str rune_trim_left(struct str s);
struct str rune_trim(struct str s);

#endif
