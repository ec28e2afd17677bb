/* The cockpit of a real demo on a terminal. */
/* SPDX-License-Identifier: MIT */
#pragma once

struct display;
struct test_demo_home;

/* Makes the home and starts `flightdeck demo` in it: what demos make is below its
 * folder, what outlives one, like recordings, is in its logs. */
struct display *demo_seat_start(struct test_demo_home *home, int width, int height);
