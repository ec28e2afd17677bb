/* SPDX-License-Identifier: MIT */
#include "ui/ui_setting.h"

#include <string.h>

#include "base/text.h"

struct ui_request ui_setting_list(const struct ui_turn *turn) {
    ui_open_over(turn->ui, UI_SETTINGS);
    return ui_no_request();
}

struct ui_request ui_setting_glyphs(const struct ui_turn *turn) {
    struct ui *ui = turn->ui;
    const char *words = turn->order->words;
    ui->glyphs = (enum raster_glyphs)((ui->glyphs + 1) % RASTER_GLYPHS_COUNT);
    for (size_t i = 0; i < RASTER_GLYPHS_COUNT; i++) {
        enum raster_glyphs glyphs = (enum raster_glyphs)i;
        if (strcmp(words, raster_glyphs_name(glyphs)) == 0) ui->glyphs = glyphs;
    }
    return ui_no_request();
}

struct ui_request ui_setting_change(const struct ui_turn *turn) {
    struct ui_request request = ui_request_of(turn->order->command);
    text_copy_cut(request.argument, sizeof request.argument, turn->order->words);
    return request;
}
