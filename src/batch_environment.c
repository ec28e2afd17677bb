/* SPDX-License-Identifier: MIT */
#include "batch_environment.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/text.h"
#include "invocation.h"

/* What the command would be given by its own flags comes to it as variables. */
static const char *value_for(
    const struct batch_options *batch, const struct script_command *command,
    enum option_id id) {
    static const enum option_id handed_on[] = {
        OPTION_TARGET, OPTION_CONFIG, OPTION_FAIL_ON, OPTION_THEME, OPTION_COLOR};
    const char *set = script_value(batch->script, command, option_row(id)->name);
    if (set) return set;
    for (size_t i = 0; i < sizeof handed_on / sizeof *handed_on; i++) {
        if (handed_on[i] == id) return batch->invocation->options.values[id];
    }
    return NULL;
}

static bool is_variable(const char *item, const char *name) {
    size_t length = strlen(name);
    return strncmp(item, name, length) == 0 && item[length] == '=';
}

static void set_variable(
    struct batch_environment *environment, const char *name, const char *value) {
    size_t size = strlen(name) + strlen(value) + 2;
    char *item = memory_new(size);
    struct text text = text_in(item, size);
    text_addf(&text, "%s=%s", name, value);
    environment->owned[environment->owned_count++] = item;
    for (size_t i = 0; i < environment->count; i++) {
        if (!is_variable(environment->items[i], name)) continue;
        environment->items[i] = item;
        return;
    }
    environment->items[environment->count++] = item;
}

void batch_environment_init(
    struct batch_environment *environment, const struct batch_options *batch,
    const struct script_command *command) {
    size_t inherited = 0;
    while (environ[inherited]) inherited++;
    *environment = (struct batch_environment){.count = inherited};
    environment->items =
        memory_new_array(inherited + OPTION_COUNT + 1, sizeof *environment->items);
    for (size_t i = 0; i < inherited; i++) environment->items[i] = environ[i];
    for (unsigned i = 0; i < OPTION_COUNT; i++) {
        const char *variable = option_variable((enum option_id)i);
        const char *value =
            variable ? value_for(batch, command, (enum option_id)i) : NULL;
        if (value) set_variable(environment, variable, value);
    }
}

void batch_environment_clear(struct batch_environment *environment) {
    for (size_t i = 0; i < environment->owned_count; i++) free(environment->owned[i]);
    free(environment->items);
}
