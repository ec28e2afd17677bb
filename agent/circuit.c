/* SPDX-License-Identifier: MIT */
#include "agent/circuit.h"

#include "agent/chance.h"
#include "agent/json_log.h"
#include "agent/registry.h"
#include "base/safe_text.h"
#include "base/text.h"
#include "base/units.h"
#include "io/loop.h"

enum { WHY_SIZE = 200 };

/* While a probe is out nobody knows how long it will take. */
static const uint64_t probe_wait_ns = NS_PER_S / 4;

static const char *const names[] = {
#define X(id, name) [id] = (name)
    CIRCUITS(X)
#undef X
};

static void on_time(void *owner, uint64_t now_ns);

static void show(const struct circuit *circuit) {
    for (int state = BREAKER_CLOSED; state < BREAKER_STATES; state++) {
        registry_set(
            circuit->registry, FAMILY_BREAKER_STATE, circuit->name,
            breaker_state_name((enum breaker_state)state),
            circuit->breaker.state == (enum breaker_state)state ? 1 : 0);
    }
}

void circuit_init(
    struct circuit *circuit, enum circuit_id id, struct loop *loop,
    struct registry *registry, struct json_log *log) {
    struct breaker_config config = breaker_config_default();
    *circuit = (struct circuit){
        .name = names[id], .loop = loop, .registry = registry, .log = log};
    breaker_init(&circuit->breaker, &config);
    registry_count(registry, FAMILY_BREAKER_TRIPS, circuit->name, NULL, 0);
    registry_count(registry, FAMILY_BREAKER_FAILURES, circuit->name, NULL, 0);
    registry_count(registry, FAMILY_BREAKER_REJECTED, circuit->name, NULL, 0);
    show(circuit);
}

void circuit_clear(struct circuit *circuit) {
    loop_timer_free(circuit->timer);
    circuit->timer = NULL;
}

/* The state has changed: whoever looks at the numbers or the log learns it. */
static void tell(struct circuit *circuit, const char *why) {
    uint64_t now_ns = loop_now_ns(circuit->loop);
    uint64_t left_ns = breaker_left_ns(&circuit->breaker, now_ns);
    bool is_open = circuit->breaker.state == BREAKER_OPEN;
    loop_timer_free(circuit->timer);
    circuit->timer =
        is_open ? loop_after(circuit->loop, left_ns, on_time, circuit) : NULL;
    if (is_open) {
        registry_count(circuit->registry, FAMILY_BREAKER_TRIPS, circuit->name, NULL, 1);
    }
    show(circuit);
    char safe[WHY_SIZE];
    safe_text_copy(safe, sizeof safe, slice_of(why));
    if (is_open) {
        json_log_write(
            circuit->log, LOG_WARN, NULL, "circuit %s is open for %.1f s: %s",
            circuit->name, (double)left_ns / (double)NS_PER_S, safe);
    } else {
        json_log_write(
            circuit->log, LOG_INFO, NULL, "circuit %s is %s: %s", circuit->name,
            breaker_state_name(circuit->breaker.state), safe);
    }
}

static void on_time(void *owner, uint64_t now_ns) {
    struct circuit *circuit = owner;
    circuit->timer = NULL;
    if (breaker_advance(&circuit->breaker, now_ns)) {
        tell(circuit, "its time is over");
    } else if (circuit_is_open(circuit)) {
        /* A timer may be a moment early. */
        circuit->timer = loop_after(
            circuit->loop, breaker_left_ns(&circuit->breaker, now_ns), on_time,
            circuit);
    }
}

void circuit_count_rejected(struct circuit *circuit) {
    registry_count(circuit->registry, FAMILY_BREAKER_REJECTED, circuit->name, NULL, 1);
}

bool circuit_allows(struct circuit *circuit, struct breaker_call *call) {
    enum breaker_state state = circuit->breaker.state;
    bool is_allowed =
        breaker_allows(&circuit->breaker, loop_now_ns(circuit->loop), call);
    if (circuit->breaker.state != state) tell(circuit, "its time is over");
    if (!is_allowed) circuit_count_rejected(circuit);
    return is_allowed;
}

void circuit_on_end(
    struct circuit *circuit, const struct breaker_call *call, enum breaker_end end,
    const char *why) {
    if (end == BREAKER_FAILURE) {
        registry_count(
            circuit->registry, FAMILY_BREAKER_FAILURES, circuit->name, NULL, 1);
    }
    uint64_t now_ns = loop_now_ns(circuit->loop);
    if (breaker_on_end(&circuit->breaker, call, end, now_ns, chance())) {
        tell(circuit, end == BREAKER_FAILURE ? why : "calls end well");
    }
}

void circuit_on_hint(struct circuit *circuit) {
    if (breaker_on_hint(&circuit->breaker)) tell(circuit, "a check was good");
}

bool circuit_is_open(const struct circuit *circuit) {
    return circuit->breaker.state == BREAKER_OPEN;
}

uint64_t circuit_wait_ns(const struct circuit *circuit) {
    if (circuit_is_open(circuit)) {
        return breaker_left_ns(&circuit->breaker, loop_now_ns(circuit->loop));
    }
    return circuit->breaker.probing ? probe_wait_ns : 0;
}
