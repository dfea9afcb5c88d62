#include "layers/rnn/conv_lstm.h"

namespace keratin {

KERATIN_REGISTER_LAYER("keras", ConvLSTM1D);
KERATIN_REGISTER_LAYER("keras", ConvLSTM2D);
KERATIN_REGISTER_LAYER("keras", ConvLSTM3D);

}  // namespace keratin
