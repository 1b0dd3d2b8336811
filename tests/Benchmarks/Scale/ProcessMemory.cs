namespace Drydock.Benchmarks;

/// <summary>The memory of a process as the kernel counts it.</summary>
internal static class ProcessMemory
{
    /// <summary>Resident memory in MiB.</summary>
    public static double ResidentMiB(int id) => Read(id, "VmRSS:");

    /// <summary>The most resident memory so far in MiB.</summary>
    public static double PeakMiB(int id) => Read(id, "VmHWM:");

    private static double Read(int id, string field)
    {
        var line = File.ReadLines($"/proc/{id}/status").First(l => l.StartsWith(field, StringComparison.Ordinal));
        return double.Parse(
            line.Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries)[1],
            CultureInfo.InvariantCulture) / 1024;
    }
}
