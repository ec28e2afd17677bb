/* SPDX-License-Identifier: MIT */
#include "ui/terminal_entry.h"

/* Made from terminal_entry.ti: `tic -x -o DIR terminal_entry.ti`, then for each name
 * `TERMINFO=DIR infocmp -x -Q2 -q NAME`, without the line ends. */

/* clang-format off */
static const char xterm_entry[] =
    "b64:HgI2AB0ADwBpAdQBZmxpZ2h0ZGVjay14dGVybXwyNC1iaXQgY29sb3VycyBvZiB4dGVybSBhbm"
    "QgaXRzIGxpa2UAAAEAAAEAAAABAAAAAAEBAAAAAAAAAAAAAAAAAAEAUAAAAAgAAAAYAAAA________"
    "_____________________________________________wAAAAH_fwAA__8AAAIA_____wQADAAQAB"
    "QA__8fADAAMgA2AD0A__8_AEYA__9KAP__________________TgBTAP__ZQD_______9qAG8AdAB5"
    "AP__ggCGAP____-YAJ4A__________________________________________________________"
    "______________________________________________________________________________"
    "_____________________________6QA________rQC2AP__vwD___________________________"
    "_____IAP_______9MA__________________________________________________8JAQ8B____"
    "______________________________________________________________________________"
    "______________________________________________________________________________"
    "______________________________________________________________________________"
    "_______________________________________________________________________xUB____"
    "____________________________________________________________________GgH_______"
    "___________________________yMB________________________KAH_____________________"
    "_____________________________________________________________________________y"
    "4BgQEHAA0AG1tIG1sySgAbW0sAG1tKABtbJWklcDElZEcAG1slaSVwMSVkOyVwMiVkSAAKABtbSAAb"
    "Wz8yNWwACAAbWz8yNWgAG1tDABtbQQAbWzFtABtbPzEwNDloG1syMjswOzB0ABtbMm0AG1s3bQAbWz"
    "dtABtbNG0AG1slcDElZFgAG1ttABtbPzEwNDlsG1syMzswOzB0ABtbMjdtABtbMjRtABtbJXAxJWRC"
    "ABtbJXAxJWREABtbJXAxJWRDABtbJXAxJWRBABtbJWklcDElZGQAG1swJT8lcDYldDsxJTslPyVwNS"
    "V0OzIlOyU_JXAyJXQ7NCU7JT8lcDElcDMlfCV0OzclO20AG1s_N2gAG1s_N2wAG1sxSwAbWzM5OzQ5"
    "bQAbWzNtABtbMjNtABtbJT8lcDElezh9JTwldDMlcDElZCVlMzg7MjslcDElezY1NTM2fSUvJWQ7JX"
    "AxJXsyNTZ9JS8lezI1NX0lJiVkOyVwMSV7MjU1fSUmJWQlO20AG1slPyVwMSV7OH0lPCV0NCVwMSVk"
    "JWU0ODsyOyVwMSV7NjU1MzZ9JS8lZDslcDElezI1Nn0lLyV7MjU1fSUmJWQ7JXAxJXsyNTV9JSYlZC"
    "U7bQACAAEAAAADAAoAAQEIAAAAAAADAAcAQVgAUkdCAENPAA==";

static const char tmux_entry[] =
    "b64:HgInAA8ADwBpAbgBZmxpZ2h0ZGVjay10bXV4fDI0LWJpdCBjb2xvdXJzIG9mIHRtdXgAAAEAAA"
    "EAAAABAAAAAAEBUAAAAAgAAAAYAAAA________________________________________________"
    "_____wAAAAH_fwAA__8AAAIA_____wQACwAPABMA__8eAC8AMQA1ADwA__8-AEUA__9JAP________"
    "__________TQBSAP__WwD_______9gAGUAagD_____bwBzAP____98AIIA____________________"
    "______________________________________________________________________________"
    "___________________________________________________________________4gA________"
    "kQCaAP__owD_______________________________-sAP_______7cA______________________"
    "_____________________________tAPMA____________________________________________"
    "______________________________________________________________________________"
    "______________________________________________________________________________"
    "______________________________________________________________________________"
    "________________________________kA____________________________________________"
    "_____________________________gD__________________________________wcB__________"
    "______________DAH_____________________________________________________________"
    "_____________________________________xIBZQEHAA0AG1tIG1tKABtbSwAbW0oAG1slaSVwMS"
    "VkRwAbWyVpJXAxJWQ7JXAyJWRIAAoAG1tIABtbPzI1bAAIABtbPzI1aAAbW0MAG1tBABtbMW0AG1s_"
    "MTA0OWgAG1sybQAbWzdtABtbN20AG1s0bQAbW20AG1s_MTA0OWwAG1syN20AG1syNG0AG1slcDElZE"
    "IAG1slcDElZEQAG1slcDElZEMAG1slcDElZEEAG1slaSVwMSVkZAAbWzAlPyVwNiV0OzElOyU_JXA1"
    "JXQ7MiU7JT8lcDIldDs0JTslPyVwMSVwMyV8JXQ7NyU7bQAbWz83aAAbWz83bAAbWzFLABtbMzk7ND"
    "ltABtbM20AG1syM20AG1slPyVwMSV7OH0lPCV0MyVwMSVkJWUzODsyOyVwMSV7NjU1MzZ9JS8lZDsl"
    "cDElezI1Nn0lLyV7MjU1fSUmJWQ7JXAxJXsyNTV9JSYlZCU7bQAbWyU_JXAxJXs4fSU8JXQ0JXAxJW"
    "QlZTQ4OzI7JXAxJXs2NTUzNn0lLyVkOyVwMSV7MjU2fSUvJXsyNTV9JSYlZDslcDElezI1NX0lJiVk"
    "JTttAAIAAQAAAAMACgABAQgAAAAAAAMABwBBWABSR0IAQ08A";
/* clang-format on */

struct terminal_entry terminal_entry(enum terminal_family family) {
    if (family == TERMINAL_TMUX) {
        return (struct terminal_entry){tmux_entry, "flightdeck-tmux"};
    }
    return (struct terminal_entry){xterm_entry, "flightdeck-xterm"};
}
