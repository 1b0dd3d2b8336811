# Unpacks a package beside its place and renames it there when it is whole. Broken off anywhere, the next call starts from the beginning: what has the place's name is whole.
# $1 directory; $2 what says of it afterwards that it is whole; then archive PATH SHA256 STRIP, program NAME, file PATH SHA256.
LC_ALL=C
export LC_ALL
dir=$1 marker=$2
shift 2
parent=$(dirname -- "$dir")
part=$dir.drydock-part
lock "$parent" 10
if there "$dir" && [ -n "$(ls -A -- "$dir")" ]; then
  say end
  exit
fi
[ -w "$parent" ] || refuse Privileges "$(id -un) may not write in $parent"
must rm -rf -- "$part"
must mkdir -- "$part"

# What is refused leaves nothing half behind.
drop() {
  rm -rf -- "$part"
  refuse "$1" "$2"
}

while [ $# -gt 0 ]; do
  case $1 in
    archive)
      there "$2" || drop Missing "there is no archive $2"
      hash "$2"
      [ "$hash" = "$3" ] || drop Corrupt "$2 has SHA-256 $hash, expected $3"
      free=$(set -- $(stat -f -c '%a %S' -- "$parent") && echo $(($1 * $2)))
      zip='' need=$(stat -L -c %s -- "$2")
      case $(head -c 2 -- "$2" | od -An -tx1) in
        ' 1f 8b')
          zip=-z
          # Programs unpack to a few times their archive. Only where there is no room for many times more it is worth the time to count.
          [ $((need * 50)) -lt "$free" ] || need=$(gzip -dc < "$2" | wc -c)
          ;;
      esac
      [ "$need" -lt "$free" ] || drop NoSpace "$2 needs $need bytes unpacked, and $parent has $free"
      trouble=$(tar -x $zip -f "$2" -C "$part" --strip-components="$4" --no-same-owner 2>&1) || case $trouble in
        *'No space left on device'* | *'quota exceeded'*) drop NoSpace "unpacking $2: $trouble" ;;
        *) drop Corrupt "unpacking $2: $trouble" ;;
      esac
      shift 4
      ;;
    program)
      [ -f "$part/bin/$2" ] && [ -x "$part/bin/$2" ] || drop Missing "no archive has bin/$2 as a program"
      shift 2
      ;;
    file)
      if [ -f "$part/$2" ]; then
        hash "$part/$2"
        [ "$hash" = "$3" ] || drop Corrupt "$2 of the archives has SHA-256 $hash, expected $3"
      fi
      shift 3
      ;;
    *) drop Failed "what is $1?" ;;
  esac
done
{ printf '%s\n' "$marker" > "$part/.drydock-package"; } 2> /dev/null || drop NoSpace "$part/.drydock-package cannot be written"
if sync --help 2>&1 | grep -q -e --data; then
  find "$part" '(' -type f -o -type d ')' -exec sync -- {} + 2> /dev/null || sync
else
  find "$part" -type f -exec sh -c 'for one; do dd if=/dev/null of="$one" conv=notrunc,fsync 2> /dev/null || exit; done' sh {} + || sync
fi
must mv -T -- "$part" "$dir"
flush "$parent"
say end
