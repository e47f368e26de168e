/* SPDX-License-Identifier: Apache-2.0
 * The border between Docket and a plugin: a C ABI that only ever grows at its ends.
 *
 * A plugin is a shared library with one exported symbol, docket_plugin_entry. It runs in a process of its own, without
 * sockets, files or environment of the server; whatever it needs it asks of the docket_host.
 *
 * RULES OF EVERY ITEM (an item that differs says so)
 *   SIZES      A structure begins with its own size. New members come at the end; a reader uses a member only when the
 *              writer's size covers it. The same abi_major can always be combined; a member is never changed or moved.
 *   OWNERSHIP  Who passes memory keeps it. Nobody frees memory of the other side: what comes back is written into a
 *              docket_sink, which copies.
 *   LIFETIME   Pointers in arguments are good until the call returns. The docket_host and an instance are good from
 *              create until destroy has returned.
 *   THREADING  The host calls an instance from one thread, one call at a time, and never two at once. The functions of
 *              docket_host may be called only from that thread, and only inside a call. A plugin may use threads of its
 *              own for computing; they may not call the host.
 *   PROCESSES  poll and pull run in another process than deliver, push, look_up, receive_http and health, so that a long
 *              fetch delays no message. Each process creates an instance of its own from the same settings; what both must know goes
 *              through state_get and state_put.
 *   DEADLINES  Each call has one (docket_host.deadline). A process that overruns it by more than a second is killed.
 *   TEXT       UTF-8 with a size, not ended by a zero. JSON where "JSON" is written: no repeated names, at most 4 MiB.
 *   ERRORS     Functions return DOCKET_OK (0) or a negative docket_status. No exception may cross the border.
 */
#ifndef DOCKET_PLUGIN_H
#define DOCKET_PLUGIN_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define DOCKET_ABI_MAJOR 1
#define DOCKET_ABI_MINOR 0

/* Results of functions. Positive results are documented at the function. */
#define DOCKET_OK 0
#define DOCKET_FAILED (-1)      /* it did not work; what the sink got says why */
#define DOCKET_REFUSED (-2)     /* not allowed: host, command, right or size */
#define DOCKET_NOT_FOUND (-3)
#define DOCKET_TOO_LATE (-4)    /* the deadline of the call has passed */
#define DOCKET_UNSUPPORTED (-5) /* the other side does not have this */

#define DOCKET_LOG_DEBUG 0
#define DOCKET_LOG_INFO 1
#define DOCKET_LOG_WARNING 2
#define DOCKET_LOG_ERROR 3

typedef struct docket_text {
  const char* data;
  uint64_t size;
} docket_text;

/* Where the callee writes what it returns; may be called several times, pieces are joined. `write` may be called only
 * until the function that got the sink returns. More than 4 MiB in all is cut, and the answer then is garbage. */
typedef struct docket_sink {
  void* context;
  void (*write)(void* context, const char* data, uint64_t size);
} docket_sink;

/* What the host does for a plugin. Pass `context` as the first argument of each function. */
typedef struct docket_host {
  uint32_t size;
  uint16_t abi_major;
  uint16_t abi_minor;
  void* context;

  /* One line to the plugin's log, which admins read. Lines over 2,000 bytes are cut; more than 200 lines a second are
   * counted and dropped. Never log a secret. Level: DOCKET_LOG_... */
  void (*log)(void* context, uint32_t level, docket_text line);

  /* UTC in microseconds since 1970. Under test it is the test's clock. */
  int64_t (*now)(void* context);

  /* The time, as of now(), at which the present call must have returned. */
  int64_t (*deadline)(void* context);

  /* A connected TCP socket to host:port, made by the egress process: it is the only way out. The host must match the
   * manifest's patterns and those that the admin named. TLS is the plugin's business, over this socket, with the name
   * `host`. Returns a descriptor that the caller closes, or DOCKET_REFUSED / DOCKET_FAILED / DOCKET_TOO_LATE with the
   * reason in `error`. `timeout_ms` 0: until the call's deadline. */
  int32_t (*connect)(void* context, docket_text host, uint16_t port, uint32_t timeout_ms, docket_sink error);

  /* Path of a PEM file with the authorities to trust (the system's and the admin's own), readable by the plugin. */
  int32_t (*trust_file)(void* context, docket_sink path);

  /* Content of a secret. `reference` is the value of a setting whose schema says "secret": true, as the plugin sees it.
   * The file is read anew on each call, so a renewed secret is seen without a restart. One trailing line end is cut. */
  int32_t (*secret)(void* context, docket_text reference, docket_sink value);

  /* Small persistent memory of this plugin: cursors, UIDVALIDITY, token caches. Keys up to 200 bytes, values up to
   * 64 KiB, 10,000 keys. state_put has reached the disk when it returns; an empty value removes the key. */
  int32_t (*state_get)(void* context, docket_text key, docket_sink value); /* DOCKET_NOT_FOUND when absent */
  int32_t (*state_put)(void* context, docket_text key, docket_text value);

  /* What the plugin asks of the desk, as the identity that the admin bound to it. JSON in, JSON out; see "Commands" in
   * docs/integrator/plugins.md. A request with a "key" is done once, however often it is sent: repeats get the first
   * answer. When it returns DOCKET_OK the change is on disk. Otherwise `answer` is a problem {code, detail,
   * detail_zh?, ...}. */
  int32_t (*command)(void* context, docket_text request, docket_sink answer);

  /* Content of an attachment, to be read from a descriptor that the caller closes; `facts` gets JSON {id, name,
   * media_type, size, sha256}. Only attachments of tickets that the bound identity can see. */
  int32_t (*content_open)(void* context, docket_text attachment_id, docket_sink facts);

  /* An empty file to write content into; the caller closes the descriptor. */
  int32_t (*content_create)(void* context);

  /* Keeps what was written to a descriptor of content_create as an unbound attachment. `facts`: JSON {name,
   * media_type}; `answer`: JSON {id, ...} to be named in a command within a day, or a problem (too large, refused type). */
  int32_t (*content_keep)(void* context, int32_t descriptor, docket_text facts, docket_sink answer);
} docket_host;

/* What a plugin does. A null function is one that the plugin does not have; the manifest's "calls" names those that it
 * has. Requests and answers are JSON, described in docs/integrator/plugins.md and typed in docket/plugin.hpp. */
typedef struct docket_plugin {
  uint32_t size;
  uint16_t abi_major;
  uint16_t abi_minor;

  /* Makes an instance. `settings` is JSON that has passed the manifest's schema, defaults filled in. It must not connect
   * anywhere. On failure `error` gets one sentence for the admin, `instance` stays null, and destroy is not called. */
  int32_t (*create)(const docket_host* host, docket_text settings, void** instance, docket_sink error);

  /* Ends an instance. Called once for each successful create. */
  void (*destroy)(void* instance);

  /* Sends one message. `request` is a delivery; `answer` {outcome: accepted|delivered|retry_later|rejected|failed,
   * vendor_id?, retry_after_s?, error?, halt?}. The delivery's key is the same on every try: pass it on to whoever can
   * use it. Anything but DOCKET_OK counts as failed and is tried again. */
  int32_t (*deliver)(void* instance, docket_text request, docket_sink answer);

  /* Fetches what has come in and hands it over by command(). `answer` {next_in_s?, more?, error?, halt?}: called again at
   * once when more, else after next_in_s or the configured interval. A source's item is marked done only after
   * command() returned DOCKET_OK. */
  int32_t (*poll)(void* instance, docket_text request, docket_sink answer);

  /* An HTTP request to /api/v1/hooks/{plugin}/{name}: `request` {method, path, query, headers, address}, where path is
   * what follows the plugin's name, query is raw, and headers has lower-case names. `body` is raw, at most 1 MiB.
   * `answer` {status, headers?}; `answer_body` at most 1 MiB. Nobody has been authenticated: that is the plugin's task. */
  int32_t (*receive_http)(void* instance, docket_text request, docket_text body, docket_sink answer,
                          docket_sink answer_body);

  /* Whether it would work now: `answer` {healthy, detail?, halt?}. Tries the vendor cheaply, at most 10 s. */
  int32_t (*health)(void* instance, docket_text request, docket_sink answer);

  /* One page of records of a source, by cursor: `request` {resource, cursor?, limit, full}; `answer` {records: [{id,
   * updated_at?, deleted?, data}], cursor, more, total?, refused?: [{id, reason}]}. The cursor is the plugin's own text;
   * it is kept once the page is on disk. */
  int32_t (*pull)(void* instance, docket_text request, docket_sink answer);

  /* Records of one customer, now: `request` {phone?, email?, external?, resources}; `answer` {records: {resource: [{id,
   * data}]}}. */
  int32_t (*look_up)(void* instance, docket_text request, docket_sink answer);

  /* Writes a ticket's event back to the source. Request and answer as deliver's, with `event`; may answer external_id. */
  int32_t (*push)(void* instance, docket_text request, docket_sink answer);
} docket_plugin;

/* The one exported symbol. Fills `plugin`, whose size on entry says how much room there is, and sets plugin->size to
 * what it filled. Fails with DOCKET_UNSUPPORTED when host->abi_major is not its own. Called once a process, before
 * any create. */
int32_t docket_plugin_entry(const docket_host* host, docket_plugin* plugin);
typedef int32_t (*docket_plugin_entry_function)(const docket_host* host, docket_plugin* plugin);

#ifdef __cplusplus
}
#endif

#endif
