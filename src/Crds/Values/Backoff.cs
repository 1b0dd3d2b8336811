namespace Drydock.Crds.Values;

/// <summary>Exponential pauses with jitter: each is twice as long as the one before. A resilience pipeline would have
/// to stay in memory between two reconciles.</summary>
public sealed record Backoff
{
    public TimeSpan First { get; init; } = TimeSpan.FromMilliseconds(500);

    public TimeSpan Max { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Share by which a pause is at most shorter or longer, 0 to 1.</summary>
    public double Jitter { get; init; } = 0.2;

    public Random Random { get; init; } = Random.Shared;

    /// <summary>The pause before the next try.</summary>
    /// <param name="failures">Number of failures, from 1.</param>
    public TimeSpan Delay(int failures)
    {
        var seconds = Math.Min(First.TotalSeconds * Math.Pow(2, Math.Clamp(failures - 1, 0, 20)), Max.TotalSeconds);
        return TimeSpan.FromSeconds(seconds * (1 - Jitter + (2 * Jitter * Random.NextDouble())));
    }
}
