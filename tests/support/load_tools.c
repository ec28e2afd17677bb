/* SPDX-License-Identifier: MIT */
#include "support/load_tools.h"

#include <stdio.h>
#include <unistd.h>

#include "base/text.h"
#include "base/units.h"
#include "io/loop.h"
#include "support/meter.h"
#include "support/test_load.h"
#include "support/tool_run.h"

enum { COMMAND_SIZE = 256, NUMBER_SIZE = 16, URL_SIZE = 64 };

static const uint64_t more_ns = 20 * NS_PER_S; /* to begin, and to sum up */

static const struct tool {
    const char *name, *path, *command;
} tools[] = {
#define X(id, name, path, command) {name, path, command},
    LOAD_TOOLS(X)
#undef X
};

const char *load_tool_name(enum load_tool tool) {
    return tools[tool].name;
}

bool load_tool_is_here(enum load_tool tool) {
    const char *path = tools[tool].path;
    bool is_here = !path[0] || access(path, X_OK) == 0;
    if (!is_here) printf("  %-8s %s is not installed\n", tools[tool].name, path);
    return is_here;
}

static struct tool_use run_ours(
    const struct load_ask *ask, const struct load_nginx *nginx) {
    struct test_load load;
    test_load_init(&load, ask->tls ? nginx->tls_port : nginx->peer.port, "/");
    struct load_plan *plan = load.plan;
    plan->level = ask->connections;
    plan->run_time_ns = ask->seconds * NS_PER_S;
    plan->report_ns = NS_PER_S;
    plan->tasks[0].timeout_ns = 20 * NS_PER_S;
    if (ask->tls) {
        plan->target.tls = true;
        text_copy(plan->target.ca, sizeof plan->target.ca, nginx->certificate);
    }
    struct tool_use use = {.code = test_load_run(&load)};
    use.cpu_s = (double)load.cpu_us / 1e6;
    use.rss_mib = (double)load.rss_max_bytes / (1 << 20);
    test_load_clear(&load);
    return use;
}

static struct tool_use run_theirs(
    enum load_tool tool, const struct load_ask *ask, const struct load_nginx *nginx) {
    char command[COMMAND_SIZE], connections[NUMBER_SIZE], seconds[NUMBER_SIZE];
    char url[URL_SIZE];
    struct text text = TEXT_IN(command);
    text_addf(
        &text, "PYTHONDONTWRITEBYTECODE=1 exec %s %s", tools[tool].path,
        tools[tool].command);
    snprintf(connections, sizeof connections, "%u", ask->connections);
    snprintf(seconds, sizeof seconds, "%u", ask->seconds);
    snprintf(
        url, sizeof url, "http%s://127.0.0.1:%u/", ask->tls ? "s" : "",
        (unsigned)(ask->tls ? nginx->tls_port : nginx->peer.port));
    const char *const words[] = {connections, seconds, url, ask->locust_file, NULL};
    return tool_run(command, words, NULL, ask->seconds * NS_PER_S + more_ns);
}

/* What there was before a run. */
struct before {
    struct processor_time near, far;
    uint64_t nginx_ns, requests, at_ns;
};

static struct before look(
    const struct load_nginx *nginx, const struct processors *processors) {
    return (struct before){
        .near = processor_time_of(&processors->near),
        .far = processor_time_of(&processors->far),
        .nginx_ns = meter_read(nginx->peer.process.pid).cpu_ns,
        .requests = load_nginx_requests(nginx),
        .at_ns = loop_clock_ns()};
}

static double seconds_between(uint64_t from_ns, uint64_t to_ns) {
    return (double)(to_ns - from_ns) / (double)NS_PER_S;
}

struct load_figure load_tool_measure(
    enum load_tool tool, const struct load_ask *ask, const struct load_nginx *nginx,
    const struct processors *processors) {
    struct before before = look(nginx, processors);
    processors_take(&processors->near);
    struct tool_use use =
        tool == LOAD_TOOL_OURS ? run_ours(ask, nginx) : run_theirs(tool, ask, nginx);
    struct before after = look(nginx, processors);
    double took_s = seconds_between(before.at_ns, after.at_ns);
    double nginx_s = seconds_between(before.nginx_ns, after.nginx_ns);
    /* The last question about them is one of them. */
    double requests = (double)(after.requests - before.requests) - 1;
    return (struct load_figure){
        .valid = use.code == 0 && requests > 0,
        .quiet = processor_was_quiet(before.near, after.near, use.cpu_s, took_s) &&
                 processor_was_quiet(before.far, after.far, nginx_s, took_s),
        .code = use.code,
        .cpu_s = use.cpu_s * LOAD_TOOL_PER / requests,
        .rss_mib = use.rss_mib,
        .per_second = requests / ask->seconds};
}
