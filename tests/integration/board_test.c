/* The ConfigMap on which a controller publishes: what it writes into a cluster, and
 * what a watcher makes of it. */
/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "base/units.h"
#include "control/publisher.h"
#include "io/kubernetes.h"
#include "io/loop.h"
#include "support/kubernetes_peer.h"
#include "support/manifest.h"
#include "support/press.h"
#include "support/test_folder.h"

#define EPOCH "/metadata/annotations/flightdeck.dev~1epoch"

/* A press that publishes on a board of a cluster. */
struct office {
    struct press press;
    struct test_folder folder;
    struct kubernetes_peer *peer;
    char socket[TEST_PATH_SIZE];
};

static void office_init(struct office *office) {
    memset(office, 0, sizeof *office);
    press_init(&office->press);
    test_folder_init(&office->folder);
    test_folder_path(&office->folder, "api.sock", office->socket);
    struct loop *loop = office->press.world.loop;
    const struct kubernetes_peer_options options = {
        .path = office->socket, .tcp = true};
    office->peer = kubernetes_peer_new(loop, &options);
    const struct kubernetes_options way = {
        .socket = office->socket, .namespace = "agent", .authority = HTTP_MAY_ACT};
    office->press.kubernetes = kubernetes_new(loop, &way);
    office->press.epoch = 7;
    struct target *target = office->press.world.target;
    text_copy_cut(target->publish.configmap, sizeof target->publish.configmap, "board");
    text_copy_cut(
        target->kubernetes.namespace, sizeof target->kubernetes.namespace, "agent");
}

static void office_clear(struct office *office) {
    publisher_free(office->press.publisher);
    office->press.publisher = NULL;
    kubernetes_free(office->press.kubernetes);
    kubernetes_peer_free(office->peer);
    press_clear(&office->press);
    test_folder_clear(&office->folder);
}

/* As one whose `kubectl proxy` runs on that socket. */
static void watch_by_socket(struct office *office) {
    struct target_kubernetes *to = &office->press.world.target->kubernetes;
    text_copy_cut(to->socket, sizeof to->socket, office->socket);
    world_watch(&office->press.world);
}

static void watch_by_url(struct office *office) {
    struct text url = TEXT_IN(office->press.world.target->publish.url);
    text_addf(
        &url, "http://127.0.0.1:%u/api/v1/namespaces/agent/configmaps/board",
        kubernetes_peer_port(office->peer));
    world_watch(&office->press.world);
}

static struct kubernetes_object *board_of(struct office *office) {
    return kubernetes_api_get(
        kubernetes_peer_api(office->peer), "agent", "configmaps", "board");
}

static const char *on_board(struct office *office, const char *pointer) {
    struct kubernetes_object *board = board_of(office);
    return board ? tree_string(board->json, pointer) : "";
}

static void set_on_board(struct office *office, const char *pointer, const char *to) {
    struct kubernetes_object *board = board_of(office);
    cJSON *json = cJSON_Duplicate(board->json, true);
    tree_set_string(json, pointer, to);
    kubernetes_store_replace(&kubernetes_peer_api(office->peer)->store, board, json);
}

static void wait_part(struct office *office, enum part_status status) {
    world_wait_part(&office->press.world, PART_ROLLOUT, "rollout", status);
}

static void wait_for_changes(struct office *office, size_t count) {
    for (int i = 0; kubernetes_peer_changes(office->peer) < count; i++) {
        assert_true(i < 500);
        world_run(&office->press.world, NS_PER_S / 50);
    }
}

static void what_is_written_is_tested_and_read(void **state) {
    struct office office;
    struct press *press = &office.press;
    (void)state;
    office_init(&office);
    watch_by_socket(&office);
    wait_part(&office, PART_OK); /* none under way: there is no board */
    press_start(press);
    press_wait_known(press, true);
    press_expect_shown(press);
    assert_string_equal(on_board(&office, EPOCH), "7");
    cJSON *json = cJSON_Parse(on_board(&office, "/data/status.json"));
    assert_string_equal(tree_string(json, "/target"), "test");
    cJSON_Delete(json);
    assert_int_equal(strlen(on_board(&office, "/data/written")), 27);

    wait_for_changes(&office, 2);
    press_stop(press);
    press->status.ended = true;
    press->status.phase = ROLLOUT_DONE;
    press_publish(press); /* does not wait for its turn */
    while (!publisher_is_idle(press->publisher)) {
        world_run(&press->world, NS_PER_S / 50);
    }
    assert_non_null(strstr(on_board(&office, "/data/status.json"), "\"ended\":true"));
    for (size_t i = 0; i < kubernetes_peer_writes(office.peer); i++) {
        const struct kubernetes_record *write = kubernetes_peer_write(office.peer, i);
        bool made = strcmp(write->method, "POST") == 0;
        assert_true(made == (i == 0));
        assert_true(made || strstr(write->body, "{\"op\":\"test\""));
    }
    assert_string_equal(press->trouble, "");
    office_clear(&office);
}

static void a_board_that_nobody_writes_on_any_more_is_old(void **state) {
    struct office office;
    struct press *press = &office.press;
    (void)state;
    office_init(&office);
    kubernetes_api_add(
        kubernetes_peer_api(office.peer), "agent",
        "{\"kind\":\"ConfigMap\",\"apiVersion\":\"v1\",\"metadata\":{\"name\":"
        "\"board\"}}");
    watch_by_url(&office);
    wait_part(&office, PART_OK); /* none under way: nobody has written on it yet */
    press->late_ms = 60000;
    press_open(press);
    press_publish(press);
    wait_part(&office, PART_SILENT);
    assert_false(press->world.model->state.rollout.known);
    const struct part *part = world_part(&press->world, PART_ROLLOUT, "rollout");
    assert_non_null(strstr(part->detail, "silent for 1m"));
    set_on_board(&office, "/binaryData/envelope", "bm9uc2Vuc2U=");
    wait_part(&office, PART_BAD);
    office_clear(&office);
}

static void whoever_was_replaced_writes_over_nobody(void **state) {
    struct office office;
    struct press *press = &office.press;
    (void)state;
    office_init(&office);
    press->epoch = 0; /* it may not write yet */
    press_start(press);
    world_run(&press->world, NS_PER_S / 2);
    assert_int_equal(kubernetes_peer_requests(office.peer), 0);
    press->epoch = 7;
    wait_for_changes(&office, 1);
    set_on_board(&office, EPOCH, "8");
    set_on_board(&office, "/data/written", "by another");
    press_wait_trouble(press, true);
    assert_non_null(strstr(press->trouble, "not published: ConfigMap: somebody has"));
    size_t writes = kubernetes_peer_writes(office.peer);
    unsigned troubles = press->troubles;
    world_run(&press->world, 3 * NS_PER_S);
    assert_int_equal(kubernetes_peer_writes(office.peer), writes);
    assert_int_equal(press->troubles, troubles);
    assert_string_equal(on_board(&office, "/data/written"), "by another");
    office_clear(&office);
}

static void what_cannot_be_published_is_said_and_holds_nothing_up(void **state) {
    struct office office;
    struct press *press = &office.press;
    static const char many[20 * 1024];
    (void)state;
    office_init(&office);
    kubernetes_api_deny(kubernetes_peer_api(office.peer), "create", "configmaps", "");
    press_start(press);
    press_wait_trouble(press, true);
    assert_non_null(strstr(press->trouble, "403"));
    kubernetes_peer_api(office.peer)->denied_count = 0;
    press_wait_trouble(press, false);
    kubernetes_peer_go_away(office.peer);
    press_wait_trouble(press, true);
    kubernetes_peer_come_back(office.peer);
    press_wait_trouble(press, false);
    press_stop(press);
    publisher_publish(
        press->publisher, &press->status, (struct slice){many, sizeof many}, 7);
    press_wait_trouble(press, true);
    assert_non_null(strstr(press->trouble, "more than it may hold"));
    assert_true(publisher_is_idle(press->publisher));
    office_clear(&office);
}

static struct manifest manifests[MANIFESTS_MAX];
static size_t manifest_count;

/* The Role as it is, but for the board's name here. */
static void grant(struct office *office, const char *file) {
    cJSON *role = manifest_find(manifests, manifest_count, file), *rule;
    cJSON_ArrayForEach(rule, tree_at(role, "/rules")) {
        if (strcmp(tree_string(rule, "/resources/0"), "configmaps") != 0) continue;
        tree_set_string(rule, "/resourceNames/0", "board");
    }
    kubernetes_api_grant(kubernetes_peer_api(office->peer), role);
}

static void revoke(struct office *office) {
    struct kubernetes_api *api = kubernetes_peer_api(office->peer);
    cJSON_Delete(api->granted);
    api->granted = NULL;
}

static void add_board(struct office *office) {
    cJSON *board = manifest_find(manifests, manifest_count, "board.yaml");
    tree_set_string(board, "/metadata/name", "board");
    char *words = cJSON_PrintUnformatted(board);
    kubernetes_api_add(kubernetes_peer_api(office->peer), "agent", words);
    cJSON_free(words);
}

/* What deploy/kubernetes gives to whoever rolls out, and to whoever looks on. */
static void the_roles_are_enough(void **state) {
    struct office office;
    struct press *press = &office.press;
    (void)state;
    manifest_count = manifests_read(TESTS_FOLDER "/../deploy/kubernetes", manifests);
    office_init(&office);
    add_board(&office);
    grant(&office, "rbac-operator.yaml");
    grant(&office, "rbac-identity.yaml");
    press_open(press);
    press_publish(press);
    wait_for_changes(&office, 1);
    assert_string_equal(press->trouble, "");
    revoke(&office);
    grant(&office, "watch-role.yaml");
    watch_by_socket(&office);
    press_wait_known(press, true);
    press_publish(press);
    press_wait_trouble(press, true); /* who looks on cannot write */
    office_clear(&office);
    manifests_clear(manifests, manifest_count);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_written_is_tested_and_read),
        cmocka_unit_test(a_board_that_nobody_writes_on_any_more_is_old),
        cmocka_unit_test(whoever_was_replaced_writes_over_nobody),
        cmocka_unit_test(what_cannot_be_published_is_said_and_holds_nothing_up),
        cmocka_unit_test(the_roles_are_enough),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
