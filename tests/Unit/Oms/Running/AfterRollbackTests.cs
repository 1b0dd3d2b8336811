namespace Drydock.Tests.Unit.Oms;

/// <summary>highAvailability.afterRollback, for an installation whose high availability was off.</summary>
public sealed class AfterRollbackTests
{
    [Theory]
    [InlineData(HighAvailabilityAfterUpgrade.Enable)]
    [InlineData(HighAvailabilityAfterUpgrade.AsBefore)]
    public void High_availability_that_was_off_is_enabled_after_a_rollback(HighAvailabilityAfterUpgrade afterUpgrade)
    {
        var world = Failed(WorldSetup.HaOff, afterUpgrade);
        world.Plan.Notes.ShouldContain(n => n.Contains("stays off after a rollback", StringComparison.Ordinal));
        world.EditSpec(s => s with
        {
            DesiredState = DesiredState.RolledBack,
            HighAvailability = s.HighAvailability with { AfterRollback = HighAvailabilityAfterRollback.Enable }
        });
        world.RunToRolledBack();

        world.Rules.Broken.ShouldBeEmpty();
        var config = HaConfig.Parse(world.Metadata.HaConfig!);
        config.Enable.ShouldBeTrue();
        config.Raw.ShouldContain("keep me");
        ((double)config.RefetchStoreIntervalMin!.Value).ShouldBeGreaterThanOrEqualTo(
            (world.Status.Times!.RolledBackAt!.Value - world.Status.Times.T1!.Value).TotalMinutes + 30);
        world.Status.RollbackPlan!.Notes.ShouldContain(
            n => n.Contains("is enabled at the end", StringComparison.Ordinal));
        world.Status.ActionRequired.ShouldNotContain(a => a.Reason == "HighAvailabilityOff");
        world.Old("oms-a").Console.State.ShouldBe("RUNNING");
    }

    [Fact]
    public void High_availability_that_was_off_stays_off_by_default()
    {
        var world = Failed(WorldSetup.HaOff, HighAvailabilityAfterUpgrade.Enable);
        world.EditSpec(s => s with { DesiredState = DesiredState.RolledBack });
        world.RunToRolledBack();

        world.Metadata.HaConfig.ShouldBe(WorldSetup.HaOff);
        world.Status.RollbackPlan!.Notes.ShouldContain(n => n.Contains("stays off", StringComparison.Ordinal));
        world.Status.ActionRequired.ShouldContain(a => a.Reason == "HighAvailabilityOff");
    }

    [Fact]
    public void Version_without_a_row_gets_none()
    {
        var world = Failed(null, HighAvailabilityAfterUpgrade.Enable);
        world.EditSpec(s => s with
        {
            DesiredState = DesiredState.RolledBack,
            HighAvailability = s.HighAvailability with { AfterRollback = HighAvailabilityAfterRollback.Enable }
        });
        world.RunToRolledBack();

        world.Metadata.HaConfig.ShouldBeNull();
        world.Status.RollbackPlan!.Notes.ShouldContain(
            n => n.Contains("has no row ha.config", StringComparison.Ordinal));
        world.Status.ActionRequired.ShouldContain(a => a.Reason == "HighAvailabilityOff");
    }

    [Fact]
    public void Administrator_enables_high_availability_with_method_Manual()
    {
        var world = Failed(WorldSetup.HaOff, HighAvailabilityAfterUpgrade.AsBefore, HighAvailabilityMethod.Manual);
        world.EditSpec(s => s with
        {
            DesiredState = DesiredState.RolledBack,
            HighAvailability = s.HighAvailability with { AfterRollback = HighAvailabilityAfterRollback.Enable }
        });
        world.RunUntil(() => world.Is("Held"), "held");
        world.ReasonOf("Held").ShouldBe("AwaitingManualChange");
        world.Metadata.HaConfig = """{"enable":true}""";
        world.RunToRolledBack();
    }

    private static OmsWorld Failed(
        string? haConfig, HighAvailabilityAfterUpgrade afterUpgrade,
        HighAvailabilityMethod method = HighAvailabilityMethod.Sql) =>
        RollbackTests.Failed(
            new WorldSetup { HaConfig = haConfig, RealJson = false, Jar = RollbackTests.FailingJar },
            s => s with
            {
                HighAvailability = s.HighAvailability with { AfterUpgrade = afterUpgrade, Method = method },
                Preflight = haConfig is null
                    ? s.Preflight with { Acknowledge = [.. s.Preflight.Acknowledge, Reasons.HighAvailabilityUnknown] }
                    : s.Preflight,
            });
}
