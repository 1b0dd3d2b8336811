using Drydock.Clients.Kubernetes.Leadership;
using Drydock.Engine.Running;

namespace Drydock.Reconcilers.Upgrades;

/// <summary>
/// Lets acts pass only while this process is certain to be leader for long enough for an act to reach its target.
/// </summary>
internal sealed class LeadershipFence(ILeadership leadership) : IActFence
{
    private static readonly TimeSpan Margin = TimeSpan.FromSeconds(2);

    /// <inheritdoc />
    public CancellationToken Ended => leadership.Lost;

    /// <inheritdoc />
    public void EnsureMayAct()
    {
        try
        {
            leadership.EnsureMayAct(Margin);
        }
        catch (NotLeaderException exception)
        {
            throw new ActRefusedException(exception.Message, exception);
        }
    }
}
