/* SPDX-License-Identifier: MIT */
#include "ui/clipboard.h"

static void add_base64(struct buffer *to, struct slice text) {
    static const char digits[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (size_t i = 0; i < text.length; i += 3) {
        size_t left = text.length - i;
        uint32_t bits = (uint32_t)(uint8_t)text.data[i] << 16;
        if (left > 1) bits |= (uint32_t)(uint8_t)text.data[i + 1] << 8;
        if (left > 2) bits |= (uint8_t)text.data[i + 2];
        buffer_add_char(to, digits[bits >> 18]);
        buffer_add_char(to, digits[bits >> 12 & 63]);
        buffer_add_char(to, left > 1 ? digits[bits >> 6 & 63] : '=');
        buffer_add_char(to, left > 2 ? digits[bits & 63] : '=');
    }
}

bool clipboard_add(struct buffer *to, enum terminal_family family, struct slice text) {
    if (text.length > CLIPBOARD_BYTES_MAX) return false;
    if (family != TERMINAL_XTERM && family != TERMINAL_TMUX) return false;
    buffer_add_string(to, "\033]52;c;");
    add_base64(to, text);
    buffer_add_char(to, '\a');
    if (family == TERMINAL_XTERM) return true;
    /* tmux takes the one above, or lets this one through to the terminal around it. */
    buffer_add_string(to, "\033Ptmux;\033\033]52;c;");
    add_base64(to, text);
    buffer_add_string(to, "\a\033\\");
    return true;
}
