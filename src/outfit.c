/* SPDX-License-Identifier: MIT */
#include "outfit.h"

#include <string.h>

#include "base/text.h"
#include "themes.h"

static const char *const sync_names[] = {
    [TERMINAL_SYNC_ASK] = "auto",
    [TERMINAL_SYNC_ON] = "on",
    [TERMINAL_SYNC_OFF] = "off"};
enum { SYNC_NAMES = sizeof sync_names / sizeof *sync_names };

static void show_theme(struct outfit *outfit, const char *name) {
    struct theme theme;
    struct theme_warnings warnings;
    struct error err;
    if (!themes_load(name, &theme, &warnings, &err)) {
        ui_notify(outfit->ui, err.message);
        return;
    }
    if (warnings.count > 0) ui_notify(outfit->ui, warnings.lines[0]);
    text_copy_cut(outfit->theme, sizeof outfit->theme, name);
    screen_set_theme(outfit->screen, &theme);
}

static void change_theme(struct outfit *outfit, const char *name) {
    outfit->follows = strcmp(name, "auto") == 0;
    if (outfit->follows) name = "night";
    show_theme(outfit, *name ? name : themes_next(outfit->theme));
}

/* Fewer and fewer, then as many as there are. */
static void next_depth(struct outfit *outfit) {
    unsigned depth = screen_depth(outfit->screen);
    for (unsigned i = 0; i <= DEPTH_TRUE; i++) {
        depth = depth == DEPTH_MONO ? DEPTH_TRUE : depth - 1;
        if (screen_set_depth(outfit->screen, (enum color_depth)depth)) return;
    }
}

static void change_depth(struct outfit *outfit, const char *name) {
    enum color_depth depth = DEPTH_MONO;
    if (!name[0]) {
        next_depth(outfit);
    } else if (!color_depth_from_name(name, &depth)) {
        ui_notify(outfit->ui, "colours are 24, 256, 16 or mono");
    } else if (!screen_set_depth(outfit->screen, depth)) {
        ui_notify(outfit->ui, "this terminal does not have that many colours");
    }
}

static void change_sync(struct outfit *outfit, const char *name) {
    struct terminal *terminal = screen_terminal(outfit->screen);
    if (!name[0]) {
        terminal->sync = (enum terminal_sync)((terminal->sync + 1) % SYNC_NAMES);
        return;
    }
    for (unsigned i = 0; i < SYNC_NAMES; i++) {
        if (strcmp(sync_names[i], name) != 0) continue;
        terminal->sync = (enum terminal_sync)i;
        return;
    }
    ui_notify(outfit->ui, "sync is auto, on or off");
}

void outfit_change(struct outfit *outfit, enum setting setting, const char *value) {
    switch (setting) {
    case SETTING_THEME: change_theme(outfit, value); return;
    case SETTING_COLORS: change_depth(outfit, value); return;
    case SETTING_SYNC: change_sync(outfit, value); return;
    case SETTING_GLYPHS:
    case SETTING_COUNT: return;
    }
}

void outfit_init(struct outfit *outfit, struct screen *screen, struct ui *ui) {
    *outfit = (struct outfit){.screen = screen, .ui = ui};
    change_theme(outfit, "auto");
}

void outfit_on_background(struct outfit *outfit, uint32_t rgb) {
    if (!outfit->follows) return;
    bool light = color_contrast(rgb, 0x000000) > color_contrast(rgb, 0xFFFFFF);
    const char *fitting = light ? "day" : "night";
    if (strcmp(outfit->theme, fitting) != 0) show_theme(outfit, fitting);
}

struct setting_values outfit_values(struct outfit *outfit) {
    struct setting_values values = {{NULL}};
    struct text text = TEXT_IN(outfit->words[SETTING_THEME]);
    text_addf(&text, outfit->follows ? "auto (%s)" : "%s", outfit->theme);
    text = TEXT_IN(outfit->words[SETTING_COLORS]);
    text_add(&text, color_depth_name(screen_depth(outfit->screen)));
    text = TEXT_IN(outfit->words[SETTING_SYNC]);
    const struct terminal *terminal = screen_terminal(outfit->screen);
    text_add(&text, sync_names[terminal->sync]);
    if (terminal->sync == TERMINAL_SYNC_ASK) {
        text_add(&text, terminal_syncs(terminal) ? " (on)" : " (off)");
    }
    for (unsigned i = 0; i < SETTING_COUNT; i++) {
        if (outfit->words[i][0]) values.words[i] = outfit->words[i];
    }
    return values;
}
