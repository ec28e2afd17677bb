/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/text.h"
#include "base/units.h"
#include "command_functions.h"
#include "config.h"
#include "core/model.h"
#include "engine.h"
#include "invocation.h"
#include "io/loop.h"
#include "report/status_report.h"
#include "stop.h"

/* Rates need two scrapes: so far apart that something happens in between. */
#define SCRAPE_DISTANCE_NS (2 * NS_PER_S)
/* With a slow or silent part: its two deadlines and what lies between them. */
#define LOOK_LIMIT_NS (8 * NS_PER_S)

/* One look. */
struct look {
    const struct invocation *invocation; /* borrowed */
    struct config *config;
    struct target *target; /* with the distance between scrapes as its interval */
    struct state *state;
    struct loop *loop;
    struct engine *engine;
    bool whole; /* everything was asked as often as it takes */
    struct stop stop;
};

/* With -vv: every answer as it comes. */
static void say_part(const struct look *look, const struct event *event) {
    const struct part *part = &event->part;
    invocation_say(
        look->invocation, 2, "%s %s: %s, %s",
        part_kind_name((enum part_kind)part->kind), part->name,
        part_status_name((enum part_status)part->status), part->detail);
}

static void on_event(void *owner, const struct event *event) {
    struct look *look = owner;
    state_apply(look->state, event);
    if (event->kind == EVENT_PART && event->part.polled_ns > 0) say_part(look, event);
}

static void on_looked(void *owner, bool whole) {
    struct look *look = owner;
    look->whole = whole;
    loop_stop(look->loop);
}

static void on_stop(void *owner, unsigned count) {
    struct look *look = owner;
    (void)count;
    loop_stop(look->loop);
}

/* The report without secrets, whoever may have sent them back to us. */
static void add_report(
    const struct look *look, const struct status_report *report, struct buffer *to) {
    struct buffer raw;
    buffer_init(&raw, STATUS_BYTES_MAX);
    if (look->invocation->format == FORMAT_JSON) {
        status_report_json(report, &raw);
    } else {
        status_report_text(report, &raw);
    }
    redact_add_to_buffer(config_redactor(look->config), to, buffer_slice(&raw));
    buffer_clear(&raw);
}

static int print_report(const struct look *look) {
    const struct options *options = &look->invocation->options;
    uint64_t now_ns = loop_now_ns(look->loop);
    const struct status_rules rules = {
        .cut_short = !look->whole,
        .now_ns = now_ns,
        .fail_on_degraded = options_fails_on(options, FAIL_ON_DEGRADED),
        .fail_on_inconclusive = options_fails_on(options, FAIL_ON_INCONCLUSIVE),
    };
    status_settle(look->state, now_ns);
    struct status_judgement judgement = status_judge(look->state, &rules);
    struct status_report report = {
        .state = look->state,
        .target = look->target,
        .judgement = &judgement,
        .now_ns = now_ns,
        .wall_ms = loop_wall_ms(),
        .color = !options_has(options, OPTION_OUTPUT) &&
                 invocation_colors(look->invocation, STDOUT_FILENO),
    };
    struct buffer clean;
    buffer_init(&clean, STATUS_BYTES_MAX);
    add_report(look, &report, &clean);
    int code =
        invocation_finish(look->invocation, buffer_slice(&clean), judgement.code);
    buffer_clear(&clean);
    return code;
}

static int look_once(struct look *look) {
    const char *user = getenv("USER");
    struct engine_options options = {
        .target = look->target,
        .user = user ? user : "",
        .read_only = true,
        .one_look = true,
        .on_event = on_event,
        .owner = look,
    };
    uint64_t asked_ns = look->invocation->options.timeout_ns;
    uint64_t limit_ns = asked_ns > 0 ? asked_ns : LOOK_LIMIT_NS;
    char shown[TARGET_URL_SIZE];
    struct text url = TEXT_IN(shown);
    redact_add_url(&url, look->target->url);
    invocation_say(
        look->invocation, 1, "looking at %s (%s, %s) for at most %llu ms", shown,
        look->target->name, target_class_name(look->target->class),
        (unsigned long long)(limit_ns / NS_PER_MS));
    look->loop = loop_new();
    stop_watch(&look->stop, look->loop, on_stop, look);
    look->engine = engine_new(look->loop, &options);
    engine_start(look->engine);
    engine_look(look->engine, limit_ns, on_looked, look);
    loop_run(look->loop);
    engine_stop(look->engine);
    enum exit_code code = stop_code(&look->stop, EXIT_CODE_OK);
    int ended = code == EXIT_CODE_OK ? print_report(look) : (int)code;
    stop_forget(&look->stop);
    engine_free(look->engine);
    loop_free(look->loop);
    return ended;
}

static struct target *target_to_look_at(const struct config *config) {
    struct target *target = memory_new(sizeof *target);
    *target = *config_target(config);
    target->poll_health_ns = SCRAPE_DISTANCE_NS;
    target->poll_metrics_ns = SCRAPE_DISTANCE_NS;
    target->poll_redis_ns = SCRAPE_DISTANCE_NS;
    return target;
}

int status_command(const struct invocation *invocation) {
    struct look look = {.invocation = invocation};
    struct error err;
    look.config = config_for(invocation, invocation_operand(invocation, 0), &err);
    if (!look.config) {
        return invocation_fail(invocation, invocation_code_of(&err), &err);
    }
    look.target = target_to_look_at(look.config);
    look.state = memory_new(sizeof *look.state);
    state_init(look.state);
    int code = look_once(&look);
    explicit_bzero(look.target, sizeof *look.target);
    free(look.state);
    free(look.target);
    config_free(look.config);
    return code;
}
