namespace Drydock.Clients.Kubernetes.Leadership;

/// <summary>Whether this process may act. A lease is not a fence: a process can be suspended between the check and the
/// act, so the target must also refuse every act that arrives late.</summary>
public interface ILeadership
{
    bool IsLeader { get; }

    /// <summary>Cancelled when the present term ends; already cancelled while not leading.</summary>
    CancellationToken Lost { get; }

    /// <summary>Returns if this process certainly holds the lease for at least <paramref name="margin"/> longer, by the
    /// monotonic clock, counted from the start of the last successful renewal.</summary>
    void EnsureMayAct(TimeSpan margin);
}

/// <summary>Leadership for a process that runs alone by construction: leader election switched off, or a
/// test.</summary>
public sealed class AlwaysLeader : ILeadership
{
    public bool IsLeader => true;

    public CancellationToken Lost => CancellationToken.None;

    public void EnsureMayAct(TimeSpan margin)
    {
    }
}

/// <summary>This process must not act now: it does not hold the lease, or not for long enough. Nothing was
/// done.</summary>
public sealed class NotLeaderException(string message) : Exception(message);
