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

/* "and NAME is production". */
static void add_class(struct text *text, const struct target *target) {
    bool production = target->class == TARGET_PRODUCTION;
    text_addf(
        text, production ? "and %s is production" : "on the target %s", target->name);
}

static bool refuse(
    const struct target *target, const char *what, const char *why, struct error *err) {
    char class[STATE_NAME_SIZE + sizeof "and is production"];
    struct text text = TEXT_IN(class);
    add_class(&text, target);
    return error_set(
        err, ERROR_FORBIDDEN, "this would %s, %s: --confirm %s allows it%s%s", what,
        class, target->name, why[0] ? "; " : "", why);
}

static void ask(const struct target *target, const char *what, const char *why) {
    char words[PROMPT_SIZE];
    char prompt[PROMPT_SIZE];
    struct text text = TEXT_IN(words);
    struct text safe = TEXT_IN(prompt);
    text_addf(&text, "This would %s, ", what);
    add_class(&text, target);
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

static bool names_another(
    const char *named, const struct target *target, struct error *err) {
    if (!named || strcmp(named, target->name) == 0) return false;
    error_set(
        err, ERROR_USAGE, "--confirm names \"%s\", but the target is \"%s\"", named,
        target->name);
    return true;
}

bool confirm_act(
    const struct invocation *invocation, const struct target *target, const char *what,
    const char *why, struct error *err) {
    const char *named = invocation->options.values[OPTION_CONFIRM];
    if (names_another(named, target, err)) return false;
    if (target->class != TARGET_PRODUCTION) return true;
    return confirm_name(invocation, target, what, why, err);
}

bool confirm_name(
    const struct invocation *invocation, const struct target *target, const char *what,
    const char *why, struct error *err) {
    const char *named = invocation->options.values[OPTION_CONFIRM];
    char answer[ANSWER_SIZE];
    if (named) return !names_another(named, target, err);
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
