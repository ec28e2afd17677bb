/* SPDX-License-Identifier: MIT */
#include "batch_summary.h"

#include "base/json_writer.h"
#include "base/safe_text.h"
#include "base/text.h"
#include "base/units.h"

enum { WORDS_SIZE = 1024, COMMAND_WIDTH = 44, CELL_SIZE = 16 };

static void join_words(const struct script_command *command, struct text *text) {
    for (uint32_t i = 0; i < command->word_count; i++) {
        if (i > 0) text_add_char(text, ' ');
        safe_text_add(text, slice_of(command->words[i]));
    }
}

static const char *code_words(int code) {
    static const enum exit_code known[] = {
#define X(id, number, name) id
        EXIT_CODES(X)
#undef X
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        if ((int)known[i] == code) return exit_code_name(known[i]);
    }
    return "unknown";
}

static void add_line(
    struct buffer *to, const struct script_command *command,
    const struct batch_step *step) {
    char words[WORDS_SIZE];
    char spent[CELL_SIZE];
    struct text text = TEXT_IN(words);
    struct text duration = TEXT_IN(spent);
    const char *part = script_part_name(command->part);
    join_words(command, &text);
    buffer_addf(to, "  %4u  %-10s  %-*s  ", command->line, part, COMMAND_WIDTH, words);
    if (!step->ran) {
        buffer_add_string(to, "not run\n");
        return;
    }
    units_add_duration(&duration, step->duration_ns);
    buffer_addf(to, "%s (%d)  %s\n", code_words(step->code), step->code, spent);
}

static void count_steps(
    const struct script *script, const struct batch *batch, unsigned *passed,
    unsigned *failed, unsigned *left) {
    *passed = *failed = *left = 0;
    for (uint32_t i = 0; i < script_command_count(script); i++) {
        const struct batch_step *step = batch_step(batch, i);
        if (!step->ran) {
            ++*left;
        } else if (step->code == EXIT_CODE_OK) {
            ++*passed;
        } else {
            ++*failed;
        }
    }
}

void batch_summary_text(
    const struct script *script, const struct batch *batch, const char *name,
    struct buffer *to) {
    unsigned passed = 0;
    unsigned failed = 0;
    unsigned left = 0;
    int code = (int)batch_code(batch);
    const char *reason = batch_reason(batch);
    count_steps(script, batch, &passed, &failed, &left);
    buffer_addf(to, "\nbatch %s\n", name);
    for (uint32_t i = 0; i < script_command_count(script); i++) {
        add_line(to, script_command(script, i), batch_step(batch, i));
    }
    buffer_addf(
        to, "%u passed, %u failed, %u not run: %s (exit %d)%s%s\n", passed, failed,
        left, code_words(code), code, reason[0] ? ", " : "", reason);
}

/* Why the whole ended as it did, in words. */
static void add_reason(
    const struct script *script, const struct batch *batch, struct text *text) {
    unsigned passed = 0;
    unsigned failed = 0;
    unsigned left = 0;
    const char *reason = batch_reason(batch);
    count_steps(script, batch, &passed, &failed, &left);
    if (reason[0]) text_addf(text, "%s: ", reason);
    text_addf(text, "%u passed, %u failed, %u not run", passed, failed, left);
    for (uint32_t i = 0; i < script_command_count(script); i++) {
        const struct batch_step *step = batch_step(batch, i);
        if (!step->ran || step->code == EXIT_CODE_OK) continue;
        const struct script_command *command = script_command(script, i);
        text_addf(text, "; line %u: ", command->line);
        join_words(command, text);
        text_addf(text, ": %s", code_words(step->code));
        return;
    }
}

static void add_command(
    struct json_writer *json, const struct script_command *command,
    const struct batch_step *step) {
    json_object_begin(json);
    json_field_uint(json, "line", command->line);
    json_field_string(
        json, "part",
        command->part == SCRIPT_MAIN ? "main" : script_part_name(command->part));
    json_key(json, "words");
    json_array_begin(json);
    for (uint32_t i = 0; i < command->word_count; i++) {
        json_string(json, command->words[i]);
    }
    json_array_end(json);
    json_field_bool(json, "ran", step->ran);
    if (step->ran) {
        json_field_int(json, "exit_code", step->code);
        json_field_uint(json, "duration_ms", step->duration_ns / NS_PER_MS);
    } else {
        json_field_null(json, "exit_code");
        json_field_null(json, "duration_ms");
    }
    json_object_end(json);
}

void batch_summary_json(
    const struct script *script, const struct batch *batch, const char *name,
    struct buffer *to) {
    struct json_writer json = json_writer_to(to);
    char words[WORDS_SIZE];
    struct text reason = TEXT_IN(words);
    add_reason(script, batch, &reason);
    json_object_begin(&json);
    json_field_string(&json, "script", name);
    json_field_int(&json, "exit_code", batch_code(batch));
    json_field_string(&json, "exit_reason", code_words((int)batch_code(batch)));
    json_field_string(&json, "reason", words);
    json_key(&json, "commands");
    json_array_begin(&json);
    for (uint32_t i = 0; i < script_command_count(script); i++) {
        add_command(&json, script_command(script, i), batch_step(batch, i));
    }
    json_array_end(&json);
    json_object_end(&json);
    buffer_add_char(to, '\n');
}
