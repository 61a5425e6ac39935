#include "app/plain_text.h"

#include <gmock/gmock.h>

namespace pcai::app {
namespace {

using testing::HasSubstr;
using testing::StartsWith;
using std::string_literals::operator""s;

std::string text_of(const std::string& bytes) {
  const Result<std::string> text = plain_text(bytes, "the note");
  return text ? *text : "refused: " + text.error().message;
}

TEST(PlainTextTest, TextStaysAsItIs) {
  for (const std::string& text : {""s, "a"s, "grüße\r\n"s, "a\0b"s, "\0"s, "a\0b\0"s, " \t"s,
                                  "\xEF\xBB"s, "a\xEF\xBB\xBF"s, std::string(64, '\0')}) {
    EXPECT_EQ(text_of(text), text);
  }
}

TEST(PlainTextTest, AByteOrderMarkIsNoPartOfIt) {
  EXPECT_EQ(text_of("\xEF\xBB\xBFhello"), "hello");
  EXPECT_EQ(text_of("\xEF\xBB\xBF"), "");
  EXPECT_EQ(text_of("\xEF\xBB\xBF\xEF\xBB\xBFtwice"), "\xEF\xBB\xBFtwice");
}

TEST(PlainTextTest, OtherEncodingsAreRefusedByName) {
  for (const std::string& text : {"\xFF\xFEh\0i\0"s, "\xFE\xFF\0h\0i"s, "\xFF\xFE"s,
                                  "h\0e\0l\0l\0o\0"s, "\0h\0e\0l\0l\0o"s}) {
    EXPECT_THAT(text_of(text), StartsWith("refused: the note is UTF-16; pcai reads UTF-8"));
  }
  EXPECT_THAT(text_of("\xFF\xFE\0\0h\0\0\0"s), HasSubstr("UTF-32"));
  EXPECT_THAT(text_of("\0\0\xFE\xFF\0\0\0h"s), HasSubstr("UTF-32"));
}

}  // namespace
}  // namespace pcai::app
