/* A name with several addresses: the load is spread
 * evenly over those that answer, and the others are named.
 * The name is one of /etc/hosts, in a mount namespace of the test. */
/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "core/exit_code.h"
#include "support/odd_server.h"
#include "support/test_process.h"
#include "support/test_program.h"

enum { SERVERS = 3, USERS = 18, SCRIPT_SIZE = 1024, SKIPPED = 77 };

static const char flightdeck[] = BINARIES_FOLDER "/flightdeck";
static const char hosts[] = "127.0.0.1 localhost\n"
                            "127.0.0.1 many.test\n"
                            "127.0.0.2 many.test\n"
                            "127.0.0.3 many.test\n"
                            "127.0.0.4 many.test\n"; /* where nobody listens */

static struct odd_server servers[SERVERS];
static struct test_program program;

static int set_up(void **state) {
    (void)state;
    static const char *const addresses[SERVERS] = {
        "127.0.0.1", "127.0.0.2", "127.0.0.3"};
    test_program_init(&program);
    for (unsigned i = 0; i < SERVERS; i++) {
        odd_server_start_at(
            &servers[i], ODD_GOOD, addresses[i], i > 0 ? servers[0].port : 0);
    }
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    test_program_clear(&program);
    for (unsigned i = 0; i < SERVERS; i++) odd_server_stop(&servers[i]);
    return 0;
}

static void run(void) {
    char script[SCRIPT_SIZE], words[SCRIPT_SIZE];
    snprintf(
        script, sizeof script,
        "mount --bind '%s/hosts' /etc/hosts &&\n"
        "exec '%s' load baseline http://many.test:%u --confirm many.test:%u --users %u"
        " --spawn-rate 100 --run-time 3s --max-requests 500 --threshold p50\\<20s\n",
        program.folder.path, flightdeck, (unsigned)servers[0].port,
        (unsigned)servers[0].port, (unsigned)USERS);
    test_folder_write(&program.folder, "hosts", hosts);
    test_folder_write(&program.folder, "script", script);
    snprintf(
        words, sizeof words, "/usr/bin/unshare -Urm /bin/sh %s/script",
        program.folder.path);
    test_program_run(&program, words);
}

static void every_address_gets_its_share(void **state) {
    (void)state;
    run();
    /* Who gets which address does not hang on how busy this machine is. */
    bool limited = program.code == EXIT_CODE_INCONCLUSIVE &&
                   strstr(program.out, "the generator was the limit");
    if (program.code != EXIT_CODE_OK && !limited) {
        fail_msg("%d: %s%s", program.code, program.out, program.err);
    }
    if (!strstr(program.err, "note: 1 of 4 addresses left out: connecting to many.")) {
        fail_msg("%s", program.err);
    }
    for (unsigned i = 0; i < SERVERS; i++) {
        /* One more to see whether it is there. */
        unsigned users = servers[i].counts->connections;
        if (users < 1 + USERS / SERVERS) fail_msg("%u users of address %u", users, i);
    }
}

int main(void) {
    const char *const probe[] = {
        "unshare", "-Urm", "sh", "-c", "mount --bind /etc/hosts /etc/hosts", NULL};
    if (test_process_run(probe, NULL) != 0) {
        printf("skipped: no mount namespace may be made here\n");
        return SKIPPED;
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            every_address_gets_its_share, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
