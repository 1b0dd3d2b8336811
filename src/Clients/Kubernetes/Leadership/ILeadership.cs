namespace Drydock.Clients.Kubernetes.Leadership;

/// <summary>
/// Whether this process is the one that acts. A lease is no fence: a process can freeze between the check and the act,
/// so every act must also be built to be refused by its target when it comes late.
/// </summary>
public interface ILeadership
{
    /// <summary>True while this process holds the lease and has not begun to give it up.</summary>
    bool IsLeader { get; }

    /// <summary>Cancelled when the present term ends; already cancelled while not leading.</summary>
    CancellationToken Lost { get; }

    /// <summary>
    /// Returns if the lease is certain to be ours for at least <paramref name="margin"/> more, by the monotonic clock,
    /// counted from the start of the last successful renewal.
    /// </summary>
    /// <param name="margin">How long the act about to be begun may take to reach its target.</param>
    /// <exception cref="NotLeaderException">It is not.</exception>
    void EnsureMayAct(TimeSpan margin);
}
