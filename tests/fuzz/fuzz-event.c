/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz-event.c: an event that is taken reads back the same from its text. */
#include "model/event.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_images(const struct event *a, const struct event *b)
{
	BUG_ON(a->nchanged != b->nchanged);
	for (size_t i = 0; i < a->nchanged; i++) {
		BUG_ON(strcmp(a->changed[i].image, b->changed[i].image) != 0);
		BUG_ON(strcmp(a->changed[i].digest, b->changed[i].digest) != 0);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct err_list AUTO_ERR_LIST errs = ERR_LIST_INIT;
	struct event *AUTO_EVENT e =
		event_parse((struct str){ (const char *)data, size }, "event", &errs);
	struct event *AUTO_EVENT again = NULL;
	AUTO_FREE char *text = NULL, *second = NULL;

	BUG_ON(!e != (errs.n > 0));
	if (!e || event_text(e, &text, NULL))
		return 0;
	BUG_ON(strlen(text) > EVENT_BUDGET);
	again = event_parse(str_c(text), "text", &errs);
	BUG_ON(!again || event_text(again, &second, NULL) || strcmp(text, second) != 0);
	check_images(e, again);
	return 0;
}
