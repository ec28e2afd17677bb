/* SPDX-License-Identifier: MIT */
#include "simulation/checking.h"

#include <stdio.h>
#include <string.h>

long checking_number(const struct checking *checking, const char *key) {
    return log_line_number(&checking->line, key);
}

bool checking_says(
    const struct checking *checking, const char *key, const char *wanted) {
    return log_line_says(&checking->line, key, wanted);
}

static void broken(struct checking *checking, enum checker_rule rule, const char *why) {
    struct checker_findings *findings = checking->findings;
    if (findings->broken[rule]++ > 0) return;
    snprintf(
        findings->first[rule], CHECKER_WORDS_SIZE, "%.96s: %.140s", why,
        checking->line.text);
}

void checking_require(
    struct checking *checking, bool holds, enum checker_rule rule, const char *why) {
    if (!holds) broken(checking, rule, why);
}

bool checking_is_op(const struct checking *checking, const char *op) {
    return strcmp(checking->op, op) == 0;
}

int checking_step_of(const struct checking *checking, long weight_bp) {
    for (int i = 0; i < checking->step_count; i++) {
        if (checking->steps[i] == weight_bp) return i;
    }
    return -1;
}

void checking_check_epoch(struct checking *checking) {
    checking_require(
        checking,
        checking->runs && checking_number(checking, "epoch") == checking->epoch,
        CHECKER_EPOCH, "somebody acts who is not the controller any more");
}
