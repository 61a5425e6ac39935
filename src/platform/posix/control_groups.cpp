#include "platform/posix/control_groups.h"

#include <algorithm>
#include <fstream>
#include <sstream>
#include <string>

namespace pcai::platform {
namespace {

namespace fs = std::filesystem;

/// A hierarchy of groups, or a part of one, in the file system.
struct Mount {
  std::string group = "/";  // the group that stands at the mount point
  std::string point;
};

struct Hierarchies {
  std::vector<Mount> first;
  std::vector<Mount> second;
};

bool is_listed(std::string_view name, const std::string& list) {
  std::istringstream words(list);
  for (std::string word; std::getline(words, word, ',');) {
    if (word == name) return true;
  }
  return false;
}

/// mountinfo writes blanks and the like as \040.
std::string unescaped(const std::string& text) {
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const std::string digits = text[i] == '\\' ? text.substr(i + 1, 3) : "";
    if (digits.size() == 3 && digits.find_first_not_of("01234567") == std::string::npos) {
      plain += static_cast<char>(std::stoi(digits, nullptr, 8));
      i += 3;
    } else {
      plain += text[i];
    }
  }
  return plain;
}

void add(std::vector<Mount>& mounts, Mount mount) {
  const bool known =
      std::ranges::any_of(mounts, [&](const Mount& other) { return other.point == mount.point; });
  if (!known) mounts.push_back(std::move(mount));
}

Hierarchies hierarchies(const fs::path& root, std::string_view controller) {
  Hierarchies found;
  std::ifstream lines(root / "proc/self/mountinfo");
  for (std::string line; std::getline(lines, line);) {
    // id, parent, device, group, point, options, optional fields … - type, source, options
    std::istringstream before(line);
    std::string skipped;
    Mount mount;
    if (!(before >> skipped >> skipped >> skipped >> mount.group >> mount.point)) continue;
    mount = {unescaped(mount.group), unescaped(mount.point)};
    const std::size_t dash = line.find(" - ");
    if (dash == std::string::npos) continue;
    std::istringstream after(line.substr(dash + 3));
    std::string type;
    std::string options;
    if (!(after >> type >> skipped >> options)) continue;
    if (type == "cgroup2") add(found.second, std::move(mount));
    if (type == "cgroup" && is_listed(controller, options)) add(found.first, std::move(mount));
  }
  // Where they usually are, for a mountinfo that cannot be read or hides them.
  add(found.first, {.point = "/sys/fs/cgroup/" + std::string(controller)});
  add(found.second, {.point = "/sys/fs/cgroup"});
  return found;
}

struct OwnGroups {
  std::string first = "/";
  std::string second = "/";
};

OwnGroups own_groups(const fs::path& root, std::string_view controller) {
  OwnGroups own;
  std::ifstream lines(root / "proc/self/cgroup");
  for (std::string line; std::getline(lines, line);) {  // number:controllers:group
    const std::size_t one = line.find(':');
    const std::size_t two = line.find(':', one == std::string::npos ? one : one + 1);
    if (two == std::string::npos) continue;
    const std::string controllers = line.substr(one + 1, two - one - 1);
    const std::string group = line.substr(two + 1);
    if (controllers.empty()) own.second = group;
    if (is_listed(controller, controllers)) own.first = group;
  }
  return own;
}

/// The group's folder below the mount point; empty if the group cannot be seen from there, as in a
/// container that is told its name on the host.
fs::path below(const Mount& mount, const std::string& group) {
  fs::path rest = group;
  if (mount.group != "/") {
    if (group != mount.group && !group.starts_with(mount.group + "/")) return {};
    rest = group.substr(mount.group.size());
  }
  rest = rest.relative_path();
  const bool leads_out = std::ranges::find(rest, fs::path("..")) != rest.end();
  return leads_out ? fs::path() : rest;
}

void add_upwards(std::vector<fs::path>& folders, const fs::path& root,
                 const std::vector<Mount>& mounts, const std::string& group) {
  for (const Mount& mount : mounts) {
    const fs::path point = root / fs::path(mount.point).relative_path();
    for (fs::path at = below(mount, group); !at.empty(); at = at.parent_path()) {
      folders.push_back(point / at);
    }
    folders.push_back(point);
  }
}

}  // namespace

ControlGroups control_groups(const fs::path& root, std::string_view controller) {
  const Hierarchies mounts = hierarchies(root, controller);
  const OwnGroups own = own_groups(root, controller);
  ControlGroups groups;
  add_upwards(groups.first, root, mounts.first, own.first);
  add_upwards(groups.second, root, mounts.second, own.second);
  return groups;
}

}  // namespace pcai::platform
