/* SPDX-License-Identifier: MIT */
#include "control/watchdog_command.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "base/units.h"
#include "control/watchdog.h"
#include "core/exit_code.h"
#include "core/lease_record.h"

enum { REPLICAS_MAX = 100000 };

#define LIMIT_LEAST_NS (3 * NS_PER_S)
#define LIMIT_MOST_NS  (600 * NS_PER_S)

/* clang-format off */
#define OPTIONS(X) \
    X("--namespace",  namespace,  "where all of it is (required)") \
    X("--lease",      lease,      "whose renewals it looks for (required)") \
    X("--stable",     stable,     "the Deployment, or the Service of an HTTPRoute") \
    X("--canary",     canary,     "the same of the canary") \
    X("--service",    service,    "the Service in front of both") \
    X("--route",      route,      "the HTTPRoute") \
    X("--rollout",    rollout,    "the Rollout of Argo Rollouts") \
    X("--context",    context,    "of kubectl; in a pod it needs none") \
    X("--kubeconfig", kubeconfig, "of kubectl") \
    X("--kubectl",    kubectl,    "the program (default kubectl)") \
    X("--socket",     socket,     "of a kubectl proxy that runs already")
/* clang-format on */

static const struct {
    const char *name, *words;
    size_t offset, size;
} options[] = {
#define X(name, member, words)                                \
    {name, words, offsetof(struct target_kubernetes, member), \
     sizeof(((struct target_kubernetes *)0)->member)},
    OPTIONS(X)
#undef X
};

static void say_help(void) {
    puts("usage: flightdeck-canary watchdog --namespace NAME --lease NAME [OPTIONS]\n"
         "\n"
         "Sends all traffic to stable when the controller of a rollout does not renew\n"
         "its Lease any more. It runs in the cluster, until it is told to end.\n");
    for (size_t i = 0; i < sizeof options / sizeof *options; i++) {
        printf("  %-12s %s\n", options[i].name, options[i].words);
    }
    puts("  --router     replicas, httproute or argo (default replicas)\n"
         "  --replicas   of both Deployments together\n"
         "  --limit      silence after which it acts (default 15s)");
}

static bool read_router(const char *value, struct target_kubernetes *to) {
    static const char *const names[] = {"replicas", "httproute", "argo"};
    for (unsigned i = 0; i < sizeof names / sizeof *names; i++) {
        if (strcmp(value, names[i]) != 0) continue;
        to->router = (enum target_cluster_router)i;
        return true;
    }
    return false;
}

static bool read_number(const char *value, struct target_kubernetes *to) {
    int64_t number;
    if (!slice_i64(slice_of(value), &number)) return false;
    to->replicas = number;
    return number >= 1 && number <= REPLICAS_MAX;
}

static bool read_limit(const char *value, uint64_t *limit_ns) {
    return units_parse_duration(slice_of(value), limit_ns) &&
           *limit_ns >= LIMIT_LEAST_NS && *limit_ns <= LIMIT_MOST_NS;
}

static bool read_named(
    const char *name, const char *value, struct target_kubernetes *to) {
    for (size_t i = 0; i < sizeof options / sizeof *options; i++) {
        if (strcmp(name, options[i].name) != 0) continue;
        return text_copy((char *)to + options[i].offset, options[i].size, value);
    }
    return false;
}

static bool read_option(
    const char *name, const char *value, struct target_kubernetes *to,
    uint64_t *limit_ns) {
    if (strcmp(name, "--router") == 0) return read_router(value, to);
    if (strcmp(name, "--replicas") == 0) return read_number(value, to);
    if (strcmp(name, "--limit") == 0) return read_limit(value, limit_ns);
    return read_named(name, value, to);
}

bool watchdog_command_read(
    int count, char *const *words, struct target *target, uint64_t *limit_ns,
    struct error *err) {
    struct target_kubernetes *to = &target->kubernetes;
    target_init(target);
    *limit_ns = 0;
    for (int i = 0; i < count; i += 2) {
        if (i + 1 < count && read_option(words[i], words[i + 1], to, limit_ns)) {
            continue;
        }
        return error_set(
            err, ERROR_USAGE, "%s %s: not an option, or not a value for it", words[i],
            i + 1 < count ? words[i + 1] : "");
    }
    if (!*to->namespace || !*to->lease) {
        return error_set(err, ERROR_USAGE, "--namespace and --lease are needed");
    }
    return target_kubernetes_check(to, err);
}

int watchdog_command(int count, char *const *words) {
    static struct target target;
    struct error err = {0};
    uint64_t limit_ns;
    char holder[LEASE_HOLDER_SIZE] = "watchdog";
    if (count == 1 && strcmp(words[0], "--help") == 0) {
        say_help();
        return EXIT_CODE_OK;
    }
    if (!watchdog_command_read(count, words, &target, &limit_ns, &err)) {
        fprintf(stderr, "flightdeck-canary watchdog: %s\n", err.message);
        return EXIT_CODE_USAGE;
    }
    /* In a cluster a host's name is that of its pod. */
    gethostname(holder, sizeof holder - 1);
    const struct watchdog_options watching = {
        .target = &target, .holder = holder, .limit_ns = limit_ns};
    return watchdog_run(&watching);
}
