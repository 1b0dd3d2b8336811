namespace Drydock.Clients.Kubernetes.Leadership;

/// <summary>
/// Leadership for a process that runs alone by construction: leader election switched off, or a test.
/// </summary>
public sealed class AlwaysLeader : ILeadership
{
    /// <inheritdoc />
    public bool IsLeader => true;

    /// <inheritdoc />
    public CancellationToken Lost => CancellationToken.None;

    /// <inheritdoc />
    public void EnsureMayAct(TimeSpan margin)
    {
    }
}
