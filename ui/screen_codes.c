/* SPDX-License-Identifier: MIT */
#include "ui/screen_codes.h"

#include "base/text.h"
#include "ui/run_text.h"

static bool has_modes(const struct terminal *terminal) {
    return terminal->family == TERMINAL_XTERM || terminal->family == TERMINAL_TMUX;
}

void screen_codes_make(
    const struct terminal *terminal, screen_capability_fn capability, struct tty *tty) {
    struct text enter = TEXT_IN(tty->enter);
    run_text_add_code(&enter, capability("smcup"));
    run_text_add_code(&enter, capability("civis"));
    /* Pasted text in brackets; mouse presses,
     * drags and the wheel, without size limit. */
    if (has_modes(terminal)) {
        text_add(&enter, "\033[?2004h\033[?1000h\033[?1002h\033[?1006h");
    }
    /* Does it know synchronised output, and what is its background? */
    if (terminal->asks) text_add(&enter, "\033[?2026$p\033]11;?\033\\");
    tty->enter_length = enter.length;

    struct restore *restore = tty->restore;
    struct text leave = TEXT_IN(restore->bytes);
    /* The operator may switch it on later. */
    if (has_modes(terminal) || terminal->sync != TERMINAL_SYNC_OFF) {
        text_add(&leave, "\033[?2026l");
    }
    if (has_modes(terminal)) {
        text_add(&leave, "\033[?1006l\033[?1002l\033[?1000l\033[?2004l");
    }
    run_text_add_code(&leave, capability("sgr0"));
    run_text_add_code(&leave, capability("op"));
    run_text_add_code(&leave, capability("cnorm"));
    const char *back = capability("rmcup");
    run_text_add_code(&leave, *back ? back : capability("clear"));
    restore->length = leave.length;
}
