/* The C interface between compiled code and whoever calls it. Plain C.

   Invariant: this file never changes what it says without a new
   KERATIN_ABI_VERSION; the header that goes with an artifact repeats the
   guarded part word for word, so either may be included first, or both.

   A compiled model NAME shows these symbols, and no others (the header that
   goes with it declares them, with the arguments' names, types and shapes):

     int32_t NAME_call(...)            one call; 0: done
     int64_t NAME_workspace_size(...)  the bytes of scratch memory it needs
     const void* NAME_initial_state(int64_t k)    the saved value of the k-th
                                       written variable, null beyond the last;
                                       absent with variables as arguments
     int32_t NAME_prepare(...)         with variables as arguments alone
     int32_t NAME_stateless_call(...)  likewise
     const struct keratin_model NAME_model        what a loader needs
   and a shared library
     const struct keratin_model* const keratin_library    &NAME_model

   Prepared variables are one block of bytes, in which each buffer lies at the
   64-byte aligned offset that the manifest says: embedded, or the content of a
   file, or written by NAME_prepare.
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

/* What a loader is told of a compiled model. */
struct keratin_model {
  uint64_t abi_version;          /* KERATIN_ABI_VERSION */
  const unsigned char* manifest; /* serialized manifest.proto */
  uint64_t manifest_size;        /* its bytes */
  keratin_entry prepare;         /* variables to prepared buffers */
  keratin_entry call;
  const unsigned char* weights; /* the prepared block; null: not embedded */
  /* The saved value of each written variable; null: not embedded. */
  const void* const* initial_state;
  uint64_t initial_states; /* how many there are */
};

#ifdef __cplusplus
}
#endif

#endif /* KERATIN_ABI_VERSION */

#endif /* KERATIN_RUNTIME_ABI_H_ */
