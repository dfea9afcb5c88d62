// The tables of summaries, drawn as Keras draws them.
#include "layers/models/table.h"

#include "gtest/gtest.h"

namespace keratin {
namespace {

// What Keras prints for these layers on 80 columns.
TEST(TableTest, DrawsASequentialModelAsKeras) {
  const Column columns[] = {{"Layer (type)", Column::Side::kLeft, 0.45},
                            {"Output Shape", Column::Side::kLeft, 0.80},
                            {"Param #", Column::Side::kRight, 1.0}};
  const std::vector<std::string> rows[] = {
      {"conv2d (Conv2D)", "(None, 8, 8, 16)", "144"},
      {"batch_normalization (BatchNormalization)", "(None, 8, 8, 16)", "64"}};
  EXPECT_EQ(
      RenderTable(columns, rows, 76, 80),
      R"(┏━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┳━━━━━━━━━━━━━━━━━━━━━━━━┳━━━━━━━━━━━━━━━┓
┃ Layer (type)                    ┃ Output Shape           ┃       Param # ┃
┡━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━╇━━━━━━━━━━━━━━━━━━━━━━━━╇━━━━━━━━━━━━━━━┩
│ conv2d (Conv2D)                 │ (None, 8, 8, 16)       │           144 │
├─────────────────────────────────┼────────────────────────┼───────────────┤
│ batch_normalization             │ (None, 8, 8, 16)       │            64 │
│ (BatchNormalization)            │                        │               │
└─────────────────────────────────┴────────────────────────┴───────────────┘
)");
}

TEST(TableTest, DrawsAGraphAsKeras) {
  const Column columns[] = {{"Layer (type)", Column::Side::kLeft, 0.3},
                            {"Output Shape", Column::Side::kLeft, 0.56},
                            {"Param #", Column::Side::kRight, 0.74},
                            {"Connected to", Column::Side::kLeft, 1.0}};
  const std::vector<std::string> rows[] = {
      {"multi_head_attention (MultiHeadAttention)", "(None, 8, 4)", "156",
       "add[0][0], add[0][0]"},
      {"concatenate (Concatenate)", "(None, 8, 12)", "0",
       "add[0][0], multi_head_attention[0][0], a[0][0]"},
      {"lstm (LSTM)", "[(None, 3), (None, 3), (None, 3)]", "192",
       "a_very_long_name_of_a_layer[0][0]"}};
  EXPECT_EQ(
      RenderTable(columns, rows, 76, 80),
      R"(┏━━━━━━━━━━━━━━━━━━━━━┳━━━━━━━━━━━━━━━━━━━┳━━━━━━━━━━━━┳━━━━━━━━━━━━━━━━━━━┓
┃ Layer (type)        ┃ Output Shape      ┃    Param # ┃ Connected to      ┃
┡━━━━━━━━━━━━━━━━━━━━━╇━━━━━━━━━━━━━━━━━━━╇━━━━━━━━━━━━╇━━━━━━━━━━━━━━━━━━━┩
│ multi_head_attenti… │ (None, 8, 4)      │        156 │ add[0][0],        │
│ (MultiHeadAttentio… │                   │            │ add[0][0]         │
├─────────────────────┼───────────────────┼────────────┼───────────────────┤
│ concatenate         │ (None, 8, 12)     │          0 │ add[0][0],        │
│ (Concatenate)       │                   │            │ multi_head_atten… │
│                     │                   │            │ a[0][0]           │
├─────────────────────┼───────────────────┼────────────┼───────────────────┤
│ lstm (LSTM)         │ [(None, 3),       │        192 │ a_very_long_name… │
│                     │ (None, 3), (None, │            │                   │
│                     │ 3)]               │            │                   │
└─────────────────────┴───────────────────┴────────────┴───────────────────┘
)");
}

TEST(TableTest, WritesNumbersAsKeras) {
  EXPECT_EQ(WithCommas(0), "0");
  EXPECT_EQ(WithCommas(999), "999");
  EXPECT_EQ(WithCommas(19226), "19,226");
  EXPECT_EQ(WithCommas(1234567), "1,234,567");
  EXPECT_EQ(ReadableBytes(128), "128.00 B");
  EXPECT_EQ(ReadableBytes(76904), "75.10 KB");
}

}  // namespace
}  // namespace keratin
