/* SPDX-License-Identifier: MIT */
#include "io/redis_codec.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/memory.h"

static bool feed(struct redis_codec *codec, const char *words, struct error *err) {
    return redis_codec_feed(codec, slice_of(words), err);
}

static void replies_of_every_kind_come_out(void **state) {
    (void)state;
    struct redis_codec *codec = redis_codec_new();
    struct error err = {0};
    const struct redis_reply *reply = NULL;
    static const char words[] =
        "+OK\r\n-ERR no\r\n:-42\r\n$3\r\na\0b\r\n$-1\r\n*-1\r\n*0\r\n"
        "*2\r\n$1\r\nx\r\n*2\r\n:1\r\n$0\r\n\r\n";
    assert_true(redis_codec_feed(codec, (struct slice){words, sizeof words - 1}, &err));
    assert_true(redis_codec_next(codec, &reply, &err));
    assert_int_equal(reply->kind, REDIS_STATUS);
    assert_true(slice_equals(reply->string, "OK"));
    assert_true(redis_codec_next(codec, &reply, &err));
    assert_int_equal(reply->kind, REDIS_ERROR);
    assert_true(redis_codec_next(codec, &reply, &err));
    assert_int_equal(reply->integer, -42);
    assert_true(redis_codec_next(codec, &reply, &err));
    assert_int_equal(reply->string.length, 3);
    assert_memory_equal(reply->string.data, "a\0b", 3);
    assert_true(redis_codec_next(codec, &reply, &err));
    assert_int_equal(reply->kind, REDIS_NIL);
    assert_true(redis_codec_next(codec, &reply, &err));
    assert_int_equal(reply->kind, REDIS_NIL);
    assert_true(redis_codec_next(codec, &reply, &err));
    assert_int_equal(reply->kind, REDIS_LIST);
    assert_int_equal(reply->count, 0);
    assert_true(redis_codec_next(codec, &reply, &err));
    assert_int_equal(reply->count, 2);
    assert_true(slice_equals(reply->items[0].string, "x"));
    assert_int_equal(reply->items[1].kind, REDIS_LIST);
    assert_int_equal(reply->items[1].items[0].integer, 1);
    assert_int_equal(reply->items[1].items[1].string.length, 0);
    assert_true(redis_codec_next(codec, &reply, &err));
    assert_null(reply);
    redis_codec_free(codec);
}

static void a_reply_may_come_byte_by_byte(void **state) {
    (void)state;
    static const char words[] = "*3\r\n$5\r\nhello\r\n:7\r\n*1\r\n+in\r\n";
    struct redis_codec *codec = redis_codec_new();
    struct error err = {0};
    const struct redis_reply *reply = NULL;
    for (size_t i = 0; i < sizeof words - 1; i++) {
        assert_null(reply);
        assert_true(redis_codec_feed(codec, (struct slice){&words[i], 1}, &err));
        assert_true(redis_codec_next(codec, &reply, &err));
    }
    assert_non_null(reply);
    assert_true(slice_equals(reply->items[0].string, "hello"));
    assert_true(slice_equals(reply->items[2].items[0].string, "in"));
    redis_codec_free(codec);
}

static void what_is_no_resp2_is_an_error(void **state) {
    (void)state;
    static const char *const junk[] = {
        "HTTP/1.1 400 Bad Request\r\n\r\n",
        "%1\r\n+a\r\n+b\r\n",    /* a map of RESP3 */
        ">2\r\n+push\r\n+x\r\n", /* a push of RESP3 */
        "*-5\r\n",
        "$-5\r\n",
        "*99999999999999999999\r\n",
        "$99999999999999999999\r\n",
        ":12x\r\n",
        "*2147483647\r\n",
        "*200000\r\n",
        "*100000\r\n*100000\r\n",
        "\r\n",
    };
    for (size_t i = 0; i < sizeof junk / sizeof junk[0]; i++) {
        struct redis_codec *codec = redis_codec_new();
        struct error err = {0};
        const struct redis_reply *reply = NULL;
        bool good = feed(codec, junk[i], &err) && redis_codec_next(codec, &reply, &err);
        if (good) print_message("taken: %s\n", junk[i]);
        assert_false(good);
        assert_true(err.code == ERROR_PROTOCOL || err.code == ERROR_LIMIT);
        redis_codec_free(codec);
    }
}

static void lists_within_lists_have_a_depth(void **state) {
    (void)state;
    struct redis_codec *codec = redis_codec_new();
    struct error err = {0};
    const struct redis_reply *reply = NULL;
    for (int i = 0; i < 1000; i++) assert_true(feed(codec, "*1\r\n", &err));
    assert_false(redis_codec_next(codec, &reply, &err));
    assert_int_equal(err.code, ERROR_PROTOCOL);
    redis_codec_free(codec);
}

/* Feeds pieces until the codec refuses; how many bytes it took. */
static size_t feed_until_refused(const char *head, struct error *err) {
    enum { PIECE = 16 * 1024 };
    char *piece = memory_new(PIECE);
    memset(piece, 'a', PIECE);
    struct redis_codec *codec = redis_codec_new();
    const struct redis_reply *reply = NULL;
    bool good = feed(codec, head, err) && redis_codec_next(codec, &reply, err);
    size_t fed = 0;
    while (good && fed < 4 * (size_t)REDIS_REPLY_MAX) {
        good = redis_codec_feed(codec, (struct slice){piece, PIECE}, err) &&
               redis_codec_next(codec, &reply, err);
        fed += PIECE;
    }
    redis_codec_free(codec);
    free(piece);
    return fed;
}

static void a_promise_of_gigabytes_is_not_kept(void **state) {
    (void)state;
    struct error err = {0};
    assert_true(feed_until_refused("$2147483647\r\n", &err) <= REDIS_REPLY_MAX + 16384);
    assert_int_equal(err.code, ERROR_LIMIT);
}

static void a_line_without_an_end_is_cut_off(void **state) {
    (void)state;
    struct error err = {0};
    assert_true(feed_until_refused("+", &err) <= REDIS_LINE_MAX + 16384);
    assert_int_equal(err.code, ERROR_PROTOCOL);
    assert_true(feed_until_refused("*1\r\n$", &err) <= REDIS_LINE_MAX + 16384);
}

static void commands_go_out_as_lists_of_strings(void **state) {
    (void)state;
    struct buffer wire;
    buffer_init(&wire, 40);
    const struct slice args[] = {{"SET", 3}, {"", 0}, {"a\r\n", 3}};
    assert_true(redis_codec_write(&wire, args, 3));
    assert_string_equal(
        buffer_string(&wire), "*3\r\n$3\r\nSET\r\n$0\r\n\r\n$3\r\na\r\n\r\n");
    assert_false(redis_codec_write(&wire, args, 3)); /* past the limit */
    buffer_clear(&wire);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(replies_of_every_kind_come_out),
        cmocka_unit_test(a_reply_may_come_byte_by_byte),
        cmocka_unit_test(what_is_no_resp2_is_an_error),
        cmocka_unit_test(lists_within_lists_have_a_depth),
        cmocka_unit_test(a_promise_of_gigabytes_is_not_kept),
        cmocka_unit_test(a_line_without_an_end_is_cut_off),
        cmocka_unit_test(commands_go_out_as_lists_of_strings),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
