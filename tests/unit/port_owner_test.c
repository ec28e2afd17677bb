/* SPDX-License-Identifier: MIT */
#include "probes/port_owner.h"

#include <arpa/inet.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static int listen_on(int family, uint16_t *port) {
    struct sockaddr_in6 six = {.sin6_family = AF_INET6, .sin6_addr = in6addr_loopback};
    struct sockaddr_in four = {
        .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    bool is_six = family == AF_INET6;
    struct sockaddr *address =
        is_six ? (struct sockaddr *)&six : (struct sockaddr *)&four;
    socklen_t length = is_six ? sizeof six : sizeof four;
    int socket_fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (socket_fd < 0 || bind(socket_fd, address, length) != 0) return -1;
    assert_int_equal(listen(socket_fd, 4), 0);
    assert_int_equal(getsockname(socket_fd, address, &length), 0);
    *port = ntohs(is_six ? six.sin6_port : four.sin_port);
    return socket_fd;
}

static uint64_t own_limit(void) {
    struct rlimit limit;
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
    return limit.rlim_cur;
}

static void who_listens_is_found_with_its_limit(void **state) {
    (void)state;
    static const int families[] = {AF_INET, AF_INET6};
    for (size_t i = 0; i < sizeof families / sizeof *families; i++) {
        struct port_owner owner;
        uint16_t port = 0;
        int listener = listen_on(families[i], &port);
        if (listener < 0) continue; /* a machine without IPv6 */
        port_owner_find(port, &owner);
        assert_int_equal(owner.pid, getpid());
        assert_string_equal(owner.name, "port_owner_test");
        assert_int_equal(owner.processes, 1);
        assert_int_equal(owner.descriptors, own_limit());
        close(listener);
        port_owner_find(port, &owner);
        assert_int_equal(owner.pid, 0);
        assert_int_equal(owner.descriptors, 0);
    }
}

static void those_who_share_a_port_are_added_up(void **state) {
    (void)state;
    struct port_owner owner;
    uint16_t port = 0;
    int listener = listen_on(AF_INET, &port);
    assert_true(listener >= 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        pause();
        _exit(0);
    }
    port_owner_find(port, &owner);
    assert_int_equal(owner.processes, 2);
    assert_int_equal(owner.descriptors, 2 * own_limit());
    kill(child, SIGKILL);
    assert_int_equal(waitpid(child, NULL, 0), child);
    close(listener);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_listens_is_found_with_its_limit),
        cmocka_unit_test(those_who_share_a_port_are_added_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
