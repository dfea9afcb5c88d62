/* A compiled model by hand: what the compiler writes, as small as it gets.

     prepare: w = kernel * scale
     call:    out = concatenate(x, y) * w[0] by rows; count' = count + 1;
              loss = w[3]
 */
#include <string.h>

#include "runtime/abi.h"

static const unsigned char kManifest[] = {
#include "runtime/demo_manifest.inc"
};

static const float kPrepared[4] __attribute__((aligned(64))) = {2, 0, 0, 5};
static const int32_t kCount __attribute__((aligned(64))) = 7;
static const void* const kInitialState[] = {&kCount};

static int32_t prepare(const struct keratin_call* c) {
  const float* kernel = c->args[0];
  const float* scale = c->args[1];
  float* w = c->results[0];
  for (int i = 0; i < 4; ++i) w[i] = kernel[i] * scale[i];
  return 0;
}

static void row(void* context, int64_t begin, int64_t end) {
  const struct keratin_call* c = context;
  const int64_t seq = c->dims[1];
  const float w = ((const float*)c->args[0])[0];
  for (; begin < end; ++begin) {
    /* By way of the workspace, so that calls that share one would show. */
    float* scratch = (float*)c->workspace + begin * 2 * seq;
    float* out = (float*)c->results[0] + begin * 2 * seq;
    memcpy(scratch, (const float*)c->args[2] + begin * seq, 4 * seq);
    memcpy(scratch + seq, (const float*)c->args[3] + begin * seq, 4 * seq);
    for (int64_t i = 0; i < 2 * seq; ++i) out[i] = scratch[i] * w;
  }
}

static int32_t call(const struct keratin_call* c) {
  if (c->dims[0] == 13) return 4;
  if (c->parallel_for) {
    c->parallel_for(c->pool, c->dims[0], row, (void*)c);
  } else {
    row((void*)c, 0, c->dims[0]);
  }
  *(int32_t*)c->results[1] = *(const int32_t*)c->args[1] + 1;
  *(float*)c->results[2] = ((const float*)c->args[0])[3];
  return 0;
}

static const struct keratin_model kModel = {
    KERATIN_ABI_VERSION,
    kManifest,
    sizeof(kManifest),
    prepare,
    call,
    (const unsigned char*)kPrepared,
    kInitialState,
    sizeof(kInitialState) / sizeof(kInitialState[0]),
};
const struct keratin_model* const keratin_library = &kModel;
