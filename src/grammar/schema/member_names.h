#pragma once

#include <string>
#include <vector>

#include "grammar/schema/schema_logic.h"

namespace pcai::grammar {

/// The members that the schemas of one object describe.
class MemberNames {
 public:
  /// Adds those of a schema and of all that it applies to the same object. Of a choice that names
  /// others it only notes that there is one, and its names.
  void add_members(const OrderedJson& schema, const SchemaLogic& logic);

  bool empty() const noexcept { return names_.empty() && patterns_.empty() && !listed_; }

  /// Some schema describes all members / refuses all others.
  bool open() const noexcept { return open_; }
  bool closed() const noexcept { return closed_; }

  /// Choices between schemas that name different members.
  int choices() const noexcept { return choices_; }

  /// The same without what choices name.
  MemberNames without_choices() const;

  /// Whether an object without other members can match, and members are described at all.
  bool worth_closing(const OrderedJson& schema) const;

  /// Whether a schema itself describes all of them, so that it alone can be closed.
  bool all_of(const OrderedJson& schema) const;

  /// A schema of all objects that have no other members.
  OrderedJson closed_object() const;

 private:
  void add(const OrderedJson& schema, const SchemaLogic& logic, int depth);
  void add_choice(const OrderedJson& options, const SchemaLogic& logic, int depth);
  void add_name(const std::string& name);

  std::vector<std::string> names_;
  std::vector<std::string> patterns_;
  std::vector<std::string> chosen_;  // names of choices
  std::vector<std::string> chosen_patterns_;
  bool listed_ = false;  // there are "properties", be they none
  bool open_ = false;
  bool closed_ = false;
  bool chosen_open_ = false;  // a choice may describe all members
  int choices_ = 0;
};

}  // namespace pcai::grammar
