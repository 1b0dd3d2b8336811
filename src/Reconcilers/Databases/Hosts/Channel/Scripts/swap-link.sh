# Makes a symbolic link point at another version's directory, by rename.
# $1 boot; $2 in time up to; $3 link; $4 directory; $5 program below it; $6 its SHA-256 there; $7 SHA-256 of the one in its place; $8 where the link pointed before, or nothing; $9 IDENTITY=SHA-256 of known
# files, or nothing; ${10} "ready" if nothing is changed yet.
LC_ALL=C
export LC_ALL
in_time "$1" "$2"
link=$3 directory=$4 program=$5 new=$6 old=$7 former=$8 sums=${9-}
parent=$(dirname -- "$link")
lock "$parent" 30
cd -- "$parent" || refuse Failed "cd $parent"
[ -L "$link" ] || refuse NoLink "$link is no symbolic link"
there "$directory/$program" || refuse Missing "there is no $directory/$program"
checksum "$directory/$program"
[ "$hash" = "$new" ] || refuse Corrupt "$directory/$program has SHA-256 $hash, expected $new"
points=$(readlink -f -- "$link")
if [ "$points" != "$(readlink -f -- "$directory")" ]; then
  [ -z "$former" ] || [ "$points" = "$(readlink -f -- "$former")" ] || refuse Unexpected "$link points at $points, expected $former or $directory"
  there "$link/$program" || refuse Unexpected "there is no $link/$program"
  checksum "$link/$program"
  [ "$hash" = "$old" ] || refuse Unexpected "$link/$program has SHA-256 $hash, expected that of the old program, $old"
  [ "${10-}" != ready ] || { say end; exit; }
  must ln -sfn -- "$directory" "$link.drydock-part"
  must mv -fT -- "$link.drydock-part" "$link"
  flush "$parent"
fi
say end
