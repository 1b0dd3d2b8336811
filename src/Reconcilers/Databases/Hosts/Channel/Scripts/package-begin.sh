# Makes the directory a package comes into, and says how much room there is. $1 the package's directory; then the archives that will be sent there.
LC_ALL=C
export LC_ALL
parent=$(dirname -- "$1")
shift
there "$parent" || must mkdir -p -- "$parent"
[ -w "$parent" ] || refuse Privileges "$(id -un) may not write in $parent"
say "room $(stat -f -c '%a %S' -- "$parent")"
for archive; do
  size=$(stat -c %s -- "$archive" 2> /dev/null || stat -c %s -- "$archive.drydock-part" 2> /dev/null || echo 0)
  say "there $size"
done
say end
