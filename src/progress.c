/* SPDX-License-Identifier: MIT */
#include "progress.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "base/units.h"
#include "io/loop.h"

/* What takes less time needs no line. */
#define REDRAW_NS (500 * NS_PER_MS)

/* A line that wrapped could not be wiped. */
#define WIPE    "\r\033[K"
#define NO_WRAP "\033[?7l"
#define WRAP    "\033[?7h"

void progress_init(
    struct progress *progress, struct loop *loop, const struct invocation *invocation) {
    const char *term = getenv("TERM");
    bool can = term && term[0] && strcmp(term, "dumb") != 0;
    *progress = (struct progress){.loop = loop};
    progress->possible = can && isatty(STDERR_FILENO) == 1 &&
                         !options_has(&invocation->options, OPTION_QUIET);
}

static void draw(void *owner, uint64_t now_ns) {
    struct progress *progress = owner;
    char words[2 * STATE_DETAIL_SIZE];
    struct text text = TEXT_IN(words);
    (void)now_ns;
    uint64_t lasted_ns = loop_clock_ns() - progress->since_ns;
    text_addf(
        &text, "%s%s (%llu s)", NO_WRAP WIPE, progress->words,
        (unsigned long long)(lasted_ns / NS_PER_S));
    fprintf(stderr, "%s" WRAP, words);
    fflush(stderr);
    progress->shown = true;
}

void progress_say(struct progress *progress, const char *words) {
    if (!progress->possible) return;
    progress_wipe(progress);
    text_copy_cut(progress->words, sizeof progress->words, words);
    progress->since_ns = loop_clock_ns();
    progress->timer = loop_every(progress->loop, REDRAW_NS, draw, progress);
}

void progress_show(struct progress *progress, const char *words) {
    if (!progress->possible) return;
    fprintf(stderr, NO_WRAP WIPE "%s" WRAP, words);
    fflush(stderr);
    progress->shown = true;
}

void progress_wipe(struct progress *progress) {
    loop_timer_free(progress->timer);
    progress->timer = NULL;
    if (progress->shown) fputs(WIPE, stderr);
    progress->shown = false;
}
