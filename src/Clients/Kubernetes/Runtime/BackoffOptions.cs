namespace Drydock.Clients.Kubernetes.Runtime;

/// <summary>Exponential pauses with jitter.</summary>
public sealed record BackoffOptions
{
    public TimeSpan First { get; init; } = TimeSpan.FromMilliseconds(500);

    public TimeSpan Max { get; init; } = TimeSpan.FromMinutes(1);

    public double Factor { get; init; } = 2;

    /// <summary>Share of a pause that is random, 0 to 1: a pause p is drawn from [p(1 − jitter), p].</summary>
    public double Jitter { get; init; } = 0.3;
}

/// <summary>Computes pauses.</summary>
/// <param name="options">First, longest, growth, jitter.</param>
/// <param name="random">Source of jitter.</param>
public sealed class Backoff(BackoffOptions options, Random? random = null)
{
    private readonly Random _random = random ?? Random.Shared;

    /// <summary>The pause after <paramref name="earlierFailures"/> failures that came before this one (0 gives the
    /// first pause).</summary>
    public TimeSpan Delay(int earlierFailures)
    {
        var full = Math.Min(
            options.First.TotalSeconds * Math.Pow(options.Factor, Math.Min(earlierFailures, 64)),
            options.Max.TotalSeconds);
        return TimeSpan.FromSeconds(full * (1 - (options.Jitter * _random.NextDouble())));
    }
}
