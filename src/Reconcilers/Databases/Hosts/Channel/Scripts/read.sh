# Reads a file. $1 its path; $2 how long it may be, in bytes.
LC_ALL=C
export LC_ALL
if there "$1"; then
  [ -f "$1" ] || refuse Unreadable "$1 is no ordinary file"
  [ -r "$1" ] || refuse Privileges "$1 cannot be read by $(id -un)"
  size=$(stat -L -c %s -- "$1")
  [ "$size" -le "$2" ] || refuse Unreadable "$1 has $size bytes; more than $2 are not read"
  say "content $(head -c "$2" -- "$1" | base64 -w0)"
else
  say absent
fi
say end
