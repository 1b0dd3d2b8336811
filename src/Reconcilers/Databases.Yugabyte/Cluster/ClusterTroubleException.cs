namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>
/// The cluster is not in a state in which the question can be answered or the act begun: no leader, two leaders, a
/// server that is not listed.
/// </summary>
internal sealed class ClusterTroubleException : Exception
{
    /// <summary>Makes one.</summary>
    /// <param name="reason">Stable word.</param>
    /// <param name="message">What, where, and what to do.</param>
    public ClusterTroubleException(string reason, string message)
        : base(message) => Reason = reason;

    /// <summary>Stable word.</summary>
    public string Reason { get; }
}
