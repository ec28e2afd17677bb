/* SPDX-License-Identifier: MIT */
#include <stdbool.h>
#include <string.h>

#include "base/panic.h"
#include "core/script.h"
#include "fuzz/fuzz.h"

static bool is_sound(const struct script_command *command) {
    return command->line >= 1 && command->word_count >= 1 &&
           command->word_count <= SCRIPT_LINE_WORDS_MAX;
}

static void look_at(const struct script *script, const struct script_command *command) {
    ensure(is_sound(command));
    for (uint32_t i = 0; i < command->word_count; i++) {
        ensure(strlen(command->words[i]) < SCRIPT_TEXT_MAX);
    }
    script_value(script, command, "target");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct error err = {0};
    struct slice text = {.data = (const char *)data, .length = size};
    struct script *script = script_parse(text, "f", &err);
    if (!script) {
        ensure(strncmp(err.message, "f:", 2) == 0);
        return 0;
    }
    uint32_t count = script_command_count(script);
    ensure(count >= 1 && count <= SCRIPT_COMMANDS_MAX);
    for (uint32_t i = 0; i < count; i++) look_at(script, script_command(script, i));
    ensure(!script_command(script, count));
    script_free(script);
    return 0;
}
