# Runs the package's own program once. It runs on when the connection breaks, and no second one runs beside it.
# $1 directory; $2 program below it.
dir=$1
done=$dir/.drydock-post-install
there "$dir" || refuse Missing "there is no $dir"
[ -w "$dir" ] || refuse Privileges "$(id -un) may not write in $dir"
lock "$dir" 10
if there "$done"; then
  say end
  exit
fi
there "$dir/$2" || refuse Missing "there is no $dir/$2"
[ -x "$dir/$2" ] || refuse Missing "$dir/$2 may not be run by $(id -un)"

# This one holds the lock to the end; what the program leaves running does not.
setsid -- sh -c '
  cd -- "$1" || exit
  "./$2" > .drydock-post-install.log 2>&1 < /dev/null 9<&-
  code=$?
  [ "$code" -eq 0 ] || exit "$code"
  echo done > .drydock-post-install.part && dd if=/dev/null of=.drydock-post-install.part conv=notrunc,fsync 2> /dev/null && mv -fT -- .drydock-post-install.part .drydock-post-install
' sh "$dir" "$2" > /dev/null 2>&1 < /dev/null &
wait $!
code=$?
there "$done" || refuse Script "$dir/$2 ended with $code: $(tail -c 2000 -- "$dir/.drydock-post-install.log" 2> /dev/null)"
say end
