namespace Drydock.Benchmarks;

/// <summary>
/// A part of the measurements that can run alone. It measures the operator and its alternative on the same lab.
/// </summary>
internal interface IBenchPart
{
    /// <summary>The name in BENCH_ONLY.</summary>
    string Name { get; }

    /// <summary>Heading of its section in docs/project/performance.md.</summary>
    string Title { get; }

    /// <summary>Measures and returns the section without heading, date and machine.</summary>
    Task<string> RunAsync(CancellationToken cancellationToken);
}
