/* SPDX-License-Identifier: MIT */
#include "demo_trim.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "support/test_folder.h"

static const char line[] = "{\"level\":\"info\",\"message\":\"200 success\"}\n";

static off_t size_of(const char *path) {
    struct stat about;
    assert_int_equal(stat(path, &about), 0);
    return about.st_size;
}

static void write_lines(int log, off_t until) {
    for (off_t size = 0; size <= until; size += (off_t)strlen(line)) {
        assert_int_equal(write(log, line, strlen(line)), strlen(line));
    }
}

static void demo_trim_keeps_the_last_whole_lines_under_its_writer(void **state) {
    (void)state;
    struct test_folder folder;
    struct error err;
    char path[TEST_PATH_SIZE], kept[sizeof line];
    test_folder_init(&folder);
    test_folder_path(&folder, "part.log", path);
    int log = open(path, O_CREAT | O_RDWR | O_APPEND | O_CLOEXEC, 0600);
    write_lines(log, 1000);
    off_t small = size_of(path);
    assert_true(demo_trim(path, &err));
    assert_int_equal(size_of(path), small);

    for (int round = 0; round < 5; round++) {
        write_lines(log, DEMO_LOG_MAX);
        assert_true(demo_trim(path, &err));
        off_t size = size_of(path);
        assert_true(size <= DEMO_LOG_KEPT);
        assert_true(size > DEMO_LOG_KEPT - (off_t)sizeof line);
        assert_int_equal(size % (off_t)strlen(line), 0);
    }
    assert_int_equal(write(log, "last\n", 5), 5);
    assert_int_equal(pread(log, kept, strlen(line), 0), strlen(line));
    assert_memory_equal(kept, line, strlen(line));
    assert_int_equal(pread(log, kept, 5, size_of(path) - 5), 5);
    assert_memory_equal(kept, "last\n", 5);
    close(log);
    test_folder_clear(&folder);
}

static void demo_trim_takes_what_is_not_there_for_short(void **state) {
    (void)state;
    struct error err;
    assert_true(demo_trim("/nowhere/at/all.log", &err));
    assert_false(demo_trim("/dev", &err));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(demo_trim_keeps_the_last_whole_lines_under_its_writer),
        cmocka_unit_test(demo_trim_takes_what_is_not_there_for_short),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
