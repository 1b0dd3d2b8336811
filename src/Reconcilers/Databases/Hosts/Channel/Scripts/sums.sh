# Checksums of files. $1 identities of files whose checksums are known; then paths.
LC_ALL=C
export LC_ALL
known=$1
shift
for path; do file file "$path"; done
say end
