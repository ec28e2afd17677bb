/* The life of the program: told what to do, answering once, and then alone. */
/* SPDX-License-Identifier: MIT */
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/discreet_text.h"
#include "base/memory.h"
#include "base/text.h"
#include "control/controller_state.h"
#include "control/launch.h"
#include "control/secrecy.h"
#include "io/loop.h"

/* Nobody waits for a controller that is told to stop: its lease runs out. */
static void on_signal(void *owner, int number) {
    (void)number;
    loop_stop(owner);
}

static enum exit_code code_of(const struct rollout *rollout) {
    switch (rollout->phase) {
    case ROLLOUT_DONE: return EXIT_CODE_OK;
    case ROLLOUT_ROLLED_BACK: return EXIT_CODE_ROLLED_BACK;
    case ROLLOUT_STRANDED: return EXIT_CODE_PERSON;
    case ROLLOUT_IDLE: return EXIT_CODE_UNREACHABLE;
    case ROLLOUT_PREFLIGHT:
    case ROLLOUT_DEPLOYING:
    case ROLLOUT_SMOKE:
    case ROLLOUT_RAISING:
    case ROLLOUT_WATCHING:
    case ROLLOUT_HOLD:
    case ROLLOUT_FINALIZING:
    case ROLLOUT_ROLLING_BACK:
    case ROLLOUT_PHASE_COUNT: break;
    }
    return EXIT_CODE_INCONCLUSIVE;
}

/* The one answer: once its first word is on disk, or cannot be. */
struct conducting {
    struct loop *loop;
    const struct rollout_launch *launch;
    const struct redactor *redactor;
    bool is_refused;
};

/* Whoever is answered may write it down. */
static void answer(
    const struct conducting *conducting, bool accepted, const char *words) {
    char said[ROLLOUT_WORDS_SIZE];
    discreet_text_copy(conducting->redactor, said, sizeof said, slice_of(words));
    launch_answer(accepted, said);
}

static void on_begun(void *owner, const struct error *why) {
    struct conducting *conducting = owner;
    const struct rollout_launch *launch = conducting->launch;
    bool begins = launch->kind == ROLLOUT_LAUNCH_BEGIN;
    char words[ROLLOUT_ANSWER_SIZE];
    struct text text = TEXT_IN(words);
    conducting->is_refused = begins && why->code != ERROR_NONE;
    if (conducting->is_refused) {
        text_addf(&text, "nothing was begun, the journal: %s", why->message);
        loop_stop(conducting->loop);
    } else {
        text_addf(
            &text, "%s holds the rollout of %s", launch->plan.holder,
            launch->target.name);
    }
    answer(conducting, !conducting->is_refused, words);
}

static enum exit_code conduct(
    const struct rollout_launch *launch, const struct redactor *redactor) {
    struct error err = {0};
    struct conducting conducting = {
        .loop = loop_new(), .launch = launch, .redactor = redactor};
    const struct controller_handler handler = {on_begun, &conducting, redactor};
    struct controller *controller =
        controller_new(conducting.loop, launch, &handler, &err);
    enum exit_code code = EXIT_CODE_UNREACHABLE;
    if (controller) {
        /* One that is taken up has begun long ago: its router may take its time. */
        if (controller->found) on_begun(&conducting, &err);
        struct loop_signal *term =
            loop_on_signal(conducting.loop, SIGTERM, on_signal, conducting.loop);
        loop_run(conducting.loop);
        if (!conducting.is_refused) code = code_of(&controller->rollout);
        loop_signal_free(term);
        controller_free(controller);
    } else {
        answer(&conducting, false, err.message);
    }
    loop_free(conducting.loop);
    return code;
}

enum exit_code controller_run(void) {
    struct rollout_launch *launch = memory_new(sizeof *launch);
    struct error err = {0};
    enum exit_code code = EXIT_CODE_USAGE;
    signal(SIGHUP, SIG_IGN);
    signal(SIGINT, SIG_IGN);
    if (launch_read(STDIN_FILENO, launch, &err) && launch_detach(&err)) {
        struct redactor *redactor = secrecy_of(launch);
        secrecy_keep_plan(redactor, &launch->plan);
        code = conduct(launch, redactor);
        redactor_free(redactor);
    } else {
        launch_answer(false, err.message);
    }
    explicit_bzero(launch, sizeof *launch);
    free(launch);
    return code;
}
