#include "layers/rnn/gru.h"

namespace keratin {

KERATIN_REGISTER_LAYER("keras", GRU);

}  // namespace keratin
