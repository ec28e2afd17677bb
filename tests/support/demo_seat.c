/* SPDX-License-Identifier: MIT */
#include "support/demo_seat.h"

#include <stddef.h>

#include "base/text.h"
#include "support/display.h"
#include "support/test_demo.h"

enum { VARIABLE_SIZE = TEST_PATH_SIZE + 32 };

struct display *demo_seat_start(struct test_demo_home *home, int width, int height) {
    static const char *const names[] = {
        "XDG_RUNTIME_DIR", "TMPDIR", "XDG_STATE_HOME", "XDG_CONFIG_HOME", "HOME"};
    enum { NAMES = sizeof names / sizeof *names, TEMPORARY = 2 };
    static const char program[] = BINARIES_FOLDER "/flightdeck";
    char variables[NAMES][VARIABLE_SIZE];
    const char *env[NAMES + 1] = {NULL};
    test_demo_home_init(home);
    for (unsigned i = 0; i < NAMES; i++) {
        struct text text = TEXT_IN(variables[i]);
        text_addf(
            &text, "%s=%s", names[i],
            i < TEMPORARY ? home->folder.path : home->logs.path);
        env[i] = variables[i];
    }
    const char *const args[] = {program, "demo", NULL};
    const struct display_options options = {
        .args = args, .env = env, .width = width, .height = height};
    return display_start(&options);
}
