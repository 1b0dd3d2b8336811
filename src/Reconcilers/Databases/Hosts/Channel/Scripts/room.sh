# Free bytes of the file system a path is on, or its nearest existing parent. $1 path.
LC_ALL=C
export LC_ALL
path=$1
until there "$path"; do path=$(dirname -- "$path"); done
say "room $(stat -f -c '%a %S' -- "$path")"
say end
