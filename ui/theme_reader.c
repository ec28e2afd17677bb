/* SPDX-License-Identifier: MIT */
#include "ui/theme_reader.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "base/utf8.h"
#include "ui/theme_value.h"

enum section {
    SECTION_HEAD,
    SECTION_PALETTE,
    SECTION_STYLE,
    SECTION_RAMP,
    SECTION_GLYPH
};

enum { STYLES_MAX = 64 };

/* A style of this file: of a role, or of all roles whose names begin with it. */
struct named_style {
    char name[THEME_NAME_SIZE];
    struct theme_style style;
};

struct reader {
    struct theme *theme;
    const char *file;
    struct theme_warnings *warnings;
    enum section section;
    uint32_t line;
    uint32_t style_count;
    struct named_style styles[STYLES_MAX];
};

struct setting {
    struct slice key, value;
};

static void warn(struct reader *reader, const char *words, ...)
    __attribute__((format(printf, 2, 3)));

static void warn(struct reader *reader, const char *words, ...) {
    struct theme_warnings *warnings = reader->warnings;
    uint32_t place = warnings->count++;
    if (place >= THEME_WARNINGS_MAX) return;
    char message[THEME_WARNING_SIZE];
    va_list args;
    va_start(args, words);
    vsnprintf(message, sizeof message, words, args);
    va_end(args);
    struct text line = TEXT_IN(warnings->lines[place]);
    text_addf(&line, "%s:%u: %s", reader->file, reader->line, message);
}

/* A '#' at the start of a line or between blanks
 * starts a comment; "#rrggbb" does not. */
static struct slice without_comment(struct slice line) {
    for (size_t i = 0; i < line.length; i++) {
        if (line.data[i] != '#') continue;
        bool after_blank =
            i > 0 && (line.data[i - 1] == ' ' || line.data[i - 1] == '\t');
        bool before_blank = i + 1 == line.length || line.data[i + 1] == ' ';
        if (i == 0 || (after_blank && before_blank)) line.length = i;
    }
    return slice_trim(line);
}

static bool read_setting(struct slice line, struct setting *setting) {
    struct scan scan = scan_of(line);
    struct slice key = scan_until(&scan, '=');
    if (key.length == line.length) return false;
    *setting = (struct setting){slice_trim(key), slice_trim(scan_rest(&scan))};
    return setting->key.length > 0;
}

static bool copy_name(char to[THEME_NAME_SIZE], struct slice from) {
    if (from.length >= THEME_NAME_SIZE) return false;
    struct text text = text_in(to, THEME_NAME_SIZE);
    text_add_slice(&text, from);
    return true;
}

/* The place of a new or known colour in the palette; -1 when the palette is full. */
static int palette_place(struct theme *theme, const char *name) {
    int place = theme_find_color(theme, name);
    if (place >= 0) return place;
    if (theme->palette_count == THEME_PALETTE_MAX) return -1;
    place = (int)theme->palette_count++;
    text_copy_cut(theme->palette[place].name, THEME_NAME_SIZE, name);
    return place;
}

static void read_palette(struct reader *reader, const struct setting *setting) {
    struct color color;
    char name[THEME_NAME_SIZE];
    if (!copy_name(name, setting->key)) {
        warn(reader, "the name of a colour is too long");
        return;
    }
    if (!theme_value_color(setting->value, &color)) {
        warn(
            reader, "colour \"%.*s\" is not \"#rrggbb [256 [16]]\"",
            (int)setting->value.length, setting->value.data);
        return;
    }
    int place = palette_place(reader->theme, name);
    if (place < 0) {
        warn(reader, "more than %d colours", THEME_PALETTE_MAX);
        return;
    }
    reader->theme->palette[place].color = color;
}

/* A colour of the palette by name, or one written out, which then joins the palette. */
static bool find_color(struct reader *reader, struct slice word, int8_t *place) {
    char name[THEME_NAME_SIZE];
    struct color color;
    if (!copy_name(name, word)) return false;
    int found = theme_find_color(reader->theme, name);
    if (found < 0 && slice_equals(word, "default")) {
        *place = -1;
        return true;
    }
    if (found < 0 && color_parse(word, &color)) {
        found = palette_place(reader->theme, name);
        if (found >= 0) reader->theme->palette[found].color = color;
    }
    if (found < 0) return false;
    *place = (int8_t)found;
    return true;
}

/* "fg [on bg] [attributes]"; false with the word that is not known. */
static bool read_colored(
    struct reader *reader, struct slice from, struct theme_style *style,
    struct slice *word) {
    struct scan scan = scan_of(from);
    *word = (struct slice){0};
    if (!scan_word(&scan, word) || !find_color(reader, *word, &style->fg)) return false;
    while (scan_word(&scan, word)) {
        if (!slice_equals(*word, "on")) {
            if (!theme_value_attribute(*word, &style->attributes)) return false;
        } else if (!scan_word(&scan, word) || !find_color(reader, *word, &style->bg)) {
            return false;
        }
    }
    return true;
}

/* Behind the bar: "mono: attributes". */
static bool read_mono(
    struct slice from, struct theme_style *style, struct slice *word) {
    struct scan scan = scan_of(from);
    style->mono_attributes = 0;
    *word = from;
    if (!scan_literal(&scan, "mono:")) return false;
    while (scan_word(&scan, word)) {
        if (!theme_value_attribute(*word, &style->mono_attributes)) return false;
    }
    return true;
}

static bool read_look(
    struct reader *reader, struct slice from, struct theme_style *style) {
    struct scan scan = scan_of(from);
    struct slice colored = scan_until(&scan, '|'), word;
    bool has_mono = colored.length < from.length;
    *style = (struct theme_style){.fg = -1, .bg = -1};
    bool good = read_colored(reader, slice_trim(colored), style, &word);
    style->mono_attributes = style->attributes;
    if (good && has_mono) good = read_mono(slice_trim(scan_rest(&scan)), style, &word);
    if (good) return true;
    warn(reader, "unknown colour or attribute \"%.*s\"", (int)word.length, word.data);
    return false;
}

/* Whether it is a role, or the beginning of some up to a dot. */
static bool names_a_role(const char *name) {
    size_t length = strlen(name);
    for (unsigned i = ROLE_NONE + 1; i < ROLE_COUNT; i++) {
        const char *role = role_name((enum role)i);
        if (strncmp(role, name, length) != 0) continue;
        if (role[length] == '\0' || role[length] == '.') return true;
    }
    return false;
}

static struct named_style *style_named(struct reader *reader, const char *name) {
    for (uint32_t i = 0; i < reader->style_count; i++) {
        if (strcmp(reader->styles[i].name, name) == 0) return &reader->styles[i];
    }
    return NULL;
}

static void read_style(struct reader *reader, const struct setting *setting) {
    char name[THEME_NAME_SIZE];
    if (!copy_name(name, setting->key) || !names_a_role(name)) {
        warn(
            reader, "unknown role \"%.*s\"", (int)setting->key.length,
            setting->key.data);
        return;
    }
    struct theme_style style;
    if (!read_look(reader, setting->value, &style)) return;
    struct named_style *named = style_named(reader, name);
    if (!named && reader->style_count < STYLES_MAX) {
        named = &reader->styles[reader->style_count++];
        text_copy_cut(named->name, sizeof named->name, name);
    }
    if (named) named->style = style;
}

static void read_ramp(struct reader *reader, const struct setting *setting) {
    static const char *const names[DEPTH_COUNT] = {
        "heat.mono", "heat.16", "heat.256", "heat"};
    for (unsigned depth = 0; depth < DEPTH_COUNT; depth++) {
        if (!slice_equals(setting->key, names[depth])) continue;
        bool good =
            depth == DEPTH_MONO
                ? theme_value_characters(setting->value, &reader->theme->heat)
                : theme_value_steps(
                      (enum color_depth)depth, setting->value, &reader->theme->heat);
        if (!good) warn(reader, "bad steps for %s", names[depth]);
        return;
    }
    warn(reader, "unknown ramp \"%.*s\"", (int)setting->key.length, setting->key.data);
}

static void read_glyph(struct reader *reader, const struct setting *setting) {
    static const char *const names[] = {
#define X(id, name, drawn) name
        THEME_GLYPHS(X)
#undef X
    };
    for (unsigned i = 0; i < THEME_GLYPH_COUNT; i++) {
        if (!slice_equals(setting->key, names[i])) continue;
        struct scan scan = scan_of(setting->value);
        uint32_t rune;
        if (!utf8_next(&scan, &rune) || !scan_done(&scan) || utf8_width(rune) != 1) {
            warn(reader, "a glyph is one character, one cell wide");
            return;
        }
        reader->theme->glyphs[i] = rune;
        return;
    }
    warn(reader, "unknown glyph \"%.*s\"", (int)setting->key.length, setting->key.data);
}

static void read_head(struct reader *reader, const struct setting *setting) {
    if (slice_equals(setting->key, "name")) {
        if (!copy_name(reader->theme->name, setting->value)) warn(reader, "long name");
    } else if (slice_equals(setting->key, "kind")) {
        reader->theme->light = slice_equals(setting->value, "light");
        if (!reader->theme->light && !slice_equals(setting->value, "dark")) {
            warn(reader, "kind is dark or light");
        }
    } else if (!slice_equals(setting->key, "inherit")) {
        warn(
            reader, "unknown setting \"%.*s\"", (int)setting->key.length,
            setting->key.data);
    }
}

static void read_section(struct reader *reader, struct slice line) {
    static const char *const names[] = {
        "", "[palette]", "[style]", "[ramp]", "[glyph]"};
    for (unsigned i = SECTION_PALETTE; i <= SECTION_GLYPH; i++) {
        if (!slice_equals(line, names[i])) continue;
        reader->section = (enum section)i;
        return;
    }
    warn(reader, "unknown section %.*s", (int)line.length, line.data);
}

static void read_line(struct reader *reader, struct slice line) {
    line = without_comment(line);
    if (line.length == 0) return;
    if (line.data[0] == '[') {
        read_section(reader, line);
        return;
    }
    struct setting setting;
    if (!read_setting(line, &setting)) {
        warn(reader, "not \"key = value\"");
        return;
    }
    switch (reader->section) {
    case SECTION_HEAD: read_head(reader, &setting); break;
    case SECTION_PALETTE: read_palette(reader, &setting); break;
    case SECTION_STYLE: read_style(reader, &setting); break;
    case SECTION_RAMP: read_ramp(reader, &setting); break;
    case SECTION_GLYPH: read_glyph(reader, &setting); break;
    }
}

/* A role takes the style with its name, else the one with the most of its name. */
static void lay_styles(struct reader *reader) {
    for (unsigned i = ROLE_NONE + 1; i < ROLE_COUNT; i++) {
        char name[THEME_NAME_SIZE];
        text_copy_cut(name, sizeof name, role_name((enum role)i));
        const struct named_style *named = style_named(reader, name);
        for (char *dot; !named && (dot = strrchr(name, '.'));) {
            *dot = '\0';
            named = style_named(reader, name);
        }
        if (named) reader->theme->styles[i] = named->style;
    }
}

bool theme_read_inherit(struct slice text, char *name, size_t size) {
    struct scan scan = scan_of(text);
    struct slice line;
    while (scan_line(&scan, &line)) {
        struct setting setting;
        line = without_comment(line);
        if (line.length > 0 && line.data[0] == '[') return false;
        if (!read_setting(line, &setting)) continue;
        if (!slice_equals(setting.key, "inherit")) continue;
        struct text into = text_in(name, size);
        text_add_slice(&into, setting.value);
        return into.length > 0 && !into.truncated;
    }
    return false;
}

void theme_read(
    struct theme *theme, struct slice text, const char *file,
    struct theme_warnings *warnings) {
    struct reader reader = {.theme = theme, .file = file, .warnings = warnings};
    struct scan scan = scan_of(text);
    struct slice line;
    while (scan_line(&scan, &line)) {
        reader.line++;
        read_line(&reader, line);
    }
    lay_styles(&reader);
}
