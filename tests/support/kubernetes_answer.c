/* SPDX-License-Identifier: MIT */
#include "support/kubernetes_answer.h"

#include <stdio.h>
#include <string.h>

enum { MESSAGE_SIZE = 1024, FULL_SIZE = 96 };

void kubernetes_answer_with(
    struct kubernetes_answer *answer, unsigned status, cJSON *json) {
    cJSON_Delete(answer->json);
    answer->status = status;
    answer->json = json;
}

void kubernetes_answer_copy(
    struct kubernetes_answer *answer, unsigned status, const cJSON *json) {
    kubernetes_answer_with(answer, status, cJSON_Duplicate(json, true));
}

void kubernetes_answer_plain(
    struct kubernetes_answer *answer, unsigned status, const char *reason,
    const char *message) {
    cJSON *json = cJSON_CreateObject();
    cJSON_AddStringToObject(json, "kind", "Status");
    cJSON_AddStringToObject(json, "apiVersion", "v1");
    cJSON_AddObjectToObject(json, "metadata");
    cJSON_AddStringToObject(json, "status", "Failure");
    cJSON_AddStringToObject(json, "message", message);
    cJSON_AddStringToObject(json, "reason", reason);
    /* Whoever is not let in learns no details, not even that there are none. */
    if (status != 401) cJSON_AddObjectToObject(json, "details");
    cJSON_AddNumberToObject(json, "code", status);
    kubernetes_answer_with(answer, status, json);
}

static void add_details(
    struct kubernetes_answer *answer, const struct kubernetes_place *place,
    const char *kind) {
    cJSON *json = answer->json;
    if (*place->name) tree_set_string(json, "/details/name", place->name);
    if (*place->kind->group) {
        tree_set_string(json, "/details/group", place->kind->group);
    }
    tree_set_string(json, "/details/kind", kind);
}

void kubernetes_answer_missing(
    struct kubernetes_answer *answer, const struct kubernetes_place *place) {
    if (!place->kind) {
        kubernetes_answer_plain(
            answer, 404, "NotFound",
            "the server could not find the requested resource");
        return;
    }
    char full[FULL_SIZE], message[MESSAGE_SIZE];
    snprintf(
        message, sizeof message, "%s \"%s\" not found",
        kubernetes_kind_full(place->kind, full), place->name);
    kubernetes_answer_plain(answer, 404, "NotFound", message);
    add_details(answer, place, place->kind->plural);
}

void kubernetes_answer_forbidden(
    struct kubernetes_answer *answer, const struct kubernetes_place *place,
    const char *user, const char *verb) {
    char full[FULL_SIZE], message[MESSAGE_SIZE], named[300] = "", in[320] = "";
    const struct kubernetes_kind *kind = place->kind;
    if (*place->name) snprintf(named, sizeof named, " \"%s\"", place->name);
    snprintf(
        in, sizeof in, *place->namespace ? "in the namespace \"%s\"" : "%s",
        *place->namespace ? place->namespace : "at the cluster scope");
    snprintf(
        message, sizeof message,
        "%s%s is forbidden: User \"%s\" cannot %s resource \"%s%s%s\" in API group"
        " \"%s\" %s",
        kubernetes_kind_full(kind, full), named, user, verb, kind->plural,
        *place->sub ? "/" : "", place->sub, kind->group, in);
    kubernetes_answer_plain(answer, 403, "Forbidden", message);
    add_details(answer, place, kind->plural);
}

void kubernetes_answer_exists(
    struct kubernetes_answer *answer, const struct kubernetes_place *place) {
    char full[FULL_SIZE], message[MESSAGE_SIZE];
    snprintf(
        message, sizeof message, "%s \"%s\" already exists",
        kubernetes_kind_full(place->kind, full), place->name);
    kubernetes_answer_plain(answer, 409, "AlreadyExists", message);
    add_details(answer, place, place->kind->plural);
}

void kubernetes_answer_modified(
    struct kubernetes_answer *answer, const struct kubernetes_place *place) {
    char full[FULL_SIZE], message[MESSAGE_SIZE];
    snprintf(
        message, sizeof message,
        "Operation cannot be fulfilled on %s \"%s\": the object has been modified;"
        " please apply your changes to the latest version and try again",
        kubernetes_kind_full(place->kind, full), place->name);
    kubernetes_answer_plain(answer, 409, "Conflict", message);
    add_details(answer, place, place->kind->plural);
}

static void add_cause(
    struct kubernetes_answer *answer, const char *field, const char *words) {
    cJSON *cause = cJSON_CreateObject(), *causes = cJSON_CreateArray();
    cJSON_AddStringToObject(cause, "reason", "FieldValueInvalid");
    cJSON_AddStringToObject(cause, "message", words);
    cJSON_AddStringToObject(cause, "field", field);
    cJSON_AddItemToArray(causes, cause);
    tree_set(answer->json, "/details/causes", causes);
}

void kubernetes_answer_mistyped(struct kubernetes_answer *answer, const char *words) {
    char message[MESSAGE_SIZE];
    snprintf(message, sizeof message, " \"\" is invalid: patch: %s", words);
    kubernetes_answer_plain(answer, 422, "Invalid", message);
    add_cause(answer, "patch", words);
}

void kubernetes_answer_invalid(
    struct kubernetes_answer *answer, const struct kubernetes_place *place,
    const char *field, const char *words) {
    char message[MESSAGE_SIZE];
    const struct kubernetes_kind *kind = place->kind;
    snprintf(
        message, sizeof message, "%s%s%s \"%s\" is invalid: %s: %s", kind->kind,
        *kind->group ? "." : "", kind->group, place->name, field, words);
    kubernetes_answer_plain(answer, 422, "Invalid", message);
    add_details(answer, place, kind->kind);
    add_cause(answer, field, words);
}

void kubernetes_answer_unpatched(struct kubernetes_answer *answer) {
    kubernetes_answer_plain(
        answer, 422, "Invalid",
        "the server rejected our request due to an error in our request");
}
