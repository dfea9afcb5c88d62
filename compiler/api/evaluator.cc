// The Evaluator that layers find where this room is linked: the one pipeline,
// for the machine at hand; and the folder where it keeps code, if there is one.
#include "layers/base/evaluator.h"

#include <sys/stat.h>

#include <memory>
#include <mutex>
#include <utility>

#include "absl/strings/str_cat.h"
#include "compiler/api/code_cache.h"
#include "compiler/api/keratin.h"
#include "compiler/api/lower.h"
#include "compiler/codegen/emit.h"
#include "compiler/codegen/machine.h"
#include "ir/trace/module.h"

namespace keratin {
namespace {

std::mutex cache_mutex;
std::shared_ptr<const CodeCache> cache;  // null: none

std::shared_ptr<const CodeCache> Cache() {
  std::lock_guard<std::mutex> lock(cache_mutex);
  return cache;
}

// Of this program: another build of it may make other code.
const std::string& BuildOfThis() {
  static const std::string& build = *[] {
    struct stat info = {};
    if (stat("/proc/self/exe", &info) != 0) return new std::string();
    return new std::string(absl::StrCat(info.st_dev, ":", info.st_ino, ":",
                                        info.st_size, ":", info.st_mtim.tv_sec,
                                        ".", info.st_mtim.tv_nsec));
  }();
  return build;
}

class CompilingEvaluator : public Evaluator {
 public:
  absl::StatusOr<Executable> Compile(Trace& trace,
                                     const Options& options) const override {
    static const absl::StatusOr<Machine>& machine =
        *new absl::StatusOr<Machine>(MachineFor("native"));
    if (!machine.ok()) return machine.status();
    TracedModule traced = TakeForPipeline(trace);
    const std::shared_ptr<const CodeCache> kept = Cache();
    std::string key;
    if (kept != nullptr) {
      key = absl::StrCat(BuildOfThis(), "\n", machine->triple, " ",
                         machine->cpu, " ", machine->features, "\n",
                         options.training, "\n", ModuleText(*traced.module));
      if (auto entry = kept->Find(key); entry.has_value()) {
        Manifest manifest;
        if (manifest.ParseFromString(entry->manifest))
          return LoadObject(entry->object, *machine, std::move(manifest));
      }
    }
    Manifest manifest;
    auto lowered = Lower(std::move(traced), *machine,
                         {.training = options.training}, manifest);
    if (!lowered.ok()) return lowered.status();
    auto object = EmitCode(*lowered->module, *machine, CodeKind::kObject);
    if (!object.ok()) return object.status();
    if (kept != nullptr)
      kept->Add(key, {manifest.SerializeAsString(), *object});
    return LoadObject(*object, *machine, std::move(manifest));
  }
};

[[maybe_unused]] const bool registered =
    Evaluator::Register(new CompilingEvaluator());

}  // namespace

absl::Status SetCodeCache(const CodeCacheOptions& options) {
  std::shared_ptr<const CodeCache> opened;
  if (!options.directory.empty()) {
    auto found = CodeCache::Open(options.directory, options.max_bytes);
    if (!found.ok()) return found.status();
    opened = std::make_shared<const CodeCache>(*std::move(found));
  }
  std::lock_guard<std::mutex> lock(cache_mutex);
  cache = std::move(opened);
  return absl::OkStatus();
}

}  // namespace keratin
