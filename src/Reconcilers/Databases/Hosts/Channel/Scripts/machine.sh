# Memory in KiB and CPUs.
say "memory $(awk '$1 == "MemTotal:" { print $2 }' /proc/meminfo)"
say "cpus $(nproc)"
say end
