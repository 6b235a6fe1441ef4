#!/usr/bin/env bash
# Start a Debian root as a machine of its own: boot.sh ROOT, as the first process of new namespaces.
# It sees none of this machine's files, processes and network; systemd is its process 1.
set -euo pipefail

mount --make-rprivate /
mount --bind "$1" "$1"
cd "$1"
mount -t proc proc proc
mount -t sysfs -o ro sysfs sys
mount -t cgroup2 cgroup2 sys/fs/cgroup
mount -t tmpfs -o mode=755 tmpfs dev
for name in null zero full random urandom tty; do
    touch "dev/$name"
    mount --bind "/dev/$name" "dev/$name"
done
mkdir dev/pts dev/shm
mount -t devpts -o newinstance,ptmxmode=0666 devpts dev/pts
mount -t tmpfs -o mode=1777 tmpfs dev/shm
ln -s pts/ptmx dev/ptmx
ln -s /proc/self/fd dev/fd
for number in 0:stdin 1:stdout 2:stderr; do ln -s "fd/${number%%:*}" "dev/${number##*:}"; done
mount -t tmpfs -o mode=755 tmpfs run
mount -t tmpfs -o mode=1777 tmpfs tmp
ip link set lo up

mkdir -p .outside
pivot_root . .outside
umount -l .outside
rmdir .outside
exec env -i container=other PATH=/usr/sbin:/usr/bin:/sbin:/bin "${@:2}"
