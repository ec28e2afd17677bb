/* SPDX-License-Identifier: MIT */
#include "ui/extract.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "support/ui_stage.h"
#include "ui/extract_sheets.h"
#include "ui/ui_command.h"

/* What a panel gives away after those keys. */
struct taken {
    struct ui_stage *stage;
    struct scene scene;
    struct buffer words;
};

static struct taken take(enum fixture fixture, const char *keys) {
    struct taken taken = {.stage = ui_stage_new(fixture, 120, 40)};
    buffer_init(&taken.words, EXTRACT_BYTES_MAX);
    ui_stage_press(taken.stage, keys);
    taken.scene = ui_scene(&taken.stage->ui, &taken.stage->world);
    return taken;
}

static void give_back(struct taken *taken) {
    assert_false(taken->words.overflow);
    buffer_clear(&taken->words);
    ui_stage_free(taken->stage);
}

static void expect_begins(struct taken *taken, const char *words) {
    const char *seen = buffer_string(&taken->words);
    if (strncmp(seen, words, strlen(words)) == 0) return;
    fail_msg("\"%.200s\" does not begin with \"%s\"", seen, words);
}

static void the_selected_row_is_copied_as_one_line(void **state) {
    (void)state;
    struct taken taken = take(FIXTURE_WORSE, "2 j");
    assert_true(extract_copy(&taken.scene, &taken.words));
    expect_begins(&taken, "tool_error  POST /chat  canary  v1.6.0");
    const char *words = buffer_string(&taken.words);
    assert_ptr_equal(strchr(words, '\n'), words + taken.words.length - 1);
    give_back(&taken);
}

static void a_filter_decides_which_row_is_copied(void **state) {
    (void)state;
    struct taken taken = take(FIXTURE_REDIS_DEAD, "7 / ! r e a d y Enter j");
    assert_true(extract_copy(&taken.scene, &taken.words));
    expect_begins(&taken, "queue");
    give_back(&taken);
    taken = take(FIXTURE_REDIS_DEAD, "7 / n o w h e r e Enter");
    assert_false(extract_copy(&taken.scene, &taken.words));
    give_back(&taken);
}

static void a_panel_of_figures_is_copied_whole(void **state) {
    (void)state;
    struct taken taken = take(FIXTURE_HEALTHY, "5");
    assert_true(extract_copy(&taken.scene, &taken.words));
    expect_begins(&taken, "metric   stable  canary\nops/s    379\nping     0.5ms\n");
    give_back(&taken);
}

static void csv_of_a_graph_holds_the_values_of_its_window(void **state) {
    (void)state;
    struct taken taken = take(FIXTURE_HEALTHY, "3 [");
    extract_panel(&taken.scene, EXTRACT_CSV, &taken.words);
    expect_begins(&taken, "time,p50_ms.stable,p50_ms.canary,p95_ms.stable");
    size_t lines = 0;
    for (size_t i = 0; i < taken.words.length; i++) {
        if (taken.words.data[i] == '\n') lines++;
    }
    assert_in_range(lines, 50, EXTRACT_POINTS_MAX + 1);
    assert_non_null(strstr(buffer_string(&taken.words), "\n2026-11-22T14:21:0"));
    give_back(&taken);
}

static void csv_of_a_list_holds_its_rows(void **state) {
    (void)state;
    struct taken taken = take(FIXTURE_HEALTHY, "2");
    extract_panel(&taken.scene, EXTRACT_CSV, &taken.words);
    expect_begins(
        &taken, "kind,route,track,version,count,last_seen,request_id,message\r\n"
                "upstream_timeout,POST /chat,canary,v1.6.0,41,2026-11-22T14:22:0");
    give_back(&taken);
}

static void json_holds_both(void **state) {
    (void)state;
    struct taken taken = take(FIXTURE_HEALTHY, "2");
    extract_panel(&taken.scene, EXTRACT_JSON, &taken.words);
    expect_begins(
        &taken, "{\"target\":\"demo\",\"panel\":\"errors\",\"time\":\"2026-11");
    const char *words = buffer_string(&taken.words);
    assert_non_null(strstr(words, "\"rows\":[{\"kind\":\"upstream_timeout\""));
    assert_non_null(strstr(words, "\"series\":[{\"time\":\"2026-"));
    assert_non_null(strstr(words, "\"error_ratio.canary\":0.0"));
    give_back(&taken);
}

static void expect_written(enum fixture fixture, const char *keys) {
    for (unsigned format = EXTRACT_TEXT; format <= EXTRACT_JSON; format++) {
        struct taken taken = take(fixture, keys);
        extract_panel(&taken.scene, (enum extract_format)format, &taken.words);
        assert_in_range(taken.words.length, 10, EXTRACT_BYTES_MAX);
        give_back(&taken);
    }
}

/* No panel of any fixture is too much, or nothing at all. */
static void every_panel_can_be_written_in_every_format(void **state) {
    (void)state;
    static const char *const keys[] = {"1", "2", "3", "4",  "5",    "6",
                                       "7", "8", "9", "gs", "] ] 4"};
    for (unsigned fixture = 0; fixture < FIXTURE_COUNT; fixture++) {
        for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
            expect_written((enum fixture)fixture, keys[i]);
        }
    }
}

static void a_name_says_what_when_and_how(void **state) {
    (void)state;
    struct taken taken = take(FIXTURE_HEALTHY, "6");
    char name[EXTRACT_NAME_SIZE];
    extract_name(&taken.scene, name);
    assert_string_equal(name, "agent-and-model-20261122T142207Z.csv");
    assert_true(extract_name_is_good(name));
    give_back(&taken);
    enum extract_format format = EXTRACT_TEXT;
    assert_true(extract_format_of("a.json", &format));
    assert_int_equal(format, EXTRACT_JSON);
    assert_false(extract_format_of("a.svg", &format));
    assert_false(extract_format_of(".csv", &format));
}

static void no_name_leads_out_of_the_folder(void **state) {
    (void)state;
    static const char *const bad[] = {
        "",        "/etc/x.csv", "../x.csv", "a/b.csv",  ".x.csv",    "-x.csv",
        "a b.csv", "a\n.csv",    "~.csv",    "a\\b.csv", "$HOME.csv", "é.csv",
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        if (extract_name_is_good(bad[i])) fail_msg("\"%s\" is taken", bad[i]);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_selected_row_is_copied_as_one_line),
        cmocka_unit_test(a_filter_decides_which_row_is_copied),
        cmocka_unit_test(a_panel_of_figures_is_copied_whole),
        cmocka_unit_test(csv_of_a_graph_holds_the_values_of_its_window),
        cmocka_unit_test(csv_of_a_list_holds_its_rows),
        cmocka_unit_test(json_holds_both),
        cmocka_unit_test(every_panel_can_be_written_in_every_format),
        cmocka_unit_test(a_name_says_what_when_and_how),
        cmocka_unit_test(no_name_leads_out_of_the_folder),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
