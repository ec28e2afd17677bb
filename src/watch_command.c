/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/text.h"
#include "command_functions.h"
#include "invocation.h"
#include "own_path.h"

enum { ARGS_MAX = 16 };

/* Handed on as they were given. */
static const enum option_id handed_on[] = {OPTION_TARGET, OPTION_CONFIG,
                                           OPTION_THEME,  OPTION_COLOR,
                                           OPTION_PLAIN,  OPTION_TIMEOUT};

/* The watcher stands beside this program. */
static bool find_watcher(char path[PATH_MAX], struct error *err) {
    char folder[PATH_MAX];
    if (!own_folder(folder, sizeof folder, err)) return false;
    struct text text = text_in(path, PATH_MAX);
    text_addf(&text, "%s/flightdeck-watch", folder);
    return !text.truncated || error_set(err, ERROR_LIMIT, "%s: too deep", folder);
}

/* Replaces this process, and with it everything in it that could act. */
int watch_command(const struct invocation *invocation) {
    char path[PATH_MAX];
    char *args[ARGS_MAX + 1] = {path};
    size_t count = 1;
    struct error err = {0};
    if (!find_watcher(path, &err)) {
        return invocation_fail(invocation, EXIT_CODE_INTERNAL, &err);
    }
    for (size_t i = 0; i < sizeof handed_on / sizeof *handed_on; i++) {
        enum option_id id = handed_on[i];
        if (!(invocation->options.by_flag & UINT64_C(1) << id)) continue;
        char word[1024];
        struct text text = TEXT_IN(word);
        const char *value = invocation->options.values[id];
        text_addf(&text, "--%s", option_row(id)->name);
        if (option_row(id)->argument) text_addf(&text, "=%s", value);
        args[count++] = memory_copy_string(word);
    }
    const char *url = invocation_operand(invocation, 0);
    if (url) args[count++] = memory_copy_string(url);
    execv(path, args);
    error_set(&err, ERROR_SYSTEM, "%s: %s", path, strerror(errno));
    while (count > 1) free(args[--count]);
    return invocation_fail(invocation, EXIT_CODE_INTERNAL, &err);
}
