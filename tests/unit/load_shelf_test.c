/* SPDX-License-Identifier: MIT */
#include "load_shelf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "base/units.h"
#include "support/test_folder.h"

#define START (100 * NS_PER_S)

static const char good[] = "version: 1\nusers: 3\nrun_time: 5s\ntasks:\n"
                           "  - {name: look, get: /one}\n";
static const char other[] = "version: 1\nusers: 3\nrun_time: 5s\ntasks:\n"
                            "  - {name: look, get: /two}\n";

struct rig {
    struct test_folder folder;
    struct load_folders folders;
    struct target target;
    struct redactor *redactor;
    struct load_shelf *shelf;
    const struct load_choice *choices;
    uint32_t count;
};

static int set_up(void **state) {
    static struct rig rig;
    struct error err;
    rig = (struct rig){.folders = {.count = 1}, .redactor = redactor_new()};
    test_folder_init(&rig.folder);
    text_copy_cut(rig.folders.paths[0], LOAD_FOLDER_SIZE, rig.folder.path);
    assert_true(config_target_of_url("http://127.0.0.1:1", &rig.target, &err));
    rig.shelf = load_shelf_new(&rig.target, rig.redactor, &rig.folders);
    *state = &rig;
    return 0;
}

static int tear_down(void **state) {
    struct rig *rig = *state;
    load_shelf_free(rig->shelf);
    redactor_free(rig->redactor);
    test_folder_clear(&rig->folder);
    return 0;
}

/* Written beside it and moved there: another file for sure. */
static void put(struct rig *rig, const char *name, const char *words) {
    char path[TEST_PATH_SIZE], fresh[TEST_PATH_SIZE];
    test_folder_write(&rig->folder, "fresh", words);
    test_folder_path(&rig->folder, "fresh", fresh);
    test_folder_path(&rig->folder, name, path);
    assert_int_equal(rename(fresh, path), 0);
}

static void ask(struct rig *rig, uint64_t now_ns) {
    rig->choices = load_shelf_choices(rig->shelf, now_ns, &rig->count);
}

static bool sends(const struct action_plan *plan, const char *words) {
    for (uint32_t i = 0; i < plan->line_count; i++) {
        if (strstr(plan->lines[i], words)) return true;
    }
    return false;
}

static void expect_refused(struct rig *rig, uint64_t now_ns, const char *words) {
    struct error err = {0};
    assert_null(load_shelf_take(rig->shelf, "a.yaml", now_ns, &err));
    if (!strstr(err.message, words)) fail_msg("%s, not %s", err.message, words);
}

static void files_stand_behind_the_presets(void **state) {
    struct rig *rig = *state;
    struct error err;
    put(rig, "a.yaml", good);
    ask(rig, START);
    assert_int_equal(rig->count, 5);
    assert_string_equal(rig->choices[0].name, "baseline");
    assert_string_equal(rig->choices[4].name, "a.yaml");
    assert_true(sends(&rig->choices[4].plan, "GET /one"));
    const struct load_offer *offer = load_shelf_take(rig->shelf, "a.yaml", START, &err);
    assert_non_null(offer);
    assert_string_equal(offer->wish.scenario->name, "a.yaml");
}

static void a_wrong_file_is_shown_with_the_place_and_cannot_be_started(void **state) {
    struct rig *rig = *state;
    put(rig, "a.yaml", "version: 1\nusers: many\n");
    ask(rig, START);
    assert_int_equal(rig->count, 5);
    assert_non_null(strstr(rig->choices[4].plan.blocked, "a.yaml:2:8"));
    expect_refused(rig, START, "a.yaml:2:8");
}

static void what_has_changed_is_not_started_before_it_can_have_been_seen(void **state) {
    struct rig *rig = *state;
    struct error err;
    put(rig, "a.yaml", good);
    ask(rig, START);
    put(rig, "a.yaml", other);
    ask(rig, START + NS_PER_S / 2); /* too early to look again */
    assert_true(sends(&rig->choices[4].plan, "GET /one"));
    ask(rig, START + NS_PER_S);
    assert_true(sends(&rig->choices[4].plan, "GET /two"));
    expect_refused(rig, START + NS_PER_S, "has just changed");
    expect_refused(rig, START + 2 * NS_PER_S - 1, "has just changed");
    assert_non_null(load_shelf_take(rig->shelf, "a.yaml", START + 2 * NS_PER_S, &err));
    /* Nobody can change a preset. */
    assert_non_null(load_shelf_take(rig->shelf, "spike", START + NS_PER_S, &err));
}

static void what_is_gone_is_no_choice(void **state) {
    struct rig *rig = *state;
    char path[TEST_PATH_SIZE];
    put(rig, "a.yaml", good);
    ask(rig, START);
    test_folder_path(&rig->folder, "a.yaml", path);
    assert_int_equal(remove(path), 0);
    ask(rig, START + NS_PER_S);
    assert_int_equal(rig->count, 4);
    expect_refused(rig, START + 9 * NS_PER_S, "no such scenario");
}

#define WITH_RIG(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void) {
    const struct CMUnitTest tests[] = {
        WITH_RIG(files_stand_behind_the_presets),
        WITH_RIG(a_wrong_file_is_shown_with_the_place_and_cannot_be_started),
        WITH_RIG(what_has_changed_is_not_started_before_it_can_have_been_seen),
        WITH_RIG(what_is_gone_is_no_choice),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
