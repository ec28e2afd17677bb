/* SPDX-License-Identifier: MIT */
#include "agent/program.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "agent/agent.h"
#include "agent/model_server.h"
#include "agent/prices.h"
#include "agent/service.h"
#include "agent/worker.h"
#include "base/redact.h"
#include "base/text.h"
#include "base/units.h"
#include "core/document.h"
#include "io/bound_socket.h"
#include "io/json.h"
#include "io/leash.h"
#include "io/loop.h"

enum {
    PRICES_BYTES_MAX = 256 * 1024,
    PORT_TEXT_SIZE = 16,
    DESCRIPTORS = 16 * 1024,
    ADDRESS_MAX = 256, /* connections from one address beyond loopback */
};

struct program {
    const struct arguments *arguments; /* borrowed */
    struct loop *loop;
    struct loop_signal *on_term, *on_interrupt;
    struct leash *leash;
    struct agent *agent;
    struct service *service;
    struct worker *worker;
    struct model_server *model;
    struct prices prices;
    char worker_name[AGENT_NAME_SIZE];
    bool draining;
    enum exit_code exit_code;
};

static void on_signal(void *owner, int number);
static void on_leash_end(void *owner);
static void on_drained(void *owner);

static bool read_file(const char *path, struct buffer *content, struct error *err) {
    FILE *file = fopen(path, "re");
    if (!file) {
        return error_set(err, ERROR_USAGE, "%s: %s", path, strerrordesc_np(errno));
    }
    char piece[4096];
    size_t got = 0;
    bool fits = true;
    while (fits && (got = fread(piece, 1, sizeof piece, file)) > 0) {
        fits = buffer_add(content, piece, got);
    }
    bool is_read = !ferror(file);
    fclose(file);
    if (!fits) return error_set(err, ERROR_LIMIT, "%s: too large", path);
    return is_read || error_set(err, ERROR_SYSTEM, "%s: cannot be read", path);
}

static bool load_prices(struct program *program, struct error *err) {
    const char *path = program->arguments->prices_file;
    prices_default(&program->prices);
    if (!path) return true;
    struct buffer content;
    buffer_init(&content, PRICES_BYTES_MAX);
    bool is_read = read_file(path, &content, err);
    struct document *document = NULL;
    if (is_read) {
        document = json_parse(buffer_slice(&content), err);
        is_read =
            document && prices_read(&program->prices, document_root(document), err);
        if (!is_read) error_wrap(err, "%s", path);
    }
    document_free(document);
    buffer_clear(&content);
    return is_read;
}

/* What that variable holds; NULL without a variable. */
static bool read_secret(const char *variable, const char **secret, struct error *err) {
    *secret = NULL;
    if (!variable) return true;
    /* NOLINTNEXTLINE(concurrency-mt-unsafe): before any thread. */
    *secret = getenv(variable);
    return (*secret && (*secret)[0] != '\0') ||
           error_set(err, ERROR_USAGE, "%s is not set", variable);
}

static bool open_agent(struct program *program, struct error *err) {
    const struct arguments *arguments = program->arguments;
    const char *key = NULL;
    if (!read_secret(arguments->api_key_variable, &key, err)) return false;
    if (!load_prices(program, err)) return false;
    struct agent_options options = {
        .program = program_name(arguments->program),
        .version = arguments->release,
        .redis_url = arguments->redis_url,
        .wire = arguments->wire,
        .model_url = arguments->model_url,
        .model = arguments->model,
        .api_key = key,
        .prices = &program->prices,
        .is_patient = arguments->program == PROGRAM_WORKER,
        .model_timeout_ns = arguments->model_timeout_ns,
        .retry = arguments->retry,
        .store_path = arguments->store_file,
        .cache_ttl_ns = arguments->cache_ttl_ns,
        .search_url = arguments->search_url,
        .search_hosts = arguments->search_hosts,
        .log_level = arguments->log_level};
    program->agent = agent_new(program->loop, &options, err);
    return program->agent != NULL;
}

static bool read_token(struct program *program, const char **token, struct error *err) {
    const char *variable = program->arguments->token_variable;
    if (!read_secret(variable, token, err)) return false;
    if (!*token) return true;
    if (!access_token_valid(*token)) {
        return error_set(
            err, ERROR_USAGE, "%s holds no token: %d to %d characters without blanks",
            variable, ACCESS_TOKEN_MIN, ACCESS_TOKEN_MAX);
    }
    return redactor_add(program->agent->redactor, slice_of(*token));
}

static bool open_service(struct program *program, struct error *err) {
    const struct arguments *arguments = program->arguments;
    if (arguments->address[0] == '\0') return true;
    const char *token = NULL;
    if (!read_token(program, &token, err)) return false;
    bool is_loopback = bound_socket_is_loopback(arguments->address);
    uint32_t address_max = arguments->address_max;
    if (address_max == 0 && !is_loopback) address_max = ADDRESS_MAX;
    struct service_options options = {
        .token = token,
        .address_max = address_max,
        .complete_timeout_ns = arguments->complete_timeout_ns,
        .address = arguments->address,
        .port = arguments->port,
        .sync_max = arguments->sync_max,
        .queue_max = arguments->queue_max,
        .user_rate = arguments->user_rate,
        .chat_timeout_ns = arguments->chat_timeout_ns,
        .ping_ns = arguments->ping_ns,
        .job_timeout_ns = arguments->job_timeout_ns,
        .observe_only = arguments->program == PROGRAM_WORKER};
    program->service = service_new(program->agent, &options, err);
    return program->service != NULL;
}

static bool open_worker(struct program *program, struct error *err) {
    const struct arguments *arguments = program->arguments;
    snprintf(
        program->worker_name, sizeof program->worker_name, "worker-%s",
        arguments->release);
    struct worker_options options = {
        .name = arguments->name ? arguments->name : program->worker_name,
        .redis_url = arguments->redis_url,
        .slots = arguments->slots,
        .lease_ns = arguments->lease_ns};
    program->worker = worker_new(program->agent, &options, err);
    return program->worker != NULL;
}

static bool open_model(struct program *program, struct error *err) {
    const struct arguments *arguments = program->arguments;
    struct model_server_options options = {
        .address = arguments->address, .port = arguments->port};
    struct latency latency = arguments->latency;
    if (arguments->has_pace) latency.token_ns = arguments->pace_ns;
    simulator_init(&options.simulator, arguments->seed, &latency);
    options.simulator.faults = arguments->faults;
    program->model = model_server_new(program->loop, &options, err);
    return program->model != NULL;
}

static bool open_parts(struct program *program, struct error *err) {
    switch (program->arguments->program) {
    case PROGRAM_SERVE: return open_agent(program, err) && open_service(program, err);
    case PROGRAM_WORKER:
        return open_agent(program, err) && open_service(program, err) &&
               open_worker(program, err);
    case PROGRAM_MODEL: return open_model(program, err);
    case PROGRAM_COUNT: break;
    }
    return error_set(err, ERROR_USAGE, "nothing to run");
}

/* All at once or not at all: whoever waits for the file never reads half a number. */
static bool write_port_file(const char *path, uint16_t port, struct error *err) {
    char draft[PATH_MAX];
    struct text name = TEXT_IN(draft);
    text_addf(&name, "%s.%d", path, (int)getpid());
    if (name.truncated) return error_set(err, ERROR_USAGE, "%s: too long a path", path);
    char line[PORT_TEXT_SIZE];
    int length = snprintf(line, sizeof line, "%u\n", port);
    int file = open(draft, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    bool is_written = file >= 0 && write(file, line, (size_t)length) == length;
    if (file >= 0) close(file);
    if (is_written && rename(draft, path) == 0) return true;
    error_set(err, ERROR_SYSTEM, "%s: %s", path, strerrordesc_np(errno));
    unlink(draft);
    return false;
}

static bool tell_port(const struct program *program, struct error *err) {
    const struct arguments *arguments = program->arguments;
    uint16_t port = 0;
    if (program->service) port = service_port(program->service);
    if (program->model) port = model_server_port(program->model);
    if (port == 0) return true;
    if (program->agent) {
        json_log_write(
            &program->agent->log, LOG_INFO, NULL, "listening on %s port %u",
            arguments->address, port);
    }
    return !arguments->port_file || write_port_file(arguments->port_file, port, err);
}

static void on_signal(void *owner, int number) {
    struct program *program = owner;
    if (program->draining) {
        program->exit_code =
            number == SIGINT ? EXIT_CODE_INTERRUPTED : EXIT_CODE_TERMINATED;
        loop_stop(program->loop);
        return;
    }
    program->draining = true;
    if (program->worker) {
        worker_drain(
            program->worker, program->arguments->drain_limit_ns, on_drained, program);
    } else if (program->service) {
        struct service_drain drain = {
            .notice_ns = program->arguments->drain_notice_ns,
            .limit_ns = program->arguments->drain_limit_ns,
            .on_drained = on_drained,
            .owner = program};
        service_start_drain(program->service, &drain);
    } else {
        loop_stop(program->loop);
    }
}

static void on_drained(void *owner) {
    struct program *program = owner;
    loop_stop(program->loop);
}

/* Whoever started us is gone: nobody is left to drain for. */
static void on_leash_end(void *owner) {
    struct program *program = owner;
    loop_stop(program->loop);
}

static void close_parts(struct program *program) {
    if (program->arguments->port_file) unlink(program->arguments->port_file);
    model_server_free(program->model);
    worker_free(program->worker);
    service_free(program->service);
    agent_free(program->agent);
    leash_free(program->leash);
    loop_signal_free(program->on_term);
    loop_signal_free(program->on_interrupt);
    loop_free(program->loop);
}

/* A stream takes two descriptors: its client's and its model's. The low default is for
 * programs that select(), and this one does not. */
static void allow_many_descriptors(void) {
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= DESCRIPTORS) return;
    limit.rlim_cur = limit.rlim_max < DESCRIPTORS ? limit.rlim_max : DESCRIPTORS;
    (void)setrlimit(RLIMIT_NOFILE, &limit);
}

enum exit_code program_run(const struct arguments *arguments) {
    struct program program = {.arguments = arguments, .loop = loop_new()};
    signal(SIGPIPE, SIG_IGN);
    allow_many_descriptors();
    program.on_term = loop_on_signal(program.loop, SIGTERM, on_signal, &program);
    program.on_interrupt = loop_on_signal(program.loop, SIGINT, on_signal, &program);
    program.leash = leash_from_environment(program.loop, on_leash_end, &program);
    struct error err = {0};
    if (open_parts(&program, &err) && tell_port(&program, &err)) {
        loop_run(program.loop);
    } else {
        fprintf(
            stderr, "flightdeck-agent %s: %s\n", program_name(arguments->program),
            err.message);
        program.exit_code =
            err.code == ERROR_USAGE ? EXIT_CODE_USAGE : EXIT_CODE_UNREACHABLE;
    }
    close_parts(&program);
    return program.exit_code;
}
