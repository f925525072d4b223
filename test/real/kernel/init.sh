#!/bin/sh
# The first process of a board that is to fail. On its second serial line root's shell takes commands from whoever
# breaks it while its console is somebody else's. SIGUSR1 makes this process end, which no kernel survives.
export PATH=/bin:/sbin:/usr/bin:/usr/sbin HOME=/root TERM=linux
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t devtmpfs dev /dev 2>/dev/null
mount -t debugfs debug /sys/kernel/debug
# As udev makes them; the selftests' runner writes to /dev/stdout.
ln -s /proc/self/fd /dev/fd
ln -s fd/1 /dev/stdout
mkdir -p /dev/pts
mount -t devpts devpts /dev/pts
hostname labboard
trap 'exit 7' USR1
console=$(tr ' ' '\n' </sys/class/tty/console/active | tail -n 1)
stty -F /dev/ttyS1 -echo 2>/dev/null
while :; do setsid sh </dev/ttyS1 >/dev/null 2>&1; sleep 1; done &

echo "BOOT-DONE uptime=$(cut -d' ' -f1 /proc/uptime) kernel=$(uname -r) console=$console"
while :; do
  # Waited for in the background, so that the trap is taken at once.
  setsid sh -c "cd /root; exec sh -i <'/dev/$console' >'/dev/$console' 2>&1" &
  wait $!
done
