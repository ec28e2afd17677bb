/* A weight that the user's own program divides: a script that keeps it in a file. */
/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/memory.h"
#include "base/text.h"
#include "base/units.h"
#include "control/keeper.h"
#include "control/router.h"
#include "io/loop.h"
#include "support/test_folder.h"

/* $1 is the folder. A file `failing` there makes set say why on stderr, and end with
 * the code in it; with 0 it changes nothing all the same. A file `code` makes it end
 * with that code; `late` makes verify say that it is not everywhere yet; `stuck` makes
 * get hang until something is set. */
static const char script[] =
    "cd \"$1\" || exit 9\n"
    "[ -f code ] && { printf 'no\\033[31m\\n'; exit \"$(cat code)\"; }\n"
    "case $2 in\n"
    "get) [ -f stuck ] && exec sleep 600 ;;\n"
    "set) rm -f stuck\n"
    "  [ -f failing ] && { echo warming up; echo >&2; echo 'disk \033[31mfull' >&2;"
    " exit \"$(cat failing)\"; } ;;\n"
    "esac\n"
    "case $2 in\n"
    "set) echo \"$3 $4 $5 $6\" >asked; echo \"$3 $5\" >weight ;;\n"
    "get) cat weight 2>/dev/null || echo 0 ;;\n"
    "verify) [ -f late ] && { echo one of two; exit 1; }; exit 0 ;;\n"
    "esac\n";

struct scene {
    struct loop *loop;
    struct test_folder folder;
    struct target *target;
    struct router *router;
    struct router_done done;
    struct router_seen seen;
};

static void on_done(void *owner, const struct router_done *done) {
    struct scene *scene = owner;
    scene->done = *done;
    loop_stop(scene->loop);
}

static void on_seen(void *owner, const struct router_seen *seen) {
    struct scene *scene = owner;
    scene->seen = *seen;
    loop_stop(scene->loop);
}

static void add_word(struct target_words *words, const char *word) {
    assert_true(text_copy(words->args[words->arg_count++], TARGET_ARG_SIZE, word));
}

static void add_command(
    const struct scene *scene, struct target_words *words, const char *verb) {
    char path[TEST_PATH_SIZE];
    test_folder_path(&scene->folder, "divide", path);
    add_word(words, "sh");
    add_word(words, path);
    add_word(words, scene->folder.path);
    add_word(words, verb);
}

static void set_up(struct scene *scene) {
    struct error err = {0};
    *scene = (struct scene){.loop = loop_new()};
    test_folder_init(&scene->folder);
    test_folder_write(&scene->folder, "divide", script);
    scene->target = memory_new(sizeof *scene->target);
    struct target_command *command = &scene->target->command;
    add_command(scene, &command->set, "set");
    add_word(&command->set, "${weight}");
    add_word(&command->set, "${before}");
    add_word(&command->set, "${epoch}");
    add_word(&command->set, "salt=${salt};$(id)");
    add_command(scene, &command->get, "get");
    add_command(scene, &command->verify, "verify");
    const struct router_options options = {scene->loop, scene->target, NULL};
    scene->router = command_router.start(&options, &err);
    assert_non_null(scene->router);
}

static void tear_down(struct scene *scene) {
    command_router.free(scene->router); /* NULL is fine */
    loop_free(scene->loop);
    test_folder_clear(&scene->folder);
    free(scene->target);
}

static enum router_outcome set(
    struct scene *scene, uint32_t before_bp, uint32_t weight_bp, uint64_t epoch) {
    const struct router_intent intent = {
        .epoch = epoch,
        .before_bp = before_bp,
        .weight_bp = weight_bp,
        .salt = 7,
        .back = weight_bp == 0};
    command_router.set(scene->router, &intent, on_done, scene);
    loop_run(scene->loop);
    return scene->done.outcome;
}

static const struct router_seen *look(struct scene *scene) {
    command_router.look(scene->router, on_seen, scene);
    loop_run(scene->loop);
    return &scene->seen;
}

static enum router_outcome check(struct scene *scene) {
    command_router.check(scene->router, on_done, scene);
    loop_run(scene->loop);
    return scene->done.outcome;
}

static void a_weight_is_set_and_read_back(void **state) {
    (void)state;
    struct scene scene;
    set_up(&scene);
    assert_int_equal(check(&scene), ROUTER_DONE);
    assert_int_equal(look(&scene)->weight_bp, 0);
    assert_int_equal(set(&scene, 0, 500, 3), ROUTER_DONE);
    look(&scene);
    assert_true(scene.seen.known && scene.seen.settled);
    assert_false(scene.seen.leased);
    assert_int_equal(scene.seen.weight_bp, 500);
    assert_int_equal(scene.seen.epoch, 3);
    /* The same again, its answer having been lost, and another one's. */
    assert_int_equal(set(&scene, 0, 500, 3), ROUTER_DONE);
    assert_int_equal(set(&scene, 100, 900, 3), ROUTER_CONFLICT);
    assert_int_equal(set(&scene, 500, 900, 2), ROUTER_CONFLICT);
    assert_int_equal(look(&scene)->weight_bp, 500);
    assert_int_equal(set(&scene, 500, 0, 4), ROUTER_DONE); /* back, whatever it was */
    assert_int_equal(look(&scene)->weight_bp, 0);
    tear_down(&scene);
}

static void what_is_not_everywhere_yet_is_not_settled(void **state) {
    (void)state;
    struct scene scene;
    set_up(&scene);
    test_folder_write(&scene.folder, "late", "");
    assert_int_equal(set(&scene, 0, 500, 3), ROUTER_DONE);
    look(&scene);
    assert_true(scene.seen.known);
    assert_false(scene.seen.settled);
    assert_non_null(strstr(scene.seen.words, "one of two"));
    tear_down(&scene);
}

/* Each row: how the command ends, and what that means. */
struct end {
    const char *code;
    enum router_outcome outcome;
};

static const struct end ends[] = {
    {"1", ROUTER_UNKNOWN}, {"2", ROUTER_REFUSED},  {"3", ROUTER_CONFLICT},
    {"4", ROUTER_DENIED},  {"75", ROUTER_UNKNOWN},
};

static void an_exit_code_says_what_became_of_it(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        struct scene scene;
        set_up(&scene);
        test_folder_write(&scene.folder, "code", ends[i].code);
        assert_int_equal(check(&scene), ends[i].outcome);
        assert_int_equal(set(&scene, 0, 500, 3), ends[i].outcome);
        assert_int_equal(set(&scene, 500, 0, 3), ends[i].outcome);
        /* What it said is told, and can do nothing to a terminal. */
        assert_non_null(strstr(scene.done.error.message, "exit code"));
        assert_null(strchr(scene.done.error.message, '\033'));
        assert_false(look(&scene)->known);
        tear_down(&scene);
    }
}

static void what_is_no_weight_is_refused(void **state) {
    (void)state;
    static const char *const words[] = {"",        "x\n",  "10001\n",
                                        "5 6 7\n", "-1\n", "5 x\n"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        struct scene scene;
        set_up(&scene);
        test_folder_write(&scene.folder, "weight", words[i]);
        assert_int_equal(check(&scene), ROUTER_REFUSED);
        assert_false(look(&scene)->known);
        tear_down(&scene);
    }
}

static void a_program_that_is_not_there_is_refused(void **state) {
    (void)state;
    struct scene scene;
    struct error err = {0};
    set_up(&scene);
    command_router.free(scene.router);
    text_copy(scene.target->command.get.args[0], TARGET_ARG_SIZE, "no-such-program");
    const struct router_options options = {scene.loop, scene.target, NULL};
    scene.router = command_router.start(&options, &err);
    assert_int_equal(check(&scene), ROUTER_REFUSED);
    scene.target->command.get.arg_count = 0;
    assert_null(command_router.start(&options, &err));
    assert_int_equal(err.code, ERROR_USAGE);
    tear_down(&scene);
}

static void nobody_waits(void *owner, const struct router_seen *seen) {
    (void)owner;
    fail_msg("it was told all the same: %u", seen->weight_bp);
}

static void going_back_waits_for_no_command_that_hangs(void **state) {
    (void)state;
    struct scene scene;
    set_up(&scene);
    assert_int_equal(set(&scene, 0, 500, 3), ROUTER_DONE);
    test_folder_write(&scene.folder, "stuck", "");
    uint64_t start_ns = loop_clock_ns();
    command_router.look(scene.router, nobody_waits, &scene);
    assert_true(command_router.yields);
    assert_int_equal(set(&scene, 500, 0, 3), ROUTER_DONE);
    assert_true(loop_clock_ns() - start_ns < 20 * NS_PER_S);
    assert_int_equal(look(&scene)->weight_bp, 0);
    tear_down(&scene);
}

/* What a keeper of that router tells of a weight that was to go back. */

struct kept {
    struct loop *loop;
    char words[ROLLOUT_WORDS_SIZE];
};

static bool may_write(void *owner) {
    (void)owner;
    return true;
}

static void on_kept_check(void *owner, bool ok, const char *words) {
    (void)owner;
    (void)ok;
    (void)words;
}

static void on_kept_set(void *owner, enum rollout_set how, const char *words) {
    struct kept *kept = owner;
    assert_int_equal(how, ROLLOUT_SET_FAILED);
    text_copy_cut(kept->words, sizeof kept->words, words);
    loop_stop(kept->loop);
}

static void on_kept_reading(void *owner, const struct rollout_reading *reading) {
    (void)owner;
    (void)reading;
}

static void expect_kept(struct scene *scene, const char *words) {
    static const struct keeper_handlers handlers = {
        may_write, on_kept_check, on_kept_set, on_kept_reading};
    const struct router_intent back = {.epoch = 3, .before_bp = 500, .back = true};
    struct kept kept = {.loop = scene->loop};
    struct keeper *keeper =
        keeper_new(scene->loop, &command_router, scene->router, &handlers, &kept);
    keeper_set(keeper, &back);
    loop_run(scene->loop);
    keeper_free(keeper); /* and the router */
    scene->router = NULL;
    assert_string_equal(kept.words, words);
}

/* That it is still there is no news: why it is says what is to be done. */
static void why_it_was_not_set_is_told_beside_what_is_there(void **state) {
    (void)state;
    struct scene scene;
    set_up(&scene);
    assert_int_equal(set(&scene, 0, 500, 3), ROUTER_DONE);
    test_folder_write(&scene.folder, "failing", "7");
    expect_kept(
        &scene, "read back 500 basis points, not 0: set: exit code 7: disk "
                "\xE2\x90\x9B[31mfull");
    tear_down(&scene);
}

static void what_a_vain_set_says_is_told(void **state) {
    (void)state;
    struct scene scene;
    set_up(&scene);
    assert_int_equal(set(&scene, 0, 500, 3), ROUTER_DONE);
    test_folder_write(&scene.folder, "failing", "0");
    assert_int_equal(set(&scene, 500, 0, 3), ROUTER_CONFLICT);
    assert_string_equal(
        scene.done.error.message,
        "written was 0, read back 500; set: exit code 0: disk "
        "\xE2\x90\x9B[31mfull");
    tear_down(&scene);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_weight_is_set_and_read_back),
        cmocka_unit_test(what_is_not_everywhere_yet_is_not_settled),
        cmocka_unit_test(an_exit_code_says_what_became_of_it),
        cmocka_unit_test(what_is_no_weight_is_refused),
        cmocka_unit_test(a_program_that_is_not_there_is_refused),
        cmocka_unit_test(why_it_was_not_set_is_told_beside_what_is_there),
        cmocka_unit_test(what_a_vain_set_says_is_told),
        cmocka_unit_test(going_back_waits_for_no_command_that_hangs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
