# Puts a program beside the place of another while that one serves, so that the swap after the stop only renames. Proves what the swap needs: permission, room, that the
# program runs from there. Broken off anywhere, it is finished by the next call; unstage-binary removes what it leaves.
# $1 boot; $2 in time up to; $3 directory of the place; $4 program; $5 the new one, may be empty; $6 its SHA-256; $7 SHA-256 of the other; $8 suffix under which that is kept;
# $9 IDENTITY=SHA-256 of known files; ${10} the argument with which the new one only prints its version, or nothing.
LC_ALL=C
export LC_ALL
in_time "$1" "$2"
source=$5 new=$6 old=$7 sums=$9 ask=${10}
place=$3/$4
keep=$place.$8
lock "$3" 30
[ -w "$3" ] || refuse Privileges "$(id -un) may not write in $3"
part=$place.drydock-part
trap 'rm -f -- "$part"' EXIT
must rm -f -- "$part"
now=
if there "$place"; then
  checksum "$place"
  now=$hash
fi
if [ "$now" = "$new" ]; then
  must rm -f -- "$place.drydock-new" "$place.drydock-keep"
  say end
  exit
fi
[ -z "$now" ] || [ "$now" = "$old" ] || refuse Unexpected "$place has SHA-256 $now, expected that of the old program, $old, or of the new one, $new"
if there "$keep"; then
  checksum "$keep"
  [ "$hash" = "$old" ] || refuse Unexpected "$keep has SHA-256 $hash, expected $old: it is not the program that is to be kept under this name"
elif [ -z "$now" ]; then
  refuse Unexpected "there is neither $place nor $keep"
else
  stage_keep
fi
stage_new
if [ -n "$ask" ]; then
  said=$(timeout 60 "$place.drydock-new" "$ask" 2>&1 < /dev/null) || refuse NotRunnable "$place.drydock-new $ask ended with $?: $(printf '%s' "$said" | tail -c 1000)"
fi
[ -z "$now" ] || say "sum $(identity "$place") $now"
say "sum $(identity "$place.drydock-new") $new"
! there "$keep" || say "sum $(identity "$keep") $old"
! there "$place.drydock-keep" || say "sum $(identity "$place.drydock-keep") $old"
say end
