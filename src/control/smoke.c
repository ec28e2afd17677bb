/* SPDX-License-Identifier: MIT */
#include "control/smoke.h"

#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "base/units.h"

enum { ARGS_MAX = 16 };

#define SMOKE_NS (180 * NS_PER_S)

/* "flightdeck" in the folder of this program. */
static void find_program(struct text *path) {
    char own[PATH_MAX];
    ssize_t length = readlink("/proc/self/exe", own, sizeof own - 1);
    own[length > 0 ? length : 0] = '\0';
    char *slash = strrchr(own, '/');
    if (slash) *slash = '\0';
    text_addf(path, "%s/flightdeck", slash ? own : ".");
}

/* The command line: what the target is called, and who of it is meant. A target that is
 * nothing but a URL is that instance. */
static void add_args(
    const struct rollout_launch *launch, const char *url, const char **args) {
    const struct target *target = &launch->target;
    unsigned count = 0;
    args[count++] = "smoke";
    if (target->bare) {
        args[count++] = url;
    } else {
        args[count++] = "--target";
        args[count++] = target->name;
        args[count++] = "--instance";
        args[count++] = url;
    }
    if (launch->config[0]) {
        args[count++] = "--config";
        args[count++] = launch->config;
    }
    /* Whoever started the rollout has named it. */
    if (target->class == TARGET_PRODUCTION) {
        args[count++] = "--confirm";
        args[count++] = target->name;
    }
    args[count] = NULL;
}

struct errand *smoke_start(
    struct loop *loop, const struct rollout_launch *launch, const char *url,
    errand_done_fn on_done, void *owner) {
    char data[PATH_MAX + 16];
    struct text program = TEXT_IN(data);
    const char *args[ARGS_MAX] = {data};
    find_program(&program);
    add_args(launch, url, args + 1);
    const struct errand_options options = {.args = args, .timeout_ns = SMOKE_NS};
    return errand_start(loop, &options, on_done, owner);
}
