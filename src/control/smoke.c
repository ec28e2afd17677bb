/* SPDX-License-Identifier: MIT */
#include "control/smoke.h"

#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "base/units.h"

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

struct errand *smoke_start(
    struct loop *loop, const struct rollout_launch *launch, uint32_t instance,
    errand_done_fn on_done, void *owner) {
    char data[PATH_MAX + 16];
    struct text program = TEXT_IN(data);
    find_program(&program);
    const char *args[] = {
        data, "smoke", launch->target.tracks[TRACK_CANARY].urls[instance], NULL};
    const struct errand_options options = {.args = args, .timeout_ns = SMOKE_NS};
    return errand_start(loop, &options, on_done, owner);
}
