/* SPDX-License-Identifier: MIT */
#include "demo_place.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/text.h"
#include "support/test_folder.h"

/* HAProxy binds a socket under this name before it gives it its own. */
static const char longest[] = "/canary.sock.in.4194304.tmp";

/* Claims a place in a runtime folder that is `more` bytes longer than the test's. */
static bool claim(
    const struct test_folder *folder, size_t more, struct demo_place *place,
    struct error *err) {
    char runtime[TEST_PATH_SIZE];
    struct text text = TEXT_IN(runtime);
    text_addf(&text, "%s/", folder->path);
    for (size_t i = 0; i < more; i++) text_add_char(&text, 'x');
    mkdir(runtime, 0700);
    setenv("XDG_RUNTIME_DIR", runtime, 1); /* NOLINT(concurrency-mt-unsafe) */
    return demo_place_claim(place, err);
}

static void every_socket_in_it_has_a_path_that_fits(void **state) {
    (void)state;
    struct test_folder folder;
    struct demo_place place;
    struct error err = {0};
    size_t more = 1;
    test_folder_init(&folder);
    for (; claim(&folder, more, &place, &err); more++) {
        size_t length = strlen(place.folder) + strlen(longest);
        assert_true(length < sizeof(((struct sockaddr_un *)0)->sun_path));
        assert_true(demo_place_remove(&place, &err));
        close(place.lock);
    }
    assert_true(more > 5);
    assert_int_equal(err.code, ERROR_LIMIT);
    assert_non_null(strstr(err.message, "XDG_RUNTIME_DIR"));
    test_folder_clear(&folder);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_socket_in_it_has_a_path_that_fits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
