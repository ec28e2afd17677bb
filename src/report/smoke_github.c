/* SPDX-License-Identifier: MIT */
#include "base/text.h"
#include "report/smoke_report.h"

enum { WORDS_SIZE = 2048 };

/* A property ends at a colon or a comma; all of it on one line. */
static void add_escaped(struct buffer *to, const char *words, bool property) {
    for (; *words; words++) {
        char c = *words;
        bool special = c == '%' || c == '\r' || c == '\n';
        if (property && (c == ':' || c == ',')) special = true;
        if (special) {
            buffer_addf(to, "%%%02X", (unsigned)(unsigned char)c);
        } else {
            buffer_add_char(to, c);
        }
    }
}

static const char *command_of(const struct smoke_check *check) {
    if (!check->done) return NULL;
    if (check->verdict == VERDICT_PASS) {
        return check->flaky || check->degraded ? "warning" : NULL;
    }
    return "error";
}

static void add_command(
    const struct smoke_report *report, const struct smoke_check *check,
    struct buffer *to) {
    const char *command = command_of(check);
    if (!command) return;
    char words[WORDS_SIZE];
    struct text text = TEXT_IN(words);
    buffer_addf(to, "::%s title=", command);
    add_escaped(to, "Smoke test ", true);
    add_escaped(to, check->name, true);
    if (report->result->file[0]) {
        buffer_add_string(to, ",file=");
        add_escaped(to, report->result->file, true);
        if (check->line > 0) buffer_addf(to, ",line=%u", check->line);
    }
    smoke_report_explain(report, check, &text);
    buffer_add_string(to, "::");
    add_escaped(to, words, false);
    buffer_add_char(to, '\n');
}

/* Every line of the text begins with words of our own: none of it is a command. */
void smoke_report_github(const struct smoke_report *report, struct buffer *to) {
    smoke_report_text(report, to);
    for (uint32_t i = 0; i < report->result->count; i++) {
        add_command(report, &report->result->checks[i], to);
    }
}
