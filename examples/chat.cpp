// A chat at the terminal that remembers what was said: pcai.hpp in C++17. An empty line ends it.
//
//   c++ -std=c++17 chat.cpp $(pkg-config --cflags --libs pcai_inference) -o chat
//   ./chat model.gguf [backend]
#include <iostream>
#include <string>

#include <pcai/pcai.hpp>

int main(int argc, char** argv) {
  if (argc < 2) {
    std::cerr << "usage: " << argv[0] << " MODEL [BACKEND]\n";
    return 2;
  }
  try {
    pcai::engine engine(argc > 2 ? argv[2] : "auto");
    pcai::model model = engine.load(argv[1]);
    float progress = 0;
    while (!model.wait(std::chrono::milliseconds(100), &progress)) {
      std::cerr << "\rloading " << static_cast<int>(100 * progress) << " %";
    }
    const pcai_model_info info = model.info();
    std::cerr << "\r" << pcai::view(info.id) << ", context " << info.context_length << "\n";

    pcai::request request;
    request.messages.push_back({PCAI_ROLE_SYSTEM, "Answer briefly."});
    for (std::string line; std::cerr << "> ", std::getline(std::cin, line) && !line.empty();) {
      request.messages.push_back({PCAI_ROLE_USER, line});
      pcai::message answer{PCAI_ROLE_ASSISTANT, ""};
      pcai::generation generation = model.start(request);
      while (const auto event = generation.next()) {
        if (event->kind == PCAI_EVENT_TEXT) {
          std::cout << pcai::view(event->text) << std::flush;
          answer.content += pcai::view(event->text);
        } else if (event->kind == PCAI_EVENT_FAILED) {
          std::cerr << pcai::view(event->error_message);
        }
      }
      std::cout << "\n";
      request.messages.push_back(answer);
    }
  } catch (const pcai::error& error) {
    std::cerr << error.name() << ": " << error.what() << "\n";
    return 1;
  }
}
