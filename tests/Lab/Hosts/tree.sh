#!/bin/sh
# Makes the separate folders of a lab host: /etc with one login user, its home, empty /var, /opt, /srv.
#
#   tree.sh FOLDER NAME ADDRESS USER UID PUBLIC_KEY SHELL      FOLDER/root is made; PUBLIC_KEY is the file of the key that is let in
set -eu
umask 022
PATH=/usr/sbin:/usr/bin:/sbin:/bin
here="$(cd "$(dirname "$0")" && pwd)"
folder=$1 name=$2 address=$3 user=$4 uid=$5 key=$6 shell=$7
root="$folder/root"

mkdir -p "$folder/new" "$root"
cp -r --no-preserve=ownership "$here/rootfs/." "$root/"
cd "$root"
mkdir -p etc/sudoers.d etc/systemd/system etc/alternatives home/"$user"/.ssh root opt srv \
  var/log var/lib var/cache var/spool usr/local/sbin
mkdir -m 1777 var/tmp
ln -s /run var/run
ln -s /run/lock var/lock
chmod 0755 root # a folder of the machine may be shown below it
chmod 0440 etc/sudoers
chmod 0755 usr/local/bin/systemctl

# From the machine's /etc only the files that programs need to run; no accounts and no secrets.
for part in ld.so.cache ld.so.conf ld.so.conf.d alternatives localtime timezone services protocols debian_version os-release profile bash.bashrc login.defs; do
  if [ -e "/etc/$part" ] || [ -L "/etc/$part" ]; then
    cp -a "/etc/$part" etc/
  fi
done
awk -F: -v user="$user" '$1 != user && ($3 < 1000 || $3 == 65534)' /etc/passwd >etc/passwd
awk -F: -v user="$user" '$1 != user && ($3 < 1000 || $3 == 65534) { print $1 ":x:" $3 ":" }' /etc/group >etc/group
echo "$user:x:$uid:$uid::/home/$user:$shell" >>etc/passwd
echo "$user:x:$uid:" >>etc/group
# "*" means no password. "!" would lock the account, and sshd would refuse it.
awk -F: '{ print $1 ":*:19000:0:99999:7:::" }' etc/passwd >etc/shadow
chmod 0640 etc/shadow

echo "$name" >etc/hostname
printf '127.0.0.1 localhost\n%s %s\n' "$address" "$name" >etc/hosts
: >etc/resolv.conf

ssh-keygen -q -t ed25519 -N '' -C "$name" -f etc/ssh/ssh_host_ed25519_key
cp "$key" home/"$user"/.ssh/authorized_keys
chmod 0755 home/"$user"
chmod 0700 home/"$user"/.ssh
chmod 0600 home/"$user"/.ssh/authorized_keys
chown -R "$uid:$uid" home/"$user"
