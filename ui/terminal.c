/* SPDX-License-Identifier: MIT */
#include "ui/terminal.h"

#include <stddef.h>
#include <string.h>

#include "base/text.h"

static bool starts_with(const char *name, const char *prefix) {
    return strncmp(name, prefix, strlen(prefix)) == 0;
}

static bool is_set(const char *value) {
    return value && *value;
}

static enum terminal_family family_of(const char *name) {
    static const struct {
        const char *prefix;
        enum terminal_family family;
    } known[] = {
        {"tmux", TERMINAL_TMUX},    {"screen", TERMINAL_TMUX},
        {"linux", TERMINAL_LINUX},  {"vt", TERMINAL_PLAIN},
        {"ansi", TERMINAL_PLAIN},   {"cons", TERMINAL_PLAIN},
        {"cygwin", TERMINAL_PLAIN}, {"sun", TERMINAL_PLAIN},
        {"hurd", TERMINAL_PLAIN},   {"wsvt", TERMINAL_PLAIN},
    };
    if (starts_with(name, "vte")) return TERMINAL_XTERM;
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        if (starts_with(name, known[i].prefix)) return known[i].family;
    }
    return TERMINAL_XTERM; /* foot, kitty, alacritty, rxvt and whatever comes next */
}

static bool says_truecolor(const char *colorterm) {
    if (!colorterm) return false;
    return strcmp(colorterm, "truecolor") == 0 || strcmp(colorterm, "24bit") == 0;
}

static bool depth_wanted(
    const struct terminal_environment *environment, enum color_depth *depth,
    struct error *err) {
    const char *color = is_set(environment->color) ? environment->color : "auto";
    bool automatic = strcmp(color, "auto") == 0;
    if (strcmp(color, "never") == 0 || (automatic && is_set(environment->no_color))) {
        *depth = DEPTH_MONO;
    } else if (automatic || strcmp(color, "always") == 0) {
        *depth = says_truecolor(environment->colorterm) ? DEPTH_TRUE : DEPTH_256;
    } else if (!color_depth_from_name(color, depth)) {
        return error_set(
            err, ERROR_USAGE,
            "--color %.32s: not one of auto, always, never, 24, 256, 16, mono", color);
    }
    return true;
}

bool terminal_init(
    struct terminal *terminal, const struct terminal_environment *environment,
    struct error *err) {
    enum color_depth depth;
    if (!depth_wanted(environment, &depth, err)) return false;
    const char *name = environment->term;
    if (!is_set(name) || strcmp(name, "dumb") == 0 || strlen(name) > 60) {
        return error_set(
            err, ERROR_USAGE,
            "TERM=%.32s cannot show the cockpit; watch --plain and batch need no "
            "screen",
            is_set(name) ? name : "(unset)");
    }
    *terminal = (struct terminal){
        .family = family_of(name),
        .depth = depth,
        .utf8 = environment->utf8,
    };
    text_copy_cut(terminal->name, sizeof terminal->name, name);
    bool inside = is_set(environment->tmux) || is_set(environment->screen) ||
                  terminal->family == TERMINAL_TMUX;
    bool has_direct =
        terminal->family == TERMINAL_XTERM ||
        (terminal->family == TERMINAL_TMUX && !is_set(environment->screen));
    terminal->direct = depth == DEPTH_TRUE && has_direct;
    if (depth == DEPTH_TRUE && !has_direct) terminal->depth = DEPTH_256;
    terminal->asks = terminal->family == TERMINAL_XTERM && !inside;
    terminal->sync = terminal->asks ? TERMINAL_SYNC_ASK : TERMINAL_SYNC_OFF;
    if (!is_set(environment->sync)) return true;
    terminal->sync =
        strcmp(environment->sync, "0") == 0 ? TERMINAL_SYNC_OFF : TERMINAL_SYNC_ON;
    return true;
}

bool terminal_syncs(const struct terminal *terminal) {
    if (terminal->sync == TERMINAL_SYNC_ASK) return terminal->knows_sync;
    return terminal->sync == TERMINAL_SYNC_ON;
}
