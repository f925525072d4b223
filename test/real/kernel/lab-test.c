// SPDX-License-Identifier: GPL-2.0
/* A KUnit suite with every kind of result: passes, failed expectations and assertions, skips, parameters, a trace of its own. */
#include <kunit/test.h>

static void lab_passes(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, 2 + 2, 4);
}

static void lab_fails(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, 2 + 2, 5);
	KUNIT_EXPECT_STREQ_MSG(test, "deep", "shallow", "the water is %d m deep", 3);
}

static void lab_asserts(struct kunit *test)
{
	KUNIT_ASSERT_NOT_NULL(test, (void *)NULL);
	kunit_info(test, "never reached\n");
}

static void lab_skips(struct kunit *test)
{
	kunit_skip(test, "no such hardware: 2 ports wanted, 0 found");
}

static void lab_warns(struct kunit *test)
{
	WARN(1, "lab: on purpose, %d degrees", 41);
}

static void lab_prints(struct kunit *test)
{
	pr_info("lab: 9 ports, all ok\n");
	kunit_info(test, "measured 17 us\n");
}

static const int sizes[] = { 1, 64, 4096 };

static void size_name(const int *size, char *name)
{
	snprintf(name, KUNIT_PARAM_DESC_SIZE, "size %d", *size);
}
KUNIT_ARRAY_PARAM(size, sizes, size_name);

static void lab_sized(struct kunit *test)
{
	const int *size = test->param_value;

	KUNIT_EXPECT_LT_MSG(test, *size, 4096, "a page is too much");
}

static struct kunit_case lab_cases[] = {
	KUNIT_CASE(lab_passes),
	KUNIT_CASE(lab_fails),
	KUNIT_CASE(lab_asserts),
	KUNIT_CASE(lab_skips),
	KUNIT_CASE(lab_warns),
	KUNIT_CASE(lab_prints),
	KUNIT_CASE_PARAM(lab_sized, size_gen_params),
	{}
};

static struct kunit_suite lab_suite = {
	.name = "lab",
	.test_cases = lab_cases,
};
kunit_test_suite(lab_suite);
