/* Takes pictures of a program's screens: starts it in a terminal emulator, types keys,
 * and saves what is shown as SVG. */
/* SPDX-License-Identifier: MIT */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/display.h"
#include "support/picture.h"

enum { EXIT_MISSING = 1, EXIT_USAGE = 2, WAIT_MS = 30000 };

static const char usage[] =
    "usage: shot [-s WIDTHxHEIGHT] [-e NAME=VALUE] STEP... -- PROGRAM ARGS...\n"
    "  steps, in order:  wait=WORDS   keys=KEYS   ms=TIME   svg=FILE   text=FILE\n";

enum { STEPS_MAX = 64, ENV_MAX = 16 };

struct script {
    int width, height;
    const char *env[ENV_MAX + 1];
    size_t env_count;
    const char *steps[STEPS_MAX];
    size_t step_count;
    const char *const *program;
};

static bool read_size(const char *words, struct script *script) {
    char *end = NULL;
    script->width = (int)strtol(words, &end, 10);
    if (*end != 'x') return false;
    script->height = (int)strtol(end + 1, &end, 10);
    return *end == '\0' && script->width > 0 && script->height > 0;
}

static bool read_script(int argc, char **argv, struct script *script) {
    *script = (struct script){.width = 120, .height = 40};
    int option;
    while ((option = getopt(argc, argv, "+s:e:")) != -1) {
        if (option == 's' && !read_size(optarg, script)) return false;
        if (option == 'e' && script->env_count < ENV_MAX) {
            script->env[script->env_count++] = optarg;
        }
        if (option == '?') return false;
    }
    int at = optind;
    for (; at < argc && strcmp(argv[at], "--") != 0; at++) {
        if (script->step_count == STEPS_MAX) return false;
        script->steps[script->step_count++] = argv[at];
    }
    if (at + 1 >= argc) return false;
    script->program = (const char *const *)&argv[at + 1];
    return true;
}

static const char *argument_of(const char *step, const char *name) {
    size_t length = strlen(name);
    return strncmp(step, name, length) == 0 ? step + length : NULL;
}

/* "\e" is Esc, "\r" Enter, as the shell would write them. */
static void type(struct display *display, const char *keys) {
    for (; *keys; keys++) {
        char key = *keys;
        if (key == '\\' && keys[1]) {
            keys++;
            key = *keys == 'e' ? '\033' : *keys == 'r' ? '\r' : *keys;
        }
        display_send(display, &key, 1);
    }
}

static bool save_text(struct display *display, const char *path) {
    FILE *file = fopen(path, "we");
    if (!file) return false;
    fputs(display_text(display), file);
    return fclose(file) == 0;
}

static bool step(struct display *display, const char *words) {
    const char *argument;
    struct error err = {0};
    if ((argument = argument_of(words, "wait="))) {
        if (display_wait(display, argument, WAIT_MS)) return true;
        fprintf(stderr, "shot: \"%s\" never came; the screen is:\n", argument);
        fputs(display_text(display), stderr);
        return false;
    }
    if ((argument = argument_of(words, "keys="))) {
        type(display, argument);
        return true;
    }
    if ((argument = argument_of(words, "ms="))) {
        display_look_on(display, (unsigned)strtoul(argument, NULL, 10));
        return true;
    }
    if ((argument = argument_of(words, "text="))) return save_text(display, argument);
    argument = argument_of(words, "svg=");
    if (argument && picture_save(display, argument, &err)) return true;
    fprintf(stderr, "shot: %s\n", argument ? err.message : words);
    return false;
}

int main(int argc, char **argv) {
    struct script script;
    if (!read_script(argc, argv, &script)) {
        fputs(usage, stderr);
        return EXIT_USAGE;
    }
    const struct display_options options = {
        .args = script.program,
        .env = script.env,
        .width = script.width,
        .height = script.height,
    };
    struct display *display = display_start(&options);
    bool good = true;
    for (size_t i = 0; good && i < script.step_count; i++) {
        good = step(display, script.steps[i]);
    }
    display_type(display, "q");
    display_wait_exit(display, WAIT_MS);
    display_free(display);
    return good ? 0 : EXIT_MISSING;
}
