/* SPDX-License-Identifier: MIT */
#include "support/dec_modes.h"

#include "base/scan.h"

static void set_mode(struct dec_modes *modes, uint32_t mode, bool on) {
    if (mode == 2026 && on) modes->frames++;
    if (mode == 2026 && !on) modes->ended++;
    for (uint32_t i = 0; i < modes->count; i++) {
        if (modes->modes[i].mode != mode) continue;
        modes->modes[i].on = on;
        return;
    }
    if (modes->count == DEC_MODES_MAX) return;
    modes->modes[modes->count].mode = mode;
    modes->modes[modes->count++].on = on;
}

static bool sets_color(uint64_t parameter) {
    return (parameter >= 30 && parameter <= 38) ||
           (parameter >= 40 && parameter <= 48) ||
           (parameter >= 90 && parameter <= 107);
}

static void end_sequence(struct dec_modes *modes, char final) {
    struct scan scan = scan_of((struct slice){modes->parameters, modes->length});
    bool private = scan_char(&scan, '?');
    bool colored = false;
    while (!scan_done(&scan)) {
        uint64_t value = 0;
        if (!slice_u64(scan_until(&scan, ';'), &value)) continue;
        if (private && (final == 'h' || final == 'l')) {
            set_mode(modes, (uint32_t)value, final == 'h');
        }
        colored = colored || sets_color(value);
    }
    if (final == 'm' && !private && colored) modes->colors++;
}

static void feed(struct dec_modes *modes, char c) {
    if (c == '\033') {
        modes->state = 1;
    } else if (modes->state == 1) {
        modes->state = c == '[' ? 2 : 0;
        modes->length = 0;
    } else if (modes->state == 2 && c >= '@' && c <= '~') {
        end_sequence(modes, c);
        modes->state = 0;
    } else if (modes->state == 2 && modes->length < DEC_PARAMETERS_SIZE) {
        modes->parameters[modes->length++] = c;
    }
}

void dec_modes_feed(struct dec_modes *modes, const char *bytes, size_t length) {
    for (size_t i = 0; i < length; i++) feed(modes, bytes[i]);
}

bool dec_modes_is_on(const struct dec_modes *modes, uint32_t mode, bool otherwise) {
    for (uint32_t i = 0; i < modes->count; i++) {
        if (modes->modes[i].mode == mode) return modes->modes[i].on;
    }
    return otherwise;
}
