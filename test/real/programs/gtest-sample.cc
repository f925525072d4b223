// Everything a test program of GoogleTest can print about its tests; with CRASH in its environment it dies in one.
#include <cstdio>
#include <cstdlib>
#include <gtest/gtest.h>

TEST(Maths, Adds) { EXPECT_EQ(2, 1 + 1); }
TEST(Maths, Fails) {
  std::printf("computing\n");
  EXPECT_EQ(3, 1 + 1) << "sums are hard";
}
TEST(Maths, NoNewline) { std::printf("half a line"); }
TEST(Maths, Skips) { GTEST_SKIP() << "no divider here"; }
TEST(Maths, DISABLED_Later) { FAIL(); }

class Sizes : public testing::TestWithParam<int> {};
TEST_P(Sizes, IsEven) { EXPECT_EQ(0, GetParam() % 2); }
INSTANTIATE_TEST_SUITE_P(Few, Sizes, testing::Values(2, 3, 4));

template <class T> class Typed : public testing::Test {};
using Types = testing::Types<char, long>;
TYPED_TEST_SUITE(Typed, Types);
TYPED_TEST(Typed, IsOne) { EXPECT_EQ(1u, sizeof(TypeParam)); }

[[noreturn]] void die() {
  std::fprintf(stderr, "dying now\n");
  std::abort();
}
TEST(FateDeathTest, Dies) { EXPECT_DEATH(die(), "dying"); }
TEST(FateDeathTest, Lives) { EXPECT_DEATH({}, "never"); }

TEST(Crash, InTheMiddle) {
  if (std::getenv("CRASH") == nullptr) return;
  std::printf("about to crash\n");
  std::fflush(stdout);
  std::abort();
}
TEST(Crash, After) {}
