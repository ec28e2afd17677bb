/* SPDX-License-Identifier: MIT */
#include "actions/smoke.h"
#include "history/history.h"

/* What must never be linked into the watcher: linked into it on purpose, so that the
 * list of its objects is seen to notice. */
int main(void) {
    smoke_free(NULL);
    history_free(NULL);
    return 0;
}
