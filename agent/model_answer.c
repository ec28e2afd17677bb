/* SPDX-License-Identifier: MIT */
#include "agent/model_answer.h"

static const char *const stop_names[] = {
#define X(id, name) [id] = (name)
    MODEL_STOPS(X)
#undef X
};

const char *model_stop_name(enum model_stop stop) {
    return stop_names[stop];
}

void model_answer_clear(struct model_answer *answer) {
    document_free(answer->document);
    buffer_clear(&answer->text);
    *answer = (struct model_answer){0};
}
