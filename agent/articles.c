/* SPDX-License-Identifier: MIT */
#include "agent/articles.h"

#include "agent/bm25.h"
#include "base/safe_text.h"

/* Short and true, about what customers ask and about what answers them. */
static const struct bm25_document articles[] = {
    {"Right of withdrawal in the EU",
     "A consumer in the European Union may withdraw from an online purchase within 14 "
     "days of receiving the goods, without a reason (Directive 2011/83/EU). The seller "
     "refunds all payments, standard delivery included, within 14 days of being told."},
    {"Returning goods: who pays",
     "After a withdrawal the customer sends the goods back within 14 days and bears "
     "the "
     "direct cost of the return, unless the seller agreed to bear it or failed to say "
     "that the customer has to."},
    {"Exceptions from the right of withdrawal",
     "Goods made to the customer's order, goods that spoil quickly, and sealed audio, "
     "video or software that was unsealed after delivery cannot be returned under the "
     "EU right of withdrawal."},
    {"Legal guarantee of conformity",
     "In the EU a seller is liable for at least two years for goods that were faulty "
     "when delivered (Directive 2019/771). The customer may ask for repair or "
     "replacement free of charge. A commercial warranty comes on top of it."},
    {"Warranty and guarantee: the difference",
     "A commercial warranty is a voluntary promise of a seller or maker. The legal "
     "guarantee is owed by law and cannot be taken away by the terms of a warranty."},
    {"Damaged parcels",
     "In the EU the risk passes to the consumer only with delivery: a parcel that is "
     "damaged or lost on its way is the seller's loss. Photographs of the parcel and "
     "of "
     "its contents help to settle the matter."},
    {"Late delivery",
     "Unless another time was agreed, an EU seller must deliver within 30 days. After "
     "that the customer may set an additional period, and end the contract when it "
     "passes too."},
    {"Shipping to Norway",
     "Norway is no member of the EU. Parcels from the EU cross a customs border, and "
     "Norwegian VAT is due. Under the VOEC scheme a registered foreign seller charges "
     "that VAT at the checkout for goods under 3,000 kroner each."},
    {"Shipping to Switzerland",
     "Switzerland is not in the EU customs union: parcels need a customs declaration, "
     "and import VAT is charged on them above a small amount."},
    {"Shipping to the United Kingdom",
     "Since 2021 parcels from the EU to Great Britain need a customs declaration. For "
     "consignments of up to 135 pounds the seller charges UK VAT at the point of "
     "sale."},
    {"Refunds to a card",
     "A refund goes back to the means of payment that was used, unless the customer "
     "agrees to another one. Banks often take a few working days to show it."},
    {"Chargeback",
     "A cardholder may ask the bank to reverse a card payment, for example when goods "
     "never came. The rules and time limits are those of the card scheme."},
    {"Strong customer authentication",
     "Under the EU's second payment services directive most online card payments need "
     "two independent factors out of knowledge, possession and inherence."},
    {"Personal data: access",
     "Under article 15 of the GDPR a person may ask what personal data a company holds "
     "about them. The answer is due within one month, which can be extended by two."},
    {"Personal data: erasure",
     "Article 17 of the GDPR lets people have their data erased, with exceptions: "
     "invoices that tax law requires to be kept are one."},
    {"Order numbers of this service",
     "An order number of the demonstration shop is a letter, a dash and digits, for "
     "example A-1001. The lookup_order tool tells the state of one order."},
    {"What this agent can do",
     "This agent answers questions of customers. It has three tools: calculate for "
     "arithmetic, search_web for looking something up, and lookup_order for the state "
     "of an order. It cannot change an order."},
    {"What this agent remembers",
     "The agent keeps the last 20 turns of a conversation for a day. A turn is kept "
     "whole or not at all, so that a tool's result never stands without its call."},
    {"Chats that are answered later",
     "A client that sends Prefer: respond-async gets 202 and a job id at once; a "
     "worker "
     "answers the chat, and GET /chat/{job_id} tells the result. Under high load the "
     "agent answers 202 on its own account."},
    {"Priorities of queued chats",
     "A queued chat has priority 5, 3 or 1: high, normal or low. Workers take what is "
     "high first. Each version of the agent has queues of its own."},
    {"Leases of queued chats",
     "A job belongs to the worker that took it for as long as that worker shows signs "
     "of life. A worker that stays silent for the length of the lease loses its jobs "
     "to "
     "another one. After three deliveries a job is given up."},
    {"Rating an answer", "POST /feedback with the job id and a rating from 1 to 5 "
                         "rates an answer. A job has "
                         "one rating: a second one replaces the first."},
    {"The calculator",
     "The calculate tool knows + - * / % and powers, parentheses, pi and e, and "
     "functions such as sqrt, ln, sin, min and max. Powers bind tighter than a minus "
     "sign: -2^2 is -4."},
    {"Redis streams",
     "A Redis stream is an append-only log of entries. A consumer group hands each "
     "entry "
     "to one consumer and remembers it as pending until it is acknowledged with XACK; "
     "XAUTOCLAIM passes on what a dead consumer left behind."},
    {"Redis persistence",
     "Redis can write an append-only file. With appendfsync everysec a crash of the "
     "machine loses about one second of writes; with always, none that was confirmed."},
    {"SQLite write-ahead log", "In WAL mode SQLite appends changes to a second file, "
                               "so that readers do not block "
                               "the writer and the writer does not block readers. "
                               "There is one writer at a time."},
    {"Circuit breaker",
     "A circuit breaker stops calling a service that keeps failing, so that callers "
     "fail "
     "fast and the service can recover. After a while it lets a trial call through and "
     "closes again when that succeeds."},
    {"Retries and backoff",
     "Retries wait longer after each failure, with random jitter so that clients do "
     "not "
     "come back all at once. A budget keeps retries from multiplying an outage."},
    {"HTTP status 429", "429 Too Many Requests means that the client has exceeded a "
                        "rate limit (RFC 6585). "
                        "A Retry-After header may say how long to wait."},
    {"HTTP status 503",
     "503 Service Unavailable means that the server cannot handle the request for now, "
     "because of overload or maintenance (RFC 9110). Retry-After may say when to come "
     "back."},
    {"HTTP status 529",
     "529 is no registered status code. The Messages API answers it, with the error "
     "type "
     "overloaded_error, when the model is overloaded; waiting and trying again helps."},
    {"Canary releases",
     "In a canary release a small share of the traffic goes to the new version first. "
     "When its errors or its latency are worse than those of the stable version, it is "
     "rolled back before most users have met it."},
    {"Percentiles of latency",
     "The 95th percentile of latency is the time within which 95 of 100 requests are "
     "answered. Means hide slow requests; percentiles show them."},
    {"Tokens of a language model",
     "A language model reads and writes tokens; in English text one token is about "
     "four "
     "characters. Usage is billed by tokens read and written."},
    {"Idempotency",
     "An operation is idempotent when doing it twice has the effect of doing it once. "
     "Completing a job is made idempotent here, so that a worker that dies at a bad "
     "moment does harm to nobody."},
    {"Server-sent events",
     "Server-sent events stream text from a server over one HTTP response of the type "
     "text/event-stream. Each event is a few lines and a blank line; lines that begin "
     "with a colon are comments and keep the connection alive."},
};

enum { ARTICLES = sizeof articles / sizeof *articles };

size_t articles_count(void) {
    return ARTICLES;
}

void articles_search(struct slice query, struct text *output) {
    struct bm25_hit hits[ARTICLES_FOUND_MAX];
    size_t found = bm25_rank(articles, ARTICLES, query, hits, ARTICLES_FOUND_MAX);
    if (found == 0) {
        text_add(output, "Nothing about that in the built-in articles: ");
        safe_text_add(output, query);
        return;
    }
    text_add(output, "From the built-in articles:");
    for (size_t i = 0; i < found; i++) {
        const struct bm25_document *article = &articles[hits[i].index];
        text_addf(output, "\n%zu. %s. %s", i + 1, article->title, article->words);
    }
}
