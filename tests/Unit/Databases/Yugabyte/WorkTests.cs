using Drydock.Abstractions.Plans;
using Drydock.Crds.DatabaseRollingUpgrades;
using Drydock.Reconcilers.Databases.Yugabyte;
using Shouldly;
using Xunit;

namespace Drydock.Tests.Unit.Databases.Yugabyte;

public sealed class WorkTests
{
    private static readonly DatabaseRollingUpgradeSpec Spec = new() { Drain = new DrainSpec { Timeout = "5h" } };

    [Fact]
    public void Engine_timeout_is_longer_than_step_timeout()
    {
        TimeoutOf(nameof(DrainTserver)).ShouldBeGreaterThan(TimeSpan.FromHours(5));
        TimeoutOf(nameof(SwapTserver)).ShouldBeGreaterThan(YugabytePlanTraits.GatePatience(Spec));
        TimeoutOf(nameof(VerifyTserver)).ShouldBeGreaterThan(YugabytePlanTraits.VerifyPatience(Spec));
        TimeoutOf(nameof(AwaitPeers)).ShouldBe(TimeSpan.FromDays(7));
    }

    [Fact]
    public void Abort_undoes_nothing_after_first_stop()
    {
        YugabytePlanTraits.IsPastUndo(Plan(nameof(DrainTserver))).ShouldBeFalse();
        YugabytePlanTraits.IsPastUndo(Plan(nameof(SwapMaster))).ShouldBeTrue();
        YugabytePlanTraits.Changed(Plan(nameof(PreparePackage))).ShouldBeFalse();
        YugabytePlanTraits.Changed(Plan(nameof(SetReplication))).ShouldBeTrue();
    }

    [Fact]
    public void Only_AwaitPeers_step_counts_as_held()
    {
        YugabytePlanTraits.HeldBy(new PlanStep { Action = nameof(AwaitPeers) }).ShouldNotBeNull();
        YugabytePlanTraits.HeldBy(new PlanStep { Action = nameof(VerifyMaster) }).ShouldBeNull();
        YugabytePlanTraits.OnlyWaits(new PlanStep { Action = nameof(VerifyMaster) }).ShouldBeTrue();
        YugabytePlanTraits.OnlyWaits(new PlanStep { Action = nameof(VerifyTserver) }).ShouldBeFalse();
    }

    private static TimeSpan TimeoutOf(string action) =>
        YugabytePlanTraits.TimeoutOf(Spec, new PlanStep { Action = action });

    private static Plan Plan(string action) =>
        new() { Steps = [new PlanStep { Id = "A/b", Action = action, Attempt = 1 }] };
}
