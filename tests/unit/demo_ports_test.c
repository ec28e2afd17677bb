/* SPDX-License-Identifier: MIT */
#include "demo_ports.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#include "base/scan.h"

/* The first port that the kernel gives to clients; 0 when it does not say. */
static uint64_t first_client_port(void) {
    char words[64] = "";
    FILE *file = fopen("/proc/sys/net/ipv4/ip_local_port_range", "re");
    assert_non_null(file);
    assert_non_null(fgets(words, sizeof words, file));
    fclose(file);
    struct scan scan = scan_of(slice_of(words));
    uint64_t first = 0;
    assert_true(slice_u64(scan_until(&scan, '\t'), &first));
    return first;
}

static void ports_differ_and_are_no_clients(void **state) {
    (void)state;
    uint64_t limit = first_client_port();
    for (unsigned round = 0; round < 50; round++) {
        uint16_t ports[DEMO_PORTS_MAX];
        struct error err = {0};
        assert_true(demo_ports_pick(ports, DEMO_PORTS_MAX, &err));
        for (unsigned i = 0; i < DEMO_PORTS_MAX; i++) {
            assert_true(ports[i] >= 1024);
            /* A range that leaves no room is the kernel's choice. */
            if (limit > 16384) assert_true(ports[i] < limit);
            for (unsigned j = 0; j < i; j++) assert_int_not_equal(ports[i], ports[j]);
        }
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ports_differ_and_are_no_clients),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
