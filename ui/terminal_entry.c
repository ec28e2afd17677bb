/* SPDX-License-Identifier: MIT */
#include "ui/terminal_entry.h"

#include <stdlib.h>

#include "base/memory.h"

/* Made from terminal_entry.ti: `tic -x -o DIR terminal_entry.ti`, then for each name
 * `TERMINFO=DIR infocmp -x -Q2 -q NAME`, without the line ends. */

/* clang-format off */
static const char xterm_entry[] =
    "b64:HgI2AB0ADwBpATYBZmxpZ2h0ZGVjay14dGVybXwyNC1iaXQgY29sb3VycyBvZiB4dGVybSBhbm"
    "QgaXRzIGxpa2UAAAEAAAEAAAABAAAAAAEBAAAAAAAAAAAAAAAAAAEAUAAAAAgAAAAYAAAA________"
    "_____________________________________________wAAAAH_fwAA__8AAAIA_____wQADAAQAP"
    "____8UACUAJwArADIA__80ADsA__8_AP__________________QwBIAP__WgD_______9fAGQAaQBu"
    "AP__dwB7AP____-NAJMA__________________________________________________________"
    "______________________________________________________________________________"
    "______________________________________________________________________________"
    "____________________________________________________________________-ZAJ8A____"
    "______________________________________________________________________________"
    "______________________________________________________________________________"
    "______________________________________________________________________________"
    "_______________________________________________________________________6UA____"
    "____________________________________________________________________qgD_______"
    "___________________________7MA________________________uAD_____________________"
    "_____________________________________________________________________________7"
    "4A-gAHAA0AG1tIG1sySgAbW0sAG1tKABtbJWklcDElZDslcDIlZEgACgAbW0gAG1s_MjVsAAgAG1s_"
    "MjVoABtbQwAbW0EAG1sxbQAbWz8xMDQ5aBtbMjI7MDswdAAbWzJtABtbN20AG1s3bQAbWzRtABtbJX"
    "AxJWRYABtbbQAbWz8xMDQ5bBtbMjM7MDswdAAbWzI3bQAbWzI0bQAbWz83aAAbWz83bAAbWzFLABtb"
    "Mzk7NDltABtbM20AG1syM20AG1szODsyOyVwMSV7NjU1MzZ9JS8lZDslcDElezI1Nn0lLyV7MjU1fS"
    "UmJWQ7JXAxJXsyNTV9JSYlZG0AG1s0ODsyOyVwMSV7NjU1MzZ9JS8lZDslcDElezI1Nn0lLyV7MjU1"
    "fSUmJWQ7JXAxJXsyNTV9JSYlZG0AAgAAAAAAAgAHAAEBAAADAEFYAFJHQgA=";

static const char tmux_entry[] =
    "b64:HgInAA8ADwBpARoBZmxpZ2h0ZGVjay10bXV4fDI0LWJpdCBjb2xvdXJzIG9mIHRtdXgAAAEAAA"
    "EAAAABAAAAAAEBUAAAAAgAAAAYAAAA________________________________________________"
    "_____wAAAAH_fwAA__8AAAIA_____wQACwAPAP____8TACQAJgAqADEA__8zADoA__8-AP________"
    "__________QgBHAP__UAD_______9VAFoAXwD_____ZABoAP____9xAHcA____________________"
    "______________________________________________________________________________"
    "______________________________________________________________________________"
    "______________________________________________________________________________"
    "____________________________99AIMA____________________________________________"
    "______________________________________________________________________________"
    "______________________________________________________________________________"
    "______________________________________________________________________________"
    "_______________________________4kA____________________________________________"
    "____________________________jgD__________________________________5cA__________"
    "______________nAD_____________________________________________________________"
    "_____________________________________6IA3gAHAA0AG1tIG1tKABtbSwAbW0oAG1slaSVwMS"
    "VkOyVwMiVkSAAKABtbSAAbWz8yNWwACAAbWz8yNWgAG1tDABtbQQAbWzFtABtbPzEwNDloABtbMm0A"
    "G1s3bQAbWzdtABtbNG0AG1ttABtbPzEwNDlsABtbMjdtABtbMjRtABtbPzdoABtbPzdsABtbMUsAG1"
    "szOTs0OW0AG1szbQAbWzIzbQAbWzM4OzI7JXAxJXs2NTUzNn0lLyVkOyVwMSV7MjU2fSUvJXsyNTV9"
    "JSYlZDslcDElezI1NX0lJiVkbQAbWzQ4OzI7JXAxJXs2NTUzNn0lLyVkOyVwMSV7MjU2fSUvJXsyNT"
    "V9JSYlZDslcDElezI1NX0lJiVkbQACAAAAAAACAAcAAQEAAAMAQVgAUkdCAA==";
/* clang-format on */

struct terminal_entry terminal_entry(enum terminal_family family) {
    if (family == TERMINAL_TMUX) {
        return (struct terminal_entry){tmux_entry, "flightdeck-tmux"};
    }
    return (struct terminal_entry){xterm_entry, "flightdeck-xterm"};
}

char *terminal_entry_offer(const struct terminal_entry *entry) {
    const char *before = getenv("TERMINFO"); /* NOLINT(concurrency-mt-unsafe) */
    char *kept = before ? memory_copy_string(before) : NULL;
    setenv("TERMINFO", entry->terminfo, 1); /* NOLINT(concurrency-mt-unsafe) */
    return kept;
}

void terminal_entry_withdraw(char *before) {
    if (before) {
        setenv("TERMINFO", before, 1); /* NOLINT(concurrency-mt-unsafe) */
    } else {
        unsetenv("TERMINFO"); /* NOLINT(concurrency-mt-unsafe) */
    }
    free(before);
}
