#include "layers/rnn/simple_rnn.h"

namespace keratin {

KERATIN_REGISTER_LAYER("keras", SimpleRNN);

}  // namespace keratin
