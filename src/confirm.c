/* SPDX-License-Identifier: MIT */
#include "confirm.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/safe_text.h"
#include "base/text.h"

enum {
    ANSWER_MS = 120 * 1000, /* to type a name; then the answer is no */
    ANSWER_SIZE = 2 * STATE_NAME_SIZE,
    PROMPT_SIZE = 640,
};

static bool refuse(
    const struct target *target, const char *what, const char *why, struct error *err) {
    return error_set(
        err, ERROR_FORBIDDEN,
        "this would %s, and %s is production: --confirm %s allows it%s%s", what,
        target->name, target->name, why[0] ? "; " : "", why);
}

static void ask(const struct target *target, const char *what, const char *why) {
    char words[PROMPT_SIZE];
    char prompt[PROMPT_SIZE];
    struct text text = TEXT_IN(words);
    struct text safe = TEXT_IN(prompt);
    text_addf(&text, "This would %s, and %s is production", what, target->name);
    if (why[0]) text_addf(&text, " (%s)", why);
    text_add(&text, ". Type its name to go on: ");
    safe_text_add(&safe, slice_of(words));
    fputs(prompt, stderr);
}

/* One line from the terminal, which hands over whole lines. */
static bool read_answer(char answer[ANSWER_SIZE]) {
    struct pollfd keyboard = {.fd = STDIN_FILENO, .events = POLLIN};
    int ready = 0;
    do {
        ready = poll(&keyboard, 1, ANSWER_MS);
    } while (ready < 0 && errno == EINTR);
    if (ready <= 0) return false;
    ssize_t got = read(STDIN_FILENO, answer, ANSWER_SIZE - 1);
    if (got <= 0) return false;
    answer[got] = '\0';
    answer[strcspn(answer, "\r\n")] = '\0';
    return true;
}

bool confirm_act(
    const struct invocation *invocation, const struct target *target, const char *what,
    const char *why, struct error *err) {
    const char *named = invocation->options.values[OPTION_CONFIRM];
    char answer[ANSWER_SIZE];
    if (named && strcmp(named, target->name) != 0) {
        return error_set(
            err, ERROR_USAGE, "--confirm names \"%s\", but the target is \"%s\"", named,
            target->name);
    }
    if (named || target->class != TARGET_PRODUCTION) return true;
    if (!isatty(STDIN_FILENO) || !isatty(STDERR_FILENO)) {
        return refuse(target, what, why, err);
    }
    ask(target, what, why);
    if (!read_answer(answer)) {
        return error_set(err, ERROR_FORBIDDEN, "no answer: nothing was done");
    }
    if (strcmp(answer, target->name) == 0) return true;
    return error_set(
        err, ERROR_FORBIDDEN, "that is not \"%s\": nothing was done", target->name);
}
