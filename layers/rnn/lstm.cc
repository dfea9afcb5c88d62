#include "layers/rnn/lstm.h"

namespace keratin {

KERATIN_REGISTER_LAYER("keras", LSTM);

}  // namespace keratin
