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
#include "io/http.h"
#include "io/loop.h"
#include "support/asked.h"
#include "support/press.h"
#include "support/service.h"
#include "support/test_redis.h"

static void press_into(struct press *press, const struct test_redis *redis) {
    struct target *target = press->world.target;
    text_copy_cut(target->redis, sizeof target->redis, redis->url);
    target->publish.redis = true;
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

    press_start(&press);
    press_wait_known(&press, true);
    press_expect_shown(&press);
    world_wait_part(&press.world, PART_ROLLOUT, "rollout", PART_OK);

    press_stop(&press); /* as one that was killed */
    press_wait_known(&press, false);
    world_wait_part(&press.world, PART_ROLLOUT, "rollout", PART_SILENT);

    press_publish(&press); /* another one */
    press_wait_known(&press, true);
    press.status.ended = true;
    press.status.phase = ROLLOUT_DONE;
    press_publish(&press);
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
    press_open(&press);
    press_publish(&press);
    while (!publisher_is_idle(press.publisher)) {
        world_run(&press.world, NS_PER_S / 20);
    }
    world_watch(&press.world);
    world_wait_part(&press.world, PART_ROLLOUT, "rollout", PART_SILENT);
    assert_false(press.world.model->state.rollout.known);
    const struct part *part = world_part(&press.world, PART_ROLLOUT, "rollout");
    assert_non_null(strstr(part->detail, "silent for 1m"));
    press_publish(&press); /* its clock is wrong, and it lives */
    press_wait_known(&press, true);
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
    press_start(&press);
    press_wait_known(&press, true);
    press_stop(&press);
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
    press_start(&press);
    press_wait_known(&press, true);
    assert_int_equal(press.troubles, 0);
    test_redis_kill(&redis);
    press_wait_trouble(&press, true);
    assert_non_null(strstr(press.trouble, "not published: Redis: "));
    test_redis_restart(&redis);
    press_wait_trouble(&press, false);
    press_wait_known(&press, true);
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
    press_start(&press);
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
    press_start(&press);
    press_wait_known(&press, true);
    press_expect_shown(&press);
    press_stop(&press);
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
    press_start(&press);
    press_wait_trouble(&press, true);
    assert_non_null(strstr(press.trouble, "not published: status_listen: "));
    service_free(service);
    press_wait_trouble(&press, false);
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
