/* Lines of a log on a real socket: however they are cut, whoever sends them. */
/* SPDX-License-Identifier: MIT */
#include "io/log_stream.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/memory.h"
#include "base/text.h"
#include "base/units.h"
#include "io/loop.h"
#include "support/test_folder.h"

enum { LINES_MAX = 16, LINE_SIZE = 64 };
#define LIMIT_NS (10 * NS_PER_S)

struct heard {
    struct loop *loop;
    struct test_folder folder;
    char path[TEST_PATH_SIZE];
    struct log_stream *log;
    unsigned count, wanted;
    char lines[LINES_MAX][LINE_SIZE];
    bool frees;
};

static void on_line(void *owner, struct slice line) {
    struct heard *heard = owner;
    if (heard->count < LINES_MAX && line.length < LINE_SIZE) {
        memcpy(heard->lines[heard->count], line.data, line.length);
    }
    heard->count++;
    if (heard->frees) {
        log_stream_free(heard->log);
        heard->log = NULL;
    }
    if (heard->count == heard->wanted) loop_stop(heard->loop);
}

static void set_up(struct heard *heard) {
    struct error err = {0};
    *heard = (struct heard){.loop = loop_new()};
    test_folder_init(&heard->folder);
    test_folder_path(&heard->folder, "log.sock", heard->path);
    heard->log = log_stream_new(heard->loop, heard->path, on_line, heard, &err);
    assert_non_null(heard->log);
}

static void tear_down(struct heard *heard) {
    log_stream_free(heard->log);
    assert_int_not_equal(access(heard->path, F_OK), 0);
    loop_free(heard->loop);
    test_folder_clear(&heard->folder);
}

static int dial(const struct heard *heard) {
    int sender = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    text_copy(address.sun_path, sizeof address.sun_path, heard->path);
    const struct sockaddr *to = (const struct sockaddr *)&address;
    assert_int_equal(connect(sender, to, sizeof address), 0);
    return sender;
}

static void say(int sender, const char *words) {
    size_t length = strlen(words);
    assert_int_equal(send(sender, words, length, MSG_NOSIGNAL), (ssize_t)length);
}

static void on_late(void *owner, uint64_t now_ns) {
    struct heard *heard = owner;
    (void)now_ns;
    loop_stop(heard->loop);
}

static void run_until(struct heard *heard, unsigned count) {
    heard->wanted = count;
    struct loop_timer *late = loop_every(heard->loop, LIMIT_NS, on_late, heard);
    if (heard->count < count) loop_run(heard->loop);
    loop_timer_free(late);
    assert_int_equal(heard->count, count);
}

/* Until a connection was ended from the other side. */
static void on_look(void *owner, uint64_t now_ns) {
    struct heard *heard = owner;
    (void)now_ns;
    if (log_stream_broken_count(heard->log) >= heard->wanted) loop_stop(heard->loop);
}

static void run_until_broken(struct heard *heard, unsigned count) {
    heard->wanted = count;
    struct loop_timer *look = loop_every(heard->loop, NS_PER_MS, on_look, heard);
    struct loop_timer *late = loop_every(heard->loop, LIMIT_NS, on_late, heard);
    loop_run(heard->loop);
    loop_timer_free(look);
    loop_timer_free(late);
    assert_int_equal(log_stream_broken_count(heard->log), count);
}

static void lines_arrive_however_they_are_cut(void **state) {
    (void)state;
    struct heard heard;
    struct stat info;
    set_up(&heard);
    assert_int_equal(stat(heard.path, &info), 0);
    assert_int_equal(info.st_mode & 0777, 0600);
    int one = dial(&heard), other = dial(&heard);
    say(one, "5 hello5 world0 3 a\n");
    run_until(&heard, 3);
    say(other, "4 mine");
    run_until(&heard, 4);
    say(one, "b2");
    run_until(&heard, 5);
    static const char *const expected[] = {"hello", "world", "", "mine", "a\nb"};
    for (unsigned i = 0; i < 5; i++) assert_string_equal(heard.lines[i], expected[i]);
    static const char bytes[] = " xy";
    for (size_t i = 0; bytes[i]; i++) {
        assert_int_equal(send(one, &bytes[i], 1, MSG_NOSIGNAL), 1);
    }
    run_until(&heard, 6);
    assert_string_equal(heard.lines[5], "xy");
    close(one);
    close(other);
    tear_down(&heard);
}

static void what_is_no_log_ends_its_connection(void **state) {
    (void)state;
    static const char *const wrong[] = {
        "GET / HTTP/1.1\r\n", "8193 x", "99999 x", "123456", "-1 x", " x", "1x y"};
    struct heard heard;
    set_up(&heard);
    unsigned count = sizeof wrong / sizeof *wrong;
    for (unsigned i = 0; i < count; i++) {
        char end;
        int sender = dial(&heard);
        say(sender, wrong[i]);
        run_until_broken(&heard, i + 1);
        assert_int_equal(recv(sender, &end, 1, 0), 0);
        close(sender);
    }
    assert_int_equal(heard.count, 0);
    int good = dial(&heard);
    say(good, "2 ok");
    run_until(&heard, 1);
    close(good);
    tear_down(&heard);
}

static void only_so_many_may_send(void **state) {
    (void)state;
    struct heard heard;
    int senders[LOG_STREAM_SENDERS_MAX + 1];
    set_up(&heard);
    for (unsigned i = 0; i < LOG_STREAM_SENDERS_MAX; i++) {
        senders[i] = dial(&heard);
        say(senders[i], "1 x");
        run_until(&heard, i + 1);
    }
    char end;
    senders[LOG_STREAM_SENDERS_MAX] = dial(&heard);
    say(senders[0], "1 y");
    run_until(&heard, LOG_STREAM_SENDERS_MAX + 1);
    assert_int_equal(recv(senders[LOG_STREAM_SENDERS_MAX], &end, 1, 0), 0);
    for (unsigned i = 0; i <= LOG_STREAM_SENDERS_MAX; i++) close(senders[i]);
    tear_down(&heard);
}

static void freeing_inside_the_callback_is_final(void **state) {
    (void)state;
    struct heard heard;
    set_up(&heard);
    heard.frees = true;
    int sender = dial(&heard);
    say(sender, "1 x1 y1 z");
    run_until(&heard, 1);
    close(sender);
    tear_down(&heard);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_arrive_however_they_are_cut),
        cmocka_unit_test(what_is_no_log_ends_its_connection),
        cmocka_unit_test(only_so_many_may_send),
        cmocka_unit_test(freeing_inside_the_callback_is_final),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
