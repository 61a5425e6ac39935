#include <iostream>
#include <pcai/pcai.hpp>

int main() {
  pcai::engine engine("fake");
  pcai::model model = engine.load("consumer.fake");
  model.wait();
  std::cout << model.ask("hello from C++").text << "\n";
}
