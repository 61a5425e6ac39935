#include "app/settings/user_state.h"

#include <fstream>
#include <system_error>

namespace pcai::app {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kLongestName = 4096;

/// The folder, made for this user alone; empty if it cannot be made.
fs::path made_state_folder() {
  const fs::path folder = state_folder();
  std::error_code error;
  if (folder.empty()) return {};
  const bool is_new = fs::create_directories(folder, error);
  if (is_new) fs::permissions(folder, fs::perms::owner_all, error);
  return fs::is_directory(folder, error) ? folder : fs::path();
}

fs::path last_model_file(const fs::path& folder) {
  return folder / "last_model";
}

}  // namespace

fs::path state_folder(const models::UserEnvironment& environment) {
  if (environment.system == platform::System::Windows) {
    const fs::path data = environment.path("LOCALAPPDATA");
    return data.empty() ? data : data / "pcai" / "state";
  }
  fs::path state = environment.path("XDG_STATE_HOME");
  if (!state.is_absolute()) {
    const fs::path home = environment.home();
    state = home.empty() ? home : home / ".local" / "state";
  }
  return state.empty() ? state : state / "pcai";
}

fs::path history_file() {
  const fs::path folder = made_state_folder();
  return folder.empty() ? folder : folder / "history";
}

std::string last_model() {
  const fs::path folder = state_folder();
  if (folder.empty()) return {};
  std::ifstream file(last_model_file(folder));
  std::string name(kLongestName, '\0');
  file.read(name.data(), static_cast<std::streamsize>(name.size()));
  name.resize(static_cast<std::size_t>(file.gcount()));
  return name.substr(0, name.find('\n'));
}

void remember_model(const std::string& full_id) {
  if (full_id == last_model() || full_id.size() >= kLongestName ||
      full_id.find('\n') != std::string::npos) {
    return;
  }
  const fs::path folder = made_state_folder();
  if (folder.empty()) return;
  const fs::path file = last_model_file(folder);
  const fs::path unfinished = fs::path(file) += ".new";
  std::ofstream(unfinished, std::ios::trunc) << full_id << '\n';
  std::error_code error;
  fs::rename(unfinished, file, error);
}

}  // namespace pcai::app
