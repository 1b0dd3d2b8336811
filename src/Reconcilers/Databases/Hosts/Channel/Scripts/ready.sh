# Before a stop, while the process serves: what would else be refused only after it.
# $1 boot; $2 in time up to; $3 what was seen (begin), where nothing runs and no stop follows, or nothing; $4 the program that is to be started, or nothing; $5 its SHA-256;
# $6 IDENTITY=SHA-256 of known files; then what this account is to replace.
LC_ALL=C
export LC_ALL
begin "$1" "$2" "$3"
program=$4 new=$5 sums=$6
shift 6
for one; do
  [ ! -L "$one" ] || one=$(readlink -f -- "$one")
  [ -w "${one%/*}" ] || refuse Apart "$(id -un) may not write in ${one%/*}"
done
if [ -n "$program" ]; then
  there "$program" || refuse Missing "there is no $program"
  checksum "$program"
  [ "$hash" = "$new" ] || refuse Corrupt "$program has SHA-256 $hash, expected $new"
fi
say end
