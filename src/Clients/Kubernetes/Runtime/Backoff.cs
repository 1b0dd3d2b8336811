namespace Drydock.Clients.Kubernetes.Runtime;

/// <summary>Computes pauses.</summary>
/// <param name="options">First, longest, growth, jitter.</param>
/// <param name="random">Source of jitter.</param>
public sealed class Backoff(BackoffOptions options, Random? random = null)
{
    private readonly Random _random = random ?? Random.Shared;

    /// <summary>
    /// The pause after <paramref name="earlierFailures"/> failures that came before this one (0 gives the first pause).
    /// </summary>
    public TimeSpan Delay(int earlierFailures)
    {
        var full = Math.Min(options.First.TotalSeconds * Math.Pow(options.Factor, Math.Min(earlierFailures, 64)), options.Max.TotalSeconds);
        return TimeSpan.FromSeconds(full * (1 - (options.Jitter * _random.NextDouble())));
    }
}
