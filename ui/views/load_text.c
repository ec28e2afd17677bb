/* SPDX-License-Identifier: MIT */
#include "ui/views/load_text.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/units.h"
#include "core/metric_value.h"

enum { DIGITS_SIZE = 24, GROUP = 3, MS_PER_S = 1000, S_PER_MIN = 60 };

/* It speaks every second: this is three seconds missed. */
#define SILENT_AFTER_NS (4 * NS_PER_S)

void load_text_add_grouped(struct text *text, uint64_t count) {
    char digits[DIGITS_SIZE];
    int length = snprintf(digits, sizeof digits, "%llu", (unsigned long long)count);
    for (int i = 0; i < length; i++) {
        if (i > 0 && (length - i) % GROUP == 0) text_add_char(text, ' ');
        text_add_char(text, digits[i]);
    }
}

void load_text_add_time(struct text *text, uint32_t time_ms) {
    uint32_t seconds = time_ms / MS_PER_S;
    text_addf(text, "%02u:%02u", seconds / S_PER_MIN, seconds % S_PER_MIN);
}

void load_text_add_ms(struct text *text, float ms) {
    metric_add_value(text, METRIC_P95, ms);
}

void load_text_add_rate(struct text *text, const struct load_rates *rates) {
    metric_add_value(text, METRIC_LOAD_DONE, rates->done_per_s);
    if (isfinite(rates->wanted_per_s)) {
        text_add(text, " of ");
        metric_add_value(text, METRIC_LOAD_WANTED, rates->wanted_per_s);
    }
    text_add(text, " rps");
}

const struct load_gate *load_text_gate(
    const struct load_status *load, enum load_latency latency) {
    const char *label = load_latency_label(latency);
    size_t length = strlen(label);
    for (unsigned i = 0; i < load->gate_count; i++) {
        const struct load_gate *gate = &load->gates[i];
        if (strncmp(gate->words, label, length) == 0 && gate->words[length] == '<') {
            return gate;
        }
    }
    return NULL;
}

const char *load_text_verdict(enum verdict verdict) {
    if (verdict == VERDICT_PASS) return "ok";
    return verdict == VERDICT_FAIL ? "FAIL" : "?";
}

enum role load_text_role(enum verdict verdict) {
    if (verdict == VERDICT_PASS) return ROLE_OK;
    return verdict == VERDICT_INCONCLUSIVE ? ROLE_WARN : ROLE_BAD;
}

uint64_t load_text_silence_ns(const struct scene *scene) {
    const struct load_status *load = &scene->state->load;
    if (!load_status_is_active(load) || scene->view_ns <= load->at_ns) return 0;
    uint64_t age_ns = scene->view_ns - load->at_ns;
    return age_ns > SILENT_AFTER_NS ? age_ns : 0;
}

bool load_text_has_run(const struct scene *scene) {
    return scene->state->load.phase != LOAD_NONE;
}
