/* SPDX-License-Identifier: MIT */
#include "support/lone_demo.h"

#include <signal.h>
#include <stdlib.h>

#include "base/memory.h"
#include "base/panic.h"

const char *const stack_only_args[] = {"demo", "--stack-only", NULL};

void lone_demo_start(struct lone_demo *stack) {
    test_demo_home_init(&stack->home);
    ensure(test_demo_start(&stack->demo, &stack->home, stack_only_args, NULL));
    test_demo_look(&stack->demo);
}

void lone_demo_stop(struct lone_demo *stack) {
    test_demo_look(&stack->demo);
    kill(stack->demo.pid, SIGTERM);
    ensure(test_demo_is_gone(&stack->demo));
    test_demo_clear(&stack->demo);
    test_demo_home_clear(&stack->home);
}

int lone_demo_open(void **state) {
    struct lone_demo *stack = memory_new(sizeof *stack);
    lone_demo_start(stack);
    *state = stack;
    return 0;
}

int lone_demo_close(void **state) {
    lone_demo_stop(*state);
    free(*state);
    return 0;
}
