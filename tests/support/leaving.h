/* How a bench that takes minutes is stopped, with nothing left behind. */
/* SPDX-License-Identifier: MIT */
#pragma once

/* From now on SIGINT, SIGTERM and the end of whoever
 * started this program end it as exit() does: folders go,
 * and then the processes that die with it. Before any other thread. */
void leave_tidily(void);
