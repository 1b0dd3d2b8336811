# Puts a program in the place of another by rename and keeps the other beside it. What stage-binary prepared is only renamed. Broken off anywhere, it is finished by the next
# call.
# $1 boot; $2 in time up to; $3 directory of the place; $4 program; $5 the new one, may be empty; $6 its SHA-256; $7 SHA-256 of the other; $8 suffix under which that is kept;
# $9 IDENTITY=SHA-256 of known files, or nothing.
LC_ALL=C
export LC_ALL
in_time "$1" "$2"
source=$5 new=$6 old=$7 sums=${9-}
place=$3/$4
keep=$place.$8
part=$place.drydock-part
lock "$3" 30
rm -f -- "$part" || refuse Privileges "$part cannot be removed"
now=
if there "$place"; then
  checksum "$place"
  now=$hash
fi
if [ "$now" != "$new" ]; then
  [ -z "$now" ] || [ "$now" = "$old" ] || refuse Unexpected "$place has SHA-256 $now, expected that of the old program, $old, or of the new one, $new"
  if there "$keep"; then
    checksum "$keep"
    [ "$hash" = "$old" ] || refuse Unexpected "$keep has SHA-256 $hash, expected $old: it is not the program that is to be kept under this name"
  else
    [ -n "$now" ] || refuse Unexpected "there is neither $place nor $keep"
    stage_keep
    must mv -fT -- "$place.drydock-keep" "$keep"
  fi
  stage_new
  must mv -fT -- "$place.drydock-new" "$place"
  flush "$3"
fi
must rm -f -- "$place.drydock-new" "$place.drydock-keep"
say end
