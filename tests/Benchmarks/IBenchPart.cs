namespace Drydock.Benchmarks;

/// <summary>
/// A part of the measurements that can be run alone; it and its rival run beside each other on one lab.
/// </summary>
internal interface IBenchPart
{
    /// <summary>What BENCH_ONLY calls it.</summary>
    string Name { get; }

    /// <summary>Heading of its section in docs/performance.md.</summary>
    string Title { get; }

    /// <summary>Measures, and returns the section without heading, date and machine.</summary>
    Task<string> RunAsync(CancellationToken cancellationToken);
}
