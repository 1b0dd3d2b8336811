namespace Drydock.Tests.Unit.Oms;

/// <summary>drydock.dev/abort while the way back is asked for and has not begun, and when nothing runs.</summary>
public sealed class AbortRollbackTests
{
    [Fact]
    public void Abort_during_running_step_prevents_requested_rollback_until_retry()
    {
        var world = new OmsWorld(new WorldSetup { RealJson = false }).Apply();
        world.RunUntil(() => world.Count("jar") == 1, "the first JAR");
        world.EditSpec(s => s with { DesiredState = DesiredState.RolledBack });
        world.RunUntil(() => world.ReasonOf("Reconciling") == "RollingBack", "asked for");
        world.Annotate(Annotations.Abort, "stop");
        Halts(world);

        world.Step("CorrectMetadata/oms-a/jar").State.ShouldBe(StepState.Succeeded);
        (world.Count("jar"), world.Count("restore"), world.Count("stop")).ShouldBe((1, 0, 2));
        world.Retry();
        world.RunToRolledBack();
        world.Rules.Broken.ShouldBeEmpty();
        RollbackTests.AsBefore(world);
    }

    [Fact]
    public void Abort_of_requested_rollback_at_any_point_halts_until_retry()
    {
        var points = RollbackTests.Golden().Points.Count;
        Cases.Try(Enumerable.Range(1, points).Where(p => p % 7 == 0), point =>
        {
            var world = new OmsWorld(new WorldSetup { RealJson = false }).Apply();
            world.RunUntil(() => world.Points.Count >= point || world.IsOver, $"point {point}");
            if (world.IsOver || world.Status.Plan is null)
            {
                return;
            }

            world.EditSpec(s => s with { DesiredState = DesiredState.RolledBack });
            world.Annotate(Annotations.Abort, "stop");
            world.RunUntil(
                () => world.ReasonOf("Failed") == "Aborted" || world.IsBack, "aborted, or nothing to take back");
            if (!world.IsBack)
            {
                Halts(world);
                world.Retry();
                world.RunUntil(() => world.IsBack || world.Is("Held"), "back, or held after success");
                if (world.Is("Held"))
                {
                    world.Annotate(Annotations.Approve, world.BackWord("RollBack"));
                    world.RunToRolledBack();
                }
            }

            world.Rules.Broken.ShouldBeEmpty();
            RollbackTests.AsBefore(world);
        });
    }

    [Fact]
    public void Abort_after_success_blocks_requested_rollback_until_retry_or_withdrawal()
    {
        var world = RollbackTests.Golden();
        var end = world.EndState();
        world.EditSpec(s => s with { DesiredState = DesiredState.RolledBack });
        world.Annotate(Annotations.Abort, "stop");
        Halts(world);
        world.Status.Message.ShouldBeWorded();

        world.EditSpec(s => s with { DesiredState = DesiredState.Upgraded });
        world.RunToSuccess();
        world.EndState().ShouldBe(end);
        RollbackTests.Inert(world);

        world.EditSpec(s => s with { DesiredState = DesiredState.RolledBack });
        world.RunUntil(() => world.Is("Held"), "asked for anew, the used token does not count");
        world.Annotate(Annotations.Abort, "stop-2");
        world.RunUntil(() => world.ReasonOf("Failed") == "Aborted", "aborted");
        world.Retry();
        world.RunUntil(() => world.Is("Held"), "held, as the abort ended every word");
        world.Annotate(Annotations.Approve, world.BackWord("RollBack"));
        world.RunToRolledBack();
        RollbackTests.AsBefore(world);
    }

    [Fact]
    public void Withdrawn_rollback_request_leaves_upgrade_aborted_until_requested_again()
    {
        var world = new OmsWorld(new WorldSetup { RealJson = false }).Apply();
        world.RunUntil(() => world.Count("jar") == 1, "the first JAR");
        world.EditSpec(s => s with { DesiredState = DesiredState.RolledBack });
        world.Annotate(Annotations.Abort, "stop");
        Halts(world);
        world.EditSpec(s => s with { DesiredState = DesiredState.Upgraded });
        world.RunFor(TimeSpan.FromHours(1));
        (world.ReasonOf("Failed"), world.Count("jar"), world.Status.AbortedRollback).ShouldBe(("Aborted", 1, null));

        RollbackTests.GoBack(world);
        world.Rules.Broken.ShouldBeEmpty();
        RollbackTests.AsBefore(world);
    }

    [Fact]
    public void Abort_after_success_is_ignored_and_later_rollback_runs()
    {
        var world = RollbackTests.Golden();
        world.Annotate(Annotations.Abort, "too-late");
        world.RunUntil(
            () => world.Events.All.Exists(e => e is { IsWarning: true, Reason: "AbortIgnored" }), "reported");
        world.Status.UsedTokens.ShouldHaveSingleItem().Token.ShouldBe("too-late");
        (world.Status.Phase, world.Is("Ready"), world.Status.AbortedBy).ShouldBe(("Succeeded", true, null));
        RollbackTests.Inert(world);
        world.Events.All.Count(e => e.Reason == "AbortIgnored").ShouldBe(1);

        RollbackTests.GoBack(world);
        world.Rules.Broken.ShouldBeEmpty();
        RollbackTests.AsBefore(world);
        world.Annotate(Annotations.Abort, "also-too-late");
        world.RunUntil(() => world.Status.UsedTokens.Exists(t => t.Token == "also-too-late"), "used up");
        RollbackTests.Inert(world);
    }

    [Fact]
    public void Second_abort_token_of_aborted_upgrade_stops_nothing_after_retry()
    {
        var world = new OmsWorld(new WorldSetup { RealJson = false }).Apply();
        world.RunUntil(() => world.Count("jar") == 1, "the first JAR");
        world.Annotate(Annotations.Abort, "stop");
        world.RunUntil(() => world.ReasonOf("Failed") == "Aborted", "aborted");
        world.Annotate(Annotations.Abort, "stop-it");
        world.RunUntil(() => world.Status.AbortedBy == "stop-it", "seen");
        world.Retry();
        world.RunToSuccess();
        world.Count("jar").ShouldBe(2);
    }

    // It stands still, also in the eyes of a successor, until somebody says otherwise.
    private static void Halts(OmsWorld world)
    {
        world.RunUntil(() => world.ReasonOf("Failed") == "Aborted", "aborted");
        var done = world.Done.Count;
        world.Restart();
        world.RunFor(TimeSpan.FromHours(3));
        (world.Status.Phase, world.ReasonOf("Stalled"), world.Is("Ready"), world.Is("Reconciling"))
            .ShouldBe(("Failed", "Aborted", false, false));
        world.Done.Skip(done).Where(a => !a.What.StartsWith("console", StringComparison.Ordinal)).ShouldBeEmpty();
        world.Status.RollbackPlan.ShouldBeNull();
    }
}
