/* SPDX-License-Identifier: MIT */
#include "core/discovery_files.h"

#include <string.h>

static const struct {
    enum discovery_role role;
    const char *key;
    const char *none; /* why it is empty */
} paths[] = {
    {DISCOVERY_HEALTH, "health", "no health check was found"},
    {DISCOVERY_READY, "ready", "no readiness check was found"},
    {DISCOVERY_METRICS, "metrics", "no metrics were found"},
    {DISCOVERY_ERRORS, "errors", "no list of errors was found"},
};

/* A URL may hold characters that mean something to YAML. */
static void add_quoted(struct buffer *to, const char *words) {
    if (!strpbrk(words, "#{}[],&*!|>%@`\"'\\")) {
        buffer_add_string(to, words);
        return;
    }
    buffer_add_char(to, '"');
    for (; *words; words++) {
        if (*words == '"' || *words == '\\') buffer_add_char(to, '\\');
        buffer_add_char(to, *words);
    }
    buffer_add_char(to, '"');
}

static void add_paths(const struct discovery *discovery, struct buffer *to) {
    buffer_add_string(
        to, "    paths:                     # \"\" for what the service has not\n");
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
        const struct discovery_found *found = &discovery->found[paths[i].role];
        if (!found->there) {
            buffer_addf(
                to, "      %s: \"\"%*s# %s\n", paths[i].key, 8, "", paths[i].none);
        } else {
            buffer_addf(
                to, "      %s: %s%s\n", paths[i].key, found->path,
                found->guarded ? "        # not authorised: see headers" : "");
        }
    }
    const struct discovery_found *chat = &discovery->found[DISCOVERY_CHAT];
    if (chat->there) {
        buffer_addf(to, "      chat: %s\n", chat->path);
    } else {
        buffer_addf(
            to, "      chat: \"\"        # %s\n",
            discovery->chat == CHAT_NOT_TRIED ? "not tried: a message acts"
                                              : "nothing takes a message");
    }
    buffer_addf(
        to, "      job: %s\n", discovery->job_path[0] ? discovery->job_path : "\"\"");
}

static void add_chat(const struct discovery *discovery, struct buffer *to) {
    const char *answer = discovery->answer[0] ? discovery->answer : "$.response";
    if (!discovery->found[DISCOVERY_CHAT].there) return;
    if (discovery->chat == CHAT_UNCLEAR) {
        buffer_add_string(
            to, "    # It did not answer the message below as expected: adapt "
                "`request`, and\n"
                "    # say in `answer` where the answer stands.\n");
    }
    buffer_add_string(
        to, "    chat:\n"
            "      request: {user_id: \"${user}\", message: \"${message}\"}\n");
    buffer_addf(to, "      answer: %s\n", answer);
    if (!discovery->job[0]) return;
    buffer_addf(to, "      job: %s\n", discovery->job);
    if (!discovery->done_path[0]) return;
    buffer_addf(
        to, "      done: {%s: [%s, failed]}\n", discovery->done_path, discovery->done);
}

void discovery_write_config(
    const struct discovery *discovery, const struct target *target, struct buffer *to) {
    buffer_add_string(
        to,
        "# Written by `flightdeck init`. `flightdeck config check` says whether it is "
        "right,\n# `flightdeck config show --origin` what is in force.\nversion: 1\n");
    buffer_addf(to, "target: %s\ntargets:\n  %s:\n", target->name, target->name);
    buffer_addf(
        to, "    class: %s%s\n", target_class_name(target->class),
        target->class == TARGET_PRODUCTION
            ? "        # acting on it needs --confirm with its name"
            : "");
    buffer_add_string(to, "    url: ");
    add_quoted(to, target->url);
    buffer_add_char(to, '\n');
    if (discovery->version[0]) {
        buffer_addf(to, "    # It says that it is version %s.\n", discovery->version);
    }
    buffer_add_string(
        to, "    # tracks:                  # instances, each scraped by itself\n"
            "    #   stable: {urls: [http://10.0.0.7:8000, http://10.0.0.8:8000]}\n"
            "    #   canary: {urls: [http://10.0.0.9:8000]}\n"
            "    # headers: {Authorization: \"Bearer ${env:AGENT_TOKEN}\"}\n"
            "    # redis: redis://:${env:REDIS_PASSWORD}@127.0.0.1:6379\n"
            "    # queues: [{kind: stream, key: jobs, group: agent}]\n"
            "    # slo: {availability: 99.9%, p95: 2s}\n"
            "    # expected_rps: 50\n");
    add_paths(discovery, to);
    add_chat(discovery, to);
}

static void add_health_check(const struct discovery *discovery, struct buffer *to) {
    const struct discovery_found *health = &discovery->found[DISCOVERY_HEALTH];
    if (!health->there) return;
    buffer_addf(to, "  - name: health\n    get: %s\n    expect:\n", health->path);
    buffer_add_string(to, "      status: 200\n");
    if (discovery->asks_health) buffer_add_string(to, "      healthy: true\n");
    buffer_add_string(
        to, "      latency: {max: 2s, warn: 500ms}\n    critical: true\n\n");
}

static void add_chat_check(const struct discovery *discovery, struct buffer *to) {
    if (discovery->chat != CHAT_ANSWERS) return;
    buffer_add_string(
        to, "  - name: chat answers\n"
            "    chat: \"What is 2 + 2?\"  # sent as `chat` of the target says\n"
            "    timeout: 60s\n");
    if (discovery->right_answer) {
        buffer_add_string(to, "    expect: {answer: {contains: \"4\"}}\n\n");
    } else {
        buffer_add_string(
            to, "    expect: {answer: {len: {min: 1}}}  # better: what a right answer "
                "contains\n\n");
    }
}

static void add_metrics_check(const struct discovery *discovery, struct buffer *to) {
    const struct discovery_found *metrics = &discovery->found[DISCOVERY_METRICS];
    if (!metrics->there || metrics->guarded) return;
    buffer_addf(to, "  - name: metrics\n    get: %s\n    expect:\n", metrics->path);
    buffer_add_string(to, "      status: 200\n");
    if (discovery->known_metrics) {
        buffer_add_string(
            to, "      metrics: true            # at least one is known\n");
    } else if (discovery->series[0]) {
        buffer_addf(to, "      series: [%s]\n", discovery->series);
    }
}

bool discovery_write_checks(const struct discovery *discovery, struct buffer *to) {
    bool health = discovery->found[DISCOVERY_HEALTH].there;
    bool metrics = discovery->found[DISCOVERY_METRICS].there &&
                   !discovery->found[DISCOVERY_METRICS].guarded;
    if (!health && !metrics && discovery->chat != CHAT_ANSWERS) return false;
    buffer_add_string(
        to,
        "# Written by `flightdeck init`. Run it: `flightdeck smoke --checks "
        "checks.yaml`.\nversion: 1\ndefaults: {timeout: 5s, retries: 1}\nchecks:\n");
    add_health_check(discovery, to);
    add_chat_check(discovery, to);
    add_metrics_check(discovery, to);
    return true;
}
