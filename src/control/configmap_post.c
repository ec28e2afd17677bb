/* Where a rollout stands, on a ConfigMap of its target's cluster. Each write tests the
 * epoch that stands there, so that a controller that was replaced writes over nobody,
 * and is read back. Not each second: all of the cluster shares what keeps it.
 *
 *   write: read ──► patch ──► read back
 *            │ missing
 *            ▼
 *          create
 */
/* SPDX-License-Identifier: MIT */
#include <inttypes.h>
#include <stdlib.h>

#include "base/base64.h"
#include "base/buffer.h"
#include "base/json_writer.h"
#include "base/memory.h"
#include "base/text.h"
#include "base/units.h"
#include "control/cluster.h"
#include "control/post.h"
#include "core/epoch_fence.h"
#include "core/lease_record.h"
#include "core/rollout_board.h"
#include "io/loop.h"

/* Far below the 1 MiB that an object may have. */
enum {
    ENVELOPE_MAX = 16 * 1024,
    JSON_MAX = 12 * 1024, /* before its quotes are escaped */
    BODY_MAX = 60 * 1024, /* of a cluster's change, with room for its tests */
    NUMBER_SIZE = 24,
};

#define EVERY_NS (2 * NS_PER_S)

/* One thing to be written. */
struct sheet {
    struct buffer envelope, json; /* envelope: in base64; empty for none */
    char written[LEASE_TIME_SIZE];
    struct rollout_board board; /* of these */
    uint64_t epoch;
    bool ends; /* the last one: for this nobody waits */
};

struct configmap_post_state {
    struct post_options options;
    struct cluster *cluster;
    char path[CLUSTER_PATH_SIZE], all_path[CLUSTER_PATH_SIZE];
    struct sheet next,
        now; /* to be written when what is under way has ended; and that */
    bool is_busy;
    struct loop_timer *pause; /* until the next one may be written */
    struct loop_timer *said;  /* soon: it does not fit */
    struct error how;
    struct buffer body;
};

static void on_written(void *owner, const struct cluster_done *done);
static void on_created(void *owner, const struct cluster_done *done);
static void on_pause_over(void *owner, uint64_t now_ns);
static void on_too_large(void *owner, uint64_t now_ns);

static bool is_wanted(const struct target_publish *publish) {
    return publish->configmap[0] != '\0';
}

static void sheet_init(struct sheet *sheet) {
    buffer_init(&sheet->envelope, BASE64_SIZE(ENVELOPE_MAX));
    buffer_init(&sheet->json, JSON_MAX);
}

static void sheet_clear(struct sheet *sheet) {
    buffer_clear(&sheet->envelope);
    buffer_clear(&sheet->json);
}

static void *start(const struct post_options *options, struct error *err) {
    const char *name = options->target->publish.configmap;
    if (!options->kubernetes || !target_kubernetes_is_name(name)) {
        error_set(err, ERROR_USAGE, "there is no cluster with a \"%s\"", name);
        return NULL;
    }
    struct configmap_post_state *post = memory_new(sizeof *post);
    post->options = *options;
    post->cluster = cluster_new(options->loop, options->kubernetes);
    cluster_path(post->cluster, "/api/v1", "configmaps", name, post->path);
    cluster_path(post->cluster, "/api/v1", "configmaps", "", post->all_path);
    sheet_init(&post->next);
    sheet_init(&post->now);
    buffer_init(&post->body, BODY_MAX);
    return post;
}

static void stop(void *owner) {
    struct configmap_post_state *post = owner;
    if (!post) return;
    loop_timer_free(post->pause);
    loop_timer_free(post->said);
    cluster_free(post->cluster);
    sheet_clear(&post->next);
    sheet_clear(&post->now);
    buffer_clear(&post->body);
    free(post);
}

/* Writing */

static enum change_need plan(
    const void *wish, const struct node *object, struct json_patch *patch,
    struct error *err) {
    const struct rollout_board *board = wish;
    (void)err;
    if (rollout_board_is(board, object)) return CHANGE_THERE;
    json_patch_map_begin(patch, "/data");
    rollout_board_write_data(board, &patch->json);
    json_patch_map_end(patch);
    json_patch_map_begin(patch, "/binaryData");
    rollout_board_write_binary(board, &patch->json);
    json_patch_map_end(patch);
    return CHANGE_NEEDED;
}

static bool holds(const void *wish, const struct node *object) {
    return rollout_board_is(wish, object);
}

static void write_next(struct configmap_post_state *post) {
    const struct sheet now = post->now;
    post->now = post->next;
    post->next = now;
    buffer_reset(&post->next.envelope);
    struct sheet *sheet = &post->now;
    sheet->board = (struct rollout_board){
        buffer_slice(&sheet->envelope), buffer_slice(&sheet->json), sheet->written};
    const struct cluster_change change = {
        .path = post->path,
        .sub = "",
        .epoch = sheet->epoch,
        .plan = plan,
        .holds = holds,
        .wish = &sheet->board,
    };
    post->is_busy = true;
    cluster_change(post->cluster, &change, on_written, post);
}

static bool has_next(const struct configmap_post_state *post) {
    return post->next.envelope.length > 0;
}

static void write_when_due(struct configmap_post_state *post) {
    bool waits = post->pause && !post->next.ends;
    if (!post->is_busy && has_next(post) && !waits) write_next(post);
}

static void finish(struct configmap_post_state *post, const struct error *how) {
    struct error said = *how;
    post->is_busy = false;
    loop_timer_free(post->pause);
    post->pause = loop_after(post->options.loop, EVERY_NS, on_pause_over, post);
    write_when_due(post);
    post->options.on_said(post->options.owner, &said);
}

static void on_pause_over(void *owner, uint64_t now_ns) {
    struct configmap_post_state *post = owner;
    (void)now_ns;
    post->pause = NULL;
    write_when_due(post);
}

static void create(struct configmap_post_state *post) {
    const struct sheet *sheet = &post->now;
    char epoch[NUMBER_SIZE];
    struct text text = TEXT_IN(epoch);
    struct json_writer json = json_writer_to(&post->body);
    text_addf(&text, "%" PRIu64, sheet->epoch);
    buffer_reset(&post->body);
    json_object_begin(&json);
    json_field_string(&json, "apiVersion", "v1");
    json_field_string(&json, "kind", "ConfigMap");
    json_key(&json, "metadata");
    json_object_begin(&json);
    json_field_string(&json, "name", post->options.target->publish.configmap);
    json_key(&json, "annotations");
    json_object_begin(&json);
    json_field_string(&json, EPOCH_ANNOTATION, epoch);
    json_object_end(&json);
    json_object_end(&json);
    json_key(&json, "data");
    json_object_begin(&json);
    rollout_board_write_data(&sheet->board, &json);
    json_object_end(&json);
    json_key(&json, "binaryData");
    json_object_begin(&json);
    rollout_board_write_binary(&sheet->board, &json);
    json_object_end(&json);
    json_object_end(&json);
    const struct cluster_put put = {"POST", post->all_path, buffer_slice(&post->body)};
    cluster_put(post->cluster, &put, on_created, post);
}

static void on_written(void *owner, const struct cluster_done *done) {
    struct configmap_post_state *post = owner;
    if (done->missing) {
        create(post);
        return;
    }
    finish(post, &done->error);
}

/* When somebody was faster, the next one is written over his. */
static void on_created(void *owner, const struct cluster_done *done) {
    finish(owner, &done->error);
}

/* Telling */

static void on_too_large(void *owner, uint64_t now_ns) {
    struct configmap_post_state *post = owner;
    (void)now_ns;
    post->said = NULL;
    post->options.on_said(post->options.owner, &post->how);
}

static void tell(void *owner, const struct posting *posting) {
    struct configmap_post_state *post = owner;
    struct sheet *next = &post->next;
    if (posting->epoch == 0) return;
    buffer_reset(&next->envelope);
    buffer_reset(&next->json);
    if (!base64_add(&next->envelope, posting->envelope) ||
        !buffer_add(&next->json, posting->json.data, posting->json.length)) {
        buffer_reset(&next->envelope);
        error_set(
            &post->how, ERROR_LIMIT, "%zu and %zu bytes are more than it may hold",
            posting->envelope.length, posting->json.length);
        if (!post->said) post->said = loop_soon(post->options.loop, on_too_large, post);
        return;
    }
    lease_time_write(next->written, loop_wall_ms());
    next->epoch = posting->epoch;
    next->ends = posting->status->ended;
    write_when_due(post);
}

static bool is_idle(const void *owner) {
    const struct configmap_post_state *post = owner;
    return !post->is_busy && !has_next(post);
}

const struct post_type configmap_post = {"ConfigMap", is_wanted, start,
                                         stop,        tell,      is_idle};
