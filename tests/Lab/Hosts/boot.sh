#!/bin/sh
# Makes a lab host out of fresh namespaces (network, mounts, processes, host name) and becomes its first process.
#
#   boot.sh FOLDER NAME DATA UID  FOLDER/root has the separate files of the host, FOLDER/new is its mounted tree,
#                                 DATA becomes /data and belongs to UID
#                                 LAB_SHARED, LAB_READABLE: folders of the machine that are visible inside, one a line
#                                 LAB_TIME_FACTOR: the divisor of RestartSec= of units
#
# Programs are the machine's own, read-only. The separate parts of a host (/etc, /home, /var, /tmp …) are bound over.
# Nothing is mounted outside: the mounts end with the last process of the host, which is killed with the lab.
set -eu
umask 022
PATH=/usr/sbin:/usr/bin:/sbin:/bin
folder=$1 name=$2 data=$3 uid=$4
root="$folder/root" new="$folder/new"

# Some kernels and sandboxes refuse the commands that are marked as optional below. All others are required.
optional() { "$@" || echo "boot: continues without: $*" >&2; }

own() {
  mkdir -p "$new/$1"
  mount --bind "$root/$1" "$new/$1"
}

readable() {
  mkdir -p "$new/$1"
  mount --bind "/$1" "$new/$1"
  mount -o remount,bind,ro "$new/$1"
}

hostname "$name"
mount -t tmpfs -o mode=755,size=1m drydock-lab "$new"

readable usr
for part in bin sbin lib lib32 lib64 libx32; do
  if [ -L "/$part" ]; then
    cp -P "/$part" "$new/$part"
  elif [ -d "/$part" ]; then
    readable "$part"
  fi
done

# These folders are empty after a boot.
rm -rf "$root/run" "$root/tmp"
mkdir -p "$root/run/lock" "$root/run/sshd"
mkdir -m 1777 "$root/tmp"
for part in etc home root opt srv var run tmp usr/local; do
  own "$part"
done
mkdir -p "$new/data" "$new/mnt" "$new/media"
mount --bind "$data" "$new/data"
chown "$uid:$uid" "$new/data"

# An existing systemctl is covered. Otherwise /usr/local/bin comes first in every PATH anyway.
if [ -e "$new/usr/bin/systemctl" ]; then
  mount --bind "$root/usr/local/bin/systemctl" "$new/usr/bin/systemctl"
fi

mkdir -p "$new/proc" "$new/sys" "$new/dev"
mount -t proc proc "$new/proc"
optional mount -t sysfs -o ro sysfs "$new/sys"

# Units have control groups as with systemd: a branch of the machine's own tree is the tree of the host.
for tree in /sys/fs/cgroup/systemd /sys/fs/cgroup; do
  if [ -w "$tree/cgroup.procs" ] && mkdir -p "$tree/drydock-lab-$DRYDOCK_LAB_RUN/$name" 2>/dev/null; then
    optional mount --bind "$tree/drydock-lab-$DRYDOCK_LAB_RUN/$name" "$new/sys/fs/cgroup"
    break
  fi
done
# Commands over ssh have one too (sshd.sh), in a tree that counts processor time.
for tree in /sys/fs/cgroup/cpuacct /sys/fs/cgroup; do
  own="$tree/drydock-lab-$DRYDOCK_LAB_RUN/$name"
  if [ -w "$tree/cgroup.procs" ] && mkdir -p "$own/ssh" 2>/dev/null; then
    mkdir "$new/run/lab-groups"
    mount --bind "$own" "$new/run/lab-groups"
    optional chmod 666 "$own/cgroup.procs"
    break
  fi
done
mount -t tmpfs -o mode=755,size=1m dev "$new/dev"
for device in null zero full random urandom tty; do
  : >"$new/dev/$device"
  mount --bind "/dev/$device" "$new/dev/$device"
done
mkdir "$new/dev/pts"
mkdir -m 1777 "$new/dev/shm"
mount -t tmpfs -o mode=1777,size=256m shm "$new/dev/shm"
optional mount -t devpts -o newinstance,ptmxmode=0666,mode=0620 devpts "$new/dev/pts"
ln -s pts/ptmx "$new/dev/ptmx"
ln -s /proc/self/fd "$new/dev/fd"
for number in 0:stdin 1:stdout 2:stderr; do
  ln -s "/proc/self/fd/${number%:*}" "$new/dev/${number#*:}"
done

visible() { # LIST MODE
  printf '%s\n' "$1" | while IFS= read -r path; do
    [ -n "$path" ] || continue
    mkdir -p "$new$path"
    mount --bind "$path" "$new$path"
    [ "$2" = rw ] || mount -o remount,bind,ro "$new$path"
  done
}
visible "${LAB_SHARED-}" rw
visible "${LAB_READABLE-}" ro

mkdir "$new/old"
cd "$new"
pivot_root . old
umount -l /old
rmdir /old
exec env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 \
  LAB_TIME_FACTOR="${LAB_TIME_FACTOR:-1}" /bin/bash /usr/local/lib/lab/init.sh
