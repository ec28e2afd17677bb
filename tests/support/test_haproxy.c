/* SPDX-License-Identifier: MIT */
#include "support/test_haproxy.h"

#include <string.h>

#include "base/buffer.h"
#include "base/panic.h"
#include "base/text.h"

enum { CONFIG_MAX = 16 * 1024, TRIES = 5 };

static void write_config(const struct test_haproxy *haproxy) {
    static const char token[] = "PORT";
    struct buffer config;
    buffer_init(&config, CONFIG_MAX);
    buffer_addf(
        &config,
        "global\n    stats socket %s mode 600 level admin\n"
        "defaults\n    mode http\n    timeout connect 1s\n    timeout client 10s\n"
        "    timeout server 10s\n",
        haproxy->socket);
    const char *from = haproxy->sections;
    for (const char *at; (at = strstr(from, token)) != NULL;
         from = at + sizeof token - 1) {
        buffer_add(&config, from, (size_t)(at - from));
        buffer_addf(&config, "%u", haproxy->port);
    }
    buffer_add_string(&config, from);
    ensure(!config.overflow);
    test_folder_write(&haproxy->folder, "haproxy.cfg", buffer_string(&config));
    buffer_clear(&config);
}

/* Its log goes to canary.sock in the folder. */
static void write_plan(struct test_haproxy *haproxy) {
    char listen[32], log[TEST_PATH_SIZE];
    struct text text = TEXT_IN(listen);
    struct buffer config;
    struct error err = {0};
    text_addf(&text, "127.0.0.1:%u", haproxy->port);
    test_folder_path(&haproxy->folder, "canary.sock", log);
    haproxy->plan.listen = listen;
    haproxy->plan.admin_socket = haproxy->socket;
    haproxy->plan.rings[0] = log;
    haproxy->plan.ring_count = 1;
    if (!haproxy_plan_check(&haproxy->plan, &err)) panic("%s", err.message);
    buffer_init(&config, CONFIG_MAX);
    haproxy_config_write(&haproxy->plan, &config);
    if (haproxy->spoil) haproxy->spoil(&config);
    ensure(!config.overflow);
    test_folder_write(&haproxy->folder, "haproxy.cfg", buffer_string(&config));
    buffer_clear(&config);
}

static bool launch(struct test_haproxy *haproxy) {
    char config[TEST_PATH_SIZE], log[TEST_PATH_SIZE];
    test_folder_path(&haproxy->folder, "haproxy.cfg", config);
    test_folder_path(&haproxy->folder, "haproxy.log", log);
    if (haproxy->sections) write_config(haproxy);
    if (!haproxy->sections) write_plan(haproxy);
    const char *const args[] = {"haproxy", "-db", "-f", config, NULL};
    test_process_start(&haproxy->process, args, log);
    return test_wait_for_socket(haproxy->socket, &haproxy->process);
}

static void start(struct test_haproxy *haproxy) {
    test_folder_init(&haproxy->folder);
    test_folder_path(&haproxy->folder, "admin.sock", haproxy->socket);
    /* Somebody else may take the free port first. */
    for (unsigned i = 0; i < TRIES; i++) {
        haproxy->port = test_free_port();
        if (launch(haproxy)) return;
        test_process_kill(&haproxy->process);
    }
    panic("haproxy does not start: see %s", haproxy->folder.path);
}

void test_haproxy_start(struct test_haproxy *haproxy, const char *sections) {
    *haproxy = (struct test_haproxy){.sections = sections};
    start(haproxy);
}

void test_haproxy_start_plan(
    struct test_haproxy *haproxy, const struct haproxy_plan *plan,
    void (*spoil)(struct buffer *config)) {
    *haproxy = (struct test_haproxy){.plan = *plan, .spoil = spoil};
    start(haproxy);
}

void test_haproxy_kill(struct test_haproxy *haproxy) {
    test_process_kill(&haproxy->process);
}

void test_haproxy_restart(struct test_haproxy *haproxy) {
    test_process_stop(&haproxy->process);
    ensure(launch(haproxy));
}

void test_haproxy_stop(struct test_haproxy *haproxy) {
    test_process_stop(&haproxy->process);
    test_folder_clear(&haproxy->folder);
}

void test_haproxy_lease_sections(
    char *sections, size_t size, const char *lease, uint16_t stable_port,
    uint16_t canary_port) {
    struct text text = text_in(sections, size);
    text_addf(
        &text,
        "backend canary_lease\n"
        "    stick-table type integer size 16 expire %s store gpt0\n"
        "frontend fe\n"
        "    bind 127.0.0.1:PORT\n"
        "    http-request set-var(txn.bkt) req.hdr(X-User-Id),xxh32(42),mod(10000)"
        " if { req.hdr(X-User-Id) -m found }\n"
        "    http-request set-var(txn.bkt) rand(10000)"
        " unless { req.hdr(X-User-Id) -m found }\n"
        "    http-request set-var(txn.bp) int(1),table_gpt0(canary_lease)\n"
        "    http-request set-var(txn.d) var(txn.bkt),sub(txn.bp)\n"
        "    use_backend canary if { var(txn.d) -m int lt 0 }\n"
        "    default_backend stable\n"
        "backend stable\n    server s1 127.0.0.1:%u\n"
        "backend canary\n    server c1 127.0.0.1:%u\n",
        lease, stable_port, canary_port);
    ensure(!text.truncated);
}
