/* SPDX-License-Identifier: MIT */
#include <stdint.h>

#include "base/buffer.h"
#include "base/json_writer.h"
#include "base/text.h"
#include "command_functions.h"
#include "invocation.h"
#include "themes.h"
#include "ui/theme_check.h"

enum { RESULT_BYTES_MAX = 256 * 1024, CELL_SIZE = 64 };

/* A theme as it was read, and what is wrong with it. */
struct examined {
    struct theme theme;
    struct theme_warnings warnings;
    struct theme_check check;
};

static uint32_t warnings_kept(const struct examined *examined) {
    uint32_t count = examined->warnings.count;
    return count < THEME_WARNINGS_MAX ? count : THEME_WARNINGS_MAX;
}

static uint32_t problem_count(const struct examined *examined) {
    return examined->warnings.count + examined->check.problem_count;
}

static void add_color(struct text *text, int32_t color, enum color_depth depth) {
    if (color == LOOK_DEFAULT) {
        text_add(text, "-");
    } else {
        text_addf(text, depth == DEPTH_TRUE ? "#%06x" : "%d", (unsigned)color);
    }
}

static void add_attributes(struct text *text, uint8_t attributes) {
    static const struct {
        uint8_t bit;
        const char *name;
    } known[] = {
#define X(id, bit, name) {bit, name}
        LOOK_ATTRIBUTES(X)
#undef X
    };
    size_t before = text->length;
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        if (!(attributes & known[i].bit)) continue;
        text_addf(text, "%s%s", text->length > before ? " " : "", known[i].name);
    }
    if (text->length == before) text_add(text, "-");
}

/* "#d0d4dc on #101216" */
static void add_look(struct text *text, struct look look, enum color_depth depth) {
    if (depth == DEPTH_MONO) {
        add_attributes(text, look.attributes);
        return;
    }
    add_color(text, look.fg, depth);
    if (look.bg == LOOK_DEFAULT) return;
    text_add(text, " on ");
    add_color(text, look.bg, depth);
}

static void add_role(
    struct buffer *out, const struct examined *examined, enum role role) {
    char looks[DEPTH_COUNT][CELL_SIZE];
    for (unsigned i = 0; i < DEPTH_COUNT; i++) {
        enum color_depth depth = (enum color_depth)i;
        struct text text = TEXT_IN(looks[i]);
        add_look(&text, theme_look(&examined->theme, role, ROLE_NONE, depth), depth);
    }
    double contrast = examined->check.contrast[role];
    buffer_addf(
        out, "%-15s %-19s %-11s %-8s %-16s %4.1f%s\n", role_name(role),
        looks[DEPTH_TRUE], looks[DEPTH_256], looks[DEPTH_16], looks[DEPTH_MONO],
        contrast, contrast < theme_contrast_min(role) ? "  low" : "");
}

static void add_text(struct buffer *out, const struct examined *examined) {
    const struct theme_check *check = &examined->check;
    buffer_addf(
        out, "%s (%s)\n\n%-15s %-19s %-11s %-8s %-16s %s\n", examined->theme.name,
        examined->theme.light ? "light" : "dark", "ROLE", "24", "256", "16", "MONO",
        "CONTRAST");
    for (unsigned i = ROLE_NONE + 1; i < ROLE_COUNT; i++) {
        add_role(out, examined, (enum role)i);
    }
    buffer_add_string(out, "\nstable against canary:");
    for (unsigned i = 0; i < VISION_COUNT; i++) {
        buffer_addf(
            out, "  %s %.1f", color_vision_name((enum color_vision)i),
            check->series_distance[i]);
    }
    buffer_add_string(out, "\n");
    for (uint32_t i = 0; i < warnings_kept(examined); i++) {
        buffer_addf(out, "problem: %s\n", examined->warnings.lines[i]);
    }
    for (uint32_t i = 0; i < check->problem_count; i++) {
        buffer_addf(out, "problem: %s\n", check->problems[i]);
    }
    buffer_addf(out, "%u problems\n", problem_count(examined));
}

static void add_json_roles(struct json_writer *json, const struct examined *examined) {
    json_key(json, "roles");
    json_array_begin(json);
    for (unsigned i = ROLE_NONE + 1; i < ROLE_COUNT; i++) {
        enum role role = (enum role)i;
        json_object_begin(json);
        json_field_string(json, "role", role_name(role));
        for (unsigned d = 0; d < DEPTH_COUNT; d++) {
            enum color_depth depth = (enum color_depth)d;
            char look[CELL_SIZE];
            struct text text = TEXT_IN(look);
            add_look(
                &text, theme_look(&examined->theme, role, ROLE_NONE, depth), depth);
            json_field_string(json, color_depth_name(depth), look);
        }
        json_field_float(json, "contrast", (float)examined->check.contrast[role]);
        json_object_end(json);
    }
    json_array_end(json);
}

static void add_json(struct buffer *out, const struct examined *examined) {
    struct json_writer json = json_writer_to(out);
    json_object_begin(&json);
    json_field_string(&json, "name", examined->theme.name);
    json_field_string(&json, "kind", examined->theme.light ? "light" : "dark");
    add_json_roles(&json, examined);
    json_key(&json, "series_distance");
    json_object_begin(&json);
    for (unsigned i = 0; i < VISION_COUNT; i++) {
        json_field_float(
            &json, color_vision_name((enum color_vision)i),
            (float)examined->check.series_distance[i]);
    }
    json_object_end(&json);
    json_key(&json, "problems");
    json_array_begin(&json);
    for (uint32_t i = 0; i < warnings_kept(examined); i++) {
        json_string(&json, examined->warnings.lines[i]);
    }
    for (uint32_t i = 0; i < examined->check.problem_count; i++) {
        json_string(&json, examined->check.problems[i]);
    }
    json_array_end(&json);
    json_object_end(&json);
    buffer_add_char(out, '\n');
}

int theme_check_command(const struct invocation *invocation) {
    struct examined examined;
    struct error err;
    const char *name = invocation_operand(invocation, 0);
    if (!themes_load(name, &examined.theme, &examined.warnings, &err)) {
        return invocation_fail(invocation, EXIT_CODE_USAGE, &err);
    }
    theme_check(&examined.check, &examined.theme);
    struct buffer out;
    buffer_init(&out, RESULT_BYTES_MAX);
    if (invocation->format == FORMAT_JSON) {
        add_json(&out, &examined);
    } else {
        add_text(&out, &examined);
    }
    int code = problem_count(&examined) ? EXIT_CODE_FAILED : EXIT_CODE_OK;
    code = invocation_finish(invocation, buffer_slice(&out), code);
    buffer_clear(&out);
    return code;
}

int theme_list_command(const struct invocation *invocation) {
    struct themes_listed listed[THEMES_LISTED_MAX];
    size_t count = themes_list(listed);
    struct buffer out;
    buffer_init(&out, RESULT_BYTES_MAX);
    for (size_t i = 0; i < count; i++) {
        buffer_addf(&out, "%-16s %s\n", listed[i].name, listed[i].source);
    }
    int code = invocation_finish(invocation, buffer_slice(&out), EXIT_CODE_OK);
    buffer_clear(&out);
    return code;
}
