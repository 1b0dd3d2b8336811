#!/bin/sh
# Boots a lab host as a container of an engine, on the engine's own network, and stays until it ends.
#
#   container.sh FOLDER NAME DATA UID SOCKET   as boot.sh; SOCKET is the engine's
#                                              LAB_SHARED, LAB_READABLE, LAB_TIME_FACTOR: as boot.sh
#
# It has the default capabilities of a container and SYS_PTRACE: systemd finds processes by control groups, the lab's
# systemctl by their environment. Its first process is the lab's init, its account is in the image's /etc.
set -eu
umask 022
PATH=/usr/sbin:/usr/bin:/sbin:/bin
folder=$1 name=$2 data=$3 uid=$4 socket=$5
root="$folder/root" layer="$folder/layer"

docker() { command docker -H "unix://$socket" "$@"; }

# These folders are empty after a boot.
rm -rf "$root/run" "$root/tmp"
mkdir -p "$root/run/lock" "$root/run/sshd"
mkdir -m 1777 "$root/tmp"
chown "$uid:$uid" "$data"

# The engine looks up accounts in the image, whatever is mounted over it.
rm -rf "$layer"
mkdir -p "$layer/etc" "$layer/usr" "$layer/data" "$layer/mnt" "$layer/media"
cp "$root/etc/passwd" "$root/etc/group" "$layer/etc/"
for part in bin sbin lib lib32 lib64 libx32; do
  if [ -L "/$part" ]; then
    cp -P "/$part" "$layer/$part"
  fi
done
tar -C "$layer" -c . | docker import - drydock-lab/host:1 >/dev/null

set -- --volume "$data:/data"
for part in usr bin sbin lib lib32 lib64 libx32; do
  if [ -d "/$part" ] && [ ! -L "/$part" ]; then
    set -- "$@" --volume "/$part:/$part:ro"
  fi
done
for part in etc home root opt srv var run tmp usr/local; do
  set -- "$@" --volume "$root/$part:/$part"
done
if [ -e /usr/bin/systemctl ]; then
  set -- "$@" --volume "$root/usr/local/bin/systemctl:/usr/bin/systemctl:ro"
fi
while IFS= read -r path; do
  [ -z "$path" ] || set -- "$@" --volume "$path:$path"
done <<END
${LAB_SHARED-}
END
while IFS= read -r path; do
  [ -z "$path" ] || set -- "$@" --volume "$path:$path:ro"
done <<END
${LAB_READABLE-}
END

exec docker -H "unix://$socket" run --rm --name "$name" --hostname "$name" --network host --cap-add SYS_PTRACE --shm-size 256m \
  --env LANG=C.UTF-8 --env "LAB_TIME_FACTOR=${LAB_TIME_FACTOR:-1}" "$@" drydock-lab/host:1 /bin/bash /usr/local/lib/lab/init.sh
