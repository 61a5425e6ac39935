#include "backend/answer/chat/usual_template.h"

namespace pcai::backend::answer {

const std::array<UsualTemplate, 2>& usual_templates() {
  static constexpr std::array<UsualTemplate, 2> kTemplates = {{
      {.mark = "<|im_end|>",
       .source = "{% for message in messages %}<|im_start|>{{ message.role }}\n"
                 "{{ message.content }}<|im_end|>\n{% endfor %}"
                 "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}",
       .told = "the model has no chat template, so chats reach it as ChatML, whose marks it knows; "
               "--chat-template FILE gives it another"},
      {.mark = "",
       .source = "{% for message in messages %}{% if not loop.first %}{{ '\\n\\n' }}{% endif %}"
                 "{{ message.content }}{% endfor %}",
       .told = "the model has no chat template, so chats reach it as plain text, which it "
               "continues; --chat-template FILE gives it one"},
  }};
  return kTemplates;
}

bool is_blank_template(std::string_view source) {
  return source.find_first_not_of(" \t\r\n") == std::string_view::npos;
}

}  // namespace pcai::backend::answer
