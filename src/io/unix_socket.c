/* SPDX-License-Identifier: MIT */
#include "io/unix_socket.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/text.h"

static void remove_socket(const char *path) {
    struct stat info;
    if (lstat(path, &info) == 0 && S_ISSOCK(info.st_mode)) unlink(path);
}

int unix_socket_bind(const char *path, int type, struct error *err) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (!text_copy(address.sun_path, sizeof address.sun_path, path)) {
        error_set(err, ERROR_LIMIT, "socket %s: the path is too long", path);
        return -1;
    }
    remove_socket(path);
    int bound = socket(AF_UNIX, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    /* The mode of the socket before it is bound becomes the mode of its file. */
    if (bound >= 0 && fchmod(bound, 0600) == 0 &&
        bind(bound, (struct sockaddr *)&address, sizeof address) == 0) {
        return bound;
    }
    error_set(err, ERROR_SYSTEM, "socket %s: %s", path, strerrordesc_np(errno));
    if (bound >= 0) close(bound);
    return -1;
}

bool unix_socket_is_heard(const char *path, int type) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (!text_copy(address.sun_path, sizeof address.sun_path, path)) return false;
    int asking = socket(AF_UNIX, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (asking < 0) return false;
    int refused = connect(asking, (struct sockaddr *)&address, sizeof address);
    bool heard = refused == 0 || errno == EAGAIN; /* so many ask that it has to wait */
    close(asking);
    return heard;
}

bool unix_socket_is_ours(int socket) {
    struct ucred peer;
    socklen_t length = sizeof peer;
    if (getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &peer, &length) != 0) return false;
    return peer.uid == geteuid() || peer.uid == 0;
}
