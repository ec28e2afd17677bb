/* SPDX-License-Identifier: MIT */
#include "core/check_stream.h"

#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "base/units.h"

static const char media_type[] = "text/event-stream";

void check_stream_begin(
    struct check_stream *stream, const struct check_sse *wanted, uint64_t started_ns) {
    *stream = (struct check_stream){.wanted = wanted, .started_ns = started_ns};
}

/* Whether a string, or one of a list, is the name of an event or all of its data. */
static bool names(const struct node *wanted, const struct sse_event *event) {
    bool list = wanted && wanted->kind == NODE_LIST;
    for (const struct node *at = list ? wanted->first : wanted; at; at = at->next) {
        if (slice_equals(at->string, event->name)) return true;
        if (slice_equals(at->string, event->data)) return true;
        if (!list) break;
    }
    return false;
}

static void note(
    struct check_stream *stream, const struct sse_event *event, uint64_t now_ns) {
    uint64_t gap_ns = stream->count > 0 ? now_ns - stream->last_ns : 0;
    if (stream->count++ == 0) stream->first_ns = now_ns;
    if (gap_ns > stream->gap_ns) stream->gap_ns = gap_ns;
    stream->last_ns = now_ns;
    stream->last = *event;
    if (!stream->refused[0] && names(stream->wanted->no_event, event)) {
        text_copy_cut(stream->refused, sizeof stream->refused, event->name);
    }
}

void check_stream_take(
    struct check_stream *stream, struct slice bytes, uint64_t now_ns) {
    struct sse_event event;
    if (!stream->wanted) return;
    while (sse_next(&stream->reader, &bytes, &event)) note(stream, &event, now_ns);
}

void check_stream_end(struct check_stream *stream, uint64_t now_ns) {
    struct sse_event event;
    if (!stream->wanted || !sse_rest(&stream->reader, &event)) return;
    note(stream, &event, now_ns);
    stream->unended = true;
}

static const char *type_of(const struct check_answer *answer) {
    for (size_t i = 0; i < answer->header_count; i++) {
        const struct check_header *header = &answer->headers[i];
        if (strcmp(header->name, "content-type") == 0) return header->value;
    }
    return "nothing that says so";
}

/* No event says nothing, neither good nor bad. */
static void judge_being(
    const struct check_answer *answer, struct check_finding *finding) {
    const char *type = type_of(answer);
    text_copy_cut(finding->wanted, sizeof finding->wanted, "events");
    text_copy_cut(finding->got, sizeof finding->got, "none");
    if (strncasecmp(type, media_type, strlen(media_type)) != 0) {
        finding->verdict = VERDICT_FAIL;
        text_copy_cut(finding->wanted, sizeof finding->wanted, media_type);
        text_copy_cut(finding->got, sizeof finding->got, type);
    } else if (answer->stream->count == 0) {
        finding->verdict = VERDICT_INCONCLUSIVE;
    }
}

static void judge_time(
    const struct check_latency *limit, uint64_t took_ns,
    struct check_finding *finding) {
    bool late = limit->max_ns > 0 && took_ns > limit->max_ns;
    bool slow = limit->warn_ns > 0 && took_ns > limit->warn_ns;
    if (!late && !slow) return;
    struct text wanted = TEXT_IN(finding->wanted);
    struct text got = TEXT_IN(finding->got);
    finding->verdict = late ? VERDICT_FAIL : VERDICT_PASS;
    finding->degraded = !late;
    text_add(&wanted, "at most ");
    units_add_duration(&wanted, late ? limit->max_ns : limit->warn_ns);
    units_add_duration(&got, took_ns);
}

static void judge_refused(
    const struct check_stream *stream, struct check_finding *finding) {
    if (!stream->refused[0]) return;
    struct text wanted = TEXT_IN(finding->wanted);
    finding->verdict = VERDICT_FAIL;
    text_addf(&wanted, "no event \"%s\"", stream->refused);
    text_copy_cut(finding->got, sizeof finding->got, "one");
}

static void add_wanted(const struct node *wanted, struct text *text) {
    bool list = wanted->kind == NODE_LIST;
    for (const struct node *at = list ? wanted->first : wanted; at; at = at->next) {
        if (text->length > 0) text_add(text, " or ");
        text_addf(text, "\"%.*s\"", (int)at->string.length, at->string.data);
        if (!list) return;
    }
}

/* A browser never sees an event that no empty line ends; other readers do. */
static void judge_end(
    const struct check_stream *stream, struct check_finding *finding) {
    const struct node *wanted = stream->wanted->ends_with;
    if (!wanted) return;
    struct text want = TEXT_IN(finding->wanted);
    struct text got = TEXT_IN(finding->got);
    add_wanted(wanted, &want);
    text_addf(&got, "\"%s\"", stream->last.name);
    if (!names(wanted, &stream->last)) {
        finding->verdict = VERDICT_FAIL;
    } else if (stream->unended) {
        finding->degraded = true;
        text_add(&want, " and an empty line");
        text_add(&got, " without one");
    }
}

static const char *what_of(enum check_stream_rule rule) {
    switch (rule) {
    case CHECK_STREAM_FIRST: return "first event";
    case CHECK_STREAM_GAP: return "gap between events";
    case CHECK_STREAM_REFUSED: return "events";
    case CHECK_STREAM_ENDS: return "last event";
    case CHECK_STREAM_IS_ONE:
    case CHECK_STREAM_RULES: break;
    }
    return "stream";
}

void check_stream_judge(
    enum check_stream_rule rule, const struct check_answer *answer,
    struct check_finding *finding) {
    const struct check_stream *stream = answer->stream;
    const struct check_sse *wanted = stream->wanted;
    finding->verdict = VERDICT_PASS;
    text_copy_cut(finding->what, sizeof finding->what, what_of(rule));
    switch (rule) {
    case CHECK_STREAM_IS_ONE: judge_being(answer, finding); break;
    case CHECK_STREAM_FIRST:
        judge_time(
            &wanted->first_event, stream->first_ns - stream->started_ns, finding);
        break;
    case CHECK_STREAM_GAP: judge_time(&wanted->gap, stream->gap_ns, finding); break;
    case CHECK_STREAM_REFUSED: judge_refused(stream, finding); break;
    case CHECK_STREAM_ENDS: judge_end(stream, finding); break;
    case CHECK_STREAM_RULES: break;
    }
}
