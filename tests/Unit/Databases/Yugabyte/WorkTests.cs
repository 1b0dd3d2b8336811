using Drydock.Reconcilers.Databases.Yugabyte;

namespace Drydock.Tests.Unit.Databases.Yugabyte;

public sealed class WorkTests
{
    private static readonly StepRegistry Steps = new YugabyteEngine().Steps;

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
        Steps.TimeLimit(Spec, new StoredStep { Action = "SwapMaster2", Timeout = "17m" }.AsStep())
            .ShouldBe(TimeSpan.FromMinutes(17));

    [Fact]
    public void Abort_undoes_nothing_after_first_stop()
    {
        Steps.IsPastUndo(Plan(nameof(DrainTserver))).ShouldBeFalse();
        Steps.IsPastUndo(Plan(nameof(SwapMaster))).ShouldBeTrue();
        Steps.Changed(Plan("PreparePackage")).ShouldBeFalse();
        Steps.Changed(Plan(nameof(SetReplication))).ShouldBeTrue();
    }

    [Fact]
    public void Only_AwaitPeers_step_counts_as_held()
    {
        Steps.Of(new StoredStep { Action = nameof(AwaitPeers) }.AsStep()).HeldBy.ShouldNotBeNull();
        Steps.Of(new StoredStep { Action = nameof(VerifyMaster) }.AsStep()).HeldBy.ShouldBeNull();
        Steps.Of(new StoredStep { Action = nameof(VerifyMaster) }.AsStep()).OnlyWaits.ShouldBeTrue();
        Steps.Of(new StoredStep { Action = nameof(VerifyTserver) }.AsStep()).OnlyWaits.ShouldBeFalse();
    }

    private static TimeSpan TimeoutOf(string action) =>
        Steps.TimeLimit(Spec, new StoredStep { Action = action }.AsStep());

    private static PlanProgress Plan(string action) =>
        new StoredPlan { Steps = [new StoredStep { Id = "A/b", Action = action, Attempt = 1 }] }.AsRun();
}
