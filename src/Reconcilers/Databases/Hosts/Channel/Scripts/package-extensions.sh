# Copies files of extensions into the package. What is there already stays. $1 directory; then FROM TO.
LC_ALL=C
export LC_ALL
dir=$1
shift
there "$dir" || refuse Missing "there is no $dir"
[ -w "$dir" ] || refuse Privileges "$(id -un) may not write in $dir"
lock "$dir" 10
while [ $# -gt 0 ]; do
  to=$dir/$2
  if there "$to"; then
    hash "$to"
    is=$hash
    if there "$1"; then
      hash "$1"
      [ "$hash" = "$is" ] || refuse Unexpected "$to is there already and is not $1"
    fi
  else
    there "$1" || refuse NoExtension "there is no $1"
    must mkdir -p -- "$(dirname -- "$to")"
    must cp -- "$1" "$to.drydock-part"
    must chmod "$(stat -L -c %a -- "$1")" "$to.drydock-part"
    flush "$to.drydock-part"
    must mv -fT -- "$to.drydock-part" "$to"
  fi
  shift 2
done
say end
