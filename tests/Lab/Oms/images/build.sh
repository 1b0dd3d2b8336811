#!/usr/bin/env bash
# Builds the archives of the OMS stand-in images, as `docker save` writes them, without a Docker daemon:
#
#   build.sh [OUTPUT]     OUTPUT defaults to ${XDG_CACHE_HOME:-$HOME/.cache}/drydock/oms-images-KEY, KEY by what goes in
#
# and prints a line an image: TAG IMAGE_VERSION ID ARCHIVE ARCHIVE_GZ SHA256_OF_THE_GZ ("-" where it is not shipped compressed).
# The same input gives the same ids. Layers: a Debian base with supervisor and Python (cached, made once), the stand-in,
# and one tiny layer a version.
# Needs root, debootstrap, tar, gzip, python3. DEBOOTSTRAP_MIRROR chooses another mirror.
set -euo pipefail
export LC_ALL=C TZ=UTC
umask 022

here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
cache="${XDG_CACHE_HOME:-$HOME/.cache}/drydock"
repository=registry.example/oms
jar=correction-1.0-SNAPSHOT-jar-with-dependencies.jar

mkdir -p "$cache"
exec 9> "$cache/oms.lock"
flock 9

layer() { # DIRECTORY TAR: a layer whose bytes depend on nothing but the files
  tar --sort=name --mtime=@1700000000 --owner=0 --group=0 --numeric-owner --format=gnu -C "$1" -cf "$2" .
}
digest() { sha256sum "$1" | cut -d' ' -f1; }

# ---- base -----------------------------------------------------------------------------------------------------------
recipe="$(sed -n '/^# ---- base/,/^# ---- stand-in/p' "$here/build.sh" | sha256sum | cut -c1-12)"
base="$cache/oms-base-$recipe"
if [ ! -e "$base/layer.tar" ]; then
  echo "making the base with debootstrap (about a minute, once)" >&2
  rm -rf "$base" "$base.tmp"
  mkdir -p "$base.tmp/root"
  debootstrap --variant=minbase --include=supervisor,procps bookworm "$base.tmp/full" ${DEBOOTSTRAP_MIRROR:-} > "$base.tmp/debootstrap.log" 2>&1 \
    || { tail -20 "$base.tmp/debootstrap.log" >&2; exit 1; }
  full="$base.tmp/full" root="$base.tmp/root"
  # Only what the stand-in and a visitor with a shell need; everything else of Debian stays out.
  list="$base.tmp/list"
  {
    for package in coreutils bash dash sed grep findutils procps hostname gzip tar mawk; do
      chroot "$full" dpkg -L "$package" | grep -E '^/(usr/)?s?bin/.' || true
    done
    printf '%s\n' /usr/bin/setsid /usr/bin/flock /usr/bin/python3 /usr/bin/python3.11 /usr/bin/awk /etc/alternatives/awk /bin /sbin /lib /lib64 \
      /etc/passwd /etc/group /etc/nsswitch.conf /etc/debian_version /etc/os-release /usr/lib/os-release /usr/lib/python3/dist-packages/supervisor \
      /usr/share/zoneinfo/Etc/UTC /usr/share/zoneinfo/Asia/Shanghai /usr/lib/terminfo/x/xterm /lib/terminfo/x/xterm
    (cd "$full" && find usr/lib/python3.11 \( -name __pycache__ -o -name test -o -name tests -o -name idlelib -o -name lib2to3 -o -name ensurepip \
      -o -name pydoc_data -o -name distutils -o -name unittest -o -name tkinter -o -name sqlite3 -o -name 'config-3.11-*' -o -name turtledemo \
      -o -name '_decimal.*' -o -name '_codecs_*' -o -name '_sqlite3.*' -o -name '_curses*' -o -name '_dbm*' -o -name 'pydoc.py' -o -name 'doctest.py' \) -prune -o \( -type f -o -type l \) -printf '/%p\n')
  } | sed 's#^/\(bin\|sbin\|lib\|lib64\)/#/usr/\1/#' | sort -u > "$list.all"
  while read -r path; do [ -e "$full$path" ] || [ -L "$full$path" ] && printf '%s\n' "${path#/}"; done < "$list.all" > "$list"
  # The shared libraries of all of it, and what those link to.
  (cd "$full" && while read -r path; do
    [ -f "$path" ] && [ ! -L "$path" ] && head -c4 "$path" | grep -q ELF && chroot . ldd "/$path" 2>/dev/null || true
  done < "$list") | grep -oE '/[^ ]+\.so[^ ]*' | sort -u | while read -r path; do
    real="$(chroot "$full" readlink -f "$path")"
    printf '%s\n' "${real#/}"
    directory="$(dirname "$(echo "$path" | sed 's#^/\(lib\|lib64\)/#/usr/\1/#')")"
    [ -L "$full$directory/$(basename "$path")" ] && printf '%s\n' "${directory#/}/$(basename "$path")"
  done | sort -u >> "$list"
  (cd "$full" && sort -u "$list" | tar --no-recursion -cf - -T - usr/lib/python3/dist-packages/supervisor) | tar -xf - -C "$root"
  (cd "$full" && tar --exclude=tests --exclude=__pycache__ --exclude=skel -cf - usr/lib/python3/dist-packages/supervisor) | tar -xf - -C "$root"
  mkdir -p "$root"/{tmp,proc,sys,dev,root,run,var/log,var/tmp,etc,home/admin/conf,home/admin/logs,home/ds/run,home/ds/store,home/ds/supervisor/config}
  ln -s ../run "$root/var/run"
  ln -sf /usr/share/zoneinfo/Etc/UTC "$root/etc/localtime"
  chmod 1777 "$root/tmp" "$root/var/tmp"
  chroot "$root" /usr/bin/python3 -m compileall -q --invalidation-mode unchecked-hash /usr/lib/python3.11 /usr/lib/python3/dist-packages
  rm -rf "$base.tmp/full"
  layer "$root" "$base.tmp/layer.tar"
  mv "$base.tmp" "$base"
fi

# ---- stand-in -------------------------------------------------------------------------------------------------------
key="$( { digest "$base/layer.tar"; cd "$here" && find build.sh rootfs commands jar -type f ! -path '*__pycache__*' -print0 | sort -z | xargs -0 sha256sum; } | sha256sum | cut -d' ' -f1)"
# Each input has a separate folder, because another checkout's lab may be loading its archives now. Folders that were
# not used for half a day are removed.
out="${1:-$cache/oms-images-${key:0:12}}"
mkdir -p "$out"
touch "$out"
find "$cache" -mindepth 1 -maxdepth 1 -name 'oms-images-*' -mmin +720 -exec rm -rf {} +
if [ "$(cat "$out/key" 2>/dev/null)" != "$key" ]; then
  rm -f "$out/key"
  work="$(mktemp -d "$out/work.XXXXXX")"
  trap 'rm -rf "$work"' EXIT
  mkdir -p "$work"/{standin,jar/root,nojar/root}
  (cd "$here/rootfs" && tar --exclude=__pycache__ -cf - .) | tar --no-same-owner -xf - -C "$work/standin"
  find "$work/standin" -type d -exec chmod 755 {} +
  find "$work/standin" -type f -exec chmod 644 {} +
  chmod 755 "$work"/standin/root/*.sh
  mkdir -p "$work"/standin/{etc/supervisor/conf.d,usr/bin,opt/alibaba/java/bin}
  install -m 755 "$here/commands/supervisorctl" "$work/standin/usr/bin/supervisorctl"
  install -m 755 "$here/commands/curl" "$work/standin/usr/bin/curl"
  install -m 755 "$here/commands/java" "$work/standin/opt/alibaba/java/bin/java"
  # Compiled by the Python that will run it.
  rm -rf "$base/root/compile"
  cp -a "$work/standin" "$base/root/compile"
  chroot "$base/root" /usr/bin/python3 -m compileall -q --invalidation-mode unchecked-hash -s /compile -p / /compile/opt/standin /compile/usr/lib/python3/dist-packages
  (cd "$base/root/compile" && tar -cf - .) | tar -xf - -C "$work/standin"
  rm -rf "$base/root/compile"

  python3 - "$here/jar/__main__.py" "$work/jar/root/$jar" <<'PYTHON'
import sys, zipfile
with zipfile.ZipFile(sys.argv[2], "w") as archive:
    for name, data in (("META-INF/MANIFEST.MF", "Manifest-Version: 1.0\nMain-Class: correction\n"), ("__main__.py", open(sys.argv[1], encoding="utf-8").read())):
        archive.writestr(zipfile.ZipInfo(name, (2023, 11, 14, 22, 13, 20)), data)
PYTHON
  : > "$work/nojar/root/.wh.$jar"
  # For a container that puts the JAR in place at its first start.
  install -m 644 "$work/jar/root/$jar" "$work/standin/opt/standin/correction.jar"

  for name in standin jar nojar; do layer "$work/$name" "$work/$name.tar"; done

  image() { # TAG VERSION ARCHIVE LAYER...: writes the archive and prints the image id
    local tag="$1" archive="$3" tar dir="$work/archive" ids=() layers=() version="$work/version-$2"
    mkdir -p "$version/home/ds/supervisor/config"
    echo "{\"imageVersion\": \"$2\"}" > "$version/home/ds/supervisor/config/supervisor.json"
    layer "$version" "$version.tar"
    set -- "$base/layer.tar" "$work/standin.tar" "$version.tar" "${@:4}"
    rm -rf "$dir" && mkdir -p "$dir"
    for tar in "$@"; do
      local id; id="$(digest "$tar")"
      ids+=("\"sha256:$id\"")
      layers+=("\"$id/layer.tar\"")
      mkdir -p "$dir/$id" && ln "$tar" "$dir/$id/layer.tar" 2>/dev/null || cp "$tar" "$dir/$id/layer.tar"
    done
    local joined; joined="$(IFS=,; echo "${ids[*]}")"
    printf '%s' "{\"architecture\":\"amd64\",\"os\":\"linux\",\"created\":\"2023-11-14T22:13:20Z\",\"config\":{\"Env\":[\"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin\",\"LANG=C.UTF-8\",\"PYTHONDONTWRITEBYTECODE=1\"],\"Entrypoint\":[\"/root/docker_cmd.sh\"],\"WorkingDir\":\"/root\"},\"rootfs\":{\"type\":\"layers\",\"diff_ids\":[$joined]},\"history\":[]}" > "$dir/config.json"
    local config; config="$(digest "$dir/config.json")"
    mv "$dir/config.json" "$dir/$config.json"
    printf '[{"Config":"%s.json","RepoTags":["%s:%s"],"Layers":[%s]}]' "$config" "$repository" "$tag" "$(IFS=,; echo "${layers[*]}")" > "$dir/manifest.json"
    layer "$dir" "$archive.tmp" && mv "$archive.tmp" "$archive"
    echo "sha256:$config"
  }
  describe() { # TAG VERSION NAME GZ LAYER...: a line of the list
    local archive="$out/$3.tar" id gz=- sum=-
    id="$(image "$1" "$2" "$archive" "${@:5}")"
    if [ "$4" = gz ]; then
      gz="$archive.gz"
      gzip -n -6 -c "$archive" > "$gz"
      sum="$(digest "$gz")"
    fi
    echo "$repository:$1 $2 $id $archive $gz $sum"
  }
  cp "$work/jar/root/$jar" "$out/$jar"
  {
    describe feature_3.2.2 3.2.2-bp2 oms_322 -
    describe feature_3.3.1 3.3.1 oms_331 -
    describe feature_4.0.1 4.0.1 oms_401 - "$work/jar.tar"
    describe feature_4.1.0 4.1.0 oms_410 - "$work/jar.tar"
    describe feature_4.1.1 4.1.1 oms_411 - "$work/jar.tar"
    describe feature_4.2.2 4.2.2-bp1 oms_422 gz "$work/jar.tar"
    describe feature_4.2.2-without-jar 4.2.2-bp1 oms_422_without_jar - "$work/jar.tar" "$work/nojar.tar"
    describe feature_3.3.0_ce 3.3.0-ce oms_330_ce -
    describe feature_3.3.1_ce 3.3.1-ce oms_331_ce gz
    describe feature_4.1.0_ce 4.1.0-ce oms_410_ce -
    describe feature_4.2.0_ce 4.2.0-ce oms_420_ce -
    describe feature_4.2.1_ce 4.2.1-ce oms_421_ce -
    describe feature_4.2.2_ce 4.2.2-ce oms_422_ce -
  } > "$out/images.list"
  echo "$key" > "$out/key"
fi
cat "$out/images.list"
