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
        (world.Is("Failed"), world.Status.Phase)
            .ShouldBe((true, "Failed"), "a script that waits for the end hears of it");
        world.Status.Message.ShouldBeWorded();
        world.RunFor(TimeSpan.FromHours(2));
        world.Count(kind, host).ShouldBe(1);
        var (hash, jars, inits) = (world.Plan.Hash, world.Count("jar"), world.Count("init"));

        world.RetryOnRestoredData();
        RunToSuccessUnheld(world);

        world.Rules.Broken.ShouldBeEmpty();
        (world.Count("jar"), world.Count("init"), world.Count("restore"), world.Count("snapshot"), world.Count(
            "create")).ShouldBe((jars + 2, inits + 1, 1, 1, 2));
        world.Plan.Hash.ShouldNotBe(hash);
        world.Metadata.Contents.ShouldBe("4.2.2");
        world.Status.Attempts.ShouldHaveSingleItem().Reason.ShouldBe("OutcomeUnknown");
        world.Status.ActionRequired.Where(a => a.Reason == Reasons.RemoveOldContainers)
            .ShouldAllBe(a => !a.Message.Contains("4.2.2", StringComparison.Ordinal)
                && !a.Message.Contains("422", StringComparison.Ordinal));
        world.Status.UsedTokens.ShouldHaveSingleItem();
    }

    [Theory]
    [InlineData("jar")]
    [InlineData("init")]
    public void Command_stopped_after_its_timeout_is_repeated_on_restored_data(string kind)
    {
        var hour = TimeSpan.FromHours(1);
        var world = new OmsWorld(new WorldSetup
        {
            RealJson = false,
            JarTakes = kind == "jar" ? hour : TimeSpan.FromSeconds(30),
            InitTakes = kind == "init" ? hour : TimeSpan.FromSeconds(30)
        })
            .Apply(s => s with { Timeouts = s.Timeouts with { CorrectMetadata = "10m", InitMetadata = "10m" } });
        world.RunUntil(() => world.Is("Failed"), "out of time");
        world.ReasonOf("Failed").ShouldBe("StepTimeout");
        world.New("oms-a")!.Stop();
        world.New("oms-a")!.Start();
        world.Retry();
        world.RunUntil(() => world.ReasonOf("Stalled") == "OutcomeUnknown", "lost");
        world.Status.Message.ShouldBeWorded();

        world.EditSpec(s => s with { Timeouts = s.Timeouts with { CorrectMetadata = "3h", InitMetadata = "3h" } });
        world.RetryOnRestoredData();
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
        world.ReasonOf("Stalled").ShouldBe(Reasons.OutcomeUnknown);
        world.Status.Message.ShouldBeWorded();
        world.Status.Message.ShouldNotContain("restored data");
        world.Retry();
        world.RunFor(TimeSpan.FromMinutes(5));

        world["oms-a"].Cut(off: false);
        world.RunToSuccess();
        world.Rules.Broken.ShouldBeEmpty();
        (world.Count("jar"), world.Count("init"), world.Count("restore")).ShouldBe((2, 1, 0));
    }

    [Theory]
    [InlineData("jar", "RestoreDatabases")]
    [InlineData("init", "PointOfNoReturn")]
    public void Confirmed_retry_runs_through_the_restore_without_a_wait(string kind, string hold)
    {
        var world = Lost(kind, "oms-a");
        world.EditSpec(s => s with { HoldBefore = [hold] });
        world.Status.NextAction.ShouldBeWorded(world.RestoreWord);
        world.Status.NextAction.ShouldNotBeNull().ShouldContain($"drydock.dev/retry={world.RestoreWord}");

        world.RetryOnRestoredData();
        world.RunUntil(() => world.Count("restore") == 1 || world.Is("Held"), "the restore");
        world.Is("Held").ShouldBeFalse(world.Status.Message);
        world.EditSpec(s => s with { HoldBefore = [] });
        RunToSuccessUnheld(world);

        world.Rules.Broken.ShouldBeEmpty();
        world.Status.Approvals.ShouldContain(a => a.Parsed!.What == "RestoreDatabases" && a.Accepted);
    }

    [Theory]
    [InlineData("jar")]
    [InlineData("init")]
    public void Bare_retry_is_held_and_says_what_an_approval_drops(string kind)
    {
        var world = Lost(kind, "oms-a");
        world.Retry();
        world.RunUntil(() => world.Is("Held"), "held");

        world.Plan.Steps.Select(s => s.Id).Where(i => i.StartsWith("RestoreDatabases/", StringComparison.Ordinal))
            .ShouldBe(
                [
                    "RestoreDatabases/oms-a/stop", "RestoreDatabases/oms-b/stop", "RestoreDatabases/no-sessions",
                    "RestoreDatabases/restore"
                ]);
        world.Plan.Notes.ShouldContain(n => n.Contains("recompiled"));
        world.Status.Message.ShouldBeWorded();
        world.Status.NextAction.ShouldNotBeNull().ShouldContain($"drydock.dev/approve={world.RestoreWord}");
        var stops = world.Count("stop");
        world.RunFor(TimeSpan.FromHours(1));
        (world.Count("restore"), world.Count("stop"), world.Count(kind)).ShouldBe((0, stops, 1));

        world.Annotate(Annotations.Approve, world.Status.Holds.ShouldHaveSingleItem().Approval);
        world.RunToSuccess();
        world.Rules.Broken.ShouldBeEmpty();
        world.Events.All.Where(e => e.Reason == Reasons.PhaseStarted).Select(e => e.Message).ShouldBeUnique();
    }

    [Fact]
    public void Approval_in_the_spec_continues_a_redo()
    {
        var world = Lost("jar", "oms-a");
        world.Retry();
        world.RunUntil(() => world.Is("Held"), "held");

        world.EditSpec(s => s with { Approvals = [world.Status.Holds.ShouldHaveSingleItem().Approval] });
        world.RunToSuccess();
        world.Rules.Broken.ShouldBeEmpty();
    }

    [Fact]
    public void Hold_after_the_restore_stays_after_a_confirmed_retry()
    {
        var world = Lost("init", "oms-a");
        world.EditSpec(s => s with { HoldBefore = ["InitMetadata"] });
        world.RetryOnRestoredData();
        world.RunUntil(() => world.Is("Held"), "held");

        (world.Count("restore"), world.Count("init")).ShouldBe((1, 1));
        world.Annotate(Annotations.Approve, world.Status.Holds.ShouldHaveSingleItem().Approval);
        world.RunToSuccess();
        world.Rules.Broken.ShouldBeEmpty();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Consent_to_one_restore_does_not_release_a_later_one(bool byApproval)
    {
        var world = Lost("jar", "oms-a");
        Redo(world, byApproval);
        LoseAgain(world, "init", inits: 1);
        var (former, first) = (world.RestoreWord, world.Plan.Hash);
        Redo(world, byApproval);
        world.Plan.Hash.ShouldNotBe(first);
        LoseAgain(world, "init", inits: 2);
        world.RestoreWord.ShouldNotBe(former);

        world.Annotate(Annotations.Retry, former);
        world.RunFor(TimeSpan.FromMinutes(5));
        (world.Is("Failed"), world.Is("Held")).ShouldBe((true, false), "it is not even a retry");
        world.Retry();
        world.RunFor(TimeSpan.FromMinutes(5));
        world.Is("Held").ShouldBeTrue(world.Status.Message);
        world.Count("restore").ShouldBe(2);
        world.Rules.Broken.ShouldBeEmpty();

        static void Redo(OmsWorld world, bool byApproval)
        {
            var restores = world.Count("restore");
            if (byApproval)
            {
                world.Annotate(Annotations.Retry, world.RetryWord);
                world.RunUntil(() => world.Is("Held"), "held");
                world.Annotate(Annotations.Approve, world.Status.Holds.ShouldHaveSingleItem().Approval);
            }
            else
            {
                world.RetryOnRestoredData();
            }

            world.RunUntil(() => world.Count("restore") == restores + 1, "restored");
        }
    }

    [Fact]
    public void Second_lost_command_is_restored_again_and_rollback_remains_possible()
    {
        var world = Lost("jar", "oms-a");
        world.RetryOnRestoredData();
        LoseAgain(world, "init", inits: 1);
        world.RetryOnRestoredData();
        world.RunUntil(() => world.Count("restore") == 2 && world.Count("jar") == 4, "corrected again");
        RollbackTests.GoBack(world);

        world.Rules.Broken.ShouldBeEmpty();
        world.Count("restore").ShouldBe(3);
        RollbackTests.AsBefore(world);
    }

    /// <summary>What was found is a part of the plan's sense: without it, nothing is told of what a retry
    /// costs.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Cost_and_undo_are_not_told_of_what_cannot_be_read(bool isLost)
    {
        var world = new OmsWorld(new WorldSetup { RealJson = false }).Apply(s => s with { HoldBefore = ["StopOld"] });
        world.RunUntil(() => world.Is("Held"), "held");
        if (isLost)
        {
            world.EditSpec(s => s with { HoldBefore = [] });
            world.RunUntil(() => world.Count("init") == 1, "init");
            world.New("oms-a")!.Stop();
            world.RunUntil(() => world.ReasonOf("Stalled") == "OutcomeUnknown", "lost");
        }

        var status = world.Status;
        (status.RetryCost is null, status.RetryApproval is null, status.AbortUndoes)
            .ShouldBe((!isLost, !isLost, isLost ? null : true));
        world.PutBack(status with
        {
            Inventory = new OmsInventory { Unreadable = JsonSerializer.SerializeToElement("damaged") },
        });
        world.RunUntil(() => world.ReasonOf("Stalled") == Reasons.StatusUnreadable, "it cannot be read");

        (world.Status.RetryCost, world.Status.RetryApproval, world.Status.AbortUndoes).ShouldBe((null, null, null));
        world.Status.NextAction.ShouldNotBeNull().ShouldNotContain("etry=");
    }

    [Fact]
    public void Container_started_during_the_restore_of_a_redo_is_found()
    {
        var world = Lost("jar", "oms-a");
        world.RetryOnRestoredData();
        world.RunUntil(() => world.Count("restore") == 1, "the restore");
        InUse(world).ShouldBeNull();

        world.New("oms-b")!.Start();
        InUse(world).ShouldNotBeNull().ShouldContain("oms_422 on oms-b runs");
    }

    [Theory]
    [InlineData("jar")]
    [InlineData("init")]
    public void Redo_killed_at_any_point_ends_golden_without_a_wait(string kind)
    {
        var golden = Undisturbed.Run(() => Begin(kind), ToTheEnd);
        var from = golden.World.Points.First(
            p => p.What.StartsWith("status RestoreDatabases", StringComparison.Ordinal)).Number;
        Cases.Try(
            golden.World.Points.Where(p => p.Number >= from && p.Number % 2 == 0 && Sample.Takes(p.Number / 2, 0, 2)),
            point => golden.With(point.Number, Fate.DieAfter));
        Cases.Try(
            golden.World.Points.Where(p => p.Number >= from && p.Number % 2 == 1 && Sample.Takes(p.Number / 2, 1, 2)),
            point => golden.With(point.Number, Fate.DieBefore));
    }

    private static string? InUse(OmsWorld world)
    {
        var asked = world.Life.Scheduler.Start(
            () => OmsInUse.CheckAsync(world.Life.Services, world.Upgrade, CancellationToken.None));
        world.RunUntil(() => asked.IsCompleted, "the hosts were asked");
        return asked.GetAwaiter().GetResult();
    }

    private static OmsWorld Begin(string kind)
    {
        var runs = 0;
        return new OmsWorld(kind == "jar"
            ? new WorldSetup { RealJson = false, Jar = (_, _) => ++runs == 1 ? (1, "Exception\n") : (0, "") }
            : new WorldSetup
            {
                RealJson = false,
                Init = (_, _) =>
                    ++runs == 1 ? (1, "ERROR 1060 (42S21): Duplicate column name 'priority'\n") : (0, "%marker%")
            }).Apply();
    }

    private static void ToTheEnd(OmsWorld world)
    {
        world.RunUntil(() => world.Is("Failed"), "failed");
        world.RetryOnRestoredData();
        world.RunInsisting(() => world.IsOver || world.Is("Held"), "success or a hold", world.RetryOnRestoredData);
        world.Is("Held").ShouldBeFalse(world.Status.Message);
    }

    private static void RunToSuccessUnheld(OmsWorld world)
    {
        world.RunUntil(() => world.IsOver || world.Is("Held"), "success or a hold");
        world.Is("Held").ShouldBeFalse(world.Status.Message);
    }

    private static void LoseAgain(OmsWorld world, string kind, int inits)
    {
        world.RunUntil(() => world.Count(kind) == inits, kind);
        world.RunFor(TimeSpan.FromSeconds(5));
        world["oms-a"].RestartDockerd();
        world.RunToStall();
    }

    private static OmsWorld Lost(string kind, string host)
    {
        var world = new OmsWorld(new WorldSetup { RealJson = false }).Apply();
        world.RunUntil(() => world.Count(kind, host) == 1, kind);
        world.RunFor(TimeSpan.FromSeconds(5));
        world[host].RestartDockerd();
        world.RunToStall();
        world.Step(kind == "jar" ? $"CorrectMetadata/{host}/jar" : $"InitMetadata/{host}").State
            .ShouldBe(StepState.Unknown);
        return world;
    }
}
