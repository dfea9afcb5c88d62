// .npy and .npz: round trips, numpy's own bytes, hostile files.
#include "runtime/npy.h"

#include <sys/stat.h>

#include <cstdio>
#include <fstream>
#include <sstream>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace keratin {
namespace {

std::string Path(absl::string_view name) {
  return absl::StrCat(testing::TempDir(), "/", name);
}

std::string Slurp(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::stringstream bytes;
  bytes << file.rdbuf();
  return bytes.str();
}

void Spill(const std::string& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary) << bytes;
}

std::string Npy(const std::string& dict, const std::string& data,
                int version = 1) {
  std::string bytes("\x93NUMPY", 6);
  bytes += static_cast<char>(version);
  bytes += '\0';
  const size_t n = dict.size();
  bytes += static_cast<char>(n & 0xff);
  bytes += static_cast<char>(n >> 8);
  if (version > 1) bytes += std::string(2, '\0');
  return bytes + dict + data;
}

TEST(NpyTest, EveryTypeRoundTrips) {
  for (DType dtype : AllDTypes()) {
    if (IsFloat8(dtype)) continue;
    Array x =
        *Array::FromVector<int32_t>({2, 3}, {0, 1, 1, 0, 1, 0}).Cast(dtype);
    ASSERT_TRUE(WriteNpy(Path("x.npy"), x).ok());
    absl::StatusOr<Array> y = ReadNpy(Path("x.npy"));
    ASSERT_TRUE(y.ok()) << y.status();
    EXPECT_TRUE(x.Identical(*y)) << dtype;
  }
  Array scalar = Array::Scalar<double>(3);
  EXPECT_TRUE(ParseNpy("s", SerializeNpy(scalar))->Identical(scalar));
  EXPECT_EQ(SerializeNpy(scalar).size() % 64, 8u);
}

TEST(NpyTest, ReadsFortranOrderAndEveryVersion) {
  const std::string data("\1\2\3\4\5\6", 6);
  for (int version : {1, 2, 3}) {
    Array x = *ParseNpy(
        "x", Npy("{'shape': (2, 3L), \"descr\":'|u1', 'fortran_order': True}\n",
                 data, version));
    EXPECT_EQ(x.ToString(), "uint8 (2, 3) [1, 3, 5, 2, 4, 6]");
  }
  Array b = *ParseNpy(
      "b",
      Npy("{'descr': '|b1', 'fortran_order': False, 'shape': (6,), }", data));
  EXPECT_EQ(b.AtFlat(5), 1);
}

TEST(NpyTest, HostileFilesAreErrors) {
  auto dict = [](absl::string_view descr, absl::string_view shape) {
    return absl::StrCat("{'descr': '", descr,
                        "', 'fortran_order': False, 'shape': ", shape, ", }");
  };
  const std::string data(16, 'x');
  for (const std::string& bytes :
       {std::string(), std::string("\x93NUMPY"), Npy("", data), Npy("{}", data),
        Npy(dict("<f4", "(5,)"), data),
        Npy(dict("<f4", "(1000000000000,)"), data),
        Npy(dict("<f4", "(4611686018427387904, 4)"), data),
        Npy(dict("<f4", "(9223372036854775807, 0, 9223372036854775807)"), data),
        Npy(dict("<f4", "(-1,)"), data), Npy(dict("<f4", "(1"), data),
        Npy(dict("<f4", "4"), data), Npy(dict("|O", "(1,)"), data),
        Npy(dict(">f4", "(1,)"), data),
        Npy(dict("<f4", "(99999999999999999999,)"), data),
        Npy("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,)}",
            data),
        Npy(dict("<f4", "(1,)"), data, 9), Npy(dict("<f4", "(1,)") + "x", data),
        Npy("{'descr': '<f4', 'descr': '<f4', 'shape': (1,)}", data),
        std::string("\x93NUMPY\x02\x00\xff\xff\xff\xff{", 13)}) {
    absl::StatusOr<Array> array = ParseNpy("bad.npy", bytes);
    ASSERT_FALSE(array.ok()) << bytes;
    EXPECT_TRUE(absl::StrContains(array.status().message(), "bad.npy"));
  }
  const std::string good = SerializeNpy(Array::FromVector<float>({2}, {1, 2}));
  for (size_t n = 0; n < good.size(); ++n) {
    EXPECT_FALSE(ParseNpy("cut", good.substr(0, n)).ok());
  }
  EXPECT_EQ(ParseNpy("big", good, {.max_bytes = 7}).status().message(),
            "'big': 8 bytes of elements are over the limit of 7 bytes");
}

TEST(NpyTest, MissingFilesAndUnwritablePathsSayWhy) {
  EXPECT_EQ(ReadNpy("/no/such").status().message(),
            "cannot open '/no/such': No such file or directory");
  EXPECT_EQ(ReadNpz("/no/such").status().message(),
            "cannot open '/no/such': No such file or directory");
  EXPECT_FALSE(ReadNpy(testing::TempDir()).ok());
  const Array x = Array::Scalar<float>(1);
  EXPECT_EQ(WriteNpy("/no/such/x", x).message(),
            "cannot write '/no/such/x': No such file or directory");
  EXPECT_FALSE(WriteNpz("/no/such/x", {{"x", x}}).ok());
  struct stat info;
  if (stat("/dev/full", &info) == 0) {
    EXPECT_FALSE(WriteNpz("/dev/full/x", {{"x", x}}).ok());
  }
}

TEST(NpzTest, NamesComeBackInOrder) {
  const NamedArrays arrays = {
      {"z", Array::FromVector<float>({2}, {1, 2})},
      {"a/b", Array::FromVector<int64_t>({1, 2}, {3, 4})},
      {"\xc3\xa9", Array::Scalar<BFloat16>(BFloat16(1.5f))}};
  ASSERT_TRUE(WriteNpz(Path("x.npz"), arrays).ok());
  const std::string bytes = Slurp(Path("x.npz"));
  for (const absl::StatusOr<NamedArrays>& read :
       {ReadNpz(Path("x.npz")), ParseNpz("x", bytes)}) {
    ASSERT_TRUE(read.ok()) << read.status();
    ASSERT_EQ(read->size(), arrays.size());
    for (size_t i = 0; i < arrays.size(); ++i) {
      EXPECT_EQ((*read)[i].first, arrays[i].first);
      EXPECT_TRUE((*read)[i].second.Identical(arrays[i].second));
    }
  }
  ASSERT_TRUE(WriteNpz(Path("y.npz"), arrays).ok());
  EXPECT_EQ(Slurp(Path("y.npz")), bytes);
}

TEST(NpzTest, DamageIsAnError) {
  const NamedArrays arrays = {{"x", Array::FromVector<float>({2}, {1, 2})}};
  ASSERT_TRUE(WriteNpz(Path("d.npz"), arrays).ok());
  const std::string bytes = Slurp(Path("d.npz"));
  for (size_t n = 0; n < bytes.size(); ++n) {
    EXPECT_FALSE(ParseNpz("cut", bytes.substr(0, n)).ok());
  }
  // Flipped bytes may hit what nobody reads; they must only never hurt.
  for (size_t i = 0; i < bytes.size(); ++i) {
    std::string damaged = bytes;
    damaged[i] = static_cast<char>(damaged[i] ^ 0x55);
    (void)ParseNpz("damaged", damaged).ok();
  }
  std::string checksum = bytes;
  const size_t element = bytes.find(std::string("\0\0\x80\x3f", 4));
  checksum[element] ^= 1;
  EXPECT_TRUE(absl::StrContains(ParseNpz("c", checksum).status().message(),
                                "member 'x.npy': damaged"));
  Spill(Path("t.npz"), "not a zip");
  EXPECT_TRUE(absl::StrContains(ReadNpz(Path("t.npz")).status().message(),
                                "is not an .npz file"));
  EXPECT_FALSE(ParseNpz("big", bytes, {.max_bytes = 7}).ok());
  EXPECT_FALSE(ParseNpz("many", bytes, {.max_members = 0}).ok());
}

}  // namespace
}  // namespace keratin
