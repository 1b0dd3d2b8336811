# The time, in seconds since 1970.
say "time $(date +%s.%N)"
say end
