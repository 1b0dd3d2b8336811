# The time, in seconds since 1970. The date of busybox, which its sh prefers, has no nanoseconds.
now=$(date +%s.%N)
case $now in *N) now=$(/bin/date +%s.%N) ;; esac
case $now in *N) refuse Missing 'there is no date of coreutils' ;; esac
say "time $now"
say end
