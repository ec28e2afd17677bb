/* Jobs that nobody knows: whether that is an end, and whose. */
/* SPDX-License-Identifier: MIT */
#include "control/job_watch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/text.h"
#include "core/harm_metric.h"
#include "support/traffic_scene.h"

static const char done[] = "{\"status\":\"completed\"}";

/* Each side has two instances, behind paths of the one service: 0 and 1 are stable's, 2
 * and 3 the canary's. None of them knows any job. */
static void begin(struct traffic_scene *scene) {
    traffic_scene_init(scene);
    for (unsigned i = 0; i < 4; i++) {
        char url[TARGET_URL_SIZE];
        struct target_track *track =
            &scene->target->tracks[i < 2 ? TRACK_STABLE : TRACK_CANARY];
        struct text text = TEXT_IN(track->urls[i % 2]);
        service_url(scene->service, url, sizeof url);
        text_addf(&text, "%s/%u", url, i);
        track->url_count = 2;
    }
}

static void answer(struct traffic_scene *scene, const char *path, unsigned status) {
    service_answer(scene->service, path, status, "application/json", done);
}

static void accept_job(
    struct traffic_scene *scene, const struct sent *by, const char *id) {
    struct sent sent = *by;
    sent.status = "202";
    sent.outcome = "accepted";
    sent.job = id;
    traffic_scene_send(scene, &sent);
}

/* So that it is known that they are asked in the right place. */
static void know_one(struct traffic_scene *scene) {
    answer(scene, "/1/chat/01K", 200);
    accept_job(scene, &sent_to_stable, "01K");
    traffic_scene_see(scene, 1);
    assert_int_equal(scene->seen[0].failed, 0);
}

static bool has_lost_jobs(const void *what, uint64_t count) {
    const struct traffic_scene *scene = what;
    return traffic_look(scene->traffic).jobs_lost >= count;
}

static void a_job_that_each_of_its_side_denies_has_failed(void **state) {
    (void)state;
    struct traffic_scene scene;
    begin(&scene);
    know_one(&scene);
    accept_job(&scene, &sent_to_canary, "01C");
    accept_job(&scene, &sent_to_stable, "01S");
    traffic_scene_see(&scene, 3);
    unsigned failed[ARM_COUNT] = {0};
    for (unsigned i = 1; i < 3; i++) {
        assert_false(scene.seen[i].is_running);
        assert_int_equal(scene.seen[i].failed, HARM_BIT(HARM_ERRORS));
        failed[scene.seen[i].assigned]++;
    }
    assert_int_equal(failed[ARM_STABLE], 1); /* what takes both is harm of neither */
    assert_int_equal(failed[ARM_CANARY], 1);
    const struct traffic_state now = traffic_look(scene.traffic);
    assert_int_equal(now.jobs_open, 0);
    assert_int_equal(now.jobs_lost, 0);
    assert_false(now.contradicts);
    traffic_scene_clear(&scene);
}

static void a_job_that_one_may_still_know_is_lost(void **state) {
    (void)state;
    struct traffic_scene scene;
    begin(&scene);
    know_one(&scene);
    answer(&scene, "/3/chat/01C", 500);
    accept_job(&scene, &sent_to_canary, "01C");
    traffic_scene_until(&scene, has_lost_jobs, 1);
    assert_int_equal(scene.count, 1);
    assert_true(traffic_look(scene.traffic).contradicts);
    traffic_scene_clear(&scene);
}

/* They may all be asked in the wrong place. */
static void where_no_job_was_ever_known_none_has_failed(void **state) {
    (void)state;
    struct traffic_scene scene;
    begin(&scene);
    accept_job(&scene, &sent_to_canary, "01C");
    traffic_scene_until(&scene, has_lost_jobs, 1);
    assert_int_equal(scene.count, 0);
    traffic_scene_clear(&scene);
}

/* What arrives there may reach the other side. */
static void a_router_that_does_not_know_it_proves_nothing(void **state) {
    (void)state;
    struct traffic_scene scene;
    begin(&scene);
    know_one(&scene);
    struct target *target = scene.target;
    target->tracks[TRACK_STABLE].url_count = 1;
    text_copy_cut(target->tracks[TRACK_STABLE].urls[0], TARGET_URL_SIZE, target->url);
    accept_job(&scene, &sent_to_stable, "01S");
    traffic_scene_until(&scene, has_lost_jobs, 1);
    assert_int_equal(scene.count, 1);
    traffic_scene_clear(&scene);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_job_that_each_of_its_side_denies_has_failed),
        cmocka_unit_test(a_job_that_one_may_still_know_is_lost),
        cmocka_unit_test(where_no_job_was_ever_known_none_has_failed),
        cmocka_unit_test(a_router_that_does_not_know_it_proves_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
