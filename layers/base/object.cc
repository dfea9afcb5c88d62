#include "layers/base/object.h"

#include <map>
#include <typeindex>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "layers/base/names.h"

namespace keratin {
namespace {

struct ObjectClass {
  std::string module;
  std::string class_name;
  ObjectRegistry::Factory factory;
};

struct Classes {
  // By kind and name.
  std::map<std::pair<std::string, std::string>, ObjectClass> by_name;
  std::map<std::type_index, ObjectClass> by_type;
};

Classes& Registered() {
  static auto* classes = new Classes();
  return *classes;
}

}  // namespace

bool ObjectRegistry::Register(const std::string& kind,
                              const std::string& module,
                              const std::string& class_name,
                              std::vector<std::string> aliases,
                              Factory factory) {
  const ObjectClass entry{module, class_name, std::move(factory)};
  const std::unique_ptr<ConfiguredObject> sample = entry.factory();
  const ConfiguredObject& reference = *sample;
  Registered().by_type.emplace(typeid(reference), entry);
  aliases.push_back(class_name);
  aliases.push_back(ToSnakeCase(class_name));
  for (std::string& alias : aliases)
    Registered().by_name.emplace(std::pair(kind, std::move(alias)), entry);
  return true;
}

absl::StatusOr<std::shared_ptr<ConfiguredObject>> ObjectRegistry::Create(
    const std::string& kind, const Value& written) {
  if (written.is_none()) return nullptr;
  std::string name;
  Value config = Value::Dict({});
  if (written.is_string()) {
    name = written.as_string();
  } else if (const Value* class_name = written.Find("class_name");
             class_name != nullptr && class_name->is_string()) {
    name = class_name->as_string();
    if (const Value* given = written.Find("config");
        given != nullptr && given->is_dict())
      config = *given;
  } else {
    return absl::InvalidArgumentError(
        absl::StrCat("must name ", kind == "initializer" ? "an " : "a ", kind,
                     " or be one serialized, not ", written.ToString()));
  }
  auto it = Registered().by_name.find({kind, name});
  if (it == Registered().by_name.end()) {
    return absl::UnimplementedError(
        absl::StrCat("is the ", kind, " '", name, "', which is not supported"));
  }
  std::unique_ptr<ConfiguredObject> object = it->second.factory();
  Fields fields(config);
  object->Describe(fields);
  absl::Status status = fields.status();
  if (const std::vector<std::string> unread = fields.UnreadKeys();
      status.ok() && !unread.empty()) {
    status = absl::UnimplementedError(
        absl::StrCat("has the unknown key '", unread[0], "'"));
  }
  if (status.ok()) status = object->Configured();
  if (!status.ok()) {
    return absl::Status(
        status.code(),
        absl::StrCat("is the ", kind, " '", name,
                     "', whose configuration is wrong: ", status.message()));
  }
  return std::shared_ptr<ConfiguredObject>(std::move(object));
}

Value ObjectRegistry::Serialize(const std::string& kind,
                                const ConfiguredObject& object) {
  auto it = Registered().by_type.find(typeid(object));
  if (it == Registered().by_type.end()) return Value();
  Fields fields;
  // Writing reads the fields alone.
  const_cast<ConfiguredObject&>(object).Describe(fields);
  const bool custom = !absl::StartsWith(it->second.module, "keras");
  return Value::Dict(
      {{"module", it->second.module},
       {"class_name", it->second.class_name},
       {"config", fields.TakeConfig()},
       {"registered_name", custom ? Value(absl::StrCat(it->second.module, ">",
                                                       it->second.class_name))
                                  : Value()}});
}

std::string ObjectRegistry::ClassNameOf(const ConfiguredObject& object) {
  auto it = Registered().by_type.find(typeid(object));
  return it == Registered().by_type.end() ? "" : it->second.class_name;
}

}  // namespace keratin
