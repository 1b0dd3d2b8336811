#!/usr/bin/env bash
# Makes the smallest useful container image, a static busybox with all its applets, as an archive for "docker load";
# needs no dockerd. Prints archive=PATH. Its name is drydock-lab/busybox:1.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

busybox="$(command -v busybox)" || die "busybox is not installed: run packages.sh"
archive="$CACHE/busybox-$(sha256sum "$busybox" | cut -c1-12)-1.tar"

if [ ! -f "$archive" ]; then
  lock busybox
  work="$(work_dir busybox)"
  trap 'rm -rf "$work"' EXIT
  mkdir -p "$work/root/bin" "$work/root/tmp" "$work/root/etc" "$work/root/root" "$work/image"
  chmod 1777 "$work/root/tmp"
  cp "$busybox" "$work/root/bin/busybox"
  "$busybox" --list | while IFS= read -r applet; do
    [ "$applet" = busybox ] || ln -sf busybox "$work/root/bin/$applet"
  done
  printf 'root:x:0:0:root:/root:/bin/sh\n' >"$work/root/etc/passwd"
  printf 'root:x:0:\n' >"$work/root/etc/group"
  tar -C "$work/root" --sort=name --mtime=@0 --owner=0 --group=0 --numeric-owner -cf "$work/image/layer.tar" .
  layer="$(sha256sum "$work/image/layer.tar" | cut -d' ' -f1)"
  printf '{"architecture":"%s","os":"linux","created":"1970-01-01T00:00:00Z","config":{"Cmd":["sh"],"Env":["PATH=/bin"]},"rootfs":{"type":"layers","diff_ids":["sha256:%s"]},"history":[{"created":"1970-01-01T00:00:00Z"}]}' \
    "$(dpkg --print-architecture)" "$layer" >"$work/image/config.json"
  printf '[{"Config":"config.json","RepoTags":["drydock-lab/busybox:1"],"Layers":["layer.tar"]}]' >"$work/image/manifest.json"
  tar -C "$work/image" --sort=name --mtime=@0 -cf "$work/image.tar" config.json layer.tar manifest.json
  mv "$work/image.tar" "$archive"
fi
printf 'archive=%s\n' "$archive"
