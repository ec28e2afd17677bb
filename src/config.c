/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/panic.h"
#include "base/safe_text.h"
#include "base/text.h"
#include "config_canary.h"
#include "core/suggest.h"
#include "core/url.h"
#include "demo_target.h"
#include "invocation.h"
#include "secrets.h"
#include "untrusted.h"

enum { SHOWN_SIZE = 64, NAMES_SIZE = 256 };

struct config {
    unsigned layer_count;
    struct config_layer layers[CONFIG_LAYERS_MAX];
    struct config_file *values; /* large, and mostly untouched */
    struct target *target;      /* the chosen one, or NULL */
    struct redactor *redactor;
    struct mistakes refusals;
    char note[CONFIG_NOTE_SIZE];
    bool is_filled; /* the target has its secrets */
};

static struct config_layer *find_layer(
    struct config *config, enum config_source source) {
    for (unsigned i = 0; i < config->layer_count; i++) {
        if (config->layers[i].source == source) return &config->layers[i];
    }
    return NULL;
}

/* Over what the weaker layers said. */
static bool apply(
    struct config *config, const struct config_layer *layer, struct error *err) {
    const struct node *root = config_layer_root(layer);
    struct mistakes mistakes;
    if (!layer->present) return true;
    mistakes_init(&mistakes, layer->path);
    if (!root) {
        return error_set(
            err, ERROR_SYNTAX,
            "%s:1:1: the file is empty: the key \"version\" is missing", layer->path);
    }
    schema_read(config_file_schema(), root, config->values, &mistakes);
    config_file_check(root, &mistakes);
    return mistakes_none(&mistakes, err);
}

static bool add_layer(
    struct config *config, enum config_source source, const char *path,
    struct error *err) {
    ensure(config->layer_count < CONFIG_LAYERS_MAX);
    struct config_layer *layer = &config->layers[config->layer_count++];
    return config_layer_read(layer, source, path, err) && apply(config, layer, err);
}

bool config_user_path(char path[CONFIG_PATH_SIZE]) {
    char folder[FOLDER_PATH_SIZE];
    struct error err;
    struct text text = text_in(path, CONFIG_PATH_SIZE);
    if (!folder_config(folder, &err)) return false;
    text_addf(&text, "%s/config.yaml", folder);
    return true;
}

static bool add_layers(struct config *config, const char *file, struct error *err) {
    char user[CONFIG_PATH_SIZE];
    if (config_user_path(user) && !add_layer(config, CONFIG_USER, user, err)) {
        return false;
    }
    if (file) return add_layer(config, CONFIG_NAMED, file, err);
    return add_layer(config, CONFIG_PROJECT, CONFIG_PROJECT_PATH, err);
}

struct config *config_read(const char *file, struct error *err) {
    struct config *config = memory_new(sizeof *config);
    config->values = memory_new(sizeof *config->values);
    config->redactor = redactor_new();
    schema_init(config_file_schema(), config->values);
    if (add_layers(config, file, err)) return config;
    config_free(config);
    return NULL;
}

void config_free(struct config *config) {
    if (!config) return;
    for (unsigned i = 0; i < config->layer_count; i++) {
        config_layer_clear(&config->layers[i]);
    }
    if (config->target) explicit_bzero(config->target, sizeof *config->target);
    redactor_free(config->redactor);
    free(config->target);
    free(config->values);
    free(config);
}

static struct target *find_target(struct config *config, const char *name) {
    for (uint32_t i = 0; i < config->values->target_count; i++) {
        struct target *target = &config->values->targets[i];
        if (strcmp(target->name, name) == 0) return target;
    }
    return NULL;
}

static bool unknown_target(struct config *config, const char *name, struct error *err) {
    char shown[SHOWN_SIZE];
    char names[NAMES_SIZE];
    struct text known = TEXT_IN(names);
    struct suggest suggest = suggest_for(slice_of(name));
    safe_text_copy(shown, sizeof shown, slice_of(name));
    for (uint32_t i = 0; i < config->values->target_count; i++) {
        const char *other = config->values->targets[i].name;
        suggest_offer(&suggest, other);
        text_addf(&known, "%s%s", known.length > 0 ? " " : "", other);
    }
    demo_target_list(&known);
    if (suggest.nearest) {
        return error_set(
            err, ERROR_USAGE, "no target \"%s\" (did you mean \"%s\"?)", shown,
            suggest.nearest);
    }
    return error_set(
        err, ERROR_USAGE, "no target \"%s\" (known: %s)", shown,
        known.length > 0 ? names : "none; no demo is running");
}

static bool no_choice(struct config *config, struct error *err) {
    char names[NAMES_SIZE];
    struct text demos = TEXT_IN(names);
    demo_target_list(&demos);
    if (config->values->target_count > 1) {
        return error_set(
            err, ERROR_USAGE, "several targets: choose one with --target or `target:`");
    }
    if (demos.length > 0) {
        return error_set(
            err, ERROR_USAGE, "no target is configured (running: --target %s)", names);
    }
    return error_set(
        err, ERROR_USAGE,
        "no target is configured: give a URL, --target demo while a demo runs, or let "
        "`flightdeck init URL` write flightdeck.yaml");
}

/* Its file replaces nothing: a demo's name is only asked for when no file has it. */
static struct target *add_demo(
    struct config *config, const char *name, struct error *err) {
    char file[DEMO_FILE_SIZE];
    if (!demo_target_find(name, file)) {
        unknown_target(config, name, err);
        return NULL;
    }
    config->values->target_count = 0;
    if (!add_layer(config, CONFIG_DEMO, file, err)) return NULL;
    if (config->values->target_count != 1) {
        error_set(err, ERROR_SYNTAX, "%s: expected one target", file);
        return NULL;
    }
    return &config->values->targets[0];
}

/* Where `target:` stands, in front of what is wrong with it. */
static void name_place(struct config *config, struct error *err) {
    for (unsigned i = config->layer_count; i > 0; i--) {
        const struct config_layer *layer = &config->layers[i - 1];
        const struct node *node = node_get(config_layer_root(layer), "target");
        if (!node) continue;
        error_wrap(err, "%s:%u:%u", layer->path, node->line, node->column);
        return;
    }
}

static struct target *choose_by_name(
    struct config *config, const char *name, struct error *err) {
    const char *wanted = name ? name : config->values->target;
    if (wanted[0]) {
        struct target *found = find_target(config, wanted);
        if (!found) found = add_demo(config, wanted, err);
        if (!found && !name) name_place(config, err);
        return found;
    }
    if (config->values->target_count == 1) return &config->values->targets[0];
    no_choice(config, err);
    return NULL;
}

/* The same for what is wrong with a target as a whole; the strongest file that names it
 * is the one to change. */
static bool name_target_place(
    const struct config *config, const char *name, struct error *err) {
    for (unsigned i = config->layer_count; i > 0; i--) {
        const struct config_layer *layer = &config->layers[i - 1];
        const struct node *root = config_layer_root(layer);
        const struct node *node = node_get(node_get(root, "targets"), name);
        if (!node) continue;
        return error_wrap(
            err, "%s:%u:%u", layer->path, node->key_line, node->key_column);
    }
    return false;
}

/* Whether any file says so of this target. */
static bool says(struct config *config, const char *name, const char *key) {
    for (unsigned i = 0; i < config->layer_count; i++) {
        const struct node *root = config_layer_root(&config->layers[i]);
        const struct node *target = node_get(node_get(root, "targets"), name);
        if (node_get(target, key)) return true;
    }
    return false;
}

/* The first key by which a track is made of pods; NULL for none. */
static const char *pods_of(const struct target *target) {
    if (target->tracks[TRACK_STABLE].pods.deployment[0]) return "tracks.stable.pods";
    if (target->tracks[TRACK_CANARY].pods.deployment[0]) return "tracks.canary.pods";
    return NULL;
}

/* The first key that means an object of the target's cluster; NULL for none. */
static const char *needs_cluster(const struct target *target) {
    return target->publish.configmap[0] ? "rollout.configmap" : pods_of(target);
}

/* What follows from the rest of the target, and what does not fit together. */
static bool complete(struct config *config, struct target *target, struct error *err) {
    struct target_track *stable = &target->tracks[TRACK_STABLE];
    if (target->url[0] == '\0') {
        return error_set(
            err, ERROR_SYNTAX, "target \"%s\": the key \"url\" is missing",
            target->name);
    }
    if (stable->url_count == 0 && !stable->dns[0] && !stable->pods.deployment[0]) {
        memcpy(stable->urls[0], target->url, sizeof target->url);
        stable->url_count = 1;
    }
    if (!says(config, target->name, "class")) {
        bool here = target_url_is_loopback(target->url);
        target->class = here ? TARGET_LOCAL : TARGET_PRODUCTION;
    }
    if (!target->tls.cert[0] != !target->tls.key[0]) {
        return error_set(
            err, ERROR_SYNTAX, "target \"%s\": tls.cert and tls.key need each other",
            target->name);
    }
    if (target->queue_count > 0 && !target->redis[0]) {
        return error_set(
            err, ERROR_SYNTAX, "target \"%s\": queues need the key \"redis\"",
            target->name);
    }
    if (target->publish.redis && !target->redis[0]) {
        return error_set(
            err, ERROR_SYNTAX, "target \"%s\": rollout.redis needs the key \"redis\"",
            target->name);
    }
    if (!target->kubernetes.namespace[0] && needs_cluster(target)) {
        return error_set(
            err, ERROR_SYNTAX, "target \"%s\": %s needs split.kubernetes", target->name,
            needs_cluster(target));
    }
    if (target->kubernetes.router == CLUSTER_ARGO && pods_of(target)) {
        return error_set(
            err, ERROR_SYNTAX,
            "target \"%s\": %s: a Rollout (router: argo) has both versions' pods, no "
            "Deployment has them: give `dns: http://NAME:PORT`, NAME a headless "
            "Service "
            "that the Rollout names as its stableService or canaryService",
            target->name, pods_of(target));
    }
    target->deploy.kind = config_deploy_kind(&target->deploy);
    target->poll_health_ns = config->values->poll.health_ns;
    target->poll_metrics_ns = config->values->poll.metrics_ns;
    target->poll_redis_ns = config->values->poll.redis_ns;
    return true;
}

static bool check_trust(
    struct config *config, struct target *target, struct error *err) {
    static const struct config_layer nothing = {.source = CONFIG_USER};
    const struct config_layer *project = find_layer(config, CONFIG_PROJECT);
    const struct config_layer *user = find_layer(config, CONFIG_USER);
    if (!project || !project->present || project->trusted) return true;
    if (untrusted_lowers_class(project, target)) {
        struct text note = TEXT_IN(config->note);
        text_addf(
            &note, "%s counts as production until %s is trusted (`flightdeck trust`)",
            target->name, project->path);
        target->class = TARGET_PRODUCTION;
    }
    untrusted_find(project, user ? user : &nothing, target, &config->refusals);
    if (mistakes_none(&config->refusals, err)) return true;
    err->code = ERROR_FORBIDDEN;
    return error_wrap(err, "refused until `flightdeck trust`");
}

/* Without verification nobody knows who is spoken to. */
static bool check_safety(const struct target *target, struct error *err) {
    if (!target->tls.insecure || target->class != TARGET_PRODUCTION) return true;
    return error_set(
        err, ERROR_FORBIDDEN, "target \"%s\": tls.insecure is refused for production",
        target->name);
}

bool config_target_of_url(const char *url, struct target *target, struct error *err) {
    struct url parts;
    if (!url_parse(slice_of(url), &parts, err)) {
        err->code = ERROR_USAGE;
        return false;
    }
    if (parts.userinfo.length > 0) {
        return error_set(
            err, ERROR_USAGE,
            "a user and password in a URL can be read by every process here: name them "
            "in `headers` of a target instead");
    }
    return target_from_url(target, url, err);
}

static bool choose_configured(
    struct config *config, const char *name, struct target *target, struct error *err) {
    struct target *found = choose_by_name(config, name, err);
    if (!found) return false;
    *target = *found;
    if (!complete(config, target, err)) {
        return name_target_place(config, target->name, err);
    }
    if (!check_trust(config, target, err)) return false;
    return check_safety(target, err) || name_target_place(config, target->name, err);
}

bool config_choose(
    struct config *config, const char *name, const char *url, struct error *err) {
    struct target *target = memory_new(sizeof *target);
    config->note[0] = '\0';
    mistakes_init(&config->refusals, CONFIG_PROJECT_PATH);
    bool chosen = url ? config_target_of_url(url, target, err)
                      : choose_configured(config, name, target, err);
    if (!chosen) {
        free(target);
        return false;
    }
    free(config->target);
    config->target = target;
    config->is_filled = false;
    return true;
}

bool config_fill_secrets(struct config *config, struct error *err) {
    ensure(config->target);
    if (config->is_filled) return true;
    config->is_filled = secrets_fill_target(config->target, config->redactor, err);
    if (config->is_filled) return true;
    return error_wrap(err, "target \"%s\"", config->target->name);
}

const struct target *config_target(const struct config *config) {
    return config->target;
}

const struct config_file *config_values(const struct config *config) {
    return config->values;
}

const struct redactor *config_redactor(const struct config *config) {
    return config->redactor;
}

const struct mistakes *config_refusals(const struct config *config) {
    return &config->refusals;
}

const char *config_note(const struct config *config) {
    return config->note;
}

const struct config_layer *config_layers(const struct config *config, unsigned *count) {
    *count = config->layer_count;
    return config->layers;
}
