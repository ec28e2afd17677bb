/* SPDX-License-Identifier: MIT */
#include "support/small_disk.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/text.h"
#include "support/test_process.h"

#define OPTIONS "size=4m,mode=0700"

enum { CHUNK_SIZE = 4096 };

static const char not_allowed[] = "skipped: no mount namespace may be made here\n";

/* Once for all of its disks, and for everybody it starts from then on. */
static bool leave_others(void) {
    static bool is_alone;
    if (is_alone) return true;
    is_alone = unshare(CLONE_NEWNS) == 0 &&
               mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0;
    return is_alone;
}

bool small_disk_open(struct small_disk *disk, const char *path) {
    text_copy_cut(disk->path, sizeof disk->path, path);
    disk->ballast = -1;
    if (mkdir(path, 0700) != 0) assert_int_equal(errno, EEXIST);
    if (leave_others() && mount("none", path, "tmpfs", 0, OPTIONS) == 0) return true;
    print_message("%s", not_allowed);
    return false;
}

bool small_disk_is_allowed(void) {
    static const char *const probe[] = {"unshare", "--mount", "true", NULL};
    if (test_process_run(probe, NULL) == 0) return true;
    print_message("%s", not_allowed);
    return false;
}

void small_disk_close(struct small_disk *disk) {
    if (disk->ballast >= 0) small_disk_empty(disk);
    assert_int_equal(umount2(disk->path, MNT_DETACH), 0);
}

void small_disk_fill(struct small_disk *disk, size_t left) {
    static const char chunk[CHUNK_SIZE];
    off_t length = 0;
    assert_int_equal(disk->ballast, -1);
    disk->ballast = open(disk->path, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    assert_true(disk->ballast >= 0);
    while (write(disk->ballast, chunk, sizeof chunk) == CHUNK_SIZE) {
        length += CHUNK_SIZE;
    }
    assert_int_equal(errno, ENOSPC);
    assert_int_equal(ftruncate(disk->ballast, length - (off_t)left), 0);
}

void small_disk_empty(struct small_disk *disk) {
    close(disk->ballast);
    disk->ballast = -1;
}
