using System.Runtime.InteropServices;

namespace Drydock.Benchmarks;

/// <summary>
/// Runs the requested parts one after the other and writes the section of each into docs/project/performance.md as soon
/// as it is measured.
/// </summary>
internal sealed class BenchCommand(string? only)
{
    private static readonly IReadOnlyList<IBenchPart> Parts =
    [
        new UpgradePart(), new RegionsPart(), new DatabasesPart(), new ZonesPart(), new FootprintPart(),
        new ScalePart(),
        new DumpsPart(),
    ];

    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        var wanted = (only ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        var unknown = wanted.Where(name => !Parts.Any(part => Selects(name, part))).ToList();
        if (unknown.Count > 0)
        {
            await Console.Error.WriteLineAsync(
                $"BENCH_ONLY: {string.Join(", ", unknown)} is no part; there are "
                + $"{string.Join(", ", Parts.Select(p => p.Name))}");
            return 2;
        }

        foreach (var part in Parts.Where(p => wanted.Length == 0 || wanted.Any(name => Selects(name, p))))
        {
            Console.WriteLine($"== {part.Name}: {part.Title}");
            var text = $"{Machine()}\n\n{await part.RunAsync(cancellationToken)}";
            await PerformancePage.WriteAsync(Parts.Select(p => p.Title), part.Title, text, cancellationToken);
            Console.WriteLine(text);
        }

        return 0;
    }

    // "databases" selects "databases-zones" too.
    private static bool Selects(string wanted, IBenchPart part) =>
        part.Name == wanted || part.Name.StartsWith(wanted + "-", StringComparison.Ordinal);

    private static string Machine() => string.Create(
        CultureInfo.InvariantCulture,
        $"Measured {TimeProvider.System.GetUtcNow():yyyy-MM-dd} on {Environment.ProcessorCount} processors, "
        + $"{GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / (1 << 30)} GiB, {RuntimeInformation.OSDescription}, .NET "
        + $"{Environment.Version}.");
}
