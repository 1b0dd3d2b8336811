namespace Drydock.Benchmarks;

/// <summary>Resources of the operator's process at one moment.</summary>
/// <param name="Seconds">Seconds since the load began.</param>
/// <param name="ResidentMiB">Resident memory in MiB.</param>
/// <param name="Handles">Open descriptors.</param>
/// <param name="Timers">Active timers of the runtime.</param>
/// <param name="Reconciles">Reconciliations since the start of the process.</param>
internal sealed record ProcessReading(
    double Seconds, double ResidentMiB, double Handles, double Threads, double Timers, double Reconciles)
{
    /// <summary>Takes a reading; null if the operator did not answer.</summary>
    public static async Task<ProcessReading?> TakeAsync(
        LabOperator op, TimeSpan since, CancellationToken cancellationToken)
    {
        var metrics = await op.GetAsync("/metrics", cancellationToken);
        if (metrics.Length == 0)
        {
            return null;
        }

        var status = await File.ReadAllLinesAsync($"/proc/{op.Process.Id}/status", cancellationToken);
        return new ProcessReading(
            since.TotalSeconds,
            Field(status, "VmRSS:") / 1024,
            Directory.EnumerateFileSystemEntries($"/proc/{op.Process.Id}/fd").Count(),
            Field(status, "Threads:"),
            Metric(metrics, "dotnet_timers"),
            Metric(metrics, "controller_runtime_reconcile_total"));
    }

    private static double Field(string[] lines, string name) =>
        double.Parse(
            lines.First(line => line.StartsWith(name, StringComparison.Ordinal))
                .Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries)[1],
            CultureInfo.InvariantCulture);

    // The sum over all labels.
    private static double Metric(string text, string name) => text.Split('\n')
        .Where(line => line.StartsWith(name, StringComparison.Ordinal) && line[name.Length] is ' ' or '{')
        .Sum(line => double.Parse(line[(line.LastIndexOf(' ') + 1)..], CultureInfo.InvariantCulture));
}
