// Code on disk: found again whole or not at all, bounded, whoever else writes.
#include "compiler/api/code_cache.h"

#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "compiler/api/keratin.h"
#include "gtest/gtest.h"
#include "layers/core/dense.h"
#include "runtime/array.h"

namespace keratin {
namespace {

namespace fs = std::filesystem;

class CodeCacheTest : public testing::Test {
 protected:
  void SetUp() override { fs::remove_all(folder_); }
  void TearDown() override { ASSERT_TRUE(SetCodeCache({}).ok()); }

  CodeCache Open(int64_t max_bytes = 1 << 20) {
    auto cache = CodeCache::Open(folder_, max_bytes);
    EXPECT_TRUE(cache.ok()) << cache.status();
    return *std::move(cache);
  }
  std::vector<fs::path> Files() const {
    std::vector<fs::path> files;
    for (const auto& one : fs::directory_iterator(folder_))
      files.push_back(one.path());
    return files;
  }

  const std::string folder_ =
      std::string(std::getenv("TEST_TMPDIR")) + "/code_cache";
};

TEST_F(CodeCacheTest, WhatIsAddedIsFound) {
  const CodeCache cache = Open();
  EXPECT_FALSE(cache.Find("key").has_value());
  cache.Add("key", {"manifest", std::string("ob\0ject", 7)});
  auto entry = Open().Find("key");
  ASSERT_TRUE(entry.has_value());
  EXPECT_EQ(entry->manifest, "manifest");
  EXPECT_EQ(entry->object, std::string("ob\0ject", 7));
  EXPECT_FALSE(cache.Find("other").has_value());
}

TEST_F(CodeCacheTest, WhatIsDamagedIsRemoved) {
  const CodeCache cache = Open();
  for (const int64_t kept : {0, 5, 20, 32, 40, 46}) {
    cache.Add("key", {"manifest", "object"});
    fs::resize_file(Files()[0], static_cast<uintmax_t>(kept));
    if (kept == 46) {
      std::fstream file(Files()[0], std::ios::in | std::ios::out);
      file.seekp(40);
      file.put('x');
    }
    EXPECT_FALSE(cache.Find("key").has_value()) << kept;
    EXPECT_TRUE(Files().empty()) << kept;
  }
}

TEST_F(CodeCacheTest, WhatWasUsedLongestAgoGoesFirst) {
  const CodeCache cache = Open(3000);
  const std::string object(900, 'o');
  const auto age = [&](int minutes) {
    for (const fs::path& file : Files())
      fs::last_write_time(
          file, fs::last_write_time(file) - std::chrono::minutes(minutes));
  };
  for (const char* key : {"a", "b", "c"}) {
    cache.Add(key, {"", object});
    age(1);
  }
  ASSERT_TRUE(cache.Find("a").has_value());  // used now
  cache.Add("d", {"", object});
  EXPECT_TRUE(cache.Find("a").has_value());
  EXPECT_FALSE(cache.Find("b").has_value());
  EXPECT_TRUE(cache.Find("d").has_value());
  // What is too large for all of it is not kept, and drives nothing out.
  cache.Add("e", {"", std::string(4000, 'e')});
  EXPECT_FALSE(cache.Find("e").has_value());
  EXPECT_EQ(Files().size(), 3);
}

// Writers that are killed at any moment, and others beside them: what a reader
// finds is always whole.
TEST_F(CodeCacheTest, KilledWritersLeaveNothingHalf) {
  const CodeCache cache = Open();
  const auto object = [](int k) { return std::string(20000 + k, 'a' + k); };
  std::vector<pid_t> writers;
  for (int k = 0; k < 4; ++k) {
    const pid_t child = fork();
    if (child == 0) {
      while (true) cache.Add("key", {"manifest", object(k)});
    }
    writers.push_back(child);
  }
  int found = 0;
  for (int look = 0; look < 200; ++look) {
    usleep(500);
    if (look == 100) kill(writers[0], SIGKILL);
    auto entry = cache.Find("key");
    if (!entry.has_value()) continue;
    ++found;
    const int k = entry->object[0] - 'a';
    ASSERT_EQ(entry->object, object(k));
  }
  for (const pid_t writer : writers) {
    kill(writer, SIGKILL);
    waitpid(writer, nullptr, 0);
  }
  EXPECT_GT(found, 0);
  // What they left beside goes when it is old.
  std::ofstream(folder_ + "/writing.left") << "half";
  for (const fs::path& file : Files())
    fs::last_write_time(file,
                        fs::last_write_time(file) - std::chrono::hours(2));
  cache.Add("key", {"manifest", "object"});
  EXPECT_EQ(Files().size(), 1);
}

TEST_F(CodeCacheTest, AFolderThatOthersMayWriteToIsRefused) {
  fs::create_directories(folder_);
  chmod(folder_.c_str(), 0777);
  EXPECT_FALSE(CodeCache::Open(folder_, 1000).ok());
  EXPECT_FALSE(SetCodeCache({.directory = folder_}).ok());
}

TEST_F(CodeCacheTest, EagerCallsTakeTheirCodeFromIt) {
  ASSERT_TRUE(SetCodeCache({.directory = folder_}).ok());
  const auto call = [] {
    Dense dense({.units = 3, .kernel_initializer = "ones"}, {.name = "d"});
    auto y = dense(Array::FromVector<float>({1, 2}, {1, 2}));
    EXPECT_TRUE(y.ok()) << y.status();
    return y.ok() ? y->ToString() : "";
  };
  EXPECT_EQ(call(), "float32 (1, 3) [3, 3, 3]");
  const size_t files = Files().size();  // the call, its initializers
  EXPECT_GT(files, 0);
  EXPECT_EQ(call(), "float32 (1, 3) [3, 3, 3]");
  EXPECT_EQ(Files().size(), files);
  for (const fs::path& file : Files()) fs::resize_file(file, 100);
  EXPECT_EQ(call(), "float32 (1, 3) [3, 3, 3]");
  EXPECT_EQ(Files().size(), files);
}

}  // namespace
}  // namespace keratin
