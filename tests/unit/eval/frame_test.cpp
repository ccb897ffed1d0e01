#include "frame.h"

#include <gmock/gmock.h>
#include <sys/socket.h>

#include <thread>

#include "robustcheck/base/error.h"
#include "robustcheck/base/fd.h"
#include "robustcheck/eval/messages.h"

namespace robustcheck::eval {
namespace {

using testing::AllOf;
using testing::HasSubstr;

class Frames : public testing::Test {
 protected:
  Frames() {
    int ends[2];
    EXPECT_EQ(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
    here_ = Fd(ends[0]);
    there_ = Fd(ends[1]);
  }
  void write(const std::string& bytes) const {
    EXPECT_EQ(::send(there_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL), static_cast<ssize_t>(bytes.size()));
  }
  std::string error_of_receive() const {
    std::string payload;
    try {
      receive_frame(here_.get(), payload);
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::internal);
      return error.what();
    }
    return "no error";
  }

  Fd here_, there_;
};

std::string header(std::uint64_t length, std::uint32_t version = kProtocolVersion) {
  std::string bytes = "RCHK";
  bytes.append(reinterpret_cast<const char*>(&version), 4);
  bytes.append(reinterpret_cast<const char*>(&length), 8);
  return bytes;
}

TEST_F(Frames, ArriveAsTheyWereSent) {
  send_frame(there_.get(), "hello");
  send_frame(there_.get(), "");
  std::string payload;
  ASSERT_TRUE(receive_frame(here_.get(), payload));
  EXPECT_EQ(payload, "hello");
  ASSERT_TRUE(receive_frame(here_.get(), payload));
  EXPECT_EQ(payload, "");
}

TEST_F(Frames, LargerThanTheSocketBufferArriveWhole) {
  std::string large(5 << 20, 'x');
  for (std::size_t i = 0; i < large.size(); ++i) large[i] = static_cast<char>(i * 7 + i / 251);
  std::thread sender([&] { send_frame(there_.get(), large); });
  std::string payload;
  EXPECT_TRUE(receive_frame(here_.get(), payload));
  sender.join();
  EXPECT_TRUE(payload == large);
}

TEST_F(Frames, EndCleanlyBetweenMessages) {
  send_frame(there_.get(), "last");
  there_.reset();
  std::string payload;
  EXPECT_TRUE(receive_frame(here_.get(), payload));
  EXPECT_FALSE(receive_frame(here_.get(), payload));
}

TEST_F(Frames, RefuseAnEndWithinAMessage) {
  write(header(10) + "abc");
  there_.reset();
  EXPECT_THAT(error_of_receive(), HasSubstr("within a message"));
}

TEST_F(Frames, RefuseAnEndWithinAHeader) {
  write("RCHK");
  there_.reset();
  EXPECT_THAT(error_of_receive(), HasSubstr("within a message"));
}

TEST_F(Frames, NameBothVersionsOfAMismatch) {
  write(header(1, 99) + "x");
  EXPECT_THAT(error_of_receive(),
              AllOf(HasSubstr("protocol 99"), HasSubstr("program " + std::to_string(kProtocolVersion))));
}

TEST_F(Frames, RefuseAForeignMagic) {
  write("GET / HTTP/1.1\r\n\r\n");
  EXPECT_THAT(error_of_receive(), HasSubstr("foreign"));
}

TEST_F(Frames, RefuseAbsurdLengths) {
  write(header((1ull << 30) + 1));
  EXPECT_THAT(error_of_receive(), HasSubstr("1 GiB"));
}

TEST_F(Frames, ReportAPeerThatIsGone) {
  there_.reset();
  EXPECT_THROW(send_frame(here_.get(), "x"), Error);  // and no SIGPIPE
}

TEST(FrameBuffer, PutsPiecesTogether) {
  const std::string bytes = header(3) + "abc" + header(0) + header(2) + "de";
  FrameBuffer buffer;
  std::vector<std::string> payloads;
  for (const char byte : bytes) {
    buffer.append({&byte, 1});
    while (auto payload = buffer.next()) payloads.push_back(*payload);
  }
  EXPECT_THAT(payloads, testing::ElementsAre("abc", "", "de"));
  EXPECT_TRUE(buffer.empty());
}

}  // namespace
}  // namespace robustcheck::eval
