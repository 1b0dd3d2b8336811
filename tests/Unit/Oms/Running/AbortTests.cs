namespace Drydock.Tests.Unit.Oms;

/// <summary>drydock.dev/abort.</summary>
public sealed class AbortTests
{
    [Fact]
    public void Spec_corrected_after_an_abort_before_T1_runs_to_success()
    {
        var world = new OmsWorld(new WorldSetup { RealJson = false }).Apply(
            s => s with { HoldBefore = [OmsUpgradePhases.StopOld] });
        world.RunUntil(() => world.Is("Held"), "held");
        world.Annotate(Annotations.Abort, "stop");
        world.RunUntil(() => world.ReasonOf("Failed") == "Aborted" && world.Status.Phase == "RolledBack", "undone");
        world.Metadata.HaConfig.ShouldBe(WorldSetup.PartialHa);
        world.EditSpec(s => s with { NewContainer = "oms_corrected", HoldBefore = [] });
        world.RunFor(TimeSpan.FromHours(1));
        world.ReasonOf("Stalled").ShouldBe("Aborted");
        world.Retry();
        world.RunToSuccess();
        world.Hosts.ShouldAllBe(h => h.Find("oms_corrected")!.IsRunning && h.Find(OmsWorld.NewName) == null);
        world.Rules.Broken.ShouldBeEmpty();
    }

    [Fact]
    public void Abort_after_any_write_or_act_halts_until_retry_succeeds()
    {
        var points = RollbackTests.Golden().Points.Count;
        Cases.Try(Enumerable.Range(1, points).Where(p => p % 4 == 0 && Sample.Takes(p / 4, 0, 2)), point =>
        {
            var world = new OmsWorld(new WorldSetup { RealJson = false }).Apply();
            world.RunUntil(() => world.Points.Count >= point || world.IsOver, $"point {point}");
            if (world.IsOver)
            {
                return;
            }

            var pastT1 = world.Count("policy no") > 0;
            world.Annotate(Annotations.Abort, "stop");
            world.RunUntil(() => world.ReasonOf("Failed") == "Aborted" || world.IsOver, "aborted");
            if (world.IsOver)
            {
                return;
            }

            pastT1 |= world.Count("policy no") > 0;
            var done = world.Done.Count;
            world.Restart();
            world.RunFor(TimeSpan.FromHours(1));
            world.Done.Skip(done).Where(a => !a.What.StartsWith("console", StringComparison.Ordinal)).ShouldBeEmpty();
            (world.Status.Phase, world.Is("Stalled"), world.Is("Failed"))
                .ShouldBe((world.Status.RollbackPlan is null ? "Failed" : "RolledBack", true, true));
            if (!pastT1)
            {
                world.Hosts.ShouldAllBe(h => h.Containers.Count == 1);
                world.Metadata.HaConfig.ShouldBe(WorldSetup.PartialHa);
            }

            if (world.Status.Plan is not null)
            {
                world.Api.All<V1Lease>().ShouldNotBeEmpty("the target stays claimed");
            }

            world.Retry();
            world.RunToSuccess();
            world.Rules.Broken.ShouldBeEmpty();
            (world.Count("jar"), world.Count("init"), world.Count("snapshot"), world.Count("restore"))
                .ShouldBe((2, 1, 1, 0));
        });
    }

    [Fact]
    public void Running_JAR_ends_before_abort_and_token_counts_once()
    {
        var world = new OmsWorld(new WorldSetup { RealJson = false }).Apply();
        world.RunUntil(() => world.Count("jar") == 1, "the first JAR");
        world.Annotate(Annotations.Abort, "stop");
        world.RunUntil(() => world.ReasonOf("Failed") == "Aborted", "aborted");
        world.Step("CorrectMetadata/oms-a/jar").State.ShouldBe(StepState.Succeeded);
        world.Count("jar").ShouldBe(1);
        world.Status.AbortedBy.ShouldBe("stop");
        world.Status.UsedTokens.ShouldContain(t => t.Kind == TokenKind.Abort && t.Token == "stop");

        world.Retry();
        world.RunToSuccess();
        world.Status.AbortedBy.ShouldBeNull();
        world.Count("jar").ShouldBe(2);
    }

    [Fact]
    public void Aborted_upgrade_is_rolled_back_on_request()
    {
        var world = new OmsWorld(new WorldSetup { RealJson = false }).Apply();
        world.RunUntil(() => world.Count("jar") == 1, "the first JAR");
        world.Annotate(Annotations.Abort, "stop");
        world.RunUntil(() => world.ReasonOf("Failed") == "Aborted", "aborted");
        RollbackTests.GoBack(world);

        world.Rules.Broken.ShouldBeEmpty();
        RollbackTests.AsBefore(world);
    }

    [Fact]
    public void Aborted_rollback_resumes_after_retry()
    {
        var world = RollbackTests.Failed();
        world.EditSpec(s => s with { DesiredState = DesiredState.RolledBack });
        world.RunUntil(() => world.Count("restore") == 1, "restoring");
        world.Annotate(Annotations.Abort, "stop");
        world.RunUntil(() => world.ReasonOf("Failed") == "Aborted", "aborted");
        world.RunFor(TimeSpan.FromHours(1));
        world.Metadata.Contents.ShouldBe("3.2.2", "the restore ended");
        world.Hosts.ShouldAllBe(h => h.Containers.TrueForAll(c => !c.IsRunning));
        world.Retry();
        world.RunToRolledBack();

        world.Rules.Broken.ShouldBeEmpty();
        RollbackTests.AsBefore(world);
    }

    [Fact]
    public void Abort_before_plan_is_stored_stops_preflight_until_retry()
    {
        var world = new OmsWorld(new WorldSetup { RealJson = false }).Apply(
            s => s with { NewContainer = OmsWorld.OldName + "x", CurrentContainer = "nobody" });
        world.RunToStall();
        world.Annotate(Annotations.Abort, "stop");
        world.RunUntil(() => world.ReasonOf("Failed") == "Aborted", "aborted");
        world.EditSpec(s => s with { CurrentContainer = OmsWorld.OldName, NewContainer = OmsWorld.NewName });
        world.RunFor(TimeSpan.FromHours(1));
        world.Done.ShouldBeEmpty();
        world.Retry();
        world.RunToSuccess();
    }
}
