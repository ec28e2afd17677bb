/* Whoever listens where the router's or the rollout controller's socket should be, and
 * means no good. */
/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/memory.h"
#include "base/text.h"
#include "io/listener.h"
#include "io/loop.h"
#include "io/stream.h"
#include "support/own_use.h"
#include "support/plain.h"
#include "support/test_folder.h"
#include "support/world.h"

/* So many bytes are enough to know that they are no envelope. */
enum { ENVELOPE_BYTES = 12 };

enum { CLIENTS_MAX = 64, MEBIBYTE = 1024 * 1024, GROWTH_MAX = 16 * MEBIBYTE };

/* It answers every connection with the same bytes. */
struct villain {
    struct listener *listener;
    struct stream *clients[CLIENTS_MAX];
    size_t client_count;
    struct slice bytes; /* none: it closes at once */
    bool endless;       /* more of them each time that something is said to it */
};

static void on_bytes(void *owner, struct slice bytes) {
    struct villain *villain = owner;
    (void)bytes;
    if (!villain->endless) return;
    for (size_t i = 0; i < villain->client_count; i++) {
        stream_write(villain->clients[i], villain->bytes);
    }
}

static void on_victim(void *owner, struct stream *stream) {
    static const struct stream_handlers handlers = {.on_bytes = on_bytes};
    struct villain *villain = owner;
    if (villain->client_count == CLIENTS_MAX || villain->bytes.length == 0) {
        stream_free(stream);
        return;
    }
    villain->clients[villain->client_count++] = stream;
    stream_attend(stream, &handlers, villain);
    stream_write(stream, villain->bytes);
}

static void villain_start(
    struct villain *villain, struct loop *loop, const char *path) {
    const struct listener_options options = {.path = path};
    struct error err;
    villain->listener = listener_new(loop, &options, on_victim, villain, &err);
    if (!villain->listener) fail_msg("%s", err.message);
}

static void villain_stop(struct villain *villain) {
    for (size_t i = 0; i < villain->client_count; i++) {
        stream_free(villain->clients[i]);
    }
    listener_free(villain->listener);
}

static const struct part *find(const struct world *world, enum part_kind kind) {
    const char *name = kind == PART_SPLIT ? "haproxy" : "rollout";
    return state_part(&world->model->state, kind, name);
}

static bool split_has_failed_twice(const struct world *world, const void *what) {
    const struct part *part = find(world, PART_SPLIT);
    (void)what;
    if (!part || part->polled_ns == 0) return false;
    assert_int_not_equal(part->status, PART_OK);
    return part->failures >= 2;
}

static void expect_reason(const struct part *part) {
    assert_true(part->detail[0] != '\0');
    assert_null(strchr(part->detail, '\x1b'));
}

/* A controller that says nothing has nothing under way; nonsense is found out. */
static void expect_refused(struct world *world, bool speaks) {
    if (!world_wait(world, split_has_failed_twice, NULL)) fail_msg("no refusal");
    expect_reason(find(world, PART_SPLIT));
    if (speaks) world_wait_part(world, PART_ROLLOUT, "rollout", PART_BAD);
    expect_reason(find(world, PART_ROLLOUT));
    assert_false(world->model->state.rollout.known);
}

static void meet(struct slice bytes, bool endless) {
    struct test_folder folder;
    struct world world;
    struct villain router = {.bytes = bytes, .endless = endless};
    struct villain controller = {.bytes = bytes, .endless = endless};
    test_folder_init(&folder);
    world_init(&world);
    struct target_split *split = &world.target->split;
    test_folder_path(&folder, "router.sock", split->socket);
    text_copy_cut(split->table, sizeof split->table, "canary_lease");
    text_copy_cut(split->stable, sizeof split->stable, "stable");
    text_copy_cut(split->canary, sizeof split->canary, "canary");
    test_folder_path(&folder, "rollout.sock", world.target->rollout_socket);
    villain_start(&router, world.loop, split->socket);
    villain_start(&controller, world.loop, world.target->rollout_socket);
    world_watch(&world);
    expect_refused(&world, bytes.length >= ENVELOPE_BYTES);
    villain_stop(&router);
    villain_stop(&controller);
    world_clear(&world);
    test_folder_clear(&folder);
}

static void no_hostile_socket_is_green(void **state) {
    (void)state;
    static const char *const said[] = {
        "",
        "Unknown command: 'show'\n",
        "Permission denied\n\n",
        "HTTP/1.1 200 OK\r\n\r\n",
        "\x1b]0;title\x07\x1b[2J\n\n",
        "# pxname,svname\n,,,,,,,,,,,,,\n\n",
        "# pxname,svname,stot\nstable,BACKEND,-1\nstable,BACKEND,1e308\n\n",
        "# table: canary_lease, type: integer, size:1, used:1\n0x0: key=1 gpc0=\n\n",
        "{\"phase\": \"done\", \"weight\": 100}\n",
        "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\n\n",
        "half of a",
    };
    for (size_t i = 0; i < sizeof said / sizeof *said; i++) {
        meet(slice_of(said[i]), false);
    }
}

static void a_flood_is_cut_short_and_costs_little_memory(void **state) {
    (void)state;
    char *flood = memory_new(MEBIBYTE);
    static const char *const fills[] = {"x", "a,b,c\n", "\xff"};
    own_memory_mark();
    size_t before = own_memory_bytes();
    for (size_t i = 0; i < sizeof fills / sizeof *fills; i++) {
        size_t length = strlen(fills[i]);
        for (size_t j = 0; j < MEBIBYTE; j++) flood[j] = fills[i][j % length];
        meet((struct slice){flood, MEBIBYTE}, true);
    }
    size_t grown = own_memory_peak_bytes() - before;
    print_message("grown by %zu KiB\n", grown / 1024);
    if (test_is_plain()) assert_true(grown < GROWTH_MAX);
    free(flood);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_hostile_socket_is_green),
        cmocka_unit_test(a_flood_is_cut_short_and_costs_little_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
