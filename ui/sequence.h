/* What the parts of a terminal's input mean once they are complete. KEYCAP_NONE for
 * what means nothing here. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/scan.h"
#include "ui/key.h"

/* One byte below a blank, or DEL. */
struct key sequence_of_byte(uint8_t byte);

/* Esc [ held final. Turns `pasting` on and off where a paste begins and ends. */
struct key sequence_of_control(struct slice held, uint8_t final, bool *pasting);

/* Esc O final */
struct key sequence_of_function(uint8_t final);

/* Esc introducer held Esc \ */
struct key sequence_of_string(uint8_t introducer, struct slice held);
