#include "backend/worker/channel.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "worker/worker_fixture.h"

namespace pcai::backend::worker {
namespace {

using std::chrono::milliseconds;

std::string frame_of(std::string_view payload, std::size_t length) {
  std::string frame;
  for (int i = 0; i < 4; ++i) frame += static_cast<char>(length >> (8 * i) & 0xFF);
  return frame.append(payload);
}

std::string frame_of(std::string_view payload) {
  return frame_of(payload, payload.size());
}

/// A channel with messages of at most 1000 bytes, and the raw other end of its connection.
struct ChannelTest : testing::Test {
  std::pair<platform::Stream, platform::Stream> ends = *platform::connect_pair();
  Channel channel{std::move(ends.first), 1000, 1 << 20};
  std::optional<platform::Stream> peer{std::move(ends.second)};
  std::vector<std::string> received;

  Channel::State receive() {
    return channel.receive([this](std::string_view payload) {
      received.emplace_back(payload);
      return payload != "wrong";
    });
  }

  std::string read_all() {
    std::string bytes;
    char buffer[4096];
    for (platform::Moved moved; (moved = peer->read(buffer, sizeof(buffer))).bytes > 0;) {
      bytes.append(buffer, moved.bytes);
    }
    return bytes;
  }
};

TEST_F(ChannelTest, MessagesComeWholeHoweverTheirBytesAreSplit) {
  const std::string bytes = frame_of("one") + frame_of(std::string(1000, '2')) + frame_of("three");
  for (const char byte : bytes) {
    ASSERT_EQ(peer->write(&byte, 1).bytes, 1U);
    ASSERT_EQ(receive(), Channel::State::Open);
  }
  EXPECT_EQ(received, (std::vector<std::string>{"one", std::string(1000, '2'), "three"}));
}

TEST_F(ChannelTest, ManyMessagesAtOnceComeInOrder) {
  const std::string bytes = frame_of("one") + frame_of("two") + frame_of("three");
  ASSERT_EQ(peer->write(bytes.data(), bytes.size()).bytes, bytes.size());
  EXPECT_EQ(receive(), Channel::State::Open);
  EXPECT_EQ(received, (std::vector<std::string>{"one", "two", "three"}));
}

TEST_F(ChannelTest, ALengthOfZeroOrOverTheLimitIsMalformed) {
  for (const std::size_t length : {std::size_t{0}, std::size_t{1001}, std::size_t{0xFFFFFFFF}}) {
    auto pair = *platform::connect_pair();
    Channel other(std::move(pair.first), 1000, 1000);
    const std::string bytes = frame_of("", length);
    pair.second.write(bytes.data(), bytes.size());
    EXPECT_EQ(other.receive([](std::string_view) { return true; }), Channel::State::Malformed);
  }
}

TEST_F(ChannelTest, AMessageThatItsReaderRefusesIsMalformed) {
  const std::string bytes = frame_of("wrong");
  peer->write(bytes.data(), bytes.size());
  EXPECT_EQ(receive(), Channel::State::Malformed);
}

TEST_F(ChannelTest, WhatWasSentBeforeTheEndStillArrives) {
  const std::string bytes = frame_of("last words") + "\x05";
  peer->write(bytes.data(), bytes.size());
  peer.reset();
  Channel::State state = receive();
  if (state == Channel::State::Open) state = receive();
  EXPECT_EQ(state, Channel::State::Closed);
  EXPECT_EQ(received, (std::vector<std::string>{"last words"}));
  EXPECT_TRUE(channel.send(frame_of("into the void")));
}

TEST_F(ChannelTest, SendingToOneWhoDoesNotReadNeverBlocksAndIsBounded) {
  const std::string frame = frame_of(std::string(1000, 'x'));
  std::size_t sent = 0;
  while (channel.send(frame)) ++sent;
  EXPECT_GE(sent * frame.size(), std::size_t{1} << 20);
  EXPECT_FALSE(channel.is_flushed());

  std::string bytes = read_all();
  while (!channel.is_flushed()) {
    channel.wait(nullptr, milliseconds(1000));
    receive();
    bytes += read_all();
  }
  EXPECT_EQ(bytes.size(), sent * frame.size());
  EXPECT_TRUE(channel.send(frame)) << "there is room again";
}

TEST_F(ChannelTest, FramesOfManySendersStayWhole) {
  constexpr int kSenders = 4;
  constexpr int kFrames = 2000;
  Channel other(std::move(*peer), 1000, std::size_t{64} << 20);
  std::vector<std::thread> senders;
  for (int sender = 0; sender < kSenders; ++sender) {
    senders.emplace_back([&other, sender] {
      for (int i = 0; i < kFrames; ++i) {
        const std::string number = std::to_string(sender) + " " + std::to_string(i);
        other.send(frame_of(number + std::string(500, '.')));
      }
    });
  }
  std::atomic<bool> done{false};
  std::thread flusher([&] {  // the other side's receiving thread
    while (!done) {
      other.wait(nullptr, milliseconds(1000));
      other.receive([](std::string_view) { return true; });
    }
  });
  while (received.size() < kSenders * kFrames) {
    channel.wait(nullptr, milliseconds(1000));
    ASSERT_EQ(receive(), Channel::State::Open);
  }
  done = true;
  other.wake();
  for (std::thread& thread : senders) thread.join();
  flusher.join();
  std::vector<int> next(kSenders, 0);
  for (const std::string& payload : received) {
    const int sender = payload[0] - '0';
    ASSERT_EQ(payload, std::to_string(sender) + " " + std::to_string(next[sender]++) +
                           std::string(500, '.'));
  }
}

TEST_F(ChannelTest, WakeEndsAWaitThatHasNotBegunYet) {
  channel.wake();
  const platform::Ready ready = channel.wait(nullptr, std::chrono::hours(1));
  EXPECT_FALSE(ready.connection);
}

}  // namespace
}  // namespace pcai::backend::worker
