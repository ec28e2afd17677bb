/* SPDX-License-Identifier: MIT */
#include "core/router_line.h"

#include <ctype.h>
#include <math.h>
#include <string.h>

#include "base/text.h"
#include "core/decimal.h"
#include "core/json_reader.h"
#include "core/weight.h"

/* clang-format off */
#define FIELDS(X) \
    X(FIELD_NUMBER, "n"), X(FIELD_AT, "t"), X(FIELD_ARM, "arm"), X(FIELD_BACKEND, "be"), X(FIELD_SERVER, "srv"), \
    X(FIELD_STATUS, "st"), X(FIELD_TERMINATION, "ts"), X(FIELD_RETRIES, "rc"), \
    X(FIELD_QUEUED, "Tw"), X(FIELD_CONNECT, "Tc"), X(FIELD_RESPONSE, "Tr"), \
    X(FIELD_TOTAL, "Ta"), X(FIELD_BUCKET, "bkt"), X(FIELD_WEIGHT, "bp"), \
    X(FIELD_SALT, "salt"), X(FIELD_USER, "user"), X(FIELD_CHAT, "chat"), \
    X(FIELD_OUTCOME, "out"), X(FIELD_JOB, "job"), X(FIELD_TOKENS_IN, "tin"), \
    X(FIELD_TOKENS_OUT, "tout"), X(FIELD_COST, "usd"), X(FIELD_TOOLS, "tf")
/* clang-format on */

enum field {
#define X(id, name) id
    FIELDS(X),
#undef X
    FIELD_COUNT
};

enum {
    STATUS_MAX = 999,
    STATUS_SUCCESS = 200,
    STATUS_CLIENT_ERROR = 400,
    STATUS_SERVER_ERROR = 500,
    RETRIES_MAX = 1000,
    SECONDS_DIGITS_MAX = 12,
    MS_DIGITS = 3,
    MS_PER_S = 1000,
};

#define TOKENS_MAX   UINT64_C(1000000000)
#define COST_MAX_USD 1e6

static const char *const names[] = {
#define X(id, name) name
    FIELDS(X)
#undef X
};

/* The fields of a line as they are written. */
struct fields {
    bool seen[FIELD_COUNT], is_string[FIELD_COUNT];
    struct slice words[FIELD_COUNT]; /* of a string still escaped */
};

static bool find_field(struct slice key, enum field *field) {
    for (unsigned i = 0; i < FIELD_COUNT; i++) {
        if (!slice_equals(key, names[i])) continue;
        *field = (enum field)i;
        return true;
    }
    return false;
}

/* The value behind a key. */
static bool take_value(struct json_reader *reader, struct slice *words, bool *string) {
    const char *from = reader->scan.at;
    enum json_token token = json_reader_next(reader, words);
    *string = token == JSON_STRING;
    if (token != JSON_OTHER) return json_reader_pass(reader, token);
    struct slice written = {from, (size_t)(reader->scan.at - from)};
    *words = slice_trim(written);
    return true;
}

static bool take_fields(struct slice bytes, struct fields *fields) {
    struct json_reader reader = json_reader_of(bytes);
    struct slice words, key;
    enum json_token token = json_reader_next(&reader, &words);
    if (token != JSON_MAP) return false;
    while ((token = json_reader_next(&reader, &key)) == JSON_KEY) {
        enum field field = FIELD_AT;
        bool known = find_field(key, &field), is_string = false;
        if (!take_value(&reader, &words, &is_string)) return false;
        if (!known) continue;
        if (fields->seen[field]) return false;
        fields->seen[field] = true;
        fields->is_string[field] = is_string;
        fields->words[field] = words;
    }
    return token == JSON_CLOSE && json_reader_next(&reader, &words) == JSON_END;
}

static bool be_wrong(enum field field, struct error *err) {
    return error_set(err, ERROR_SYNTAX, "\"%s\" cannot be", names[field]);
}

/* Values */

static bool take_number(
    const struct fields *fields, enum field field, int64_t least, int64_t most,
    int64_t *value) {
    int64_t read = 0;
    if (fields->is_string[field] || !slice_i64(fields->words[field], &read) ||
        read < least || read > most) {
        return false;
    }
    *value = read;
    return true;
}

static bool is_null(const struct fields *fields, enum field field) {
    return !fields->is_string[field] && slice_equals(fields->words[field], "null");
}

static bool take_count(
    const struct fields *fields, enum field field, int64_t most, uint32_t *count) {
    int64_t value = 0;
    if (!take_number(fields, field, 0, most, &value)) return false;
    *count = (uint32_t)value;
    return true;
}

/* "1790000000.042" */
static bool take_time(const struct fields *fields, int64_t *at_ms) {
    struct scan scan = scan_of(fields->words[FIELD_AT]);
    struct slice seconds = scan_until(&scan, '.');
    struct slice rest = scan_rest(&scan);
    uint64_t s = 0, ms = 0;
    if (fields->is_string[FIELD_AT] || seconds.length > SECONDS_DIGITS_MAX ||
        rest.length != MS_DIGITS || !slice_u64(seconds, &s) || !slice_u64(rest, &ms)) {
        return false;
    }
    *at_ms = (int64_t)(s * MS_PER_S + ms);
    return true;
}

/* A word that an agent may say; anything else is as if it had said nothing. */
static void take_word(
    const struct fields *fields, enum field field, char *to, size_t size) {
    struct slice words = fields->words[field];
    to[0] = '\0';
    if (words.length == 0 || words.length >= size) return;
    if (!isalnum((unsigned char)words.data[0])) return; /* "-", and no ".." of a path */
    for (size_t i = 0; i < words.length; i++) {
        char c = words.data[i];
        if (!isalnum((unsigned char)c) && !strchr("._-", c)) return;
    }
    memcpy(to, words.data, words.length);
    to[words.length] = '\0';
}

static bool take_told(const struct fields *fields, enum field field, uint64_t *told) {
    uint64_t value = 0;
    if (!slice_u64(fields->words[field], &value) || value > TOKENS_MAX) return false;
    *told = value;
    return true;
}

static void take_usage(const struct fields *fields, struct router_line *line) {
    uint64_t in = 0, out = 0;
    double usd = 0;
    if (take_told(fields, FIELD_TOKENS_IN, &in) &&
        take_told(fields, FIELD_TOKENS_OUT, &out)) {
        line->has_tokens = true;
        line->tokens = in + out;
    }
    line->has_tools = take_told(fields, FIELD_TOOLS, &line->tools_failed);
    struct scan scan = scan_of(fields->words[FIELD_COST]);
    if (decimal_take(&scan, &usd) && scan_done(&scan) && usd >= 0 &&
        usd <= COST_MAX_USD) {
        line->has_cost = true;
        line->cost_micro_usd = (uint64_t)llround(usd * 1e6);
    }
}

/* The parts of a line */

static bool take_times(
    const struct fields *fields, struct router_line *line, struct error *err) {
    const struct {
        enum field field;
        int32_t *to;
    } times[] = {
        {FIELD_QUEUED, &line->queued_ms},
        {FIELD_CONNECT, &line->connect_ms},
        {FIELD_RESPONSE, &line->response_ms},
        {FIELD_TOTAL, &line->total_ms},
    };
    for (size_t i = 0; i < sizeof times / sizeof *times; i++) {
        int64_t value = 0;
        if (!take_number(fields, times[i].field, -1, INT32_MAX, &value)) {
            return be_wrong(times[i].field, err);
        }
        *times[i].to = (int32_t)value;
    }
    int64_t number = 0;
    if (!take_number(fields, FIELD_NUMBER, 0, INT64_MAX, &number)) {
        return be_wrong(FIELD_NUMBER, err);
    }
    line->number = (uint64_t)number;
    return take_time(fields, &line->at_ms) || be_wrong(FIELD_AT, err);
}

static bool take_end(
    const struct fields *fields, struct router_line *line, struct error *err) {
    struct slice state = fields->words[FIELD_TERMINATION];
    struct slice retries = fields->words[FIELD_RETRIES];
    int64_t status = 0;
    uint64_t count = 0;
    if (!take_number(fields, FIELD_STATUS, -1, STATUS_MAX, &status)) {
        return be_wrong(FIELD_STATUS, err);
    }
    line->status = status > 0 ? (uint32_t)status : 0;
    if (state.length < sizeof line->termination || !isprint(state.data[0]) ||
        !isprint(state.data[1])) {
        return be_wrong(FIELD_TERMINATION, err);
    }
    memcpy(line->termination, state.data, sizeof line->termination);
    line->is_redispatched = retries.length > 0 && retries.data[0] == '+';
    if (line->is_redispatched) {
        retries = (struct slice){retries.data + 1, retries.length - 1};
    }
    if (!slice_u64(retries, &count) || count > RETRIES_MAX) {
        return be_wrong(FIELD_RETRIES, err);
    }
    line->retries = (uint32_t)count;
    return true;
}

static enum router_line_exclusion exclusion_of(const struct router_line *line) {
    char by = line->termination[0];
    if (by == 'C' || by == 'c' || line->status == ROUTER_LINE_CLIENT_TIMEOUT) {
        return ROUTER_LINE_CLIENT_LEFT;
    }
    return line->status == ROUTER_LINE_TOO_MANY ? ROUTER_LINE_LIMITED
                                                : ROUTER_LINE_COUNTS;
}

static bool ends_with(struct slice words, const char *end) {
    size_t length = strlen(end);
    return words.length >= length &&
           memcmp(words.data + words.length - length, end, length) == 0;
}

/* To whom it was assigned, by the line's word and by its own figures. */
static bool take_arm(
    const struct fields *fields, const char *canary, struct router_line *line,
    struct error *err) {
    struct slice arm = fields->words[FIELD_ARM];
    bool by_word = slice_equals(arm, "canary");
    if (!by_word && !slice_equals(arm, "stable")) return be_wrong(FIELD_ARM, err);
    if (!take_count(fields, FIELD_BUCKET, WEIGHT_ALL_BP - 1, &line->bucket)) {
        return be_wrong(FIELD_BUCKET, err);
    }
    if (!take_count(fields, FIELD_WEIGHT, UINT32_MAX, &line->weight_bp)) {
        return be_wrong(FIELD_WEIGHT, err);
    }
    if (!take_count(fields, FIELD_SALT, UINT32_MAX, &line->salt)) {
        return be_wrong(FIELD_SALT, err);
    }
    bool by_figures = line->bucket < line->weight_bp && line->salt > 0;
    bool on_canary = slice_equals(fields->words[FIELD_BACKEND], canary);
    bool on_backup = ends_with(fields->words[FIELD_SERVER], "bk");
    line->arm = by_word ? TRACK_CANARY : TRACK_STABLE;
    line->is_contradictory = by_word != by_figures || (!by_word && on_canary) ||
                             line->weight_bp > WEIGHT_ALL_BP;
    line->is_strayed = by_word && (!on_canary || on_backup);
    return true;
}

static bool take_who(
    const struct fields *fields, struct router_line *line, struct error *err) {
    int64_t user = 0, chat = 0;
    line->has_user = !is_null(fields, FIELD_USER);
    if (line->has_user &&
        !take_number(fields, FIELD_USER, INT64_MIN, INT64_MAX, &user)) {
        return be_wrong(FIELD_USER, err);
    }
    line->user = (uint64_t)user;
    if (!is_null(fields, FIELD_CHAT) && !take_number(fields, FIELD_CHAT, 0, 1, &chat)) {
        return be_wrong(FIELD_CHAT, err);
    }
    line->is_chat = chat == 1;
    return true;
}

static bool is_refused(const struct fields *fields) {
    return slice_equals(fields->words[FIELD_ARM], "-") && is_null(fields, FIELD_BUCKET);
}

static bool read_request(
    struct slice bytes, const char *canary, struct router_line *line,
    struct error *err) {
    struct fields fields = {0};
    if (!take_fields(bytes, &fields)) {
        return error_set(err, ERROR_SYNTAX, "not a whole line of the router");
    }
    for (unsigned i = 0; i < FIELD_COUNT; i++) {
        if (!fields.seen[i]) {
            return error_set(err, ERROR_SYNTAX, "no \"%s\"", names[i]);
        }
    }
    if (!take_times(&fields, line, err) || !take_end(&fields, line, err)) return false;
    if (is_refused(&fields)) {
        line->kind = ROUTER_LINE_REFUSED;
        return true;
    }
    if (!take_arm(&fields, canary, line, err) || !take_who(&fields, line, err)) {
        return false;
    }
    take_word(&fields, FIELD_OUTCOME, line->outcome, sizeof line->outcome);
    take_word(&fields, FIELD_JOB, line->job, sizeof line->job);
    take_usage(&fields, line);
    line->excluded = exclusion_of(line);
    return true;
}

bool router_line_read(
    struct slice bytes, const char *canary, struct router_line *line,
    struct error *err) {
    struct router_line read = {.kind = ROUTER_LINE_REQUEST};
    if (bytes.length > 0 && isalpha((unsigned char)bytes.data[0])) {
        *line = (struct router_line){.kind = ROUTER_LINE_NOTICE};
        return true;
    }
    if (!read_request(bytes, canary, &read, err)) return false;
    *line = read;
    return true;
}

/* What it means */

bool router_line_failed(const struct router_line *line) {
    if (line->excluded != ROUTER_LINE_COUNTS) return false;
    /* The server's doing, or a lack of something:
     * also behind a status that was good. */
    bool was_cut =
        line->termination[0] != '\0' && strchr("SsRIKUD", line->termination[0]);
    return line->is_strayed || was_cut || line->status < STATUS_SUCCESS ||
           line->status >= STATUS_SERVER_ERROR;
}

bool router_line_refused(const struct router_line *line) {
    if (line->excluded != ROUTER_LINE_COUNTS || router_line_failed(line)) return false;
    return line->status >= STATUS_CLIENT_ERROR || strcmp(line->outcome, "refused") == 0;
}

bool router_line_is_open(const struct router_line *line) {
    if (line->excluded != ROUTER_LINE_COUNTS || router_line_failed(line)) return false;
    return line->status == ROUTER_LINE_ACCEPTED ||
           strcmp(line->outcome, "streaming") == 0;
}
