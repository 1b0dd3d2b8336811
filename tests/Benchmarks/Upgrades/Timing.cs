namespace Drydock.Benchmarks;

/// <summary>Times of one upgrade.</summary>
/// <param name="Downtime">T1 to T2.</param>
/// <param name="Wall">From the first command to the last.</param>
internal sealed record Timing(TimeSpan Downtime, TimeSpan Wall);
