namespace Drydock.Clients.Kubernetes.CoreTypes;

/// <summary>More about a <see cref="V1Status"/>.</summary>
public sealed record V1StatusDetails
{
    /// <summary>What is wrong, field by field.</summary>
    public List<V1StatusCause> Causes { get; init; } = [];

    /// <summary>Seconds the server asks to wait.</summary>
    public int? RetryAfterSeconds { get; init; }
}
