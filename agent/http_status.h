/* The HTTP statuses that the agent answers with or has to understand. */
/* SPDX-License-Identifier: MIT */
#pragma once

enum http_status {
    STATUS_OK = 200,
    STATUS_ACCEPTED = 202,
    STATUS_BAD_REQUEST = 400,
    STATUS_UNAUTHORIZED = 401,
    STATUS_FORBIDDEN = 403,
    STATUS_NOT_FOUND = 404,
    STATUS_NOT_ALLOWED = 405,
    STATUS_REQUEST_TIMEOUT = 408,
    STATUS_TOO_LARGE = 413,
    STATUS_UNPROCESSABLE = 422,
    STATUS_TOO_MANY = 429,
    STATUS_CLIENT_GONE = 499, /* what proxies log when the client did not wait */
    STATUS_SERVER_ERROR = 500,
    STATUS_UNAVAILABLE = 503,
    STATUS_GATEWAY_TIMEOUT = 504,
    STATUS_OVERLOADED = 529, /* of the Messages API */
};
