/* SPDX-License-Identifier: MIT */
#include "core/load_status.h"

#include <math.h>
#include <string.h>

#include "core/verdict.h"

#define ENDS(array) (memchr((array), '\0', sizeof(array)) != NULL)

static void forget(float *figures, size_t count) {
    for (size_t i = 0; i < count; i++) figures[i] = NAN;
}

static struct load_result no_result(void) {
    return (struct load_result){NAN, NAN, NAN, NAN, NAN, NAN};
}

void load_status_init(struct load_status *status) {
    memset(status, 0, sizeof *status);
    status->rates = (struct load_rates){NAN, NAN, NAN, NAN, NAN};
    struct load_latencies *latencies = &status->latencies;
    forget(latencies->response_ms, LOAD_LATENCY_COUNT);
    forget(latencies->service_ms, LOAD_LATENCY_COUNT);
    forget(latencies->first_byte_ms, LOAD_LATENCY_COUNT);
    latencies->apdex = latencies->apdex_ms = NAN;
    struct load_generator *generator = &status->generator;
    generator->cpu_cores = generator->lag_p99_ms = generator->late_ratio = NAN;
    generator->reused_ratio = generator->in_bytes_per_s = NAN;
    generator->memory_bytes = NAN;
    status->comparison.now = status->comparison.then = no_result();
    for (unsigned i = 0; i < LOAD_GATES_MAX; i++) status->gates[i].limit_ms = NAN;
}

const char *load_phase_name(enum load_phase phase) {
    static const char *const names[LOAD_PHASE_COUNT] = {
#define X(id, name) [id] = (name),
        LOAD_PHASES(X)
#undef X
    };
    return names[phase];
}

bool load_status_is_active(const struct load_status *status) {
    return status->phase != LOAD_NONE && status->phase != LOAD_ENDED;
}

double load_status_error_ratio(const struct load_status *status) {
    if (status->requests == 0) return NAN;
    return (double)status->failures / (double)status->requests;
}

float load_status_value(const struct load_status *status, enum metric metric) {
    const struct load_rates *rates = &status->rates;
    if (metric == METRIC_LOAD_WANTED) return rates->wanted_per_s;
    if (metric == METRIC_LOAD_SENT) return rates->sent_per_s;
    if (metric == METRIC_LOAD_DONE) return rates->done_per_s;
    if (metric == METRIC_LOAD_ERRORS) return rates->error_ratio;
    if (metric == METRIC_LOAD_TIMEOUTS) return rates->timeout_ratio;
    if (metric == METRIC_LOAD_USERS) return (float)status->users;
    return NAN;
}

/* A bool may be read only when its byte is 0 or 1, so the byte is what is looked at. */
static bool is_bool(const bool *value) {
    unsigned char byte = 0;
    memcpy(&byte, value, sizeof byte);
    return byte <= 1;
}

bool load_status_is_sound(const struct load_status *status) {
    bool choices = status->phase < LOAD_PHASE_COUNT &&
                   status->verdict < VERDICT_COUNT &&
                   status->generator.health < LOAD_HEALTH_COUNT &&
                   status->gate_count <= LOAD_GATES_MAX &&
                   status->answer_count <= LOAD_ANSWERS_MAX;
    bool strings = ENDS(status->scenario) && ENDS(status->words) &&
                   ENDS(status->reason) && ENDS(status->generator.limit) &&
                   ENDS(status->comparison.revision);
    if (!choices || !strings) return false;
    for (size_t i = 0; i < LOAD_GATES_MAX; i++) {
        const struct load_gate *gate = &status->gates[i];
        if (!ENDS(gate->words) || !ENDS(gate->value)) return false;
        if (gate->verdict >= VERDICT_COUNT) return false;
    }
    for (size_t i = 0; i < LOAD_ANSWERS_MAX; i++) {
        const struct load_answer *answer = &status->answers[i];
        if (!ENDS(answer->name) || !is_bool(&answer->failed)) return false;
    }
    return true;
}
