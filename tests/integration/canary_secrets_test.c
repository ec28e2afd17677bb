/* A secret that somebody types into a reason, or that a command
 * of the operator's own says, stands nowhere: not in the journal,
 * not in the recording, on no board and in no answer. */
/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "actions/rollout_link.h"
#include "base/text.h"
#include "core/exit_code.h"
#include "history/lock.h"
#include "io/loop.h"
#include "io/rollout_place.h"
#include "support/hunted.h"
#include "support/service.h"
#include "support/test_program.h"
#include "support/test_redis.h"

#define SECRET "hunter22-and-more"
#define OWN    "pw-of-mine" /* of a URL that no configuration knows */

enum { CONFIG_SIZE = 4096, ASKED_MAX = 100 };

struct scene {
    struct test_program program;
    struct test_redis redis;
    char state[TEST_PATH_SIZE]; /* where the lock and the journal are */
    char place[TEST_PATH_SIZE]; /* the controller's socket */
    unsigned port;
};

/* While a file `broken` is there, it says more than it should,
 * and not what the weight is. $1 is the folder. */
static const char divide[] =
    "[ -f \"$1/broken\" ] || { echo 0; exit 0; }\n"
    "echo \"the token $AGENT_TOKEN of ftp://me:" OWN "@host is refused\" >&2\n"
    "exit 1\n";

static void write_config(struct scene *scene) {
    const char *folder = scene->program.folder.path;
    char config[CONFIG_SIZE];
    struct text text = TEXT_IN(config);
    test_folder_write(&scene->program.folder, "divide", divide);
    text_addf(
        &text,
        "version: 1\ntarget: here\ntargets:\n  here:\n    class: local\n"
        "    url: http://127.0.0.1:1\n"
        "    headers: {Authorization: \"Bearer ${env:AGENT_TOKEN}\"}\n"
        "    redis: \"%s\"\n"
        "    split: {command: {set: [sh, %s/divide, %s, \"${weight}\"],\n"
        "      get: [sh, %s/divide, %s]}}\n"
        "    rollout: {socket: %s, redis: true, status_listen: \"127.0.0.1:%u\"}\n"
        "  elsewhere: {class: local, url: \"http://127.0.0.1:1\","
        " rollout: {url: \"http://127.0.0.1:%u\"}}\n",
        scene->redis.url, folder, folder, folder, folder, scene->place, scene->port,
        scene->port);
    assert_false(text.truncated);
    test_folder_write(&scene->program.folder, "flightdeck/config.yaml", config);
}

static unsigned free_port(void) {
    struct loop *loop = loop_new();
    struct service *service = service_new(loop, 0);
    unsigned port = service_port(service);
    service_free(service);
    loop_free(loop);
    return port;
}

static void set_up(struct scene *scene) {
    memset(scene, 0, sizeof *scene);
    test_program_init(&scene->program);
    test_redis_start(&scene->redis);
    test_folder_path(&scene->program.folder, "flightdeck", scene->state);
    test_folder_path(&scene->program.folder, "rollout.sock", scene->place);
    assert_int_equal(mkdir(scene->state, 0700), 0);
    scene->program.env[0] = "AGENT_TOKEN=" SECRET;
    scene->port = free_port();
    write_config(scene);
}

static void tear_down(struct scene *scene) {
    test_redis_stop(&scene->redis);
    test_program_clear(&scene->program);
}

/* Where it must not stand */

/* As it was typed, and as a header would carry it. */
static const char *const hidden[] = {SECRET, OWN, "aHVudGVyMjItYW5kLW1v"};
enum { HIDDEN = sizeof hidden / sizeof *hidden };

static void expect_nothing_in(const char *where, const char *words) {
    for (size_t i = 0; i < HIDDEN; i++) {
        hunted_in(hidden[i], where, words, strlen(words));
    }
}

/* The journal, what is beside it, the recording, the lock. */
static void expect_nothing_in_files(struct scene *scene) {
    for (size_t i = 0; i < HIDDEN; i++) {
        assert_true(hunted_below(hidden[i], scene->state, "/history.db") > 0);
        assert_true(hunted_below(hidden[i], scene->state, "/rollouts/") > 0);
    }
}

static bool is_held(const struct scene *scene, struct lock_holder *who) {
    char name[ROLLOUT_LOCK_SIZE];
    rollout_lock_name("here", name);
    return lock_is_held(scene->state, name, who);
}

static void expect_nothing_in_process(const struct scene *scene) {
    char path[64];
    struct lock_holder who = {.pid = 0};
    assert_true(is_held(scene, &who));
    snprintf(path, sizeof path, "/proc/%d/cmdline", (int)who.pid);
    hunted_in_file(SECRET, path);
}

static void expect_nothing_in_redis(const struct scene *scene) {
    static const char script[] =
        "local seen = redis.call('GET', KEYS[1]) or ARGV[1] "
        "if string.find(seen, ARGV[1], 1, true) or "
        "not string.find(seen, '***', 1, true) then "
        "return redis.error_reply('it stands there') end return 1";
    const char *const args[] = {"-e",   "EVAL", script, "1", "flightdeck:rollout:here",
                                SECRET, NULL};
    assert_int_equal(test_redis_cli(&scene->redis, args), 0);
}

/* What was said, and what a watcher elsewhere sees. */
static int run(struct scene *scene, const char *words) {
    struct test_program *program = &scene->program;
    int code = test_program_run(program, words);
    expect_nothing_in(words, program->out);
    expect_nothing_in(words, program->err);
    return code;
}

static void expect(struct scene *scene, const char *command, const char *words) {
    int code = run(scene, command);
    if (strstr(scene->program.out, words) || strstr(scene->program.err, words)) return;
    fail_msg("%s: %d %s%s", command, code, scene->program.out, scene->program.err);
}

static void wait_for(struct scene *scene, const char *words) {
    for (unsigned i = 0; i < ASKED_MAX; i++) {
        run(scene, "flightdeck canary status -f json");
        if (strstr(scene->program.out, words)) return;
    }
    fail_msg("never %s: %s", words, scene->program.out);
}

/* Straight to the socket, from a program of somebody else. */

struct asking {
    struct loop *loop;
    struct rollout_link *link;
    struct rollout_order order;
    struct rollout_answer answer;
    bool is_sent;
};

/* It means what it has seen. */
static void on_status(void *owner, const struct rollout_status *status) {
    struct asking *asking = owner;
    if (asking->is_sent) return;
    asking->order.expected_version = status->version;
    asking->is_sent = rollout_link_order(asking->link, &asking->order) != 0;
}

static void on_answer(
    void *owner, const struct rollout_answer *answer, const struct error *why) {
    struct asking *asking = owner;
    if (why) fail_msg("%s", why->message);
    asking->answer = *answer;
    loop_stop(asking->loop);
}

static void order(
    const struct scene *scene, enum rollout_order_kind kind, const char *reason) {
    static const struct rollout_link_handlers handlers = {
        .on_status = on_status, .on_answer = on_answer};
    struct asking asking = {
        .loop = loop_new(), .order = {.kind = kind, .who = SECRET, .host = "ops2"}};
    struct rollout_answer *answer = &asking.answer;
    text_copy_cut(asking.order.reason, sizeof asking.order.reason, reason);
    asking.link = rollout_link_new(asking.loop, scene->place, &handlers, &asking);
    loop_run(asking.loop);
    expect_nothing_in(reason, answer->words);
    if (!answer->accepted) fail_msg("%s", answer->words);
    rollout_link_free(asking.link);
    loop_free(asking.loop);
}

static void steer(struct scene *scene) {
    char cut[ROLLOUT_WORDS_SIZE + 1];
    memset(cut, '-', sizeof cut);
    /* One byte of it has no room. */
    memcpy(cut + sizeof cut - sizeof SECRET, SECRET, sizeof SECRET);
    expect(scene, "flightdeck canary hold --reason for:" SECRET, "hold: ");
    wait_for(scene, "\"reason\":\"for:***\"");
    expect(scene, "flightdeck canary resume --reason " SECRET, "resume: ");
    expect(
        scene, "flightdeck canary hold --reason https://me:" OWN "@wiki/why", "hold: ");
    wait_for(scene, "\"reason\":\"https://wiki/why\"");
    expect(scene, "flightdeck canary undo --reason " SECRET, "undo: ");
    expect(
        scene, "flightdeck canary promote --force --confirm here --reason " SECRET,
        "promote: ");
    order(scene, ROLLOUT_ORDER_TAKEOVER, "mine: " SECRET);
    wait_for(scene, "\"holder\":\"***\"");
    order(scene, ROLLOUT_ORDER_RESUME, "as aHVudGVyMjItYW5kLW1vcmU=");
    wait_for(scene, "\"reason\":\"as ***");
    order(scene, ROLLOUT_ORDER_HOLD, cut);
    wait_for(scene, "----***\"");
    expect(
        scene, "flightdeck canary takeover --confirm here --reason " SECRET,
        "takeover: ");
}

static void expect_to_leave(struct scene *scene) {
    struct lock_holder who;
    for (unsigned i = 0; i < ASKED_MAX && is_held(scene, &who); i++) {
        run(scene, "flightdeck canary status");
    }
    assert_false(is_held(scene, &who));
}

static void what_people_type_is_not_repeated(void **state) {
    (void)state;
    struct scene scene;
    set_up(&scene);
    expect(&scene, "flightdeck canary start --to " SECRET, "without blanks");
    expect(&scene, "flightdeck canary start --to v2 -n --reason " SECRET, "\"***\"");
    expect(
        &scene, "flightdeck canary start --to v2 --detach --reason " SECRET,
        "started: rollout");
    expect_nothing_in_process(&scene);
    steer(&scene);
    expect(
        &scene,
        BINARIES_FOLDER "/flightdeck-watch --target elsewhere --plain --timeout 3s",
        "rollout: hold");
    expect_nothing_in_redis(&scene);
    expect_nothing_in_files(&scene);
    expect(&scene, "flightdeck canary abort --reason no:" SECRET, "abort: ");
    expect_to_leave(&scene);
    expect(&scene, "flightdeck canary status -f json", "no:***");
    expect_nothing_in_files(&scene);
    tear_down(&scene);
}

static void what_a_command_says_is_not_repeated(void **state) {
    (void)state;
    struct scene scene;
    set_up(&scene);
    test_folder_write(&scene.program.folder, "broken", "");
    expect(
        &scene, "flightdeck canary start --to v2",
        "get: exit code 1: the token *** of ftp://host is refused");
    expect_to_leave(&scene);
    expect(&scene, "flightdeck canary status -f json", "the token *** of ftp://host");
    expect_nothing_in_files(&scene);
    tear_down(&scene);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_people_type_is_not_repeated),
        cmocka_unit_test(what_a_command_says_is_not_repeated),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
