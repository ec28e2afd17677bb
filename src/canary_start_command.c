/* SPDX-License-Identifier: MIT */
#include <stdlib.h>

#include "base/json_writer.h"
#include "base/text.h"
#include "base/units.h"
#include "canary_begin.h"
#include "canary_desk.h"
#include "canary_follow.h"
#include "canary_guard.h"
#include "canary_line.h"
#include "canary_orphan.h"
#include "canary_start.h"
#include "canary_start_words.h"
#include "canary_wish.h"
#include "command_functions.h"
#include "confirm.h"
#include "io/loop.h"
#include "report/rollout_report.h"

/* A controller that has just said that it is there may be busy. */
#define PATIENCE_NS (15 * NS_PER_S)
#define BOUND_NS    (600 * NS_PER_S)
#define AGAIN_NS    (500 * NS_PER_MS)

enum { LINE_SIZE = 512, PLAN_BYTES_MAX = 16 * 1024, TRIES_MAX = 20 };

/* `start` and `wait`. */
struct letting {
    struct canary_desk desk;
    struct rollout_plan plan;
    struct rollout_starter *starter;
    struct canary_follow *follow;
    struct canary_line *line; /* on which it is put on hold */
    struct rollout_status status;
    struct stop stop;
    struct loop_timer *again;
    struct error refused; /* what the last try came to */
    unsigned tries;
    bool bounded; /* within --duration */
    bool ordered, held;
    uint64_t ordered_at; /* the version that was put on hold */
    int code;
};

static void end(struct letting *letting, int code) {
    letting->code = code;
    loop_stop(letting->desk.loop);
}

/* The time is over: nothing goes on without a person. */

/* What is told is what came of it, not what was there when it was asked for. */
static void end_when_held(struct letting *letting) {
    const struct rollout_status *status = &letting->status;
    bool is_old =
        status->version == letting->ordered_at && status->phase != ROLLOUT_HOLD;
    if (!letting->held || is_old || status->phase == ROLLOUT_ROLLING_BACK) return;
    enum exit_code code = rollout_report_code(status);
    end(letting, canary_desk_finish(&letting->desk, status, code));
}

static void on_held(
    void *owner, const struct rollout_answer *answer, const struct error *why) {
    struct letting *letting = owner;
    letting->held = answer->accepted && !why;
    end_when_held(letting);
    if (letting->held) return;
    end(letting,
        canary_desk_finish(&letting->desk, &letting->status, EXIT_CODE_PERSON));
}

static void on_status(void *owner, const struct rollout_status *status) {
    struct letting *letting = owner;
    const struct rollout_order order =
        canary_desk_order(&letting->desk, ROLLOUT_ORDER_HOLD);
    letting->status = *status;
    end_when_held(letting);
    if (letting->ordered) return;
    letting->ordered = canary_line_order(letting->line, &order);
    letting->ordered_at = status->version;
}

static void on_lost(void *owner, const struct error *why) {
    struct letting *letting = owner;
    end(letting, invocation_fail(letting->desk.invocation, EXIT_CODE_PERSON, why));
}

static void hold(struct letting *letting) {
    const struct canary_line_options options = {
        .path = letting->desk.path,
        .on_status = on_status,
        .on_answer = on_held,
        .on_gone = on_lost,
        .owner = letting,
    };
    letting->line = canary_line_new(letting->desk.loop, &options);
}

static void on_followed(
    void *owner, enum exit_code code, const struct rollout_status *status) {
    struct letting *letting = owner;
    if (!status->known) {
        end(letting, (int)code); /* and was said */
        return;
    }
    bool goes_on = status->phase != ROLLOUT_HOLD && code == EXIT_CODE_INCONCLUSIVE;
    if (letting->bounded && goes_on) {
        hold(letting);
        return;
    }
    end(letting, canary_desk_finish(&letting->desk, status, code));
}

static uint64_t limit_of(const struct letting *letting) {
    const struct options *options = &letting->desk.invocation->options;
    const char *value = options->values[OPTION_DURATION];
    uint64_t limit_ns = BOUND_NS, most_ns = options->timeout_ns;
    if (value) units_parse_duration(slice_of(value), &limit_ns);
    bool is_less = most_ns > 0 && most_ns < limit_ns;
    return is_less || !letting->bounded ? most_ns : limit_ns;
}

static void follow(struct letting *letting, uint64_t patience_ns) {
    const struct canary_follow_options options = {
        .desk = &letting->desk,
        .until = CANARY_UNTIL_DECIDED,
        .holds = letting->bounded,
        .limit_ns = limit_of(letting),
        .patience_ns = patience_ns,
        .on_end = on_followed,
        .owner = letting,
    };
    letting->follow = canary_follow_new(&options);
}

static void say_way_back(const struct letting *letting) {
    invocation_say(
        letting->desk.invocation, 0,
        "the controller goes on by itself; to see: flightdeck canary status --target "
        "%s; to go back: flightdeck canary abort --target %s",
        letting->desk.target->name, letting->desk.target->name);
}

static void detach(struct letting *letting, const struct rollout_answer *answer) {
    struct buffer line;
    buffer_init(&line, PLAN_BYTES_MAX);
    if (letting->desk.invocation->format == FORMAT_JSON) {
        struct json_writer json = json_writer_to(&line);
        json_object_begin(&json);
        json_field_string(&json, "kind", "canary_start");
        json_field_string(&json, "target", letting->desk.target->name);
        json_field_string(&json, "id", letting->plan.id);
        json_field_string(&json, "to", letting->plan.to);
        json_field_bool(&json, "accepted", true);
        json_field_string(&json, "words", answer->words);
        json_object_end(&json);
        buffer_add_char(&line, '\n');
    } else {
        buffer_addf(&line, "started: rollout %s\n", letting->plan.id);
    }
    say_way_back(letting);
    end(letting,
        invocation_finish(letting->desk.invocation, buffer_slice(&line), EXIT_CODE_OK));
    buffer_clear(&line);
}

/* A controller whose rollout has ended may not have left yet: it is waited for. */

static void start(struct letting *letting);

static void on_again(void *owner, uint64_t now_ns) {
    struct letting *letting = owner;
    (void)now_ns;
    letting->again = NULL;
    start(letting);
}

static void on_other(void *owner, const struct rollout_status *status) {
    struct letting *letting = owner;
    bool ended = status->ended; /* the status goes with the line */
    canary_line_free(letting->line);
    letting->line = NULL;
    if (ended && letting->tries++ < TRIES_MAX) {
        letting->again = loop_after(letting->desk.loop, AGAIN_NS, on_again, letting);
        return;
    }
    end(letting,
        invocation_fail(
            letting->desk.invocation, EXIT_CODE_UNREACHABLE, &letting->refused));
}

/* It may have left in between, once: or it is another one's that is in the way. */
static void on_nobody(void *owner, const struct error *why) {
    struct letting *letting = owner;
    struct lock_holder who;
    (void)why;
    bool leaves =
        letting->tries == 0 || canary_orphan_is_held(letting->desk.target, &who);
    on_other(owner, &(struct rollout_status){.ended = leaves});
}

static void look_at_other(struct letting *letting) {
    const struct canary_line_options options = {
        .path = letting->desk.path,
        .on_status = on_other,
        .on_gone = on_nobody,
        .owner = letting,
    };
    letting->line = canary_line_new(letting->desk.loop, &options);
}

static void on_started(
    void *owner, const struct rollout_answer *answer, const struct error *why) {
    struct letting *letting = owner;
    const struct invocation *invocation = letting->desk.invocation;
    if (answer && answer->accepted) {
        bool detached = options_has(&invocation->options, OPTION_DETACH);
        invocation_say(invocation, 1, "the controller runs: %s", answer->words);
        if (detached) {
            detach(letting, answer);
        } else {
            follow(letting, PATIENCE_NS);
        }
        return;
    }
    if (answer) {
        error_set(&letting->refused, ERROR_CONFLICT, "%s", answer->words);
        look_at_other(letting);
        return;
    }
    end(letting, invocation_fail(invocation, EXIT_CODE_UNREACHABLE, why));
}

static void on_stop(void *owner, unsigned count) {
    struct letting *letting = owner;
    (void)count;
    say_way_back(letting);
    end(letting, (int)stop_code(&letting->stop, EXIT_CODE_INTERRUPTED));
}

static void run(struct letting *letting) {
    stop_watch(&letting->stop, letting->desk.loop, on_stop, letting);
    loop_run(letting->desk.loop);
    stop_forget(&letting->stop);
    canary_follow_free(letting->follow);
    canary_line_free(letting->line);
    loop_timer_free(letting->again);
    rollout_starter_free(letting->starter);
}

/* What would be sent */

static int dry_run(const struct letting *letting) {
    const struct invocation *invocation = letting->desk.invocation;
    struct buffer words;
    buffer_init(&words, PLAN_BYTES_MAX);
    canary_start_write(
        &letting->plan, letting->desk.target, invocation->format, &words);
    int code = invocation_finish(invocation, buffer_slice(&words), EXIT_CODE_OK);
    buffer_clear(&words);
    return code;
}

/* Starting */

static bool may_start(const struct letting *letting, struct error *err) {
    char what[LINE_SIZE];
    struct text text = TEXT_IN(what);
    text_addf(&text, "let %s in on ", letting->plan.to);
    redact_add_url(&text, letting->desk.target->url);
    return canary_guard_check(letting->desk.target, err) &&
           confirm_act(
               letting->desk.invocation, letting->desk.target, what,
               config_note(letting->desk.config), err) &&
           invocation_check_output(letting->desk.invocation, err);
}

static void say_plan(const struct letting *letting) {
    const struct invocation *invocation = letting->desk.invocation;
    char line[LINE_SIZE];
    struct text text = TEXT_IN(line);
    text_addf(&text, "%s to %s: ", letting->plan.to, letting->plan.target);
    canary_wish_add_steps(&text, &letting->plan);
    invocation_say(invocation, 0, "%s", line);
    const char *const warnings[] = {
        canary_wish_warning(&letting->plan),
        canary_guard_warning(letting->desk.target)};
    for (size_t i = 0; i < sizeof warnings / sizeof *warnings; i++) {
        if (warnings[i][0]) invocation_say(invocation, 0, "warning: %s", warnings[i]);
    }
}

static void start(struct letting *letting) {
    const struct canary_begin_options options = {
        .loop = letting->desk.loop,
        .config = letting->desk.config,
        .kind = ROLLOUT_LAUNCH_BEGIN,
        .plan = &letting->plan,
        .on_started = on_started,
        .owner = letting,
    };
    struct error err;
    rollout_starter_free(letting->starter);
    letting->starter = canary_begin(&options, &err);
    if (letting->starter) return;
    end(letting,
        invocation_fail(letting->desk.invocation, EXIT_CODE_UNREACHABLE, &err));
}

static bool prepare(
    struct letting *letting, const struct invocation *invocation, struct error *err) {
    enum format format = invocation->format;
    if (format != FORMAT_TEXT && format != FORMAT_JSON) {
        return error_set(err, ERROR_USAGE, "with --act the result is text or json");
    }
    if (!options_has(&invocation->options, OPTION_TO)) {
        return error_set(err, ERROR_USAGE, "--to VERSION says what to let in");
    }
    return canary_wish_plan(invocation, letting->desk.config, &letting->plan, err) &&
           (options_has(&invocation->options, OPTION_DRY_RUN) ||
            may_start(letting, err));
}

int canary_start_command(const struct invocation *invocation) {
    return canary_start_for(invocation, false);
}

int canary_start_for(const struct invocation *invocation, bool bounded) {
    struct letting letting = {.bounded = bounded};
    struct error err;
    if (!canary_desk_sit(&letting.desk, invocation, &err)) {
        letting.code = invocation_fail(invocation, invocation_code_of(&err), &err);
    } else if (!prepare(&letting, invocation, &err)) {
        letting.code = invocation_fail(invocation, EXIT_CODE_USAGE, &err);
    } else if (options_has(&invocation->options, OPTION_DRY_RUN)) {
        letting.code = dry_run(&letting);
    } else {
        canary_begin_name(&letting.plan);
        say_plan(&letting);
        start(&letting);
        if (letting.starter) run(&letting);
    }
    canary_desk_leave(&letting.desk);
    return letting.code;
}

int canary_wait_command(const struct invocation *invocation) {
    struct letting letting = {.code = 0};
    struct error err;
    if (!canary_desk_sit_to_ask(&letting.desk, invocation, &err)) {
        letting.code = invocation_fail(invocation, invocation_code_of(&err), &err);
    } else if (!invocation_check_output(invocation, &err)) {
        letting.code = invocation_fail(invocation, EXIT_CODE_USAGE, &err);
    } else {
        follow(&letting, 0);
        run(&letting);
    }
    canary_desk_leave(&letting.desk);
    return letting.code;
}
