/* SPDX-License-Identifier: MIT */
#include "core/script.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/buffer.h"
#include "base/text.h"

/* "1 smoke|--checks|a b" per command, blocks in front. */
static void describe(const char *source, char *to, size_t size) {
    struct error err;
    struct text text = text_in(to, size);
    struct script *script = script_parse(slice_of(source), "f", &err);
    if (!script) {
        text_addf(&text, "!%s", err.message);
        return;
    }
    for (uint32_t i = 0; i < script_command_count(script); i++) {
        const struct script_command *command = script_command(script, i);
        const char *part = script_part_name(command->part);
        text_addf(&text, "%s%s%u ", part, part[0] ? " " : "", command->line);
        for (uint32_t j = 0; j < command->word_count; j++) {
            text_addf(&text, "%s%s", j > 0 ? "|" : "", command->words[j]);
        }
        text_add(&text, "\n");
    }
    script_free(script);
}

static const struct {
    const char *source, *commands;
} valid[] = {
    {"smoke", "1 smoke\n"},
    {"smoke\n", "1 smoke\n"},
    {"smoke\r\nstatus\r\n", "1 smoke\n2 status\n"},
    {"\n\n  smoke  \t --checks  c.yaml # why\n", "3 smoke|--checks|c.yaml\n"},
    {"# only this\nstatus", "2 status\n"},
    {"a 'b c' \"d e\" f\\ g", "1 a|b c|d e|f g\n"},
    {"a '' \"\"", "1 a||\n"},
    {"a b'c'\"d\"e", "1 a|bcde\n"},
    {"a '${x} \\n'", "1 a|${x} \\n\n"},
    {"a \"q\\\"q\\\\\\${x}\"", "1 a|q\"q\\${x}\n"},
    {"a b#c '#' \\#d", "1 a|b#c|#|#d\n"},
    {"a $x $", "1 a|$x|$\n"},
    {"a b \\\n  c\nd", "1 a|b|c\n3 d\n"},
    {"a b\\\nc", "1 a|bc\n"},
    {"set u http://h\nsmoke ${u}/x \"${u} y\"", "2 smoke|http://h/x|http://h y\n"},
    {"set v 'a b'\nx ${v}", "2 x|a b\n"},
    {"set v 1\nx ${v}\nset v 2\nx ${v}", "2 x|1\n4 x|2\n"},
    {"set v '${v}'\nx ${v}", "2 x|${v}\n"},
    {"smoke\non failure\n  history list\nend\nalways\n chaos revert\nend\nstatus",
     "1 smoke\non failure 3 history|list\nalways 6 chaos|revert\n8 status\n"},
};

static void scripts_fall_into_commands(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof valid / sizeof *valid; i++) {
        char commands[256];
        describe(valid[i].source, commands, sizeof commands);
        assert_string_equal(commands, valid[i].commands);
    }
}

static void mistakes_are_named_with_their_place(void **state) {
    (void)state;
    static const struct {
        const char *source, *message;
    } rows[] = {
        {"", "!f:1:1: there is no command in it"},
        {"# nothing\nset a b\n", "!f:1:1: there is no command in it"},
        {"a\nb 'c", "!f:2:3: the quote is not closed on its line"},
        {"a \"b\nc\"", "!f:1:3: the quote is not closed on its line"},
        {"a\nb ${", "!f:2:3: \"${\" without its \"}\""},
        {"a ${x\n}", "!f:1:3: \"${\" without its \"}\""},
        {"set target 1\na ${taregt}",
         "!f:2:3: no line above sets ${taregt} (did you mean ${target}?)"},
        {"a ${x}\nset x 1", "!f:1:3: no line above sets ${x}"},
        {"a \\", "!f:1:4: nothing stands behind the \"\\\""},
        {"a b\001", "!f:1:4: a control character"},
        {"a\nset x", "!f:2:1: expected: set NAME VALUE"},
        {"set x 1 2", "!f:1:1: expected: set NAME VALUE"},
        {"set 1x 1",
         "!f:1:1: set: a name has letters, digits, _ and -, a letter first"},
        {"a\nend", "!f:2:1: `end` without `on failure` or `always`"},
        {"a\n\non failure\nb", "!f:3:1: the block has no `end`"},
        {"always\non failure\nend\nend", "!f:2:1: a block cannot stand inside a block"},
        {"on success\nend", "!f:1:1: expected: on failure"},
        {"on\nend", "!f:1:1: expected: on failure"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char message[256];
        describe(rows[i].source, message, sizeof message);
        assert_string_equal(message, rows[i].message);
    }
}

static void a_setting_counts_from_its_line_on(void **state) {
    (void)state;
    struct error err;
    struct script *script =
        script_parse(slice_of("a\nset target x\nb\nset target y\nc"), "f", &err);
    assert_non_null(script);
    assert_null(script_value(script, script_command(script, 0), "target"));
    assert_string_equal(script_value(script, script_command(script, 1), "target"), "x");
    assert_string_equal(script_value(script, script_command(script, 2), "target"), "y");
    assert_null(script_command(script, 3));
    script_free(script);
}

/* A source of `count` times `words`. */
static void expect_too_much(const char *words, size_t count, const char *why) {
    size_t length = strlen(words);
    struct buffer source;
    struct error err;
    buffer_init(&source, length * count);
    for (size_t i = 0; i < count; i++) assert_true(buffer_add(&source, words, length));
    assert_null(script_parse(buffer_slice(&source), "f", &err));
    if (!strstr(err.message, why)) fail_msg("%s", err.message);
    buffer_clear(&source);
}

static void what_is_too_much_is_refused(void **state) {
    (void)state;
    expect_too_much("a\n", SCRIPT_COMMANDS_MAX + 1, "more than 1024 commands");
    expect_too_much("a ", SCRIPT_LINE_WORDS_MAX + 1, "more than 60 words");
    expect_too_much("set a b\n", SCRIPT_SETS_MAX + 1, "more than 256");
    expect_too_much("#", SCRIPT_BYTES_MAX + 1, "larger than 256 KiB");
    char bomb[8192];
    struct text text = TEXT_IN(bomb);
    struct error err;
    text_add(&text, "set a 0123456789012345678901234567890123456789\n");
    for (int i = 0; i < 16; i++) text_add(&text, "set a ${a}${a}${a}${a}\n");
    text_add(&text, "x ${a}\n");
    assert_null(script_parse(slice_of(bomb), "f", &err));
    assert_non_null(strstr(err.message, "longer than 1 MiB"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(scripts_fall_into_commands),
        cmocka_unit_test(mistakes_are_named_with_their_place),
        cmocka_unit_test(a_setting_counts_from_its_line_on),
        cmocka_unit_test(what_is_too_much_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
