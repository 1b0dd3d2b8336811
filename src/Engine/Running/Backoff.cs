namespace Drydock.Engine.Running;

/// <summary>Exponential delays with jitter, across reconciles. A resilience pipeline would have to stay in memory in
/// between.</summary>
/// <param name="first">Delay after the first failure.</param>
/// <param name="longest">No delay is longer.</param>
/// <param name="random">Source of the jitter.</param>
public sealed class Backoff(TimeSpan first, TimeSpan longest, Random random)
{
    /// <summary>Delay before the next try: doubles with every failure, up to 20 % less or more.</summary>
    /// <param name="failures">Number of failures, from 1.</param>
    public TimeSpan Delay(int failures)
    {
        var exponent = Math.Clamp(failures - 1, 0, 20);
        var seconds = Math.Min(first.TotalSeconds * Math.Pow(2, exponent), longest.TotalSeconds);
        return TimeSpan.FromSeconds(seconds * (0.8 + (0.4 * random.NextDouble())));
    }
}
