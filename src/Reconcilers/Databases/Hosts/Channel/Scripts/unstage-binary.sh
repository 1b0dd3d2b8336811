# Removes what stage-binary left beside the place of a program. $1 directory of the place; $2 program.
LC_ALL=C
export LC_ALL
if there "$1"; then
  lock "$1" 30
  for left in "$1/$2.drydock-new" "$1/$2.drydock-keep" "$1/$2.drydock-part"; do
    ! there "$left" || must rm -f -- "$left"
  done
fi
say end
