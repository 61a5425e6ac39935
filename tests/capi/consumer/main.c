#include <pcai/pcai.h>
#include <stdio.h>

int main(void) {
  FfiResult result = pcai_init("fake");
  if (result.success) result = pcai_load_model("consumer.fake", 0);
  if (!result.success) {
    fprintf(stderr, "%s\n", result.error_message);
    pcai_free_result(&result);
    return 1;
  }
  char* answer = pcai_generate("hello from C", 0, 0);
  puts(answer == NULL ? pcai_last_error() : answer);
  pcai_free_string(answer);
  pcai_shutdown();
  return answer == NULL;
}
