/* What a controller publishes for watchers on other machines, and what they make of it:
 * through a real Redis and over real HTTP. */
/* SPDX-License-Identifier: MIT */
#include "control/publisher.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "base/units.h"
#include "core/event.h"
#include "io/http.h"
#include "io/loop.h"
#include "support/asked.h"
#include "support/service.h"
#include "support/test_redis.h"
#include "support/world.h"

/* A controller as far as it publishes, in a world that watches. */
struct press {
    struct world world;
    struct publisher *publisher;
    struct loop_timer *beat;
    struct rollout_status status;
    uint64_t sequence;
    int64_t late_ms; /* its clock, behind ours */
    char trouble[256];
    unsigned troubles;
};

static void on_trouble(void *owner, const char *words) {
    struct press *press = owner;
    text_copy_cut(press->trouble, sizeof press->trouble, words);
    press->troubles++;
    if (press->world.until && press->world.until(&press->world, press->world.what)) {
        press->world.happened = true;
        loop_stop(press->world.loop);
    }
}

static void press_init(struct press *press) {
    memset(press, 0, sizeof *press);
    world_init(&press->world);
    press->status = (struct rollout_status){
        .known = true,
        .phase = ROLLOUT_WATCHING,
        .holder = "ann",
        .host = "ops1",
        .step = 2,
        .steps = 4,
        .wanted_bp = 2500};
}

static void press_clear(struct press *press) {
    loop_timer_free(press->beat);
    publisher_free(press->publisher);
    world_clear(&press->world);
}

static void publish(struct press *press) {
    uint8_t bytes[8192];
    struct event event = {.kind = EVENT_ROLLOUT, .rollout = press->status};
    event.sequence = ++press->sequence;
    event.wall_ms = loop_wall_ms() - press->late_ms;
    size_t length = event_encode(&event, bytes, sizeof bytes);
    assert_true(length > 0);
    publisher_publish(
        press->publisher, &press->status, (struct slice){(const char *)bytes, length});
}

static void on_beat(void *owner, uint64_t at_ns) {
    (void)at_ns;
    publish(owner);
}

static void start_press(struct press *press) {
    press->publisher =
        publisher_new(press->world.loop, press->world.target, on_trouble, press);
    press->beat = loop_every(press->world.loop, NS_PER_S / 4, on_beat, press);
    publish(press);
}

static void stop_press(struct press *press) {
    loop_timer_free(press->beat);
    press->beat = NULL;
}

static bool is_known(const struct world *world, const void *what) {
    return world->model->state.rollout.known == *(const bool *)what;
}

static void wait_known(struct press *press, bool known) {
    assert_true(world_wait(&press->world, is_known, &known));
}

static bool is_in_trouble(const struct world *world, const void *what) {
    (void)world;
    const struct press *press = what;
    return press->trouble[0] != '\0';
}

static bool is_well(const struct world *world, const void *what) {
    (void)world;
    const struct press *press = what;
    return press->trouble[0] == '\0';
}

static void press_into(struct press *press, const struct test_redis *redis) {
    struct target *target = press->world.target;
    text_copy_cut(target->redis, sizeof target->redis, redis->url);
    target->publish.redis = true;
}

static void expect_it_shown(const struct press *press) {
    const struct rollout_status *shown = &press->world.model->state.rollout;
    assert_int_equal(shown->step, 2);
    assert_int_equal(shown->wanted_bp, 2500);
    assert_string_equal(shown->holder, "ann");
    assert_string_equal(shown->host, "ops1");
}

static void a_watcher_reads_it_from_redis_and_old_news_is_none(void **state) {
    struct test_redis redis;
    struct press press;
    (void)state;
    test_redis_start(&redis);
    press_init(&press);
    press_into(&press, &redis);
    world_watch(&press.world);
    world_wait_part(
        &press.world, PART_ROLLOUT, "rollout", PART_OK); /* none under way */
    assert_false(press.world.model->state.rollout.known);

    start_press(&press);
    wait_known(&press, true);
    expect_it_shown(&press);
    world_wait_part(&press.world, PART_ROLLOUT, "rollout", PART_OK);

    stop_press(&press); /* as one that was killed */
    bool known = false;
    unsigned waits = 0;
    while (!world_wait(&press.world, is_known, &known)) assert_true(++waits < 2);
    world_wait_part(&press.world, PART_ROLLOUT, "rollout", PART_SILENT);

    publish(&press); /* another one */
    wait_known(&press, true);
    press.status.ended = true;
    press.status.phase = ROLLOUT_DONE;
    publish(&press);
    world_wait_part(&press.world, PART_ROLLOUT, "rollout", PART_OK);
    press_clear(&press);
    test_redis_stop(&redis);
}

static void what_is_old_when_it_is_found_is_never_shown_as_new(void **state) {
    struct test_redis redis;
    struct press press;
    (void)state;
    test_redis_start(&redis);
    press_init(&press);
    press_into(&press, &redis);
    press.late_ms = 60000;
    press.publisher =
        publisher_new(press.world.loop, press.world.target, on_trouble, &press);
    publish(&press);
    while (!publisher_is_idle(press.publisher)) {
        world_run(&press.world, NS_PER_S / 20);
    }
    world_watch(&press.world);
    world_wait_part(&press.world, PART_ROLLOUT, "rollout", PART_SILENT);
    assert_false(press.world.model->state.rollout.known);
    const struct part *part = world_part(&press.world, PART_ROLLOUT, "rollout");
    assert_non_null(strstr(part->detail, "silent for 1m"));
    publish(&press); /* its clock is wrong, and it lives */
    wait_known(&press, true);
    press_clear(&press);
    test_redis_stop(&redis);
}

static void the_key_ends_and_nonsense_in_it_is_bad(void **state) {
    struct test_redis redis;
    struct press press;
    struct asked asked;
    (void)state;
    test_redis_start(&redis);
    press_init(&press);
    press_into(&press, &redis);
    world_watch(&press.world);
    start_press(&press);
    wait_known(&press, true);
    stop_press(&press);
    asked_connect_to(&asked, redis.url);
    ASK(&asked, "PTTL", "flightdeck:rollout:test");
    asked_run_until(&asked, 1);
    assert_int_equal(asked.kind, REDIS_INTEGER);
    assert_in_range(asked.integer, 1, 600000);
    ASK(&asked, "SET", "flightdeck:rollout:test", "\x1b[2J nonsense");
    asked_run_until(&asked, 2);
    world_wait_part(&press.world, PART_ROLLOUT, "rollout", PART_BAD);
    assert_false(press.world.model->state.rollout.known);
    ASK(&asked, "DEL", "flightdeck:rollout:test");
    ASK(&asked, "LPUSH", "flightdeck:rollout:test", "x");
    asked_run_until(&asked, 4);
    world_wait_part(&press.world, PART_ROLLOUT, "rollout", PART_BAD);
    asked_clear(&asked);
    press_clear(&press);
    test_redis_stop(&redis);
}

static void a_redis_that_is_gone_is_said_once_and_is_waited_for(void **state) {
    struct test_redis redis;
    struct press press;
    (void)state;
    test_redis_start(&redis);
    press_init(&press);
    press_into(&press, &redis);
    world_watch(&press.world);
    start_press(&press);
    wait_known(&press, true);
    assert_int_equal(press.troubles, 0);
    test_redis_kill(&redis);
    assert_true(world_wait(&press.world, is_in_trouble, &press));
    assert_non_null(strstr(press.trouble, "not published: Redis: "));
    test_redis_restart(&redis);
    assert_true(world_wait(&press.world, is_well, &press));
    wait_known(&press, true);
    press_clear(&press);
    test_redis_stop(&redis);
}

/* By HTTP */

struct page {
    struct loop *loop;
    unsigned status;
    char body[8192];
};

static void on_page(void *owner, const struct http_reply *reply) {
    struct page *page = owner;
    struct text body = TEXT_IN(page->body);
    page->status = reply->error.code == ERROR_NONE ? reply->status : 0;
    text_add_slice(&body, reply->body);
    loop_stop(page->loop);
}

struct ask {
    const char *method, *path, *host;
};

static struct page ask_for(struct press *press, const struct ask *ask) {
    struct page page = {.loop = press->world.loop};
    struct http *http = http_new(page.loop, HTTP_MAY_ACT);
    const struct http_peer peer = {.host = ask->host};
    char url_data[128];
    struct text url = TEXT_IN(url_data);
    text_addf(&url, "http://%s%s", press->world.target->publish.listen, ask->path);
    const struct http_request request = {
        .method = ask->method,
        .url = url_data,
        .peer = &peer,
        .timeout_ns = 5 * NS_PER_S,
    };
    http_start(http, &request, on_page, &page);
    loop_run(page.loop);
    http_free(http);
    return page;
}

/* A port that was free a moment ago. */
static void choose_port(struct press *press) {
    struct service *service = service_new(press->world.loop, 0);
    char *listen = press->world.target->publish.listen;
    struct text text = text_in(listen, sizeof press->world.target->publish.listen);
    text_addf(&text, "127.0.0.1:%u", service_port(service));
    service_free(service);
}

static void anybody_on_the_machine_reads_it_by_http_and_changes_nothing(void **state) {
    static const struct {
        struct ask ask;
        unsigned status;
    } rows[] = {
        {{"GET", "/", NULL}, 200},
        {{"GET", "/envelope", NULL}, 200},
        {{"GET", "/other", NULL}, 404},
        {{"POST", "/", NULL}, 405},
        {{"DELETE", "/", NULL}, 405},
        {{"GET", "/", "evil.example"}, 403},
        {{"GET", "/", "127.0.0.1.evil.example"}, 403},
        {{"GET", "/", "localhost:80"}, 200},
    };
    struct press press;
    (void)state;
    press_init(&press);
    choose_port(&press);
    start_press(&press);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const struct page page = ask_for(&press, &rows[i].ask);
        assert_int_equal(page.status, rows[i].status);
    }
    const struct page page = ask_for(&press, &rows[0].ask);
    assert_non_null(strstr(page.body, "\"kind\":\"canary\""));
    assert_non_null(strstr(page.body, "\"target\":\"test\""));
    assert_non_null(strstr(page.body, "\"known\":true"));
    assert_non_null(strstr(page.body, "\"ann\""));
    assert_string_equal(press.trouble, "");
    press_clear(&press);
}

static void a_watcher_reads_it_by_http(void **state) {
    struct press press;
    (void)state;
    press_init(&press);
    choose_port(&press);
    struct target_publish *places = &press.world.target->publish;
    struct text url = TEXT_IN(places->url);
    text_addf(&url, "http://%s/", places->listen);
    world_watch(&press.world);
    world_wait_part(&press.world, PART_ROLLOUT, "rollout", PART_UNKNOWN);
    start_press(&press);
    wait_known(&press, true);
    expect_it_shown(&press);
    stop_press(&press);
    publisher_free(press.publisher);
    press.publisher = NULL;
    world_wait_part(&press.world, PART_ROLLOUT, "rollout", PART_SILENT);
    assert_false(press.world.model->state.rollout.known);
    press_clear(&press);
}

static void a_port_of_somebody_else_is_said_and_taken_once_it_is_free(void **state) {
    struct press press;
    (void)state;
    press_init(&press);
    struct service *service = service_new(press.world.loop, 0);
    struct text listen = TEXT_IN(press.world.target->publish.listen);
    text_addf(&listen, "127.0.0.1:%u", service_port(service));
    start_press(&press);
    assert_true(world_wait(&press.world, is_in_trouble, &press));
    assert_non_null(strstr(press.trouble, "not published: status_listen: "));
    service_free(service);
    assert_true(world_wait(&press.world, is_well, &press));
    const struct page page = ask_for(&press, &(struct ask){"GET", "/", NULL});
    assert_int_equal(page.status, 200);
    press_clear(&press);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_watcher_reads_it_from_redis_and_old_news_is_none),
        cmocka_unit_test(what_is_old_when_it_is_found_is_never_shown_as_new),
        cmocka_unit_test(the_key_ends_and_nonsense_in_it_is_bad),
        cmocka_unit_test(a_redis_that_is_gone_is_said_once_and_is_waited_for),
        cmocka_unit_test(anybody_on_the_machine_reads_it_by_http_and_changes_nothing),
        cmocka_unit_test(a_watcher_reads_it_by_http),
        cmocka_unit_test(a_port_of_somebody_else_is_said_and_taken_once_it_is_free),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
