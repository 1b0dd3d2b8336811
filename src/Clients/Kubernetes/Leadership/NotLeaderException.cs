namespace Drydock.Clients.Kubernetes.Leadership;

/// <summary>
/// This process may not act now: it does not hold the lease, or not for long enough. Nothing was done.
/// </summary>
public sealed class NotLeaderException : Exception
{
    /// <summary>Makes the exception.</summary>
    public NotLeaderException(string message)
        : base(message)
    {
    }
}
