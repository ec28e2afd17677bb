/* SPDX-License-Identifier: MIT */
#include "agent/outcome.h"

#include "agent/http_status.h"

static const struct {
    const char *name;
    unsigned status;
} outcomes[] = {
#define X(id, name, status) [id] = {(name), (status)}
    OUTCOMES(X)
#undef X
};

const char *outcome_name(enum outcome outcome) {
    return outcomes[outcome].name;
}

unsigned outcome_status(enum outcome outcome) {
    return outcomes[outcome].status;
}

bool outcome_failed(enum outcome outcome) {
    return outcomes[outcome].status != STATUS_OK;
}
