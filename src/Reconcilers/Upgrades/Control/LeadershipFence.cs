using Drydock.Clients.Kubernetes.Leadership;

namespace Drydock.Reconcilers.Upgrades;

/// <summary>Allows acts only while this process is certain to stay leader long enough for an act to reach its
/// target.</summary>
/// <param name="elector">Null if this process runs alone by construction.</param>
internal sealed class LeadershipFence(LeaderElector? elector) : IActFence
{
    private static readonly TimeSpan Margin = TimeSpan.FromSeconds(2);

    public CancellationToken Ended => elector?.Lost ?? CancellationToken.None;

    public TimeSpan Left => elector?.Left ?? TimeSpan.MaxValue;

    public TimeSpan Held => elector?.Held ?? TimeSpan.MaxValue;

    public void EnsureMayAct()
    {
        try
        {
            elector?.EnsureMayAct(Margin);
        }
        catch (NotLeaderException exception)
        {
            throw new ActRefusedException(exception.Message, exception);
        }
    }
}
