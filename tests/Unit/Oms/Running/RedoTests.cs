using Drydock.Abstractions.Plans;
using Drydock.Crds.Common;
using Drydock.Reconcilers.Oms;
using Drydock.Tests.Unit.Fakes;
using Drydock.Tests.Unit.Support;
using Shouldly;
using Xunit;

namespace Drydock.Tests.Unit.Oms;

/// <summary>
/// A run-once step that was lost, or failed on data it may have changed: it runs again on restored data only.
/// </summary>
public sealed class RedoTests
{
    [Theory]
    [InlineData("jar", "oms-a")]
    [InlineData("jar", "oms-b")]
    [InlineData("init", "oms-a")]
    public void Retry_after_lost_command_restores_snapshot_and_repeats_the_work(string kind, string host)
    {
        var world = Lost(kind, host);
        world.ReasonOf("Stalled").ShouldBe("OutcomeUnknown");
        (world.Is("Failed"), world.Status.Phase).ShouldBe((true, "Failed"), "a script that waits for the end hears of it");
        world.Status.Message.ShouldNotBeNull().ShouldContain("restore the snapshot and continue from StartNew");
        world.RunFor(TimeSpan.FromHours(2));
        world.Count(kind, host).ShouldBe(1);
        var (hash, jars, inits) = (world.Plan.Hash, world.Count("jar"), world.Count("init"));

        world.Annotate(Annotations.Retry, "on-restored-data");
        world.RunToSuccess();

        world.Rules.Broken.ShouldBeEmpty();
        (world.Count("jar"), world.Count("init"), world.Count("restore"), world.Count("snapshot"), world.Count("create")).ShouldBe((jars + 2, inits + 1, 1, 1, 2));
        world.Plan.Hash.ShouldNotBe(hash);
        world.Metadata.Contents.ShouldBe("4.2.2");
        world.Status.Attempts.ShouldHaveSingleItem().Reason.ShouldBe("OutcomeUnknown");
        world.Status.ActionRequired.Where(a => a.Reason == Reasons.RemoveOldContainers).ShouldAllBe(a => !a.Message.Contains("4.2.2", StringComparison.Ordinal) && !a.Message.Contains("422", StringComparison.Ordinal));
        world.Status.UsedTokens.ShouldHaveSingleItem();
    }

    [Theory]
    [InlineData("jar")]
    [InlineData("init")]
    public void Command_stopped_after_its_timeout_is_repeated_on_restored_data(string kind)
    {
        var hour = TimeSpan.FromHours(1);
        var world = new OmsWorld(new WorldSetup { RealJson = false, JarTakes = kind == "jar" ? hour : TimeSpan.FromSeconds(30), InitTakes = kind == "init" ? hour : TimeSpan.FromSeconds(30) })
            .Apply(s => s with { Timeouts = s.Timeouts with { CorrectMetadata = "10m", InitMetadata = "10m" } });
        world.RunUntil(() => world.Is("Failed"), "out of time");
        world.ReasonOf("Failed").ShouldBe("StepTimeout");
        world.New("oms-a")!.Stop();
        world.New("oms-a")!.Start();
        world.Annotate(Annotations.Retry, "look");
        world.RunUntil(() => world.ReasonOf("Stalled") == "OutcomeUnknown", "lost");
        world.Status.Message.ShouldNotBeNull().ShouldContain("restore the snapshot and continue from StartNew");

        world.EditSpec(s => s with { Timeouts = s.Timeouts with { CorrectMetadata = "3h", InitMetadata = "3h" } });
        world.Annotate(Annotations.Retry, "restore");
        world.RunToSuccess();
        world.Rules.Broken.ShouldBeEmpty();
        (world.Count("restore"), world.Count(kind, "oms-a")).ShouldBe((1, 2));
    }

    [Theory]
    [InlineData("jar")]
    [InlineData("init")]
    public void Retry_while_host_is_unreadable_restores_nothing(string kind)
    {
        var world = new OmsWorld(new WorldSetup { RealJson = false }).Apply();
        world.RunUntil(() => world.Count(kind) == 1, kind);
        world["oms-a"].Cut(off: true);
        world.RunUntil(() => world.Plan.Steps.Exists(s => s.State == StepState.Unknown), "unreadable");
        world.Status.Message.ShouldNotBeNull().ShouldContain("continues once it can be read");
        world.Status.Message.ShouldNotContain("restored data");
        world.Annotate(Annotations.Retry, "too early");
        world.RunFor(TimeSpan.FromMinutes(5));

        world["oms-a"].Cut(off: false);
        world.RunToSuccess();
        world.Rules.Broken.ShouldBeEmpty();
        (world.Count("jar"), world.Count("init"), world.Count("restore")).ShouldBe((2, 1, 0));
    }

    [Theory]
    [InlineData("RestoreDatabases")]
    [InlineData("PointOfNoReturn")]
    public void Redo_plan_is_held_before_the_restore(string hold)
    {
        var world = Lost("jar", "oms-a");
        world.EditSpec(s => s with { HoldBefore = [hold], Retry = "again" });
        world.RunUntil(() => world.Is("Held"), "held");

        world.Plan.Steps.Select(s => s.Id).Where(i => i.StartsWith("RestoreDatabases/", StringComparison.Ordinal)).ShouldBe(
            ["RestoreDatabases/oms-a/stop", "RestoreDatabases/oms-b/stop", "RestoreDatabases/no-sessions", "RestoreDatabases/restore"]);
        world.Plan.Notes.ShouldContain(n => n.Contains("recompiled"));
        world.RunFor(TimeSpan.FromHours(1));
        (world.Count("restore"), world.Count("jar")).ShouldBe((0, 1));
        world.EditSpec(s => s with { HoldBefore = [] });
        world.RunToSuccess();
        world.Rules.Broken.ShouldBeEmpty();
    }

    [Fact]
    public void Approved_hash_of_first_plan_does_not_approve_redo_plan()
    {
        var world = Lost("jar", "oms-a");
        world.EditSpec(s => s with { ApprovedPlanHash = world.Plan.Hash, Retry = "again" });
        world.RunUntil(() => world.Is("Held"), "held");
        world.Status.Message.ShouldNotBeNull().ShouldContain("a different plan was approved");
        world.Status.Message.ShouldContain($"spec.approvedPlanHash: {world.Plan.Hash}");
        world.RunFor(TimeSpan.FromHours(1));
        world.Count("restore").ShouldBe(0);

        world.EditSpec(s => s with { ApprovedPlanHash = world.Plan.Hash });
        world.RunToSuccess();
        world.Rules.Broken.ShouldBeEmpty();
    }

    [Fact]
    public void Second_lost_command_is_restored_again_and_rollback_remains_possible()
    {
        var world = Lost("jar", "oms-a");
        world.Annotate(Annotations.Retry, "one");
        world.RunUntil(() => world.Count("init") == 1, "init");
        world.RunFor(TimeSpan.FromSeconds(5));
        world["oms-a"].RestartDockerd();
        world.RunToStall();
        world.Annotate(Annotations.Retry, "two");
        world.RunUntil(() => world.Count("restore") == 2 && world.Count("jar") == 4, "corrected again");
        RollbackTests.GoBack(world);

        world.Rules.Broken.ShouldBeEmpty();
        world.Count("restore").ShouldBe(3);
        RollbackTests.AsBefore(world);
    }

    [Fact]
    public void Container_started_during_the_restore_of_a_redo_is_found()
    {
        var world = Lost("jar", "oms-a");
        world.Annotate(Annotations.Retry, "on-restored-data");
        world.RunUntil(() => world.Count("restore") == 1, "the restore");
        InUse(world).ShouldBeNull();

        world.New("oms-b")!.Start();
        InUse(world).ShouldNotBeNull().ShouldContain("oms_422 on oms-b runs");
    }

    [Fact]
    public void Redo_killed_at_any_point_ends_golden()
    {
        var golden = Undisturbed.Run(Begin, ToTheEnd);
        var from = golden.World.Points.First(p => p.What.StartsWith("status RestoreDatabases", StringComparison.Ordinal)).Number;
        Cases.Try(golden.World.Points.Where(p => p.Number >= from && p.Number % 2 == 0 && Sample.Takes(p.Number / 2, 0, 2)), point => golden.With(point.Number, Fate.DieAfter));
        Cases.Try(golden.World.Points.Where(p => p.Number >= from && p.Number % 2 == 1 && Sample.Takes(p.Number / 2, 1, 2)), point => golden.With(point.Number, Fate.DieBefore));
    }

    private static string? InUse(OmsWorld world)
    {
        var asked = world.Life.Scheduler.Start(() => OmsInUse.CheckAsync(world.Life.Services, world.Upgrade, CancellationToken.None));
        world.RunUntil(() => asked.IsCompleted, "the hosts were asked");
        return asked.GetAwaiter().GetResult();
    }

    private static OmsWorld Begin()
    {
        var runs = 0;
        return new OmsWorld(new WorldSetup { RealJson = false, Jar = (_, _) => ++runs == 1 ? (1, "Exception\n") : (0, "") }).Apply();
    }

    private static void ToTheEnd(OmsWorld world)
    {
        world.RunUntil(() => world.Is("Failed"), "failed");
        world.Annotate(Annotations.Retry, "on-restored-data");
        world.RunToSuccess();
    }

    private static OmsWorld Lost(string kind, string host)
    {
        var world = new OmsWorld(new WorldSetup { RealJson = false }).Apply();
        world.RunUntil(() => world.Count(kind, host) == 1, kind);
        world.RunFor(TimeSpan.FromSeconds(5));
        world[host].RestartDockerd();
        world.RunToStall();
        world.Step(kind == "jar" ? $"CorrectMetadata/{host}/jar" : $"InitMetadata/{host}").State.ShouldBe(StepState.Unknown);
        return world;
    }
}
