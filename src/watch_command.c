/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/text.h"
#include "command_functions.h"
#include "invocation.h"
#include "io/folders.h"

enum { ARGS_MAX = 16, WATCHER_PATH_SIZE = FOLDER_PATH_SIZE + 32 };

/* Handed on as they were given. */
static const enum option_id handed_on[] = {OPTION_TARGET, OPTION_CONFIG,
                                           OPTION_THEME,  OPTION_COLOR,
                                           OPTION_PLAIN,  OPTION_TIMEOUT};

/* The watcher stands beside this program. */
static bool find_watcher(char path[WATCHER_PATH_SIZE], struct error *err) {
    char self[FOLDER_PATH_SIZE];
    ssize_t length = readlink("/proc/self/exe", self, sizeof self - 1);
    if (length <= 0) {
        return error_set(err, ERROR_SYSTEM, "/proc/self/exe: %s", strerror(errno));
    }
    self[length] = '\0';
    *strrchr(self, '/') = '\0';
    struct text text = text_in(path, WATCHER_PATH_SIZE);
    text_addf(&text, "%s/flightdeck-watch", self);
    return true;
}

/* Replaces this process, and with it everything in it that could act. */
int watch_command(const struct invocation *invocation) {
    char path[WATCHER_PATH_SIZE];
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
    return invocation_fail(invocation, EXIT_CODE_INTERNAL, &err);
}
