using Drydock.Clients.Kubernetes.Leadership;
using Drydock.Engine.Running;
using Drydock.Reconcilers.Upgrades;
using Shouldly;
using Xunit;

namespace Drydock.Tests.Unit.Upgrades;

/// <summary>Nobody acts on a lease that may end during the act.</summary>
public sealed class LeadershipFenceTests
{
    [Fact]
    public void Act_is_refused_without_a_lease_that_lasts_long_enough()
    {
        var lease = new Lease { Left = TimeSpan.FromSeconds(3) };
        var fence = new LeadershipFence(lease);
        fence.EnsureMayAct();

        lease.Left = TimeSpan.FromSeconds(1);

        Should.Throw<ActRefusedException>(fence.EnsureMayAct).Message.ShouldBe("only 1 s more");
    }

    private sealed class Lease : ILeadership
    {
        public TimeSpan Left { get; set; }

        public bool IsLeader => true;

        public CancellationToken Lost => CancellationToken.None;

        public void EnsureMayAct(TimeSpan margin)
        {
            if (Left < margin)
            {
                throw new NotLeaderException($"only {Left.TotalSeconds} s more");
            }
        }
    }
}
