namespace Drydock.Clients.Kubernetes.Runtime;

/// <summary>Exponential pauses with jitter.</summary>
public sealed record BackoffOptions
{
    /// <summary>The first pause.</summary>
    public TimeSpan First { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>The longest pause, jitter included.</summary>
    public TimeSpan Max { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Growth from pause to pause.</summary>
    public double Factor { get; init; } = 2;

    /// <summary>Share of a pause that is random, 0 to 1: a pause p is drawn from [p(1 − jitter), p].</summary>
    public double Jitter { get; init; } = 0.3;
}
