# Puts a program in the place of another by rename and keeps the other beside it. Broken off anywhere, it is finished by the next call.
# $1 boot; $2 in time up to; $3 directory of the place; $4 program; $5 the new one, may be empty; $6 its SHA-256; $7 SHA-256 of the other; $8 suffix under which that is kept.
LC_ALL=C
export LC_ALL
in_time "$1" "$2"
source=$5 new=$6 old=$7
place=$3/$4
keep=$place.$8
part=$place.drydock-part
lock "$3" 30
rm -f -- "$part" || refuse Privileges "$part cannot be removed"
now=
if there "$place"; then
  hash "$place"
  now=$hash
fi
if [ "$now" = "$new" ]; then
  say end
  exit
fi
[ -z "$now" ] || [ "$now" = "$old" ] || refuse Unexpected "$place has SHA-256 $now, expected that of the old program, $old, or of the new one, $new"
if there "$keep"; then
  hash "$keep"
  [ "$hash" = "$old" ] || refuse Unexpected "$keep has SHA-256 $hash, expected $old: it is not the program that is to be kept under this name"
else
  [ -n "$now" ] || refuse Unexpected "there is neither $place nor $keep"

  # A second name for the same file; where there are none, a copy.
  if ! ln -- "$place" "$keep" 2> /dev/null; then
    must cp -p -- "$place" "$part"
    must sync -- "$part"
    must mv -fT -- "$part" "$keep"
  fi
fi
from=
for one in "$source" "$place".*; do
  [ -n "$one" ] && [ "$one" != "$part" ] && there "$one" && [ -f "$one" ] || continue
  hash "$one"
  if [ "$hash" = "$new" ]; then
    from=$one
    break
  fi
  [ "$one" != "$source" ] || wrong=$hash
done
if [ -z "$from" ]; then
  [ -z "${wrong-}" ] || refuse Corrupt "$source has SHA-256 $wrong, expected $new"
  refuse Missing "neither ${source:-a package} nor what is kept beside $place has SHA-256 $new"
fi
must cp -- "$from" "$part"
hash "$part"
[ "$hash" = "$new" ] || refuse Changing "$from changed while it was copied"
must chmod --reference="$keep" -- "$part"
[ "$(id -u)" -ne 0 ] || must chown --reference="$keep" -- "$part"
must sync -- "$part"
must mv -fT -- "$part" "$place"
sync -- "$3" 2> /dev/null || sync
say end
