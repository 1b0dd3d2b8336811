using Drydock.Lab.Databases.TiDb;

namespace Drydock.Benchmarks;

/// <summary>
/// Measures rolling upgrades of both databases on three hosts: the operator and the sequential script of each runbook
/// under the same load. Also measures a plan of 300 processes.
/// </summary>
internal sealed class DatabasesPart : IBenchPart
{
    public string Name => "databases";

    public string Title => "Rolling upgrades of databases on three hosts";

    public async Task<string> RunAsync(CancellationToken cancellationToken)
    {
        await using var stage = await DatabaseComparison.StageAsync(cancellationToken);
        var comparison = new DatabaseComparison(stage);
        await comparison.MeasureAsync(
            new("TiDB 2.1 to 3.0, systemd", 0.9),
            name => comparison.TiDbAsync(new TiDbClusterOptions { Name = "ti" + name }, cancellationToken),
            cancellationToken);
        await comparison.MeasureAsync(
            new("BMDB 2.16 to 2.18, plain processes", 0.9) { ScriptDrains = true },
            name => comparison.BmdbAsync("bm" + name, 3, 0, cancellationToken), cancellationToken);
        return comparison.Section(string.Create(CultureInfo.InvariantCulture, $"""
            Of the operator's time with six processes of BMDB, five settling times ({5 * DatabaseComparison.Settle:0} s),
            the delay of AutoFlags (10 s), the catalogue ({20 / DatabaseComparison.TimeFactor:0} s), the election after
            the last master ({12 / DatabaseComparison.TimeFactor:0} s) and the start of three tablet servers
            ({30 / DatabaseComparison.TimeFactor:0} s) follow one another in every permitted order. The script does not
            wait for the election and the starts: they pass while it sleeps.
            """), LargePlans());
    }

    private static IEnumerable<string> LargePlans()
    {
        foreach (var large in LargePlan.Measure())
        {
            var plan = $"{large.Engine}: plan of 300 processes ({large.Steps} steps), compiled";
            yield return string.Create(
                CultureInfo.InvariantCulture,
                $"| {plan} | {large.Median.TotalMilliseconds:0.0} ms (the first time "
                + $"{large.First.TotalMilliseconds:0.0} ms) | 100 ms or less |");
            yield return Status(large.Engine, "with that plan when every step has ended", large.Bytes);
            if (large.BytesWithRollback is { } bytes)
            {
                yield return Status(
                    large.Engine,
                    "with the kept part of that plan and the whole rollback plan when every rollback step has ended",
                    bytes);
            }
        }
    }

    private static string Status(string engine, string when, long bytes) => string.Create(
        CultureInfo.InvariantCulture, $"| {engine}: status {when} | {bytes / 1024.0:0} KiB | under 512 KiB |");
}
