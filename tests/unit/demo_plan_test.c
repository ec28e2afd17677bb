/* SPDX-License-Identifier: MIT */
#include "demo_plan.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static void the_deepest_folder_of_programs_fits(void **state) {
    (void)state;
    struct demo_plan plan = {0};
    struct demo_start start;
    memset(plan.programs, 'x', sizeof plan.programs - 1);
    plan.programs[0] = '/';
    memset(plan.place.folder, 'y', 80); /* more would not fit a socket */
    demo_plan_model(&plan, &start);
    assert_int_equal(
        strlen(start.args[0]), DEMO_PATH_SIZE - 1 + strlen("/flightdeck-agent"));
    for (unsigned track = 0; track < TRACK_COUNT; track++) {
        demo_plan_agent(&plan, (enum track)track, &start);
        demo_plan_worker(&plan, (enum track)track, DEMO_WORKERS_MAX, &start);
    }
    demo_plan_redis(&plan, &start);
    demo_plan_router(&plan, &start);
    demo_plan_traffic(&plan, &start);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_deepest_folder_of_programs_fits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
