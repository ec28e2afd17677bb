/* HAProxy itself accepts every configuration that is generated. */
/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "core/haproxy_config.h"
#include "support/test_folder.h"
#include "support/test_process.h"

enum { FILE_MAX = 64 * 1024, SERVERS = 5 };

static const char *const servers[SERVERS] = {
    "127.0.0.1:9101", "127.0.0.1:9102", "localhost:9103", "[::1]:9104",
    "127.0.0.2:9105"};

static void assert_accepted(const struct haproxy_plan *plan) {
    struct test_folder folder;
    char file[TEST_PATH_SIZE], log[TEST_PATH_SIZE], words[1024] = "";
    struct buffer config;
    struct error err = {0};
    test_folder_init(&folder);
    test_folder_path(&folder, "haproxy.cfg", file);
    test_folder_path(&folder, "log", log);
    buffer_init(&config, FILE_MAX);
    if (!haproxy_plan_check(plan, &err)) fail_msg("%s", err.message);
    haproxy_config_write(plan, &config);
    assert_false(config.overflow);
    test_folder_write(&folder, "haproxy.cfg", buffer_string(&config));
    const char *const args[] = {"haproxy", "-c", "-f", file, NULL};
    int code = test_process_run(args, log);
    FILE *said = fopen(log, "r");
    assert_non_null(said);
    size_t length = fread(words, 1, sizeof words - 1, said);
    fclose(said);
    words[length] = '\0';
    /* Not even with a warning. */
    if (code != 0 || strstr(words, "WARNING")) fail_msg("%s", words);
    buffer_clear(&config);
    test_folder_clear(&folder);
}

static struct haproxy_plan plan_of(uint32_t stable, uint32_t canary) {
    struct haproxy_plan plan;
    haproxy_plan_init(&plan);
    plan.admin_socket = "/tmp/admin.sock";
    plan.listen = "127.0.0.1:8080";
    plan.servers[TRACK_STABLE] = plan.servers[TRACK_CANARY] = servers;
    plan.server_counts[TRACK_STABLE] = stable;
    plan.server_counts[TRACK_CANARY] = canary;
    return plan;
}

static void haproxy_accepts_what_is_generated(void **state) {
    (void)state;
    struct haproxy_plan plan = plan_of(1, 1);
    assert_accepted(&plan);
    plan = plan_of(SERVERS, SERVERS);
    plan.logs[plan.log_count++] = "/tmp/one.sock";
    plan.rings[plan.ring_count++] = "/tmp/two.sock";
    plan.rings[plan.ring_count++] = "/tmp/three.sock";
    plan.table = "lease.of-agent";
    plan.backends[TRACK_STABLE] = "agent-v1";
    plan.backends[TRACK_CANARY] = "agent.v2";
    plan.user_header = "X-Tenant";
    plan.user_field = "tenant_id";
    plan.chat_path = "/v1/chat";
    plan.health_path = "/health/ready";
    plan.listen = ":8443";
    plan.lease_s = 60;
    assert_accepted(&plan);
    plan = plan_of(1, 2);
    plan.health_path = plan.chat_path = plan.user_field = "";
    plan.lease_s = 3;
    assert_accepted(&plan);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(haproxy_accepts_what_is_generated),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
