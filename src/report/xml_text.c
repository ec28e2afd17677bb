/* SPDX-License-Identifier: MIT */
#include "report/xml_text.h"

#include "base/scan.h"
#include "base/utf8.h"

static const char *entity_of(uint32_t rune) {
    switch (rune) {
    case '&': return "&amp;";
    case '<': return "&lt;";
    case '>': return "&gt;";
    case '"': return "&quot;";
    case '\'': return "&apos;";
    case '\t': return "&#9;";
    case '\n': return "&#10;";
    case '\r': return "&#13;";
    default: return NULL;
    }
}

static bool is_allowed(uint32_t rune) {
    return rune >= 0x20 && rune != 0xFFFE && rune != 0xFFFF;
}

void xml_add(struct buffer *to, const char *text) {
    struct scan scan = scan_of(slice_of(text));
    while (!scan_done(&scan)) {
        uint32_t rune = 0;
        bool valid = utf8_next(&scan, &rune);
        const char *entity = valid ? entity_of(rune) : NULL;
        if (entity) {
            buffer_add_string(to, entity);
            continue;
        }
        char bytes[UTF8_SIZE_MAX];
        if (!valid || !is_allowed(rune)) rune = UTF8_REPLACEMENT;
        buffer_add(to, bytes, utf8_put(bytes, rune));
    }
}

void xml_add_attribute(struct buffer *to, const char *name, const char *value) {
    buffer_addf(to, " %s=\"", name);
    xml_add(to, value);
    buffer_add_char(to, '"');
}
