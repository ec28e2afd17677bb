/* Unpredictable chance, for waits that are not to be all the same. */
/* SPDX-License-Identifier: MIT */
#pragma once

/* Evenly from 0 to 1. */
double chance(void);
