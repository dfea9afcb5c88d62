/* The C interface between compiled code and whoever calls it. Plain C.

   Invariant: this file never changes what it says without a new
   KERATIN_ABI_VERSION; the header that goes with an artifact repeats the
   guarded part word for word, so either may be included first, or both.

   A compiled model NAME consists of these symbols, and no others are visible:

     const unsigned char NAME_manifest[];      serialized manifest.proto
     const uint64_t NAME_manifest_size;        its bytes
     int32_t NAME_prepare(const struct keratin_call* c);         absent if there
                                               is nothing to prepare
     int32_t NAME_call(const struct keratin_call* c);
     int32_t NAME_stateless_call(const struct keratin_call* c);  may be absent
     const void* const NAME_prepared[];        embedded prepared buffers, in the
                                               order of prepare's results;
                                               absent unless embedded
     const void* NAME_initial_state(int64_t k);   saved value of the k-th
   written variable, null beyond the last; absent if there is none, or with
                                               variables given as arguments
     int64_t NAME_workspace_size(const int64_t* dims);   of NAME_call
   A shared library also has
     const char keratin_library_name[];        "NAME"; if absent, the loader
                                               takes the file's name for it

   Example (two threads never share a workspace; all else may be shared):
     const void* args[] = {NAME_prepared[0], NAME_prepared[1], x};
     void* results[] = {y};
     int64_t dims[] = {batch};
     struct keratin_call c = {args, results, dims, workspace, 0, 0};
     if (NAME_call(&c) != 0) ...;
*/
#ifndef KERATIN_RUNTIME_ABI_H_
#define KERATIN_RUNTIME_ABI_H_

#include <stdint.h>

#ifndef KERATIN_ABI_VERSION
#define KERATIN_ABI_VERSION 1

#ifdef __cplusplus
extern "C" {
#endif

/* Does the iterations [begin, end) of a loop whose iterations are independent.
 */
typedef void (*keratin_task)(void* context, int64_t begin, int64_t end);

/* Calls `task` on disjoint ranges that cover [0, n), on any threads, and
   returns when all are done. */
typedef void (*keratin_parallel_for)(void* pool, int64_t n, keratin_task task,
                                     void* context);

/* One call of an entry function. Buffers are dense, row-major and complete;
   bool is one byte, float16 and bfloat16 two. Results are written wholly, and
   overlap nothing else. Nothing is kept after the call. */
struct keratin_call {
  const void* const* args; /* in the order of the signature */
  void* const* results;    /* in the order of the signature */
  const int64_t* dims;     /* values of the symbols, in manifest order */
  void* workspace;         /* 64-byte aligned; the manifest says how large */
  keratin_parallel_for parallel_for; /* null: the calling thread */
  void* pool;                        /* handed to parallel_for */
};

/* 0: done. Anything else: nothing useful was written. */
typedef int32_t (*keratin_entry)(const struct keratin_call* call);

#ifdef __cplusplus
}
#endif

#endif /* KERATIN_ABI_VERSION */

#endif /* KERATIN_RUNTIME_ABI_H_ */
