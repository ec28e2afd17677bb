/* Going back once stable was given the new version: a real controller, a deploy command
 * that somebody carries out by hand, and real agents that say what they are. */
/* SPDX-License-Identifier: MIT */
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/memory.h"
#include "base/text.h"
#include "base/units.h"
#include "io/loop.h"
#include "support/rollout_ground.h"
#include "support/test_stack.h"
#include "support/users.h"

#define AGENT (BINARIES_FOLDER "/flightdeck-agent")

enum { STABLE, CANARY, SIDES, ASKED_SIZE = 64, LIMIT_S = 60 };

/* The router: it keeps the weight; who asks whom is settled by the users. */
static const char divide[] = "cd \"$1\" || exit 9\n"
                             "case $2 in\n"
                             "set) echo \"$3 $4\" >weight ;;\n"
                             "get) cat weight 2>/dev/null || echo 0 ;;\n"
                             "esac\n";
/* The deployment: says what is wanted, and ends as it is told to. */
static const char deploy[] = "cd \"$1\" || exit 9\n"
                             "echo \"$2 $3\" >wanted\n"
                             "read -r code <given\n"
                             "exit \"$code\"\n";

struct scene {
    struct rollout_scene rollout; /* without its demo */
    struct test_stack stack;
    struct test_folder folder;
    struct users *users[SIDES];
    int wanted, given;
    struct loop_timer *look;
    char asked[ASKED_SIZE]; /* of the deployment, and not answered yet; "" */
};

static void write_config(const struct scene *scene) {
    char config[2048], router[TEST_PATH_SIZE], command[TEST_PATH_SIZE];
    const char *folder = scene->folder.path;
    test_folder_path(&scene->folder, "divide", router);
    test_folder_path(&scene->folder, "deploy", command);
    int length = snprintf(
        config, sizeof config,
        "version: 1\n"
        "targets:\n"
        "  restored:\n"
        "    class: local\n"
        "    url: %s\n"
        "    tracks: {stable: {urls: [\"%s\"]}, canary: {urls: [\"%s\"]}}\n"
        "    split:\n"
        "      command:\n"
        "        set: [sh, %s, %s, set, \"${weight}\", \"${epoch}\"]\n"
        "        get: [sh, %s, %s, get]\n"
        "    deploy: {command: [sh, %s, %s, \"${track}\", \"${version}\"]}\n"
        "    rollout: {socket: %s/rollout.sock}\n",
        scene->stack.urls[STABLE], scene->stack.urls[STABLE], scene->stack.urls[CANARY],
        router, folder, router, folder, command, folder, folder);
    assert_true(length > 0 && (size_t)length < sizeof config);
    test_folder_write(&scene->folder, "divide", divide);
    test_folder_write(&scene->folder, "deploy", deploy);
    test_folder_write(&scene->folder, "config.yaml", config);
}

/* Another one each time: the one before has ended. */
static void make_plan(struct scene *scene, uint64_t keep_previous_ns) {
    struct rollout_launch *launch = scene->rollout.launch;
    launch->kind = ROLLOUT_LAUNCH_BEGIN;
    rollout_ground_plan(&launch->plan, "restored");
    launch->plan.step_count = 2;
    launch->plan.steps[0].weight_bp = 2500;
    launch->plan.steps[1].weight_bp = 10000;
    launch->plan.keep_previous_ns = keep_previous_ns;
}

/* The deployment */

static void on_look(void *owner, uint64_t now_ns) {
    struct scene *scene = owner;
    (void)now_ns;
    if (scene->asked[0]) return;
    ssize_t got = read(scene->wanted, scene->asked, sizeof scene->asked - 1);
    scene->asked[got > 0 ? got : 0] = '\0';
    if (got > 0) loop_stop(scene->rollout.loop);
}

static int open_pipe(const struct scene *scene, const char *name) {
    char path[TEST_PATH_SIZE];
    test_folder_path(&scene->folder, name, path);
    assert_int_equal(mkfifo(path, 0600), 0);
    int end = open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC);
    assert_true(end >= 0);
    return end;
}

static void expect_asked(struct scene *scene, const char *what) {
    uint64_t start_ns = loop_clock_ns();
    while (!scene->asked[0]) {
        assert_true(loop_clock_ns() - start_ns < LIMIT_S * NS_PER_S);
        loop_run(scene->rollout.loop);
    }
    assert_string_equal(scene->asked, what);
    scene->asked[0] = '\0';
}

static void answer(struct scene *scene, const char *code) {
    char stale[16];
    while (read(scene->given, stale, sizeof stale) > 0) continue;
    ssize_t length = (ssize_t)strlen(code);
    assert_int_equal(write(scene->given, code, (size_t)length), length);
}

/* Where it was, as another version. */
static void replace_stable(struct scene *scene, const char *version) {
    char address[TEST_URL_SIZE];
    text_copy_cut(address, sizeof address, strstr(scene->stack.urls[STABLE], "127"));
    const char *const again[] = {"--listen", address, NULL};
    users_rest(scene->users[STABLE]);
    test_process_stop(&scene->stack.serves[STABLE]);
    test_stack_serve(&scene->stack, STABLE, version, again);
    users_go_on(scene->users[STABLE]);
}

static int weight(const struct scene *scene) {
    char path[TEST_PATH_SIZE];
    int weight_bp = -1;
    test_folder_path(&scene->folder, "weight", path);
    FILE *file = fopen(path, "re");
    if (!file) return 0;
    char line[64] = "";
    if (fgets(line, sizeof line, file)) weight_bp = (int)strtol(line, NULL, 10);
    fclose(file);
    return weight_bp;
}

/* Until what is published has such words for what it waits for. */
static void wait_for_words(struct scene *scene, const char *words) {
    struct rollout_status *status = &scene->rollout.status;
    while (!strstr(status->why_not_now, words)) {
        enum rollout_phase phase = (enum rollout_phase)status->phase;
        status->phase = ROLLOUT_IDLE; /* the next one */
        rollout_scene_wait(&scene->rollout, &(struct rollout_goal){.phase = phase});
    }
}

static void wait_for(struct scene *scene, enum rollout_phase phase) {
    rollout_scene_wait(&scene->rollout, &(struct rollout_goal){.phase = phase});
}

static void promote(struct scene *scene, uint64_t keep_previous_ns) {
    make_plan(scene, keep_previous_ns);
    assert_true(rollout_scene_start(&scene->rollout));
    if (scene->rollout.launch->target.deploy.kind == DEPLOY_COMMAND) {
        expect_asked(scene, "canary v1.6.0\n");
        answer(scene, "0\n");
    }
    /* Where nothing is kept, the deployment is asked at once, and not answered here. */
    wait_for(scene, keep_previous_ns > 0 ? ROLLOUT_DONE : ROLLOUT_FINALIZING);
    assert_int_equal(weight(scene), 10000);
}

static int set_up(void **state) {
    static const char *const releases[SIDES] = {"v1.5.0", "v1.6.0"};
    struct scene *scene = memory_new(sizeof *scene);
    *state = scene;
    test_folder_init(&scene->folder);
    rollout_ground_enter(&scene->folder);
    test_stack_start(&scene->stack, AGENT, "fixed:100ms");
    scene->rollout.loop = loop_new();
    scene->rollout.launch = memory_new(sizeof *scene->rollout.launch);
    for (unsigned i = 0; i < SIDES; i++) {
        test_stack_serve(&scene->stack, i, releases[i], NULL);
        const struct users_options options = {
            .port = (uint16_t)strtoul(strrchr(scene->stack.urls[i], ':') + 1, NULL, 10),
            .count = 1000,
            .in_body = true,
        };
        scene->users[i] = users_new(scene->rollout.loop, &options);
        users_go_on(scene->users[i]);
    }
    scene->wanted = open_pipe(scene, "wanted");
    scene->given = open_pipe(scene, "given");
    scene->look = loop_every(scene->rollout.loop, 20 * NS_PER_MS, on_look, scene);
    write_config(scene);
    rollout_ground_read(&scene->rollout, &scene->folder, "restored");
    return 0;
}

static int tear_down(void **state) {
    struct scene *scene = *state;
    for (unsigned i = 0; i < SIDES; i++) users_free(scene->users[i]);
    rollout_scene_kill(&scene->rollout);
    loop_timer_free(scene->look);
    close(scene->wanted);
    close(scene->given);
    loop_free(scene->rollout.loop);
    free(scene->rollout.launch);
    test_stack_stop(&scene->stack);
    test_folder_clear(&scene->folder);
    free(scene);
    return 0;
}

static void while_it_is_kept_stable_is_not_touched(void **state) {
    struct scene *scene = *state;
    promote(scene, 3600 * NS_PER_S);
    assert_true(scene->rollout.status.undoable);
    assert_non_null(strstr(scene->rollout.status.next, "stable gets v1.6.0"));
    assert_true(rollout_scene_order(&scene->rollout, ROLLOUT_ORDER_UNDO, "bob"));
    wait_for(scene, ROLLOUT_ROLLED_BACK);
    assert_int_equal(weight(scene), 0);
    assert_string_equal(scene->asked, "");
    rollout_scene_wait_for_end(&scene->rollout);
}

/* Killed in between, it asks for the same again;
 * users stay where they are meanwhile. */
static void stable_becomes_what_it_was_before_traffic_comes_to_it(void **state) {
    struct scene *scene = *state;
    struct rollout_scene *rollout = &scene->rollout;
    promote(scene, 0);
    expect_asked(scene, "stable v1.6.0\n");
    replace_stable(scene, "v1.6.0");
    assert_false(rollout_scene_order(rollout, ROLLOUT_ORDER_UNDO, "bob"));
    assert_true(rollout_scene_order(rollout, ROLLOUT_ORDER_ABORT, "bob"));
    assert_non_null(strstr(rollout->answer.words, "stable becomes v1.5.0 again"));
    expect_asked(scene, "stable v1.5.0\n");
    answer(scene, "3\n"); /* it cannot */
    wait_for_words(scene, "tried again");
    assert_int_equal(weight(scene), 10000);
    expect_asked(scene, "stable v1.5.0\n");

    rollout_scene_kill(rollout);
    rollout->launch->kind = ROLLOUT_LAUNCH_RESUME;
    assert_true(rollout_scene_start(rollout));
    expect_asked(scene, "stable v1.5.0\n");
    assert_int_equal(weight(scene), 10000);
    answer(scene, "0\n");
    wait_for_words(scene, "says that it is v1.6.0");
    assert_int_equal(weight(scene), 10000);
    replace_stable(scene, "v1.5.0");
    wait_for(scene, ROLLOUT_ROLLED_BACK);
    assert_int_equal(weight(scene), 0);
    rollout_scene_wait_for_end(&scene->rollout);
}

/* Users wait for stable at a canary, not before a closed door. */
static void a_canary_that_dies_meanwhile_is_left_at_once(void **state) {
    struct scene *scene = *state;
    promote(scene, 0);
    expect_asked(scene, "stable v1.6.0\n");
    assert_true(rollout_scene_order(&scene->rollout, ROLLOUT_ORDER_ABORT, "bob"));
    expect_asked(scene, "stable v1.5.0\n");
    users_rest(scene->users[CANARY]);
    test_process_kill(&scene->stack.serves[CANARY]);
    expect_asked(scene, "stable v1.5.0\n"); /* once the weight is 0 */
    assert_int_equal(weight(scene), 0);
    answer(scene, "0\n");
    wait_for(scene, ROLLOUT_ROLLED_BACK);
    rollout_scene_wait_for_end(&scene->rollout);
    char address[TEST_URL_SIZE];
    text_copy_cut(address, sizeof address, strstr(scene->stack.urls[CANARY], "127"));
    const char *const again[] = {"--listen", address, NULL};
    test_stack_serve(&scene->stack, CANARY, "v1.6.0", again);
    users_go_on(scene->users[CANARY]);
}

/* Nobody of us has replaced it, and nobody of us can: traffic goes back at once. */
static void what_somebody_else_has_replaced_is_for_a_person(void **state) {
    struct scene *scene = *state;
    scene->rollout.launch->target.deploy.kind = DEPLOY_EXTERNAL;
    promote(scene, 3600 * NS_PER_S);
    replace_stable(scene, "v1.7.0");
    assert_true(rollout_scene_order(&scene->rollout, ROLLOUT_ORDER_UNDO, "bob"));
    wait_for(scene, ROLLOUT_STRANDED);
    assert_int_equal(weight(scene), 0);
    assert_non_null(strstr(scene->rollout.status.reason, "give stable v1.5.0 by hand"));
    assert_non_null(strstr(scene->rollout.status.reason, "says that it is v1.7.0"));
    rollout_scene_wait_for_end(&scene->rollout);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(while_it_is_kept_stable_is_not_touched),
        cmocka_unit_test(stable_becomes_what_it_was_before_traffic_comes_to_it),
        cmocka_unit_test(a_canary_that_dies_meanwhile_is_left_at_once),
        cmocka_unit_test(what_somebody_else_has_replaced_is_for_a_person),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
