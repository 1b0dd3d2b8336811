namespace Drydock.Crds.Values;

/// <summary>Exponential pauses with jitter. A resilience pipeline would have to stay in memory between two
/// reconciles.</summary>
public sealed record Backoff
{
    public TimeSpan First { get; init; } = TimeSpan.FromMilliseconds(500);

    public TimeSpan Max { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>How many times as long as the one before a pause is.</summary>
    public double Factor { get; init; } = 2;

    /// <summary>Share by which a pause is at most shorter or longer, 0 to 1.</summary>
    public double Jitter { get; init; } = 0.2;

    public Random Random { get; init; } = Random.Shared;

    /// <summary>The pause before the next try.</summary>
    /// <param name="failures">Number of failures, from 1.</param>
    public TimeSpan Delay(int failures)
    {
        var grown = First.TotalSeconds * Math.Pow(Factor, Math.Clamp(failures - 1, 0, 20));
        var seconds = Math.Min(grown, Max.TotalSeconds);
        return TimeSpan.FromSeconds(seconds * (1 - Jitter + (2 * Jitter * Random.NextDouble())));
    }
}
