/* SPDX-License-Identifier: MIT */
#include "support/peers.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"

enum { CONFIG_SIZE = 2048, LINE_SIZE = 200, PORT_SIZE = 8 };

/* By their paths: Debian's own, whatever else is called so. */
static const char nginx[] = "/usr/sbin/nginx";
static const char python[] = "/usr/bin/python3";

/* A connection is kept for as many requests as the agent keeps it for: any number. */
static const char nginx_config[] = "worker_processes 1;\n"
                                   "daemon off;\n"
                                   "user www-data;\n"
                                   "pid nginx.pid;\n"
                                   "error_log stderr warn;\n"
                                   "events { worker_connections 1024; }\n"
                                   "http {\n"
                                   "    access_log off;\n"
                                   "    keepalive_requests 1000000000;\n"
                                   "    client_body_temp_path body;\n"
                                   "    proxy_temp_path proxy;\n"
                                   "    fastcgi_temp_path fastcgi;\n"
                                   "    uwsgi_temp_path uwsgi;\n"
                                   "    scgi_temp_path scgi;\n"
                                   "    server {\n"
                                   "        listen 127.0.0.1:%u;\n"
                                   "        location / { return 200; }\n"
                                   "    }\n"
                                   "}\n";

/* The last line that it has left in its log says most about why it ended. */
static bool explain(const struct peer *peer, const char *name, struct error *err) {
    char log[TEST_PATH_SIZE], line[LINE_SIZE], last[LINE_SIZE] = "it said nothing";
    test_folder_path(&peer->folder, "log", log);
    FILE *file = fopen(log, "re");
    while (file && fgets(line, sizeof line, file)) {
        line[strcspn(line, "\n")] = '\0';
        if (line[0]) memcpy(last, line, sizeof last);
    }
    if (file) fclose(file);
    return error_set(err, ERROR_SYSTEM, "%s does not start: %s", name, last);
}

static bool start(
    struct peer *peer, const char *name, const char *const *args, struct error *err) {
    if (access(args[0], X_OK) != 0) {
        return error_set(err, ERROR_SYSTEM, "%s is not installed", args[0]);
    }
    char log[TEST_PATH_SIZE];
    test_folder_path(&peer->folder, "log", log);
    test_process_start(&peer->process, args, log);
    if (test_wait_for_port(peer->port, &peer->process)) return true;
    return explain(peer, name, err);
}

void peer_prepare(struct peer *peer) {
    *peer = (struct peer){.port = test_free_port()};
    test_folder_init(&peer->folder);
}

bool peer_run_nginx(struct peer *peer, const char *config, struct error *err) {
    char path[TEST_PATH_SIZE];
    test_folder_write(&peer->folder, "nginx.conf", config);
    test_folder_path(&peer->folder, "nginx.conf", path);
    const char *const args[] = {nginx, "-p", peer->folder.path, "-c", path, NULL};
    return start(peer, "nginx", args, err);
}

bool peer_start_nginx(struct peer *peer, struct error *err) {
    char config[CONFIG_SIZE];
    peer_prepare(peer);
    struct text text = TEXT_IN(config);
    text_addf(&text, nginx_config, peer->port);
    return peer_run_nginx(peer, config, err);
}

bool peer_start_python(
    struct peer *peer, const char *script, const char *redis_socket,
    const char *model_url, struct error *err) {
    char port[PORT_SIZE];
    peer_prepare(peer);
    snprintf(port, sizeof port, "%u", peer->port);
    const char *const args[] = {python,       "-I",      script, port,
                                redis_socket, model_url, NULL};
    return start(peer, "the Python service", args, err);
}

void peer_stop(struct peer *peer) {
    test_process_stop(&peer->process);
    if (peer->folder.path[0]) test_folder_clear(&peer->folder);
}
