#!/bin/sh
# Gets what the real tests talk to: Debian's own daemons, and a kernel and busybox for the QEMU board. Quick when all
# is there; as anyone but root it only says what is missing. Exit status 1: something is. Daemons are never started
# here: each test starts its own. Kernel and busybox are unpacked beside the checkout, because the installed busybox
# is replaced by the dynamic one of another package, and a kernel has no business in /boot (feasibility.md 0).
set -u
root=$(CDPATH= cd -- "$(dirname -- "$0")/../.." && pwd)
cache=$root/.cache/real
PATH=$PATH:/usr/sbin:/sbin

# What must be there, and the package that has it. `download` goes to the cache, the others are installed.
wanted='
qemu-system-x86_64 qemu-system-x86
qemu-system-aarch64 qemu-system-arm
snmpd              snmpd
telnetd            inetutils-telnetd
telnet             inetutils-telnet
ser2net            ser2net
sshd               openssh-server
ssh-keygen         openssh-client
socat              socat
login              login
useradd            passwd
cpio               cpio
gcc                gcc
g++                g++
setpriv            util-linux
flock              util-linux
make               make
flex               flex
bison              bison
bc                 bc
xz                 xz-utils
chromium           chromium
'

has() { command -v "$1" >/dev/null 2>&1; }
has_libc() { [ -e "$(gcc -print-file-name=libc.a 2>/dev/null || echo none)" ]; }
has_kernel() { ls "$cache"/linux/boot/vmlinuz-* >/dev/null 2>&1; }
has_busybox() { [ -x "$cache/busybox/bin/busybox" ]; }
has_libelf() { [ -e /usr/include/gelf.h ]; }
has_source() { [ -e /usr/src/linux-source-6.1.tar.xz ]; }
has_uboot() { [ -e /usr/lib/u-boot/qemu_arm64/u-boot.bin ]; }
has_arm_kernel() { ls "$cache"/linux-arm64/boot/vmlinuz-* >/dev/null 2>&1; }
has_arm_busybox() { [ -x "$cache/busybox-arm64/bin/busybox" ]; }

lacking() {
  echo "$wanted" | while read -r command package; do
    [ -z "$command" ] || has "$command" || echo "$package"
  done
  has_libc || echo libc6-dev
  has_libelf || echo libelf-dev
  has_source || echo linux-source-6.1
  has_uboot || echo u-boot-qemu
  [ -e /usr/include/gtest/gtest.h ] || echo libgtest-dev
}

# download NAME PACKAGE: unpacked at once or not at all.
download() {
  new=$cache/$1.new.$$
  mkdir -p "$new/deb" "$new/tree" || return 1
  if (cd "$new/deb" && apt-get download -q "$2" >log 2>&1) && dpkg -x "$new"/deb/*.deb "$new/tree"; then
    rm -rf "${cache:?}/$1" && mv "$new/tree" "$cache/$1"
  else
    cat "$new/deb/log" >&2
  fi
  rm -rf "$new"
}

# kernel_package ARCHITECTURE: its name has the version in it.
kernel_package() {
  apt-cache depends "linux-image-cloud-$1" 2>/dev/null | awk '$1 == "Depends:" { print $2; exit }'
}

# Packages of another architecture, with lists of their own: the machine's dpkg need not know that there is one.
download_arm() {
  lists=$(mktemp -d) || return 1
  mkdir -p "$lists/lists/partial" "$lists/cache/archives/partial"
  cat >"$lists/apt.conf" <<END
APT::Architecture "arm64";
APT::Architectures { "arm64"; };
Dir::State "$lists";
Dir::State::lists "$lists/lists";
Dir::State::status "/dev/null";
Dir::Cache "$lists/cache";
Acquire::Languages "none";
END
  (
    export APT_CONFIG="$lists/apt.conf"
    apt-get update -qq >/dev/null 2>&1
    has_arm_kernel || download linux-arm64 "$(kernel_package arm64)"
    has_arm_busybox || download busybox-arm64 busybox-static
  )
  rm -rf "$lists"
}

complete() {
  [ -z "$(lacking)" ] && has_kernel && has_busybox && has_arm_kernel && has_arm_busybox
}

complete && exit 0
if ! has apt-get || [ "$(dpkg --print-architecture)" != amd64 ]; then
  echo 'The real tests want Debian or Ubuntu on amd64.' >&2
  exit 1
fi

packages=$(lacking)
if [ "$(id -u)" = 0 ]; then
  apt-get update -qq >/dev/null 2>&1
  # shellcheck disable=SC2086
  [ -z "$packages" ] || DEBIAN_FRONTEND=noninteractive \
    apt-get install -y -qq --no-install-recommends $packages >"${TMPDIR:-/tmp}/boardroom-install.$$" 2>&1 ||
    tail -n 5 "${TMPDIR:-/tmp}/boardroom-install.$$" >&2
  rm -f "${TMPDIR:-/tmp}/boardroom-install.$$"
fi
has_kernel || download linux "$(kernel_package amd64)"
has_busybox || download busybox busybox-static
{ has_arm_kernel && has_arm_busybox; } || download_arm

complete && exit 0
packages=$(lacking | tr '\n' ' ')
[ -z "$packages" ] || echo "Missing for the real tests: apt-get install --no-install-recommends $packages" >&2
has_kernel || echo 'Missing for the real tests: the kernel of linux-image-cloud-amd64 (apt-get update first)' >&2
has_busybox || echo 'Missing for the real tests: busybox-static (apt-get update first)' >&2
has_arm_kernel || echo 'Missing for the real tests: the kernel of linux-image-cloud-arm64' >&2
has_arm_busybox || echo 'Missing for the real tests: busybox-static for arm64' >&2
exit 1
