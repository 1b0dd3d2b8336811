# What of a package is on the host. Changes nothing.
# $1 directory; $2 identities of files whose checksums are known; then one after the other: post-install PROGRAM, mark PATH, program NAME, file PATH, archive PATH, sent PATH, extension FROM TO.
LC_ALL=C
export LC_ALL
dir=$1 known=$2
shift 2
if there "$dir"; then
  [ -d "$dir" ] || refuse Unexpected "$dir is no directory"
  [ -r "$dir" ] && [ -x "$dir" ] || refuse Privileges "$dir cannot be read by $(id -un)"
  if [ -n "$(ls -A -- "$dir")" ]; then say 'directory yes'; else say 'directory no'; fi
else
  say 'directory no'
fi
if there "$dir/.drydock-package"; then say "marker $(head -c 65536 -- "$dir/.drydock-package" | base64 -w0)"; fi
if there "$dir/.drydock-post-install"; then say 'post-install done'; fi
while [ $# -gt 0 ]; do
  kind=$1
  case $kind in
    post-install)
      if there "$dir/$2"; then say 'post-install-program yes'; else say 'post-install-program no'; fi
      shift 2
      ;;
    mark)
      if there "$dir/$2"; then say 'post-install done'; fi
      shift 2
      ;;
    program)
      if there "$dir/bin/$2" && [ ! -x "$dir/bin/$2" ]; then say 'program !'; else file program "$dir/bin/$2"; fi
      shift 2
      ;;
    file)
      file file "$dir/$2"
      shift 2
      ;;
    archive)
      file archive "$2"
      shift 2
      ;;
    sent)
      if there "$2" || there "$2.drydock-part"; then say 'sent yes'; else say 'sent no'; fi
      shift 2
      ;;
    extension)
      file from "$2"
      file to "$dir/$3"
      shift 3
      ;;
    *) refuse Failed "what is $kind?" ;;
  esac
done
say end
