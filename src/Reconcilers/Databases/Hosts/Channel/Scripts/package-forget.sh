# Removes archives that were sent and are unpacked. $1 the package's directory; then archives.
LC_ALL=C
export LC_ALL
dir=$1
shift
there "$dir/.drydock-package" || refuse Missing "there is no $dir/.drydock-package"
for archive; do
  must rm -f -- "$archive" "$archive.drydock-part"
done
say end
