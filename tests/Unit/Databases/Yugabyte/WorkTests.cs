using Drydock.Crds.Plans;
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
        TimeoutOf(nameof(SwapTserver)).ShouldBeGreaterThan(YugabyteStep.GatePatience(Spec));
        TimeoutOf(nameof(VerifyTserver)).ShouldBeGreaterThan(YugabyteStep.VerifyPatience(Spec));
        TimeoutOf(nameof(AwaitPeers)).ShouldBe(TimeSpan.FromDays(7));
    }

    [Fact]
    public void Step_that_cannot_be_read_has_its_stored_timeout() =>
        new YugabyteEngine().TimeoutOf(Spec, new StoredStep { Action = "SwapMaster2", Timeout = "17m" }.AsStep()).ShouldBe(TimeSpan.FromMinutes(17));

    [Fact]
    public void Abort_undoes_nothing_after_first_stop()
    {
        new YugabyteEngine().IsPastUndo(Plan(nameof(DrainTserver))).ShouldBeFalse();
        new YugabyteEngine().IsPastUndo(Plan(nameof(SwapMaster))).ShouldBeTrue();
        new YugabyteEngine().Changed(Plan("PreparePackage")).ShouldBeFalse();
        new YugabyteEngine().Changed(Plan(nameof(SetReplication))).ShouldBeTrue();
    }

    [Fact]
    public void Only_AwaitPeers_step_counts_as_held()
    {
        new YugabyteEngine().HeldBy(new StoredStep { Action = nameof(AwaitPeers) }.AsStep()).ShouldNotBeNull();
        new YugabyteEngine().HeldBy(new StoredStep { Action = nameof(VerifyMaster) }.AsStep()).ShouldBeNull();
        new YugabyteEngine().OnlyWaits(new StoredStep { Action = nameof(VerifyMaster) }.AsStep()).ShouldBeTrue();
        new YugabyteEngine().OnlyWaits(new StoredStep { Action = nameof(VerifyTserver) }.AsStep()).ShouldBeFalse();
    }

    private static TimeSpan TimeoutOf(string action) =>
        new YugabyteEngine().TimeoutOf(Spec, new StoredStep { Action = action }.AsStep());

    private static PlanProgress Plan(string action) =>
        new StoredPlan { Steps = [new StoredStep { Id = "A/b", Action = action, Attempt = 1 }] }.AsRun();
}
