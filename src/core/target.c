/* SPDX-License-Identifier: MIT */
#include "core/target.h"

#include <math.h>
#include <string.h>

#include "base/scan.h"
#include "base/text.h"
#include "base/units.h"

static void set(char *to, size_t size, const char *value) {
    text_copy_cut(to, size, value);
}

void target_init(struct target *target) {
    *target = (struct target){
        .class = TARGET_PRODUCTION,
        .slo_p95_ms = (double)NAN,
        .slo_availability = (double)NAN,
        .load = {(double)NAN, (double)NAN, (double)NAN},
        .poll_health_ns = NS_PER_S,
        .poll_metrics_ns = NS_PER_S,
        .poll_redis_ns = NS_PER_S,
    };
    struct target_paths *paths = &target->paths;
    set(paths->health, sizeof paths->health, "/health");
    set(paths->ready, sizeof paths->ready, "/health/ready");
    set(paths->metrics, sizeof paths->metrics, "/metrics");
    set(paths->errors, sizeof paths->errors, "/errors");
    set(paths->chat, sizeof paths->chat, "/chat");
    set(paths->job, sizeof paths->job, "/chat/{job_id}");

    struct target_chat *chat = &target->chat;
    set(chat->request, sizeof chat->request,
        "{\"user_id\":\"${user}\",\"message\":\"${message}\"}");
    set(chat->answer, sizeof chat->answer, "$.response");
    set(chat->job, sizeof chat->job, "$.job_id");
    set(chat->done_path, sizeof chat->done_path, "$.status");
    set(chat->done[0], sizeof chat->done[0], "completed");
    set(chat->done[1], sizeof chat->done[1], "failed");
    chat->done_count = 2;
}

/* The authority of an http or https URL without user and password; empty for others. */
static struct slice authority_of(const char *url) {
    struct scan scan = scan_of(slice_of(url));
    if (!scan_literal(&scan, "http://") && !scan_literal(&scan, "https://")) {
        return (struct slice){.data = url};
    }
    struct slice authority = {.data = scan.at, .length = strcspn(scan.at, "/?#")};
    const char *at = memrchr(authority.data, '@', authority.length);
    if (!at) return authority;
    size_t skipped = (size_t)(at + 1 - authority.data);
    return (struct slice){.data = at + 1, .length = authority.length - skipped};
}

static struct slice host_of(struct slice authority) {
    struct scan scan = scan_of(authority);
    if (scan_char(&scan, '[')) return scan_until(&scan, ']');
    return scan_until(&scan, ':');
}

/* Four numbers from 0 to 255, the first of them 127. */
static bool is_loopback_address(struct slice host) {
    struct scan scan = scan_of(host);
    for (unsigned i = 0; i < 4; i++) {
        uint64_t number = 0;
        if (!slice_u64(scan_until(&scan, '.'), &number) || number > UINT8_MAX) {
            return false;
        }
        if (i == 0 && number != 127) return false;
        if (i < 3 && scan_done(&scan)) return false;
    }
    return scan_done(&scan) && host.data[host.length - 1] != '.';
}

bool target_url_is_loopback(const char *url) {
    struct slice host = host_of(authority_of(url));
    return slice_equals(host, "localhost") || slice_equals(host, "::1") ||
           is_loopback_address(host);
}

bool target_from_url(struct target *target, const char *url, struct error *err) {
    struct slice authority = authority_of(url);
    if (host_of(authority).length == 0) {
        return error_set(
            err, ERROR_USAGE,
            "not a URL: \"%s\" (expected http://HOST[:PORT] or https://)", url);
    }
    size_t length = strlen(url);
    while (length > 0 && url[length - 1] == '/') length--;
    if (length >= TARGET_URL_SIZE) {
        return error_set(
            err, ERROR_LIMIT, "URL over %d bytes: \"%s\"", TARGET_URL_SIZE - 1, url);
    }
    if (authority.length >= STATE_NAME_SIZE) {
        return error_set(
            err, ERROR_LIMIT,
            "host over %d bytes: \"%.*s\" (give it a shorter name in a configuration)",
            STATE_NAME_SIZE - 1, (int)authority.length, authority.data);
    }
    target_init(target);
    target->bare = true;
    target->class = target_url_is_loopback(url) ? TARGET_LOCAL : TARGET_PRODUCTION;
    memcpy(target->url, url, length);
    memcpy(target->name, authority.data, authority.length);
    memcpy(target->tracks[TRACK_STABLE].urls[0], target->url, sizeof target->url);
    target->tracks[TRACK_STABLE].url_count = 1;
    return true;
}
