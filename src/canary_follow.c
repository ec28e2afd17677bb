/* SPDX-License-Identifier: MIT */
#include "canary_follow.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "base/units.h"
#include "canary_line.h"
#include "canary_orphan.h"
#include "canary_past.h"
#include "io/loop.h"
#include "progress.h"
#include "report/rollout_report.h"

/* A hold that may end by itself gets so long. */
#define HOLD_MAX_NS (330 * NS_PER_S)

struct canary_follow {
    struct canary_follow_options options;
    struct canary_line *line;
    struct loop_timer *limit;
    struct progress progress;
    struct rollout_status status; /* the last one */
    uint64_t held_ns;             /* since when; 0 while it is not */
    bool was_stranded;            /* when it was seen first: it may come back yet */
    bool has_warned;              /* that it is not guarded */
};

static void finish(struct canary_follow *follow, enum exit_code code) {
    canary_followed_fn on_end = follow->options.on_end;
    progress_wipe(&follow->progress);
    canary_line_free(follow->line);
    follow->line = NULL;
    loop_timer_free(follow->limit);
    follow->limit = NULL;
    on_end(follow->options.owner, code, &follow->status);
}

static bool is_held_for_good(struct canary_follow *follow) {
    const struct rollout_status *status = &follow->status;
    uint64_t now_ns = loop_clock_ns();
    if (status->phase != ROLLOUT_HOLD) {
        follow->held_ns = 0;
        return false;
    }
    if (follow->held_ns == 0) follow->held_ns = now_ns;
    bool may_end = rollout_hold_ends_by_itself((enum rollout_hold)status->hold);
    return !may_end || now_ns - follow->held_ns >= HOLD_MAX_NS;
}

static bool is_over(struct canary_follow *follow) {
    const struct rollout_status *status = &follow->status;
    bool until_back = follow->options.until == CANARY_UNTIL_BACK;
    bool stranded = status->phase == ROLLOUT_STRANDED;
    bool back = status->phase == ROLLOUT_ROLLED_BACK ||
                (stranded && !(until_back && follow->was_stranded));
    if (back || (status->phase == ROLLOUT_IDLE && status->ended)) return true;
    if (until_back) return false;
    bool promoted =
        status->phase == ROLLOUT_FINALIZING || status->phase == ROLLOUT_DONE;
    return promoted || is_held_for_good(follow);
}

static void say_status(struct canary_follow *follow, uint64_t version_before) {
    const struct invocation *invocation = follow->options.desk->invocation;
    char line[ROLLOUT_LINE_SIZE];
    struct text text = TEXT_IN(line);
    rollout_report_line(&follow->status, &text);
    if (follow->status.version != version_before) {
        progress_wipe(&follow->progress);
        invocation_say(invocation, 0, "%s", line);
    } else {
        invocation_say(invocation, 2, "%s", line);
    }
    progress_say(&follow->progress, line);
}

/* By then it is known whether anything watches it. */
static void warn(struct canary_follow *follow) {
    const struct rollout_status *status = &follow->status;
    bool is_news =
        status->phase == ROLLOUT_WATCHING && !status->guarded && !follow->has_warned;
    if (!is_news) return;
    follow->has_warned = true;
    progress_wipe(&follow->progress);
    invocation_say(
        follow->options.desk->invocation, 0,
        "warning: NOT guarded: nothing takes the traffic back when the controller "
        "dies");
}

static void on_status(void *owner, const struct rollout_status *status) {
    struct canary_follow *follow = owner;
    uint64_t version_before = follow->status.version;
    if (!status->known) return;
    if (!follow->status.known) {
        follow->was_stranded = status->phase == ROLLOUT_STRANDED;
    }
    follow->status = *status;
    say_status(follow, version_before);
    warn(follow);
    if (is_over(follow)) finish(follow, rollout_report_code(&follow->status));
}

/* A controller that has done its work leaves, and the history has what came of it.
 * False when it knows nothing of the rollout that is followed, or of any. */
static bool look_back(
    const struct canary_follow *follow, const struct error *why,
    struct rollout_status *past) {
    bool was_there = follow->status.known;
    if (!was_there && why->code != ERROR_CONNECT) return false;
    if (!canary_past_read(follow->options.desk->target->name, past)) return false;
    return !was_there || strcmp(past->id, follow->status.id) == 0;
}

/* Whether traffic is back on stable nobody says: that is for a person. */
static void on_gone(void *owner, const struct error *why) {
    struct canary_follow *follow = owner;
    struct rollout_status past;
    if (look_back(follow, why, &past) && past.ended) {
        follow->status = past;
        finish(follow, canary_past_code(&past));
        return;
    }
    const struct invocation *invocation = follow->options.desk->invocation;
    const struct target *target = follow->options.desk->target;
    bool was_there = follow->status.known;
    struct error said = *why;
    bool is_orphan = !was_there && canary_orphan_explain(target, &said);
    enum exit_code code =
        was_there || is_orphan ? EXIT_CODE_PERSON : EXIT_CODE_UNREACHABLE;
    progress_wipe(&follow->progress);
    if (was_there) {
        error_wrap(
            &said,
            "the controller has gone; `flightdeck canary resume --target %s` "
            "takes the rollout up again",
            target->name);
    } else if (!is_orphan) {
        error_wrap(&said, "no rollout is under way");
    }
    invocation_fail(invocation, code, &said);
    finish(follow, code);
}

static const char *late_words(const struct canary_follow_options *options) {
    if (options->until == CANARY_UNTIL_BACK) {
        return "the way back is not verified in time";
    }
    return options->holds ? "not decided in time: it is put on hold"
                          : "not decided in time; the rollout goes on";
}

static void on_limit(void *owner, uint64_t now_ns) {
    struct canary_follow *follow = owner;
    bool back = follow->options.until == CANARY_UNTIL_BACK;
    struct error said;
    (void)now_ns;
    follow->limit = NULL;
    progress_wipe(&follow->progress);
    error_set(&said, ERROR_TIMEOUT, "%s", late_words(&follow->options));
    invocation_fail(follow->options.desk->invocation, EXIT_CODE_INCONCLUSIVE, &said);
    finish(follow, back ? EXIT_CODE_PERSON : EXIT_CODE_INCONCLUSIVE);
}

struct canary_follow *canary_follow_new(const struct canary_follow_options *options) {
    struct canary_follow *follow = memory_new(sizeof *follow);
    struct loop *loop = options->desk->loop;
    const struct canary_line_options line = {
        .path = options->desk->path,
        .patience_ns = options->patience_ns,
        .on_status = on_status,
        .on_gone = on_gone,
        .owner = follow,
    };
    follow->options = *options;
    progress_init(&follow->progress, loop, options->desk->invocation);
    follow->line = canary_line_new(loop, &line);
    if (options->limit_ns > 0) {
        follow->limit = loop_after(loop, options->limit_ns, on_limit, follow);
    }
    return follow;
}

void canary_follow_free(struct canary_follow *follow) {
    if (!follow) return;
    progress_wipe(&follow->progress);
    canary_line_free(follow->line);
    loop_timer_free(follow->limit);
    free(follow);
}
