/* Calls the compiled digits model from plain C, as README.md says.

   The model's input is a batch of grey images (8, 8, 1), 0 to 255; its output
   the probability of each digit. */
#include "digits.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

/* examples/digits/images/3.png */
static const float image[8 * 8] = {
    0, 0,  191, 255, 239, 16,  0,   0, 0, 80, 255, 159, 239, 128, 0,   0,
    0, 16, 112, 48,  223, 96,  0,   0, 0, 0,  0,   191, 255, 112, 0,   0,
    0, 0,  0,   48,  207, 255, 96,  0, 0, 0,  64,  0,   0,   239, 175, 0,
    0, 32, 255, 159, 175, 255, 112, 0, 0, 0,  159, 255, 255, 159, 16,  0,
};

int main(void) {
  float probabilities[10];
  const int64_t batch = 1;

  /* 64-byte aligned, and a multiple of 64 long, as aligned_alloc wants it. */
  size_t bytes = ((size_t)digits_workspace_size(batch) + 127) / 64 * 64;
  void* workspace = aligned_alloc(64, bytes);
  if (workspace == NULL) return 1;

  /* On this thread: without a function that runs loops on several. */
  int32_t status =
      digits_call(image, probabilities, batch, workspace, NULL, NULL);
  free(workspace);
  if (status != 0) {
    fprintf(stderr, "digits_call: %d\n", (int)status);
    return 1;
  }

  int best = 0;
  for (int digit = 1; digit < 10; ++digit)
    if (probabilities[digit] > probabilities[best]) best = digit;
  printf("digit %d, probability %.4f\n", best, probabilities[best]);
  return 0;
}
