/* SPDX-License-Identifier: MIT */
#include "control/launch.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/text.h"
#include "base/units.h"
#include "core/event.h"
#include "core/exit_code.h"
#include "core/frame.h"
#include "io/loop.h"

enum { READ_SIZE = 16 * 1024, LAUNCH_BYTES_MAX = 1024 * 1024 };

#define PATIENCE_NS (10 * NS_PER_S)

/* What is there, or false when nothing comes in time. */
static bool read_some(
    int descriptor, uint64_t until_ns, struct buffer *to, struct error *err) {
    char bytes[READ_SIZE];
    struct pollfd input = {.fd = descriptor, .events = POLLIN};
    uint64_t now_ns = loop_clock_ns();
    int left_ms = now_ns < until_ns ? (int)((until_ns - now_ns) / NS_PER_MS) : 0;
    int ready = poll(&input, 1, left_ms);
    if (ready < 0 && errno == EINTR) return true;
    if (ready <= 0) return error_set(err, ERROR_TIMEOUT, "nobody says what to do");
    ssize_t got = read(descriptor, bytes, sizeof bytes);
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) return true;
    if (got <= 0) return error_set(err, ERROR_LOST, "nobody says what to do");
    bool fits = buffer_add(to, bytes, (size_t)got);
    explicit_bzero(bytes, sizeof bytes);
    return fits || error_set(err, ERROR_LIMIT, "that is too much to be told");
}

static bool take(
    const struct frame *frame, struct rollout_launch *launch, struct error *err) {
    if (frame->kind != ROLLOUT_LAUNCH_FRAME) {
        return error_set(err, ERROR_PROTOCOL, "a message of kind %u", frame->kind);
    }
    target_init(&launch->target);
    return frame_read(frame, &rollout_launch_record, launch, err);
}

bool launch_read(int descriptor, struct rollout_launch *launch, struct error *err) {
    uint64_t until_ns = loop_clock_ns() + PATIENCE_NS;
    struct buffer came;
    struct frame frame;
    buffer_init(&came, LAUNCH_BYTES_MAX);
    enum frame_found found = FRAME_INCOMPLETE;
    while (found == FRAME_INCOMPLETE) {
        if (!read_some(descriptor, until_ns, &came, err)) break;
        found = frame_find((const uint8_t *)came.data, came.length, &frame, err);
    }
    bool taken = found == FRAME_WHOLE && take(&frame, launch, err);
    /* The target has its credentials with it. */
    if (came.length > 0) explicit_bzero(came.data, came.length);
    buffer_clear(&came);
    return taken;
}

/* Its stdout is the child's: when that is closed, all has been said. */
_Noreturn static void wait_for(pid_t child, int end) {
    char byte;
    while (read(end, &byte, 1) < 0 && errno == EINTR) continue;
    int status = 0;
    pid_t gone = waitpid(child, &status, WNOHANG);
    _exit(gone == child && WIFEXITED(status) ? WEXITSTATUS(status) : EXIT_CODE_OK);
}

bool launch_detach(struct error *err) {
    int ends[2];
    if (getsid(0) == getpid()) return true;
    if (pipe2(ends, O_CLOEXEC) != 0) {
        return error_set(err, ERROR_SYSTEM, "%s", strerrordesc_np(errno));
    }
    pid_t child = fork();
    if (child < 0) return error_set(err, ERROR_SYSTEM, "%s", strerrordesc_np(errno));
    if (child > 0) {
        close(ends[1]);
        wait_for(child, ends[0]);
    }
    close(ends[0]);
    setsid();
    /* The other end stays open until the answer was given, or this process ends. */
    dup2(ends[1], STDIN_FILENO);
    close(ends[1]);
    return true;
}

static void close_streams(void) {
    int nothing = open("/dev/null", O_RDWR | O_CLOEXEC);
    for (int stream = STDIN_FILENO; nothing >= 0 && stream <= STDERR_FILENO; stream++) {
        dup2(nothing, stream);
    }
    if (nothing > STDERR_FILENO) close(nothing);
}

void launch_answer(bool accepted, const char *words) {
    static struct event event; /* large, and said once */
    uint8_t bytes[1024];
    event_begin(&event, EVENT_ANSWER);
    event.sequence = 1;
    event.wall_ms = loop_wall_ms();
    event.at_ns = loop_clock_ns();
    loop_boot_id(event.boot);
    event.answer.accepted = accepted;
    text_copy_cut(event.answer.words, sizeof event.answer.words, words);
    size_t length = event_encode(&event, bytes, sizeof bytes);
    ssize_t written = write(STDOUT_FILENO, bytes, length);
    (void)written; /* when nobody listens it goes on all the same */
    close_streams();
}
