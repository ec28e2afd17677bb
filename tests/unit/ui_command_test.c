/* SPDX-License-Identifier: MIT */
#include "ui/ui_command.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/random.h"
#include "support/golden.h"
#include "support/ui_stage.h"

/* Any key that a finger can press without Shift, and whatever else a terminal sends. */
static struct key random_key(struct random *random, bool upper_case) {
    struct key key = {.cap = KEYCAP_RUNE};
    uint64_t pick = random_next(random);
    if (pick % 3 == 0) {
        key.cap =
            (enum keycap)(KEYCAP_ENTER + (pick >> 8) % (KEYCAP_COUNT - KEYCAP_ENTER));
        key.x = (int)(pick >> 16 & 0xFF);
        key.y = (int)(pick >> 24 & 0x3F);
        return key;
    }
    key.rune = (uint32_t)(' ' + (pick >> 8) % 95);
    if (!upper_case && key.rune >= 'A' && key.rune <= 'Z') key.rune += 'a' - 'A';
    if (pick % 7 == 0 && key.rune >= 'a' && key.rune <= 'z') key.with = KEY_WITH_CTRL;
    key.pasted = pick % 11 == 0;
    return key;
}

static void fuzz(enum fixture fixture, uint64_t seed, bool upper_case) {
    struct random random;
    random_seed(&random, seed);
    struct ui_stage *stage = ui_stage_new(fixture, 80, 24);
    for (int round = 0; round < 400; round++) {
        if (random_next(&random) % 4 == 0) {
            int width = 1 + (int)(random_next(&random) % 200);
            int height = 1 + (int)(random_next(&random) % 60);
            ui_on_resize(&stage->ui, width, height);
        }
        struct key key = random_key(&random, upper_case);
        struct ui_request request = ui_on_key(&stage->ui, &stage->world, &key);
        bool acts = request.command != COMMAND_COUNT &&
                    command_danger(request.command) != COMMAND_LOOKS;
        if (acts && !upper_case) fail_msg("seed %llu acts", (unsigned long long)seed);
        bool ascii = random_next(&random) % 2 == 0;
        struct canvas canvas =
            ui_stage_draw(stage, stage->ui.width, stage->ui.height, ascii);
        golden_expect_sound(&canvas);
        golden_canvas_free(&canvas);
    }
    ui_stage_free(stage);
}

static void any_keys_at_any_size_draw_sound_screens(void **state) {
    (void)state;
    for (unsigned i = 0; i < FIXTURE_COUNT; i++) fuzz((enum fixture)i, 100 + i, true);
}

static void no_lower_case_key_ever_acts(void **state) {
    (void)state;
    fuzz(FIXTURE_ARMED, 7, false);
    fuzz(FIXTURE_HEALTHY, 8, false);
    fuzz(FIXTURE_NO_CANARY, 9, false);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(any_keys_at_any_size_draw_sound_screens),
        cmocka_unit_test(no_lower_case_key_ever_acts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
