/* SPDX-License-Identifier: MIT */
#include "support/load_scene.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/memory.h"
#include "base/units.h"

int load_scene_make(void **state) {
    *state = memory_new(sizeof(struct load_scene));
    return 0;
}

int load_scene_clear(void **state) {
    struct load_scene *scene = *state;
    if (scene->load.plan) test_load_clear(&scene->load);
    odd_server_stop(&scene->server);
    free(scene);
    return 0;
}

struct load_plan *load_scene_set_up(struct load_scene *scene, enum odd_way way) {
    odd_server_start(&scene->server, way);
    test_load_init(&scene->load, scene->server.port, "/");
    struct load_plan *plan = scene->load.plan;
    plan->level = 4;
    plan->requests_max = 200;
    plan->tasks[0].timeout_ns = 20 * NS_PER_S;
    return plan;
}

void load_scene_balance(const struct test_load *load) {
    uint64_t done = 0;
    for (uint32_t i = 0; i < load->sum->row_count; i++) {
        const struct load_row *row = &load->sum->rows[i];
        assert_int_equal(row->sent + row->unsent, row->done + row->abandoned);
        assert_int_equal(row->wanted, row->sent + row->unsent + row->dropped);
        done += row->done;
    }
    assert_int_equal(load->sum->gauges.in_flight, 0);
    assert_int_equal(load->sum->gauges.connections, 0);
    if (load->plan->requests_max) assert_int_equal(done, load->plan->requests_max);
}
