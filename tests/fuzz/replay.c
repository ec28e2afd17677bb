/* SPDX-License-Identifier: MIT */
#include <dirent.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/scan.h"
#include "base/text.h"
#include "core/random.h"
#include "fuzz/fuzz.h"

/* Gives a fuzzer every file of its corpus and variations of each,
 * the same ones in every run: what a build without
 * libFuzzer can do. Each further round makes other ones. */

enum {
    INPUT_SIZE_MAX = 128 * 1024,
    PATH_SIZE = 512,
    VARIATIONS = 2000,
    CHANGES_MAX = 4,
    INSERTED_MAX = 400,
};

struct input {
    uint8_t *bytes; /* INPUT_SIZE_MAX of them */
    size_t length;
};

/* In memory of just its size, so that a sanitizer sees every byte read past the end. */
static void give(const uint8_t *bytes, size_t length) {
    uint8_t *exact = malloc(length > 0 ? length : 1);
    if (!exact) abort();
    if (length > 0) memcpy(exact, bytes, length);
    LLVMFuzzerTestOneInput(exact, length);
    free(exact);
}

/* Puts a run of one byte in at `at`: where a length lies, there are bytes to read. */
static void insert(struct random *random, struct input *input, size_t at) {
    size_t count = 1 + (size_t)random_below(random, INSERTED_MAX);
    if (input->length + count > INPUT_SIZE_MAX) return;
    memmove(input->bytes + at + count, input->bytes + at, input->length - at);
    memset(input->bytes + at, (int)random_below(random, 256), count);
    input->length += count;
}

static void change(struct random *random, struct input *input) {
    size_t at = (size_t)random_below(random, input->length);
    switch (random_below(random, 5)) {
    case 0: input->bytes[at] ^= (uint8_t)(1U << random_below(random, 8)); break;
    case 1: input->bytes[at] = (uint8_t)random_next(random); break;
    case 2: input->bytes[at] = random_below(random, 2) ? 0xFF : 0; break;
    case 3: insert(random, input, at); break;
    default: input->length = at + 1; break; /* cut short */
    }
}

static void give_variations(const struct input *input, struct random *random) {
    struct input varied = {.bytes = memory_new(INPUT_SIZE_MAX)};
    for (unsigned i = 0; i < VARIATIONS && input->length > 0; i++) {
        varied.length = input->length;
        memcpy(varied.bytes, input->bytes, input->length);
        uint64_t changes = 1 + random_below(random, CHANGES_MAX);
        while (changes-- > 0) change(random, &varied);
        give(varied.bytes, varied.length);
    }
    free(varied.bytes);
}

static bool read_input(const char *folder, const char *name, struct input *input) {
    char path[PATH_SIZE];
    struct text text = TEXT_IN(path);
    text_addf(&text, "%s/%s", folder, name);
    FILE *file = fopen(path, "rb");
    if (!file) return false;
    input->length = fread(input->bytes, 1, INPUT_SIZE_MAX, file);
    fclose(file);
    return true;
}

static unsigned replay(const char *folder, uint64_t round) {
    struct input input = {.bytes = memory_new(INPUT_SIZE_MAX)};
    struct random random;
    unsigned count = 0;
    random_seed(&random, round);
    DIR *files = opendir(folder);
    const struct dirent *entry = NULL;
    while (files && (entry = readdir(files))) {
        if (entry->d_name[0] == '.') continue;
        if (!read_input(folder, entry->d_name, &input)) continue;
        give(input.bytes, input.length);
        give_variations(&input, &random);
        count++;
    }
    if (files) closedir(files);
    free(input.bytes);
    return count;
}

int main(int argc, char **argv) {
    uint64_t rounds = 1;
    unsigned count = 0;
    if (argc < 2) return 1;
    if (argc > 2 && !slice_u64(slice_of(argv[2]), &rounds)) return 1;
    for (uint64_t round = 1; round <= rounds; round++) count = replay(argv[1], round);
    printf(
        "%u files and %u variations of each, %u times\n", count, VARIATIONS,
        (unsigned)rounds);
    return count > 0 ? 0 : 1;
}
