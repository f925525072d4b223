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
snmpd              snmpd
telnetd            inetutils-telnetd
socat              socat
login              login
useradd            passwd
cpio               cpio
gcc                gcc
setpriv            util-linux
'

has() { command -v "$1" >/dev/null 2>&1; }
has_libc() { [ -e "$(gcc -print-file-name=libc.a 2>/dev/null || echo none)" ]; }
has_kernel() { ls "$cache"/linux/boot/vmlinuz-* >/dev/null 2>&1; }
has_busybox() { [ -x "$cache/busybox/bin/busybox" ]; }

lacking() {
  echo "$wanted" | while read -r command package; do
    [ -z "$command" ] || has "$command" || echo "$package"
  done
  has_libc || echo libc6-dev
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

kernel_package() {
  apt-cache depends linux-image-cloud-amd64 2>/dev/null | awk '$1 == "Depends:" { print $2; exit }'
}

complete() { [ -z "$(lacking)" ] && has_kernel && has_busybox; }

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
has_kernel || download linux "$(kernel_package)"
has_busybox || download busybox busybox-static

complete && exit 0
packages=$(lacking | tr '\n' ' ')
[ -z "$packages" ] || echo "Missing for the real tests: apt-get install --no-install-recommends $packages" >&2
has_kernel || echo 'Missing for the real tests: the kernel of linux-image-cloud-amd64 (apt-get update first)' >&2
has_busybox || echo 'Missing for the real tests: busybox-static (apt-get update first)' >&2
exit 1
