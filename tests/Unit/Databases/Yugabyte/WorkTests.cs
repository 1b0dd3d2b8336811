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
    public void The_engines_limit_lies_behind_the_steps_own()
    {
        YugabyteWork.TimeoutOf(Spec, YugabyteActions.DrainTserver).ShouldBeGreaterThan(TimeSpan.FromHours(5));
        YugabyteWork.TimeoutOf(Spec, YugabyteActions.SwapTserver).ShouldBeGreaterThan(YugabyteWork.GatePatience(Spec));
        YugabyteWork.TimeoutOf(Spec, YugabyteActions.VerifyTserver).ShouldBeGreaterThan(YugabyteWork.VerifyPatience(Spec));
        YugabyteWork.TimeoutOf(Spec, YugabyteActions.AwaitPeers).ShouldBe(TimeSpan.FromDays(7));
    }

    [Fact]
    public void From_the_first_stop_on_an_abort_undoes_nothing()
    {
        YugabyteWork.IsPastUndo(Plan(YugabyteActions.DrainTserver)).ShouldBeFalse();
        YugabyteWork.IsPastUndo(Plan(YugabyteActions.SwapMaster)).ShouldBeTrue();
        YugabyteWork.Changed(Plan(YugabyteActions.PreparePackage)).ShouldBeFalse();
        YugabyteWork.Changed(Plan(YugabyteActions.SetReplication)).ShouldBeTrue();
    }

    [Fact]
    public void Only_the_wait_for_peers_counts_as_held()
    {
        YugabyteWork.HeldBy(new PlanStep { Action = YugabyteActions.AwaitPeers }).ShouldNotBeNull();
        YugabyteWork.HeldBy(new PlanStep { Action = YugabyteActions.VerifyMaster }).ShouldBeNull();
        YugabyteWork.OnlyWaits(new PlanStep { Action = YugabyteActions.VerifyMaster }).ShouldBeTrue();
        YugabyteWork.OnlyWaits(new PlanStep { Action = YugabyteActions.VerifyTserver }).ShouldBeFalse();
    }

    private static Plan Plan(string action) =>
        new() { Steps = [new PlanStep { Id = "A/b", Action = action, Attempt = 1 }] };
}
