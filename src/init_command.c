/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/safe_text.h"
#include "base/text.h"
#include "base/units.h"
#include "command_functions.h"
#include "config.h"
#include "confirm.h"
#include "core/discovery_files.h"
#include "core/url.h"
#include "init.h"
#include "io/loop.h"
#include "output_file.h"
#include "stop.h"

enum { FILE_BYTES_MAX = 64 * 1024, REPORT_BYTES_MAX = 192 * 1024 };
#define LIMIT_NS (120 * NS_PER_S)

static const char config_file[] = "flightdeck.yaml";
static const char checks_file[] = "checks.yaml";

/* One run of the command. */
struct visit {
    const struct invocation *invocation; /* borrowed */
    struct target target;
    struct loop *loop;
    struct init *init;
    struct stop stop;
    int code;
};

/* "agent.example:8080" becomes "agent.example-8080", this machine "local". */
static void name_target(struct target *target) {
    struct url url;
    struct error err;
    struct text name = TEXT_IN(target->name);
    if (target_url_is_loopback(target->url)) {
        text_add(&name, "local");
        return;
    }
    if (!url_parse(slice_of(target->url), &url, &err)) return;
    for (size_t i = 0; i < url.host.length; i++) {
        char c = url.host.data[i];
        bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                     (c >= '0' && c <= '9') || (i > 0 && strchr(".-_", c));
        if (plain || i > 0) text_add_char(&name, plain ? c : '-');
    }
    if (name.length == 0) text_add(&name, "target");
}

/* Whether a message may be sent. False, with `err` unset, for a no; with it set when
 * the command line contradicts itself. */
static bool may_talk(const struct visit *visit, struct error *err) {
    const struct options *options = &visit->invocation->options;
    char what[TARGET_URL_SIZE + 64];
    struct text text = TEXT_IN(what);
    struct error no;
    err->code = ERROR_NONE;
    if (options_has(options, OPTION_DRY_RUN)) return false;
    text_addf(&text, "send chat messages to %s", visit->target.url);
    if (confirm_act(visit->invocation, &visit->target, what, "", &no)) return true;
    if (no.code == ERROR_USAGE) *err = no;
    invocation_say(visit->invocation, 0, "no message is sent: %s", no.message);
    return false;
}

static bool is_free(const char *path, struct error *err) {
    if (access(path, F_OK) != 0 && errno == ENOENT) return true;
    return error_set(
        err, ERROR_CONFLICT, "%s is there already: --force replaces it", path);
}

static bool check_files(const struct visit *visit, struct error *err) {
    const struct options *options = &visit->invocation->options;
    if (options_has(options, OPTION_FORCE) || options_has(options, OPTION_DRY_RUN)) {
        return true;
    }
    return is_free(config_file, err) && is_free(checks_file, err);
}

static bool write_files(
    const struct visit *visit, const struct buffer *config, const struct buffer *checks,
    struct error *err) {
    bool replace = options_has(&visit->invocation->options, OPTION_FORCE);
    if (!output_file_write(config_file, buffer_slice(config), replace, err)) {
        return error_wrap(err, "writing %s", config_file);
    }
    if (checks->length == 0) return true;
    if (!output_file_write(checks_file, buffer_slice(checks), replace, err)) {
        return error_wrap(err, "writing %s", checks_file);
    }
    return true;
}

static void add_found(const struct discovery *discovery, struct buffer *report) {
    static const char *const names[DISCOVERY_ROLE_COUNT] = {
        "health", "ready", "metrics", "errors", "chat"};
    for (unsigned i = 0; i < DISCOVERY_ROLE_COUNT; i++) {
        const struct discovery_found *found = &discovery->found[i];
        bool untried = i == DISCOVERY_CHAT && discovery->chat == CHAT_NOT_TRIED;
        const char *where = found->there ? found->path : untried ? "not tried" : "none";
        buffer_addf(
            report, "%-8s %s%s\n", names[i], where,
            found->guarded ? " (not authorised)" : "");
    }
}

/* What a visit in earnest sends besides looking; a comment for YAML. */
static void add_message(const struct visit *visit, struct buffer *report) {
    buffer_add_string(
        report, "# Besides GET, without --dry-run this is sent to one after the other, "
                "until one takes it:\n");
    for (unsigned i = 0; discovery_talk_path(i); i++) {
        buffer_addf(
            report, "#   POST %s%s\n", visit->target.url, discovery_talk_path(i));
    }
    buffer_addf(
        report, "#     Content-Type: application/json\n#     %s\n",
        discovery_talk_body());
}

/* There was nothing to check, but there was a file. */
static void add_left(const struct buffer *checks, struct buffer *report) {
    if (checks->length > 0 || access(checks_file, F_OK) != 0) return;
    buffer_addf(
        report,
        "left %s as it was: nothing was found to check, and what it asks may "
        "be of another service\n",
        checks_file);
}

static int report_files(
    const struct visit *visit, const struct discovery *discovery,
    const struct buffer *config, const struct buffer *checks) {
    struct error err;
    struct buffer report;
    buffer_init(&report, REPORT_BYTES_MAX);
    if (options_has(&visit->invocation->options, OPTION_DRY_RUN)) {
        add_message(visit, &report);
        buffer_addf(&report, "# %s\n", config_file);
        buffer_add(&report, config->data, config->length);
        if (checks->length > 0) buffer_addf(&report, "---\n# %s\n", checks_file);
        buffer_add(&report, checks->data, checks->length);
    } else if (!write_files(visit, config, checks, &err)) {
        buffer_clear(&report);
        return invocation_fail(visit->invocation, EXIT_CODE_USAGE, &err);
    } else {
        add_found(discovery, &report);
        add_left(checks, &report);
        buffer_addf(
            &report, "wrote %s%s%s\n", config_file, checks->length > 0 ? " and " : "",
            checks->length > 0 ? checks_file : "");
    }
    int code =
        invocation_finish(visit->invocation, buffer_slice(&report), EXIT_CODE_OK);
    buffer_clear(&report);
    return code;
}

static int write_found(const struct visit *visit, const struct discovery *discovery) {
    struct buffer config;
    struct buffer checks;
    buffer_init(&config, FILE_BYTES_MAX);
    buffer_init(&checks, FILE_BYTES_MAX);
    discovery_write_config(discovery, &visit->target, &config);
    discovery_write_checks(discovery, &checks);
    int code = report_files(visit, discovery, &config, &checks);
    buffer_clear(&config);
    buffer_clear(&checks);
    return code;
}

/* Not progress: --quiet does not hide what is missing in the history. */
static void say_unrecorded(
    const struct visit *visit, const struct init_result *result) {
    struct error err = result->unrecorded;
    bool silent = result->discovery->chat == CHAT_NOT_TRIED;
    if (err.code == ERROR_NONE) return;
    error_wrap(
        &err, silent ? "no message is sent: it could not be recorded"
                     : "the message is not recorded, the history cannot be written");
    invocation_fail(visit->invocation, EXIT_CODE_OK, &err);
}

static void on_done(void *owner, const struct init_result *result) {
    struct visit *visit = owner;
    visit->init = NULL;
    loop_stop(visit->loop);
    say_unrecorded(visit, result);
    if (result->stopped) return;
    struct error err = result->error;
    if (!result->discovery->reached) {
        error_wrap(&err, "%s was not reached", visit->target.url);
        visit->code = invocation_fail(visit->invocation, EXIT_CODE_UNREACHABLE, &err);
    } else if (result->discovery->guards_all) {
        error_set(
            &err, ERROR_AUTH,
            "%s answers everything with 401 or 403: write a flightdeck.yaml with its "
            "`headers` first",
            visit->target.url);
        visit->code = invocation_fail(visit->invocation, EXIT_CODE_UNREACHABLE, &err);
    } else {
        if (result->late) {
            invocation_say(visit->invocation, 0, "the time was up: not all was asked");
        }
        visit->code = write_found(visit, result->discovery);
    }
}

static void on_stop(void *owner, unsigned count) {
    struct visit *visit = owner;
    if (count == 1 && visit->init) {
        init_stop(visit->init);
        return;
    }
    init_free(visit->init);
    visit->init = NULL;
    loop_stop(visit->loop);
}

static int run(struct visit *visit, bool talks) {
    uint64_t asked_ns = visit->invocation->options.timeout_ns;
    visit->loop = loop_new();
    stop_watch(&visit->stop, visit->loop, on_stop, visit);
    const struct init_options options = {
        .target = &visit->target,
        .may_talk = talks,
        .limit_ns = asked_ns > 0 ? asked_ns : LIMIT_NS};
    visit->init = init_start(visit->loop, &options, on_done, visit);
    loop_run(visit->loop);
    int code = (int)stop_code(&visit->stop, (enum exit_code)visit->code);
    stop_forget(&visit->stop);
    loop_free(visit->loop);
    return code;
}

int init_command(const struct invocation *invocation) {
    struct visit *visit = memory_new(sizeof *visit);
    struct error err;
    visit->invocation = invocation;
    int code = EXIT_CODE_USAGE;
    bool ready =
        config_target_of_url(invocation_operand(invocation, 0), &visit->target, &err) &&
        check_files(visit, &err);
    if (ready) {
        bool talks = may_talk(visit, &err);
        name_target(&visit->target);
        ready = talks || err.code == ERROR_NONE;
        if (ready) code = run(visit, talks);
    }
    if (!ready) invocation_fail(invocation, EXIT_CODE_USAGE, &err);
    free(visit);
    return code;
}
