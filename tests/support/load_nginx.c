/* SPDX-License-Identifier: MIT */
#include "support/load_nginx.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/text.h"

enum { CONFIG_SIZE = 2048, ANSWER_SIZE = 1024, DESCRIPTORS_MAX = 20000 };

/* One process, so that nothing of it is left when it is killed.
 * When fewer than a 16th of its connections are free,
 * nginx closes idle ones: hence far more than are asked for. */
static const char config_words[] =
    "master_process off;\n"
    "daemon off;\n"
    "pid nginx.pid;\n"
    "error_log stderr error;\n"
    "events { worker_connections 18000; }\n"
    "http {\n"
    "    access_log off;\n"
    "    keepalive_requests 1000000000;\n"
    "    client_body_temp_path body;\n"
    "    proxy_temp_path proxy;\n"
    "    fastcgi_temp_path fastcgi;\n"
    "    uwsgi_temp_path uwsgi;\n"
    "    scgi_temp_path scgi;\n"
    "    server {\n"
    "        listen 127.0.0.1:%u backlog=16384;\n"
    "        listen 127.0.0.1:%u ssl backlog=16384;\n"
    "        ssl_certificate tls.crt;\n"
    "        ssl_certificate_key tls.key;\n"
    "        location = /counted { stub_status; }\n"
    "        location / {\n"
    "            return 200 '{\"status\":\"healthy\",\"redis\":\"ok\"}';\n"
    "        }\n"
    "    }\n"
    "}\n";

static const char certify[] =
    "exec openssl req -x509 -newkey rsa:2048 -nodes -keyout \"$1/tls.key\""
    " -out \"$1/tls.crt\" -subj /CN=127.0.0.1 -addext subjectAltName=IP:127.0.0.1"
    " -days 2";

/* As many as one may have, for whatever is started from here. */
static void raise_descriptors(void) {
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= DESCRIPTORS_MAX) {
        return;
    }
    limit.rlim_cur =
        limit.rlim_max < DESCRIPTORS_MAX ? limit.rlim_max : DESCRIPTORS_MAX;
    setrlimit(RLIMIT_NOFILE, &limit);
}

bool load_nginx_start(struct load_nginx *nginx, struct error *err) {
    char config[CONFIG_SIZE];
    raise_descriptors();
    peer_prepare(&nginx->peer);
    nginx->tls_port = test_free_port();
    const char *const args[] = {"sh", "-c", certify, "sh", nginx->peer.folder.path,
                                NULL};
    if (test_process_run(args, NULL) != 0) {
        return error_set(err, ERROR_SYSTEM, "openssl makes no certificate");
    }
    test_folder_path(&nginx->peer.folder, "tls.crt", nginx->certificate);
    struct text text = TEXT_IN(config);
    text_addf(&text, config_words, nginx->peer.port, nginx->tls_port);
    return peer_run_nginx(&nginx->peer, config, err);
}

void load_nginx_stop(struct load_nginx *nginx) {
    peer_stop(&nginx->peer);
}

/* "... requests\n A H R \nReading: ...": accepted, handled, and the requests. */
static uint64_t third_number(const char *answer) {
    static const char before[] = "handled requests";
    const char *numbers = strstr(answer, before);
    char *end = NULL;
    if (!numbers) return 0;
    strtoull(numbers + sizeof before - 1, &end, 10);
    strtoull(end, &end, 10);
    return strtoull(end, NULL, 10);
}

uint64_t load_nginx_requests(const struct load_nginx *nginx) {
    static const char question[] = "GET /counted HTTP/1.0\r\n\r\n";
    const struct timeval patience = {.tv_sec = 10};
    const struct sockaddr_in address = {
        .sin_family = AF_INET,
        .sin_port = htons(nginx->peer.port),
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    char answer[ANSWER_SIZE + 1];
    size_t length = 0;
    ssize_t got = 0;
    int asking = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    setsockopt(asking, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    if (connect(asking, (const struct sockaddr *)&address, sizeof address) == 0 &&
        send(asking, question, sizeof question - 1, MSG_NOSIGNAL) > 0) {
        while (length < ANSWER_SIZE &&
               (got = recv(asking, answer + length, ANSWER_SIZE - length, 0)) > 0) {
            length += (size_t)got;
        }
    }
    close(asking);
    answer[length] = '\0';
    return third_number(answer);
}
