// A file is there under its name when it is whole, or not at all.
#include "runtime/pending_file.h"

#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include "gtest/gtest.h"

namespace keratin {
namespace {

namespace fs = std::filesystem;

// An empty folder of the test.
std::string Folder(const std::string& name) {
  const std::string folder =
      std::string(std::getenv("TEST_TMPDIR")) + "/" + name;
  fs::remove_all(folder);
  fs::create_directory(folder);
  return folder;
}

std::string Content(const std::string& path) {
  std::stringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

int Entries(const std::string& folder) {
  int count = 0;
  for ([[maybe_unused]] const auto& entry : fs::directory_iterator(folder))
    ++count;
  return count;
}

TEST(PendingFileTest, StandsUnderItsNameOnceItIsWhole) {
  const std::string folder = Folder("whole"), path = folder + "/a";
  PendingFile file(path);
  ASSERT_TRUE(file.Write("one ").ok());
  ASSERT_TRUE(file.Write("two").ok());
  EXPECT_FALSE(fs::exists(path));
  ASSERT_TRUE(file.Commit().ok());
  EXPECT_EQ(Content(path), "one two");
  EXPECT_EQ(Entries(folder), 1);
  // With the rights of any new file.
  const mode_t mask = umask(0);
  umask(mask);
  struct stat info;
  ASSERT_EQ(stat(path.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777u, 0666u & ~mask);
}

TEST(PendingFileTest, LeavesWhatWasThereWithoutACommit) {
  const std::string folder = Folder("half"), path = folder + "/a";
  ASSERT_TRUE(WriteFile(path, "before").ok());
  {
    PendingFile file(path);
    ASSERT_TRUE(file.Write("half").ok());
  }
  EXPECT_EQ(Content(path), "before");
  EXPECT_EQ(Entries(folder), 1);
  ASSERT_TRUE(WriteFile(path, "after").ok());
  EXPECT_EQ(Content(path), "after");
}

TEST(PendingFileTest, WritesWhereALinkLeads) {
  const std::string folder = Folder("link"), link = folder + "/link";
  ASSERT_TRUE(WriteFile(folder + "/target", "before").ok());
  for (const char* target : {"target", "not_yet"}) {
    fs::create_symlink(target, link);
    ASSERT_TRUE(WriteFile(link, "after").ok());
    EXPECT_TRUE(fs::is_symlink(link));
    EXPECT_EQ(Content(folder + "/" + target), "after");
    fs::remove(link);
  }
  EXPECT_EQ(Entries(folder), 2);
}

TEST(PendingFileTest, ErrorsNameThePath) {
  const std::string folder = Folder("errors");
  for (const std::string& path : {folder, folder + "/none/a"}) {
    const absl::Status status = WriteFile(path, "x");
    EXPECT_FALSE(status.ok());
    EXPECT_NE(std::string(status.message()).find("'" + path + "'"),
              std::string::npos)
        << status;
  }
  EXPECT_EQ(Entries(folder), 0);
  EXPECT_FALSE(WriteFile("/dev/full", "x").ok());
  EXPECT_TRUE(WriteFile("/dev/null", "x").ok());
}

}  // namespace
}  // namespace keratin
