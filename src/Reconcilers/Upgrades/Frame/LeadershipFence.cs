using Drydock.Clients.Kubernetes.Leadership;

namespace Drydock.Reconcilers.Upgrades;

/// <summary>Allows acts only while this process is certain to stay leader long enough for an act to reach its
/// target.</summary>
internal sealed class LeadershipFence(ILeadership leadership) : IActFence
{
    private static readonly TimeSpan Margin = TimeSpan.FromSeconds(2);

    public CancellationToken Ended => leadership.Lost;

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
