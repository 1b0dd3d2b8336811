# Writes a file by rename, if what is there is what it is expected to be.
# $1 path; $2 SHA-256 of the new content, which comes in; $3 SHA-256 of what is there, or nothing; $4 under what name that is kept, or nothing; $5 the file of the host that has
# the new content, if it does not come in.
LC_ALL=C
export LC_ALL
path=$1 new=$2 expected=$3 keep=$4
[ ! -L "$path" ] || path=$(readlink -f -- "$path")
part=$path.drydock-part
directory=$(dirname -- "$path")
there "$directory" || refuse Missing "there is no directory $directory"
lock "$directory" 10
now=
if there "$path"; then
  hash "$path"
  now=$hash
fi
if [ "$now" != "$new" ]; then
  [ "$now" = "$expected" ] || refuse Unexpected "$path has ${now:-no content}, expected ${expected:-no such file}: another program or administrator changed it"
  [ -w "$directory" ] || refuse Privileges "$(id -un) may not write in $directory"
  if [ -n "$keep" ] && [ -n "$now" ] && ! there "$keep"; then
    ln -- "$path" "$keep" 2> /dev/null || must cp -p -- "$path" "$keep"
  fi
  rm -f -- "$part"
  if [ -n "${5-}" ]; then
    there "$5" || refuse Missing "there is no $5"
    [ -r "$5" ] || refuse Privileges "$5 cannot be read by $(id -un)"
    exec < "$5"
  fi
  if ! trouble=$( (umask 077 && cat > "$part") 2>&1); then
    rm -f -- "$part"
    case $trouble in *'No space left'* | *'quota exceeded'*) refuse NoSpace "$trouble" ;; esac
    refuse Failed "writing $part: $trouble"
  fi
  hash "$part"
  if [ "$hash" != "$new" ]; then
    rm -f -- "$part"
    refuse Cut "what arrived for $path has SHA-256 $hash, expected $new"
  fi
  if [ -n "$now" ]; then
    like "$part" "$path"
  else
    must chmod 644 -- "$part"
    [ "$(id -u)" -ne 0 ] || must chown "$(stat -L -c %u:%g -- "$directory")" "$part"
  fi
  flush "$part"
  must mv -fT -- "$part" "$path"
  flush "$directory"
fi
say end
