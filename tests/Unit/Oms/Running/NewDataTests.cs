namespace Drydock.Tests.Unit.Oms;

/// <summary>From EnableHA on the new version works: nothing is rolled back automatically, and Settle only
/// lists.</summary>
public sealed class NewDataTests
{
    [Theory]
    [InlineData(RollbackPolicy.OnFailure)]
    [InlineData(RollbackPolicy.Manual)]
    public void Failure_after_EnableHA_began_waits_and_says_what_a_rollback_costs(RollbackPolicy policy)
    {
        OmsWorld? world = null;
        world = new OmsWorld(new WorldSetup
        {
            ProgramDies = (c, p) => c.IsUpgrade && p == "oms_console"
                && world!.Plan.Steps.Exists(s => s.Id == "EnableHA/ha-config" && s.Attempt > 0)
        })
            .Apply(s => s with { RollbackPolicy = policy });
        world.RunUntil(() => world.Is("Failed"), "failed");
        world.RunFor(TimeSpan.FromHours(1));

        (world.Status.Step, world.Status.RollbackPlan).ShouldBe(("EnableHA/oms-a/restart-console", null));
        world.Status.Message.ShouldNotBeNull().Contains("no longer rolls back automatically", StringComparison.Ordinal)
            .ShouldBe(policy == RollbackPolicy.OnFailure);
        world.ReasonOf("Stalled").ShouldBe(Reasons.ComponentsUnhealthy);
        world.Status.Message.ShouldBeWorded();

        world.EditSpec(s => s with { DesiredState = DesiredState.RolledBack });
        world.RunToRolledBack();
        RollbackTests.AsBefore(world);
    }

    [Fact]
    public void Failure_of_verification_is_still_rolled_back_automatically()
    {
        var world = new OmsWorld(
            new WorldSetup { ProgramDies = static (c, p) => c.IsUpgrade && c.Host.Name == "oms-b" && p == "nginx" })
            .Apply(s => s with { RollbackPolicy = RollbackPolicy.OnFailure });
        world.RunToRolledBack();

        world.Plan.Steps.Single(s => s.State == StepState.Failed).Id.ShouldBe("CorrectMetadata/oms-b/programs");
    }

    [Fact]
    public void Failed_check_of_Settle_is_listed()
    {
        var dies = false;
        var world = new OmsWorld(new WorldSetup { ProgramDies = (c, p) => dies && c.IsUpgrade && p == "sshd" }).Apply(
            s => s with { RollbackPolicy = RollbackPolicy.OnFailure });
        world.RunUntil(
            () => world.Status.Plan?.Steps.Find(s => s.Id == "EnableHA/ha-config")?.State == StepState.Succeeded, "T2");
        dies = true;
        world.New("oms-b")!.Programs["sshd"].State = "FATAL";
        world.RunToSuccess();

        (world.Status.Phase, world.ReasonOf("Succeeded"), world.Status.RollbackPlan)
            .ShouldBe(("Succeeded", "SucceededWithActions", null));
        var item = world.Status.ActionRequired.Single(a => a.Reason == "ResultAccepted");
        (item.Subject, item.Message.Contains("sshd FATAL", StringComparison.Ordinal))
            .ShouldBe(("Settle/oms-b/programs", true));
        world.Rules.Broken.ShouldBeEmpty();
    }

    [Fact]
    public void Database_that_cannot_be_read_in_Settle_is_listed_after_its_time()
    {
        var world = new OmsWorld().Apply(
            s => s with { RollbackPolicy = RollbackPolicy.OnFailure, HoldBefore = ["Settle"] });
        world.RunUntil(() => world.Is("Held"), "held");
        world.Metadata.IsReachable = false;
        world.Annotate(Annotations.Approve, world.WordFor("Settle"));
        world.RunUntil(() => world.ReasonOf("Stalled") == "OutcomeUnknown", "unreadable");
        world.RunToSuccess();

        world.Status.ActionRequired.Single(a => a.Reason == "ResultAccepted").Subject.ShouldBe("Settle/hosts");
        world.Step("Settle/hosts").Accepted!.Reason.ShouldBe("OutcomeUnknown");
    }

    [Fact]
    public void Failure_is_no_longer_rolled_back_once_an_upgrade_without_EnableHA_is_verified()
    {
        var world = new OmsWorld(new WorldSetup { HaConfig = """{"enable":false}""", RealJson = false })
            .Apply(s => s with
            {
                HighAvailability = s.HighAvailability with { AfterUpgrade = HighAvailabilityAfterUpgrade.AsBefore }
            });
        world.RunUntil(
            () => world.Status.Plan?.Steps.Exists(s => s.Phase == "Settle" && s.State == StepState.Running) == true
                || world.IsOver,
            "Settle");

        Reconcilers.Oms.OmsPlanProgress.HasNewData(world.Plan).ShouldBeTrue();
        Reconcilers.Oms.OmsPlanProgress.HasNewData(
            world.Plan.Rewritten(p => p with { Steps = p.Steps.RemoveAll(s => s.Phase == "Settle") })).ShouldBeFalse();
    }
}
