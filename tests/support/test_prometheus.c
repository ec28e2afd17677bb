/* SPDX-License-Identifier: MIT */
#include "support/test_prometheus.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static const char program[] = "/usr/bin/prometheus";

static const char *authority_of(const char *url) {
    return strstr(url, "//") + 2;
}

static void write_config(
    const struct test_folder *folder, const char *stable_url, const char *canary_url) {
    char config[1024];
    int length = snprintf(
        config, sizeof config,
        "global: {scrape_interval: 250ms, scrape_timeout: 250ms}\n"
        "scrape_configs:\n"
        "  - job_name: agent\n"
        "    static_configs:\n"
        "      - {targets: [\"%s\"], labels: {track: stable}}\n"
        "      - {targets: [\"%s\"], labels: {track: canary}}\n",
        authority_of(stable_url), authority_of(canary_url));
    assert_true(length > 0 && (size_t)length < sizeof config);
    test_folder_write(folder, "prometheus.yml", config);
}

bool test_prometheus_start(
    struct test_prometheus *prometheus, const struct test_folder *folder,
    const char *stable_url, const char *canary_url) {
    char config[TEST_PATH_SIZE], data[TEST_PATH_SIZE], log[TEST_PATH_SIZE];
    char file_arg[TEST_PATH_SIZE + 32], data_arg[TEST_PATH_SIZE + 32], listen_arg[64];
    *prometheus = (struct test_prometheus){0};
    if (access(program, X_OK) != 0) return false;
    write_config(folder, stable_url, canary_url);
    test_folder_path(folder, "prometheus.yml", config);
    test_folder_path(folder, "prometheus", data);
    test_folder_path(folder, "prometheus.log", log);
    prometheus->port = test_free_port();
    snprintf(file_arg, sizeof file_arg, "--config.file=%s", config);
    snprintf(data_arg, sizeof data_arg, "--storage.tsdb.path=%s", data);
    snprintf(
        listen_arg, sizeof listen_arg, "--web.listen-address=127.0.0.1:%u",
        (unsigned)prometheus->port);
    const char *const args[] = {program, file_arg, data_arg, listen_arg, NULL};
    test_process_start(&prometheus->process, args, log);
    assert_true(test_wait_for_port(prometheus->port, &prometheus->process));
    return true;
}

void test_prometheus_stop(struct test_prometheus *prometheus) {
    if (prometheus->process.pid != 0) test_process_kill(&prometheus->process);
}
