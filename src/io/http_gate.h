/* The choke point: nothing leaves this program over HTTP that did not pass here. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>

#include "base/error.h"
#include "io/http.h"

/* ERROR_FORBIDDEN for what the authority does not allow, ERROR_USAGE for a request that
 * cannot be sent as it is: a header with a line end, a URL that is too long. */
bool http_gate_lets_out(
    enum http_authority authority, const struct http_request *request,
    struct error *err);
