/* SPDX-License-Identifier: MIT */
#include "agent/arguments.h"

#include <getopt.h>
#include <string.h>

#include "agent/user_rates.h"
#include "base/text.h"
#include "base/units.h"
#include "io/bound_socket.h"

enum {
    FOR_SERVE = 1 << PROGRAM_SERVE,
    FOR_WORKER = 1 << PROGRAM_WORKER,
    FOR_MODEL = 1 << PROGRAM_MODEL,
    FOR_AGENT = FOR_SERVE | FOR_WORKER,
    FOR_ALL = FOR_AGENT | FOR_MODEL,
    SLOTS_LEAST = 1,
    SLOTS_MOST = 16,
    SYNC_MOST = 8192,
    QUEUE_MOST = 10 * 1000 * 1000,
    PORT_MOST = 65535,
    HELP_COLUMN = 26,
};

/* clang-format off */
/*    id                    name              value        for        help */
#define OPTIONS(X) \
    X(OPTION_LISTEN,        "listen",         "ADDR:PORT", FOR_ALL,   "listen there; port 0 takes a free one (default 127.0.0.1:0, for worker: nowhere)"), \
    X(OPTION_TOKEN_ENV,     "token-env",      "VARIABLE",  FOR_AGENT, "whoever asks needs the bearer token that is in this variable (default: none is needed)"), \
    X(OPTION_INSECURE,      "insecure-listen", NULL,       FOR_ALL,   "listen beyond this machine without a token: whoever reaches it may use it"), \
    X(OPTION_ADDRESS_MAX,   "address-max",    "COUNT",     FOR_AGENT, "connections from one address (default 256, on loopback any number)"), \
    X(OPTION_COMPLETE_TIMEOUT, "complete-timeout", "TIME", FOR_AGENT, "the most that a request may take to arrive (default 10s)"), \
    X(OPTION_PORT_FILE,     "port-file",      "FILE",      FOR_ALL,   "write the port into FILE once it is open"), \
    X(OPTION_RELEASE,       "release",        "VERSION",   FOR_AGENT, "the version that this is (default dev)"), \
    X(OPTION_NAME,          "name",           "NAME",      FOR_WORKER, "a stable name that no other worker has (default worker-<release>)"), \
    X(OPTION_REDIS,         "redis",          "URL",       FOR_AGENT, "redis://, rediss:// or unix://; without it: no history, no queue"), \
    X(OPTION_MODEL_URL,     "model-url",      "URL",       FOR_AGENT, "where the model's server is, without /v1/… (required)"), \
    X(OPTION_MODEL_API,     "model-api",      "API",       FOR_AGENT, "what it speaks: messages or openai (default messages)"), \
    X(OPTION_MODEL,         "model",          "NAME",      FOR_AGENT, "which model to ask for (default local-1)"), \
    X(OPTION_RETRY,         "retry",          "PROFILE",   FOR_AGENT, "failed calls to the model: sdk (two retries) or book (after 1, 2 and 4s) (default sdk)"), \
    X(OPTION_API_KEY_ENV,   "api-key-env",    "VARIABLE",  FOR_AGENT, "take the model's key from this variable (default: the key is none)"), \
    X(OPTION_PRICES,        "prices",         "FILE",      FOR_AGENT, "JSON table of prices in place of the built-in one"), \
    X(OPTION_SEARCH_URL,    "search-url",     "URL",       FOR_AGENT, "the service that search_web asks (default: built-in articles)"), \
    X(OPTION_SEARCH_HOSTS,  "search-hosts",   "HOSTS",     FOR_AGENT, "HOST[:PORT],…: whom --search-url may name (default: its own)"), \
    X(OPTION_STORE,         "store",          "FILE",      FOR_AGENT, "SQLite file of orders, ended jobs and ratings; several agents may share it"), \
    X(OPTION_CACHE_TTL,     "cache-ttl",      "TIME",      FOR_AGENT, "give an answer again to the same question for so long (default 0s: never)"), \
    X(OPTION_CHAT_TIMEOUT,  "chat-timeout",   "TIME",      FOR_SERVE, "the most that a waiting client waits (default 120s)"), \
    X(OPTION_JOB_TIMEOUT,   "job-timeout",    "TIME",      FOR_SERVE, "the most that a queued chat may take (default 10m)"), \
    X(OPTION_MODEL_TIMEOUT, "model-timeout",  "TIME",      FOR_AGENT, "the most that one call to the model may take (default 30s)"), \
    X(OPTION_SYNC_MAX,      "sync-max",       "COUNT",     FOR_SERVE, "chats answered at once; more go to the queue (default 64)"), \
    X(OPTION_USER_RATE,     "user-rate",      "RATE",      FOR_SERVE, "chats of one user: PER_SECOND:AT_ONCE, or off (default 5:10)"), \
    X(OPTION_QUEUE_MAX,     "queue-max",      "COUNT",     FOR_SERVE, "unfinished jobs of this version; more get 503 (default 10000)"), \
    X(OPTION_STREAM_PING,   "stream-ping",    "TIME",      FOR_SERVE, "a sign of life after so much silence in a stream (default 15s)"), \
    X(OPTION_SLOTS,         "slots",          "COUNT",     FOR_WORKER, "jobs at once, 1 to 16 (default 4)"), \
    X(OPTION_LEASE,         "lease",          "TIME",      FOR_WORKER, "a worker silent for so long loses its jobs (default 30s)"), \
    X(OPTION_DRAIN_NOTICE,  "drain-notice",   "TIME",      FOR_SERVE, "serve on for so long after SIGTERM, not ready any more (default 2s)"), \
    X(OPTION_DRAIN_LIMIT,   "drain-limit",    "TIME",      FOR_AGENT, "finish what is in flight for so long, then end all the same (default 25s)"), \
    X(OPTION_SEED,          "seed",           "NUMBER",    FOR_MODEL, "the same seed gives the same answers (default 1)"), \
    X(OPTION_LATENCY,       "latency",        "SPEC",      FOR_MODEL, "instant, fast, demo, slow, fixed:5ms, lognormal:400ms:0.5 (default demo)"), \
    X(OPTION_PACE,          "pace",           "TIME",      FOR_MODEL, "how long each token of a streamed answer takes (default: as --latency says)"), \
    X(OPTION_FAULT,         "fault",          "SPEC",      FOR_MODEL, "[VERSION:]NAME=SHARE,…: slow, error, overloaded, rate_limited, throttled, hang, drip, cut, late_error, malformed, half_json, wrong_schema, empty, refusal, truncated, tool_loop; latency=FACTOR"), \
    X(OPTION_LOG,           "log",            "LEVEL",     FOR_AGENT, "debug, info, warn or error (default info)"), \
    X(OPTION_HELP,          "help",           NULL,        FOR_ALL,   "show this"), \
    X(OPTION_VERSION,       "version",        NULL,        FOR_ALL,   "show the version of the program")
/* clang-format on */

enum option_id {
#define X(id, name, value, programs, help) id
    OPTIONS(X),
#undef X
    OPTION_COUNT
};

static const struct {
    const char *name;
    const char *value; /* what stands behind it; NULL for nothing */
    int programs;
    const char *help;
} options[] = {
#define X(id, name, value, programs, help) [id] = {(name), (value), (programs), (help)}
    OPTIONS(X)
#undef X
};

static const struct {
    const char *name;
    const char *help;
} programs[] = {
#define X(id, name, help) [id] = {(name), (help)}
    PROGRAMS(X)
#undef X
};

const char *program_name(enum program_kind program) {
    return programs[program].name;
}

void arguments_write_help(enum program_kind program, struct buffer *help) {
    if (program == PROGRAM_COUNT) {
        buffer_add_string(help, "Usage: flightdeck-agent PROGRAM [OPTIONS]\n\n");
        for (size_t i = 0; i < PROGRAM_COUNT; i++) {
            buffer_addf(help, "  %-8s %s\n", programs[i].name, programs[i].help);
        }
        buffer_add_string(
            help, "\nflightdeck-agent PROGRAM --help shows its options.\n");
        return;
    }
    buffer_addf(
        help, "Usage: flightdeck-agent %s [OPTIONS]\n\n%s %s.\n\n",
        programs[program].name, programs[program].name, programs[program].help);
    for (size_t i = 0; i < OPTION_COUNT; i++) {
        if (!(options[i].programs & (1 << program))) continue;
        int width = HELP_COLUMN - 4 - (int)strlen(options[i].name);
        buffer_addf(
            help, "  --%s %-*s%s\n", options[i].name, width > 0 ? width : 0,
            options[i].value ? options[i].value : "", options[i].help);
    }
}

static bool take_listen(
    struct arguments *arguments, const char *value, struct error *err) {
    const char *colon = strrchr(value, ':');
    uint64_t port = 0;
    if (!colon || !slice_u64(slice_of(colon + 1), &port) || port > PORT_MOST) {
        return error_set(err, ERROR_USAGE, "--listen %s: ADDR:PORT expected", value);
    }
    struct slice address = {.data = value, .length = (size_t)(colon - value)};
    if (address.length > 1 && value[0] == '[' && colon[-1] == ']') {
        address.data++;
        address.length -= 2;
    }
    struct text text = TEXT_IN(arguments->address);
    text_add_slice(&text, address);
    if (address.length == 0 || text.truncated) {
        return error_set(err, ERROR_USAGE, "--listen %s: no address", value);
    }
    arguments->port = (uint16_t)port;
    return true;
}

static bool take_time(
    uint64_t *time_ns, enum option_id option, const char *value, struct error *err) {
    if (units_parse_duration(slice_of(value), time_ns)) return true;
    return error_set(
        err, ERROR_USAGE, "--%s %s: a time with its unit expected, as in 30s",
        options[option].name, value);
}

static bool take_count(
    uint32_t *count, uint64_t most, enum option_id option, const char *value,
    struct error *err) {
    uint64_t number = 0;
    if (!slice_u64(slice_of(value), &number) || number < SLOTS_LEAST || number > most) {
        return error_set(
            err, ERROR_USAGE, "--%s %s: 1 to %llu expected", options[option].name,
            value, (unsigned long long)most);
    }
    *count = (uint32_t)number;
    return true;
}

static bool take_log(
    struct arguments *arguments, const char *value, struct error *err) {
    for (int level = LOG_DEBUG; level <= LOG_ERROR; level++) {
        if (strcmp(log_level_name((enum log_level)level), value) != 0) continue;
        arguments->log_level = (enum log_level)level;
        return true;
    }
    return error_set(err, ERROR_USAGE, "--log %s: debug, info, warn or error", value);
}

static bool take_release(
    struct arguments *arguments, const char *value, struct error *err) {
    /* It becomes a part of keys in Redis and of a header. */
    size_t length = strspn(
        value, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-");
    if (length == 0 || value[length] != '\0' || length >= AGENT_VERSION_SIZE) {
        return error_set(
            err, ERROR_USAGE, "--release %s: 1 to %d letters, digits, dots and dashes",
            value, AGENT_VERSION_SIZE - 1);
    }
    arguments->release = value;
    return true;
}

static bool take_name(
    struct arguments *arguments, const char *value, struct error *err) {
    size_t length = strcspn(value, " \t\r\n");
    if (length == 0 || value[length] != '\0' || length >= AGENT_NAME_SIZE) {
        return error_set(err, ERROR_USAGE, "--name: 1 to 63 characters without blanks");
    }
    arguments->name = value;
    return true;
}

static bool take_model_api(
    struct arguments *arguments, const char *value, struct error *err) {
    return wire_named(value, &arguments->wire) ||
           error_set(err, ERROR_USAGE, "--model-api %s: messages or openai", value);
}

static bool take_retry(
    struct arguments *arguments, const char *value, struct error *err) {
    return retry_policy_named(value, &arguments->retry) ||
           error_set(err, ERROR_USAGE, "--retry %s: sdk or book", value);
}

/* What can go wrong with its value. */
static bool take_checked(
    struct arguments *arguments, enum option_id option, const char *value,
    struct error *err) {
    switch ((int)option) {
    case OPTION_LISTEN: return take_listen(arguments, value, err);
    case OPTION_RELEASE: return take_release(arguments, value, err);
    case OPTION_NAME: return take_name(arguments, value, err);
    case OPTION_CHAT_TIMEOUT:
        return take_time(&arguments->chat_timeout_ns, option, value, err);
    case OPTION_JOB_TIMEOUT:
        return take_time(&arguments->job_timeout_ns, option, value, err);
    case OPTION_MODEL_TIMEOUT:
        return take_time(&arguments->model_timeout_ns, option, value, err);
    case OPTION_CACHE_TTL:
        return take_time(&arguments->cache_ttl_ns, option, value, err);
    case OPTION_LEASE: return take_time(&arguments->lease_ns, option, value, err);
    case OPTION_DRAIN_NOTICE:
        return take_time(&arguments->drain_notice_ns, option, value, err);
    case OPTION_DRAIN_LIMIT:
        return take_time(&arguments->drain_limit_ns, option, value, err);
    case OPTION_STREAM_PING: return take_time(&arguments->ping_ns, option, value, err);
    case OPTION_COMPLETE_TIMEOUT:
        return take_time(&arguments->complete_timeout_ns, option, value, err);
    case OPTION_ADDRESS_MAX:
        return take_count(&arguments->address_max, SYNC_MOST, option, value, err);
    case OPTION_SYNC_MAX:
        return take_count(&arguments->sync_max, SYNC_MOST, option, value, err);
    case OPTION_USER_RATE: return user_rates_parse(&arguments->user_rate, value, err);
    case OPTION_QUEUE_MAX:
        return take_count(&arguments->queue_max, QUEUE_MOST, option, value, err);
    case OPTION_SLOTS:
        return take_count(&arguments->slots, SLOTS_MOST, option, value, err);
    case OPTION_LATENCY: return latency_parse(&arguments->latency, value, err);
    case OPTION_PACE:
        arguments->has_pace = true;
        return take_time(&arguments->pace_ns, option, value, err);
    case OPTION_FAULT: return faults_parse(&arguments->faults, value, err);
    case OPTION_MODEL_API: return take_model_api(arguments, value, err);
    case OPTION_RETRY: return take_retry(arguments, value, err);
    case OPTION_LOG: return take_log(arguments, value, err);
    case OPTION_SEED:
        if (slice_u64(slice_of(value), &arguments->seed)) return true;
        return error_set(err, ERROR_USAGE, "--seed %s: a whole number expected", value);
    default: return true;
    }
}

/* What is taken as it is. */
static void take_plain(
    struct arguments *arguments, enum option_id option, const char *value) {
    switch ((int)option) {
    case OPTION_PORT_FILE: arguments->port_file = value; break;
    case OPTION_REDIS: arguments->redis_url = value; break;
    case OPTION_MODEL_URL: arguments->model_url = value; break;
    case OPTION_MODEL: arguments->model = value; break;
    case OPTION_API_KEY_ENV: arguments->api_key_variable = value; break;
    case OPTION_TOKEN_ENV: arguments->token_variable = value; break;
    case OPTION_INSECURE: arguments->insecure_listen = true; break;
    case OPTION_PRICES: arguments->prices_file = value; break;
    case OPTION_SEARCH_URL: arguments->search_url = value; break;
    case OPTION_SEARCH_HOSTS: arguments->search_hosts = value; break;
    case OPTION_STORE: arguments->store_file = value; break;
    case OPTION_HELP: arguments->wish = ARGUMENTS_HELP; break;
    case OPTION_VERSION: arguments->wish = ARGUMENTS_VERSION; break;
    default: break;
    }
}

static void set_defaults(struct arguments *arguments) {
    static const uint64_t chat_timeout_ns = 120 * NS_PER_S;
    static const uint64_t job_timeout_ns = 600 * NS_PER_S;
    /* Together within the 30 s that orchestrators give. */
    static const uint64_t drain_notice_ns = 2 * NS_PER_S;
    static const uint64_t drain_limit_ns = 25 * NS_PER_S;
    struct error err = {0};
    *arguments = (struct arguments){
        .program = PROGRAM_COUNT,
        .release = "dev",
        .model = "local-1",
        .retry = retry_policy_default(),
        .log_level = LOG_INFO,
        .seed = 1,
        .chat_timeout_ns = chat_timeout_ns,
        .job_timeout_ns = job_timeout_ns,
        .user_rate = {.burst = 10 * TOKEN, .per_s = 5 * TOKEN},
        .drain_notice_ns = drain_notice_ns,
        .drain_limit_ns = drain_limit_ns};
    latency_parse(&arguments->latency, "demo", &err);
}

static bool take_options(
    struct arguments *arguments, int count, char *const *values, struct error *err) {
    struct option known[OPTION_COUNT + 1] = {0};
    for (size_t i = 0; i < OPTION_COUNT; i++) {
        known[i] = (struct option){
            .name = options[i].name,
            .has_arg = options[i].value ? required_argument : no_argument};
    }
    /* The state of getopt is global; this is the one place that uses it. */
    optind = 0;
    opterr = 0;
    int index = 0;
    int found = 0;
    /* NOLINTNEXTLINE(concurrency-mt-unsafe): no other thread parses options. */
    while ((found = getopt_long(count, values, "+:", known, &index)) == 0) {
        if (!(options[index].programs & (1 << arguments->program))) {
            return error_set(
                err, ERROR_USAGE, "--%s is no option of %s", options[index].name,
                programs[arguments->program].name);
        }
        if (!take_checked(arguments, (enum option_id)index, optarg, err)) return false;
        take_plain(arguments, (enum option_id)index, optarg);
    }
    if (found == ':') {
        return error_set(err, ERROR_USAGE, "%s needs a value", values[optind - 1]);
    }
    if (found == '?') {
        return error_set(err, ERROR_USAGE, "there is no %s", values[optind - 1]);
    }
    if (optind < count) {
        return error_set(err, ERROR_USAGE, "what is \"%s\"?", values[optind]);
    }
    return true;
}

static bool check_listen(const struct arguments *arguments, struct error *err) {
    if (arguments->address[0] == '\0' || arguments->insecure_listen ||
        arguments->token_variable || bound_socket_is_loopback(arguments->address)) {
        return true;
    }
    bool has_token = arguments->program != PROGRAM_MODEL;
    return error_set(
        err, ERROR_USAGE,
        "--listen %s reaches beyond this machine, and whoever asks would be answered: "
        "%s--insecure-listen says that this is meant",
        arguments->address, has_token ? "--token-env asks for a token, " : "");
}

static bool check(const struct arguments *arguments, struct error *err) {
    if (!check_listen(arguments, err)) return false;
    if (arguments->program == PROGRAM_MODEL) return true;
    if (!arguments->model_url) {
        return error_set(err, ERROR_USAGE, "--model-url is required");
    }
    if (arguments->program == PROGRAM_WORKER && !arguments->redis_url) {
        return error_set(err, ERROR_USAGE, "--redis is required");
    }
    return true;
}

bool arguments_parse(
    struct arguments *arguments, int count, char *const *values, struct error *err) {
    set_defaults(arguments);
    if (count < 2) {
        return error_set(err, ERROR_USAGE, "serve, worker or model expected");
    }
    if (strcmp(values[1], "--help") == 0 || strcmp(values[1], "--version") == 0) {
        bool is_help = strcmp(values[1], "--help") == 0;
        arguments->wish = is_help ? ARGUMENTS_HELP : ARGUMENTS_VERSION;
        return true;
    }
    size_t program = 0;
    while (program < PROGRAM_COUNT && strcmp(programs[program].name, values[1]) != 0) {
        program++;
    }
    if (program == PROGRAM_COUNT) {
        return error_set(
            err, ERROR_USAGE, "\"%s\": serve, worker or model expected", values[1]);
    }
    arguments->program = (enum program_kind)program;
    if (program != PROGRAM_WORKER) {
        text_copy_cut(arguments->address, sizeof arguments->address, "127.0.0.1");
    }
    if (!take_options(arguments, count - 1, values + 1, err)) return false;
    return arguments->wish != ARGUMENTS_RUN || check(arguments, err);
}
