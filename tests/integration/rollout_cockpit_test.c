/* A rollout from the keyboard: two cockpits on one that a third process conducts. One
 * promotes what is its own; both may hold it and take it back, disarmed and blind. */
/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/text.h"
#include "io/bound_socket.h"
#include "operator.h"
#include "support/display.h"
#include "support/hunted.h"
#include "support/rollout_peer.h"
#include "support/test_folder.h"

enum {
    LIMIT_MS = 20000,
    VARIABLE_SIZE = TEST_PATH_SIZE + 32,
    WIDTH = 120,
    HEIGHT = 40
};

#define SECRET "hunter22-and-more"

struct seat {
    struct test_folder folder;
    char config[TEST_PATH_SIZE], socket[TEST_PATH_SIZE];
    char user[STATE_NAME_SIZE], host[STATE_NAME_SIZE];
    struct rollout_peer peer;
    struct display *first, *second;
};

static struct display *sit_down(const struct seat *seat, const char *program) {
    static const char *const names[] = {
        "XDG_RUNTIME_DIR", "XDG_STATE_HOME", "XDG_CONFIG_HOME", "HOME"};
    enum { NAMES = sizeof names / sizeof *names };
    char variables[NAMES][VARIABLE_SIZE];
    const char *env[NAMES + 1] = {NULL};
    for (unsigned i = 0; i < NAMES; i++) {
        struct text text = TEXT_IN(variables[i]);
        text_addf(&text, "%s=%s", names[i], seat->folder.path);
        env[i] = variables[i];
    }
    const char *const args[] = {program, "--config", seat->config, NULL};
    const struct display_options options = {
        .args = args, .env = env, .width = WIDTH, .height = HEIGHT};
    return display_start(&options);
}

static void expect(struct display *display, const char *words) {
    if (display_wait(display, words, LIMIT_MS)) return;
    fail_msg("no \"%s\" on\n%s", words, display_text(display));
}

static void expect_gone(struct display *display, const char *words) {
    if (display_wait_gone(display, words, LIMIT_MS)) return;
    fail_msg("still \"%s\" on\n%s", words, display_text(display));
}

/* `more` is of the target. */
static void write_config(struct seat *seat, const char *more) {
    char words[3 * TEST_PATH_SIZE];
    struct text text = TEXT_IN(words);
    test_folder_init(&seat->folder);
    test_folder_path(&seat->folder, "flightdeck.yaml", seat->config);
    test_folder_path(&seat->folder, "rollout.sock", seat->socket);
    text_addf(
        &text,
        "version: 1\ntarget: agent\ntargets:\n  agent:\n    class: staging\n"
        "    url: http://127.0.0.1:1\n    rollout: {socket: %s}\n"
        "    headers: {X-Api-Key: " SECRET "}\n%s",
        seat->socket, more);
    test_folder_write(&seat->folder, "flightdeck.yaml", words);
}

/* Both look at a rollout of the operator's own, or of somebody else. */
static void begin(struct seat *seat, enum rollout_peer_kind kind, const char *holder) {
    write_config(seat, "");
    operator_name(seat->user);
    operator_host(seat->host);
    const char *whose = holder ? holder : seat->user;
    rollout_peer_start(&seat->peer, seat->socket, kind, whose, seat->host);
    seat->first = sit_down(seat, BINARIES_FOLDER "/flightdeck");
    seat->second = sit_down(seat, BINARIES_FOLDER "/flightdeck");
    expect(seat->first, "DISARMED");
    expect(seat->second, "DISARMED");
    display_type(seat->first, "gc");
    display_type(seat->second, "gc");
    const char *phase = kind == PEER_BLIND ? "HOLD blind 1/4 5%" : "watching 1/4 5%";
    expect(seat->first, phase);
    expect(seat->second, phase);
}

static void end(struct seat *seat) {
    display_free(seat->first);
    display_free(seat->second);
    rollout_peer_kill(&seat->peer);
    test_folder_clear(&seat->folder);
}

static void arm(struct display *display) {
    display_type(display, "A");
    expect(display, "y yes");
    display_type(display, "y");
    expect_gone(display, "DISARMED");
}

static void a_step_is_promoted_with_keys(void **state) {
    (void)state;
    struct seat seat;
    begin(&seat, PEER_SAFE, NULL);
    display_type(seat.first, "P");
    expect(seat.first, "no promote: it acts: arm first, with A");
    arm(seat.first);
    display_type(seat.first, "P");
    expect(seat.first, "promote to 25%: more users get the new version");
    expect(seat.first, seat.socket);
    display_type(seat.first, "y");
    expect(seat.first, "watching 2/4 25%");
    expect(seat.first, "promote: promoted, to 25.0 %");
    expect(seat.second, "watching 2/4 25%");
    end(&seat);
}

static void what_the_evidence_forbids_takes_force_and_the_name(void **state) {
    (void)state;
    struct seat seat;
    begin(&seat, PEER_UNSAFE, NULL);
    arm(seat.first);
    display_type(seat.first, "P");
    expect(seat.first, "no promote: bound +3.4pp > +2.0pp");
    display_type(seat.first, ":promote --force known noise\r");
    expect(seat.first, "promote against the evidence");
    expect(seat.first, "known noise");
    display_type(seat.first, "agent\r");
    expect(seat.first, "watching 2/4 25%");
    end(&seat);
}

static void anybody_holds_and_its_owner_goes_on(void **state) {
    (void)state;
    struct seat seat;
    begin(&seat, PEER_UNSAFE, NULL);
    display_type(seat.second, "H"); /* disarmed, and not who started it */
    expect(seat.second, "hold: held at 5.00 %");
    expect(seat.first, "HOLD operator 1/4 5%");
    display_type(seat.second, ":abort customers call\r");
    expect(seat.second, "abort the rollout");
    expect(seat.second, "customers call");
    display_type(seat.second, "\033");
    arm(seat.first);
    display_type(seat.first, "G");
    expect(seat.first, "resume at 5%");
    display_type(seat.first, "y");
    expect(seat.first, "watching 1/4 5%");
    end(&seat);
}

static void anybody_takes_it_back_also_when_it_is_blind(void **state) {
    (void)state;
    struct seat seat;
    begin(&seat, PEER_BLIND, "somebody");
    display_type(seat.second, "X");
    expect(seat.second, "HOLD blind");
    expect(seat.second, "abort, 0% canary");
    display_type(seat.second, "y");
    expect(seat.second, "abort: all traffic goes back to stable");
    expect(seat.first, "rolled back");
    end(&seat);
}

static void somebody_elses_is_taken_over_by_the_name(void **state) {
    (void)state;
    struct seat seat;
    begin(&seat, PEER_SAFE, "somebody");
    arm(seat.first);
    display_type(seat.first, "P");
    expect(seat.first, "take the rollout over");
    display_type(seat.first, "y\r"); /* no name */
    expect(seat.first, "Enter: y");
    display_type(seat.first, "\033");
    expect_gone(seat.first, "take the rollout over");
    display_type(seat.first, "P");
    expect(seat.first, "take the rollout over");
    display_type(seat.first, "agent\r");
    expect(seat.first, "takeover: it is yours");
    expect_gone(seat.first, "somebody");
    display_type(seat.first, "P");
    expect(seat.first, "promote to 25%");
    display_type(seat.first, "y");
    expect(seat.second, "watching 2/4 25%");
    end(&seat);
}

/* The order goes out, though nobody stays to hear what became of it. */
static void who_leaves_at_once_has_still_held_it(void **state) {
    (void)state;
    struct seat seat;
    begin(&seat, PEER_SAFE, NULL);
    display_type(seat.first, "Hq");
    assert_int_equal(display_wait_exit(seat.first, LIMIT_MS), 0);
    expect(seat.second, "HOLD operator 1/4 5%");
    end(&seat);
}

static void a_controller_that_dies_is_missed_and_never_green(void **state) {
    (void)state;
    struct seat seat;
    begin(&seat, PEER_SAFE, NULL);
    rollout_peer_kill(&seat.peer);
    expect(seat.first, "!no controller any more, said ");
    display_type(seat.first, "H");
    expect(seat.first, "no hold: its controller is gone");
    end(&seat);
}

static void a_watcher_sees_all_and_gives_no_order(void **state) {
    (void)state;
    struct seat seat;
    begin(&seat, PEER_SAFE, NULL);
    struct display *watcher = sit_down(&seat, BINARIES_FOLDER "/flightdeck-watch");
    expect(watcher, "WATCH");
    display_type(watcher, "gc");
    expect(watcher, "watching 1/4 5%");
    expect(watcher, "watching: nothing here can act");
    display_type(watcher, "H");
    display_type(watcher, ":abort now\r");
    expect(watcher, "there is no such command");
    display_type(seat.second, "H");
    expect(watcher, "HOLD operator 1/4 5%");
    display_free(watcher);
    end(&seat);
}

/* The target refuses at once, the canary takes its time:
 * it is that one that is asked. */
static void the_smoke_test_is_sent_to_the_canary_itself(void **state) {
    (void)state;
    struct seat seat;
    struct error err;
    uint16_t port = 0;
    char url[64], more[128];
    int listener = bound_socket_open("127.0.0.1", 0, &port, &err);
    assert_true(listener >= 0);
    snprintf(url, sizeof url, "http://127.0.0.1:%u", (unsigned)port);
    snprintf(more, sizeof more, "    tracks: {canary: {urls: [\"%s\"]}}\n", url);
    write_config(&seat, more);
    struct display *display = sit_down(&seat, BINARIES_FOLDER "/flightdeck");
    expect(display, "DISARMED");
    display_type(display, "gc");
    expect(display, "S smoke canary     arm first, with A");
    arm(display);
    display_type(display, "S");
    expect(display, "smoke the canary");
    expect(display, url);
    display_type(display, "y");
    expect(display, "Health check");
    display_type(display, "gc");
    expect(display, "a smoke test is running");
    display_type(display, "X");
    expect(display, "y yes");
    display_type(display, "y");
    expect(display, "canary: INCONCLUSIVE");
    close(listener);
    display_free(display);
    test_folder_clear(&seat.folder);
}

/* It is told again with the answer: on the timeline, and in what both record. */
static void a_secret_in_a_reason_is_not_recorded(void **state) {
    (void)state;
    struct seat seat;
    begin(&seat, PEER_UNSAFE, NULL);
    display_type(seat.first, ":abort for " SECRET "\r");
    expect(seat.first, "abort the rollout");
    display_type(seat.first, "y");
    expect(seat.first, "(for ***)");
    expect(seat.second, "for ***");
    display_type(seat.first, "q");
    display_type(seat.second, "q");
    test_folder_write(&seat.folder, "flightdeck.yaml", "version: 1\n");
    assert_true(hunted_below(SECRET, seat.folder.path, "/recordings/") > 0);
    end(&seat);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_secret_in_a_reason_is_not_recorded),
        cmocka_unit_test(a_step_is_promoted_with_keys),
        cmocka_unit_test(what_the_evidence_forbids_takes_force_and_the_name),
        cmocka_unit_test(anybody_holds_and_its_owner_goes_on),
        cmocka_unit_test(anybody_takes_it_back_also_when_it_is_blind),
        cmocka_unit_test(somebody_elses_is_taken_over_by_the_name),
        cmocka_unit_test(who_leaves_at_once_has_still_held_it),
        cmocka_unit_test(a_controller_that_dies_is_missed_and_never_green),
        cmocka_unit_test(the_smoke_test_is_sent_to_the_canary_itself),
        cmocka_unit_test(a_watcher_sees_all_and_gives_no_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
