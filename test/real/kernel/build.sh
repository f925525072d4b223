#!/bin/sh
# build.sh ARCHIVE FOLDER: builds the kernel of the failure tests and a few of its own selftests from Debian's kernel
# source and puts them into FOLDER, which appears whole or not at all. Two to four minutes on two cores; 1.6 GB of
# scratch space under TMPDIR while it runs.
set -eu
archive=$1
folder=$2
here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)
scratch=$(mktemp -d "${TMPDIR:-/tmp}/boardroom-kernel-XXXXXX")
trap 'rm -rf "$scratch"' EXIT
trap 'exit 1' HUP INT TERM

mkdir -p "$scratch/source" "$scratch/new"
tar -C "$scratch/source" --strip-components=1 -xf "$archive"
cd "$scratch/source"
cp "$here/lab-test.c" lib/kunit/
echo 'obj-$(CONFIG_KUNIT_EXAMPLE_TEST) += lab-test.o' >>lib/kunit/Makefile
# Only what provokes is instrumented: all of the kernel would take half as long again.
echo 'UBSAN_SANITIZE := y' >>drivers/misc/lkdtm/Makefile

make -s tinyconfig
scripts/kconfig/merge_config.sh -m .config "$here/config" >/dev/null
make -s olddefconfig
grep CONFIG_ "$here/config" | while read -r setting; do
  grep -qxF "$setting" .config || { echo "the kernel's configuration did not take: $setting" >&2; exit 1; }
done
KBUILD_BUILD_TIMESTAMP=@0 make -s -j"$(nproc)" bzImage
cp arch/x86/boot/bzImage .config "$scratch/new/"

# As `make -C tools/testing/selftests install` does, of those that want nothing but a C library.
cd tools/testing/selftests
tests=$scratch/new/selftests
mkdir -p "$tests/kselftest"
cp run_kselftest.sh "$tests/"
cp kselftest/runner.sh "$tests/kselftest/"
selftest() {
  mkdir -p "$tests/$1"
  gcc -static -O2 -w -I. "$1/$2.c" -o "$tests/$1/$2" $3
  echo "$1:$2" >>"$tests/kselftest-list.txt"
}
selftest size get_size '-ffreestanding -nostartfiles -s'
selftest sigaltstack sas -s
selftest breakpoints breakpoint_test -s
selftest core close_range_test -s
selftest membarrier membarrier_test_single_thread -s
selftest mincore mincore_selftest -s

mkdir -p "$(dirname "$folder")"
mv -T "$scratch/new" "$folder"
