/** Console output that really was printed somewhere; where is said with each. */

/** tools/testing/kunit/test_data/test_is_test_passed-kselftest.log of Linux. */
export const KSELFTEST = `TAP version 13
1..2
# selftests: membarrier: membarrier_test_single_thread
# TAP version 13
# 1..2
# ok 1 sys_membarrier available
# ok 2 sys membarrier invalid command test: command = -1, flags = 0, errno = 22. Failed as expected
ok 1 selftests: membarrier: membarrier_test_single_thread
# selftests: membarrier: membarrier_test_multi_thread
# TAP version 13
# 1..2
# ok 1 sys_membarrier available
# ok 2 sys membarrier invalid command test: command = -1, flags = 0, errno = 22. Failed as expected
ok 2 selftests: membarrier: membarrier_test_multi_thread
`

/** tools/testing/kunit/test_data/test_kernel_panic_interrupt.log of Linux, shortened: KUnit before 5.19, and a panic in its midst. */
export const KUNIT_PANIC = `[    0.060000] printk: console [mc-1] enabled
[    0.060000] TAP version 14
[    0.060000] \t# Subtest: kunit-try-catch-test
[    0.060000] \t1..2
[    0.060000] \tok 1 - kunit_test_try_catch_successful_try_no_catch
[    0.060000] \tok 2 - kunit_test_try_catch_unsuccessful_try_does_catch
[    0.060000] ok 1 - kunit-try-catch-test
[    0.060000] \t# Subtest: string-stream-test
[    0.060000] \t1..3
[    0.060000] \tok 1 - string_stream_test_empty_on_creation
[    0.060000] \tKernel panic - not syncing: VFS: Unable to mount root fs on unknown-block(98,0)
[    0.060000] CPU: 0 PID: 1 Comm: swapper Not tainted 5.4.0-rc1-gea2dd7c0875e-dirty #2
`

/** The example of nesting in Documentation/dev-tools/ktap.rst of Linux. */
export const KTAP = `KTAP version 1
1..1
  KTAP version 1
  1..3
    KTAP version 1
    1..1
    # test_1: initializing test_1
    ok 1 test_1
  ok 1 example_test_1
    KTAP version 1
    1..2
    ok 1 test_1 # SKIP test_1 skipped
    ok 2 test_2
  ok 2 example_test_2
    KTAP version 1
    1..3
    ok 1 test_1
    # test_2: FAIL
    not ok 2 test_2
    ok 3 test_3 # SKIP test_3 skipped
  not ok 3 example_test_3
not ok 1 main_test
`

/** ltp-pan's output in a report to the linux-ext4 list of 2019: the old library. */
export const LTP_OLD = `<<<test_start>>>
tag=mmap16 stime=1559078706
cmdline="mmap16"
contacts=""
analysis=exit
<<<test_output>>>
mke2fs 1.43.4 (31-Jan-2017)
mmap16      0  TINFO  :  Using test device LTP_DEV='/dev/loop0'
mmap16      0  TINFO  :  Formatting /dev/loop0 with ext4 opts='-b 1024' extra opts='10240'
mmap16      1  TFAIL  :  mmap16.c:85: Bug is reproduced!
<<<execution_status>>>
initiation_status="ok"
duration=8 termination_type=exited termination_id=1 corefile=no
cutime=11 cstime=345
<<<test_end>>>
`

/** ltp-pan's output in a report of the kernel test robot of 2023: the new library. */
export const LTP_NEW = `<<<test_start>>>
tag=ioprio_set03 stime=1687153195
cmdline="ioprio_set03"
contacts=""
analysis=exit
<<<test_output>>>
tst_test.c:1558: TINFO: Timeout per run is 0h 02m 30s
ioprio_set03.c:39: TFAIL: ioprio_set IOPRIO_CLASS_BE prio 8 should not work
ioprio_set03.c:47: TINFO: tested illegal priority with class NONE
ioprio_set03.c:50: TPASS: returned correct error for wrong prio: EINVAL (22)

Summary:
passed   1
failed   1
broken   0
skipped  0
warnings 0
<<<execution_status>>>
initiation_status="ok"
duration=0 termination_type=exited termination_id=1 corefile=no
cutime=0 cstime=3
<<<test_end>>>
`

/** ltp-pan's output in a report to the LTP list of 2022: a program that prints no result at all. */
export const LTP_SILENT = `<<<test_start>>>
tag=FSX034 stime=1662538554
cmdline="fsx-linux -l 500000 -r 4096 -N 10000 $TMPDIR/aiodio.$$/junkfile"
contacts=""
analysis=exit
<<<test_output>>>
/tmp/ltp-qFoktcygy7/aiodio.435919/junkfile: No such file or directory
<<<execution_status>>>
initiation_status="ok"
duration=0 termination_type=exited termination_id=91 corefile=no
cutime=0 cstime=1
<<<test_end>>>
`

/** The end of runltp's log in JuiceFS's documentation of its POSIX tests, its rows shortened. */
export const RUNLTP = `Testcase                                           Result     Exit Value
--------                                           ------     ----------
fcntl17                                            FAIL       7
getxattr05                                         CONF       32
ioctl_loop05                                       FAIL       4
abort01                                            PASS       0

-----------------------------------------------
Total Tests: 4
Total Skipped Tests: 1
Total Failures: 2
Kernel Version: 5.4.0-1029-aws
Machine Architecture: x86_64
`

/** A console log of Linaro's LKFT, in a report to the LTP list: signals printed by the kernel, LTP between them. */
export const LKFT = `<8>[   53.933883] <LAVA_SIGNAL_STARTTC stat04>
tst_buffers.c:57: TINFO: Test is using guarded buffers
tst_tmpdir.c:316: TINFO: Using /tmp/LTP_staPDxElt as tmpdir (tmpfs filesystem)
tst_device.c:97: TBROK: Could not stat loop device 0
Summary:
passed   0
failed   0
broken   1
skipped  0
warnings 0
<8>[   53.947889] <LAVA_SIGNAL_ENDTC stat04>
<8>[   53.974024] <LAVA_SIGNAL_TESTCASE TEST_CASE_ID=stat04 RESULT=fail>
`

/** What Perl 5.36 prints of a test of ours that uses Test::More. */
export const PERL = `1..7
ok 1 - adds
not ok 2 - sums \\# hard \\\\ x
#   Failed test 'sums # hard \\ x'
#   at a.t line 4.
#          got: '2'
#     expected: '3'
# Subtest: inner one
    1..2
    ok 1 - a
    # Subtest: deep
        ok 1 - x
        not ok 2 - y
        #   Failed test 'y'
        #   at a.t line 5.
        1..2
        # Looks like you failed 1 test of 2.
    not ok 2 - deep
    #   Failed test 'deep'
    #   at a.t line 5.
    # Looks like you failed 1 test of 2.
not ok 3 - inner one
#   Failed test 'inner one'
#   at a.t line 5.
ok 4 # skip no fish
ok 5 # skip no fish
not ok 6 - later # TODO not done
#   Failed (TODO) test 'later'
#   at a.t line 7.
# Subtest: skipped
    1..0 # SKIP nothing here
ok 7 # skip nothing here
# Looks like you failed 2 tests of 7.
`
