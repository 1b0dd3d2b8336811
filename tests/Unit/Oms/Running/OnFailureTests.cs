namespace Drydock.Tests.Unit.Oms;

/// <summary>rollbackPolicy: OnFailure.</summary>
public sealed class OnFailureTests
{
    [Fact]
    public void Failed_JAR_is_rolled_back_automatically_until_a_retry()
    {
        var fails = true;
        var world = new OmsWorld(new WorldSetup { Jar = (_, _) => fails ? (1, "Exception\n") : (0, "") }).Apply(
            s => s with { RollbackPolicy = RollbackPolicy.OnFailure });
        world.RunToRolledBack();

        RollbackTests.AsBefore(world);
        (world.Status.Phase, world.Is("Ready"), world.Is("Stalled"), world.Is("Failed"), world.Is("RolledBack"))
            .ShouldBe(("RolledBack", false, true, true, true));
        (world.ReasonOf("Stalled"), world.ReasonOf("Failed"), world.ReasonOf("RolledBack"))
            .ShouldBe(("RolledBackAfterFailure", "RolledBackAfterFailure", "RolledBackAfterFailure"));
        world.Status.Message.ShouldNotBeNull().ShouldContain("CorrectMetadata/oms-a/jar");
        RollbackTests.Inert(world);
        world.Count("jar").ShouldBe(1);

        fails = false;
        world.Retry();
        world.RunUntil(() => !world.Is("RolledBack"), "it begins again");
        world.RunToSuccess();
        world.Rules.Broken.ShouldBeEmpty();
        (world.Count("jar"), world.Count("init")).ShouldBe((3, 1));
        world.Status.Attempts.ShouldHaveSingleItem().Reason.ShouldBe("RolledBackAfterFailure");
    }

    [Fact]
    public void Failure_that_may_be_accepted_is_held_first()
    {
        const int minutes = 15;
        var world = Unmarked();
        world.RunUntil(() => world.Is("Failed") || world.Status.RollbackPlan is not null, "failed");
        var failed = world.Step("InitMetadata/oms-a").FinishedAt!.Value;
        (world.Is("Held"), world.Is("Failed"), world.ReasonOf("Held"), world.Status.RollbackPlan)
            .ShouldBe((true, true, "MarkerMissing", null));
        world.Status.Message.ShouldNotBeNull()
            .ShouldContain($"the rollback starts automatically at {failed.AddMinutes(minutes):u}");
        world.Status.NextAction.ShouldNotBeNull().ShouldContain(Annotations.Approve);

        world.RunUntil(() => world.Status.RollbackPlan is not null, "the rollback");
        (world.Time.GetUtcNow() - failed)
            .ShouldBeInRange(TimeSpan.FromMinutes(minutes), TimeSpan.FromMinutes(minutes) + TimeSpan.FromSeconds(30));
        world.RunToRolledBack();
        RollbackTests.AsBefore(world);
        world.Rules.Broken.ShouldBeEmpty();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Failure_that_is_accepted_in_time_is_not_rolled_back(bool whileDown)
    {
        var world = Unmarked();
        world.RunUntil(() => world.Is("Held"), "held");
        if (whileDown)
        {
            world.Life.Die();
            world.Time.Advance(TimeSpan.FromHours(1));
        }

        world.Annotate(Annotations.Approve, world.AcceptWord("InitMetadata/oms-a"));
        world.RunToSuccess();
        (world.Count("init"), world.Count("restore"), world.Is("Held")).ShouldBe((1, 0, false));
        world.Rules.Broken.ShouldBeEmpty();
    }

    [Fact]
    public void Failure_beside_one_that_cannot_be_accepted_is_not_held()
    {
        var world = new OmsWorld(new WorldSetup { RealJson = false, Jar = RollbackTests.FailingJar }).Apply(
            s => s with { RollbackPolicy = RollbackPolicy.OnFailure });
        world.RunUntil(() => world.Status.RollbackPlan is not null, "the rollback");

        (world.Time.GetUtcNow() - world.Plan.Steps.Single(s => s.State == StepState.Failed).FinishedAt!.Value)
            .ShouldBeLessThan(TimeSpan.FromSeconds(30));
    }

    [Theory]
    [InlineData("jar")]
    [InlineData("init")]
    public void Unknown_outcome_is_rolled_back_automatically(string kind)
    {
        var world = new OmsWorld(new WorldSetup { RealJson = false }).Apply(
            s => s with { RollbackPolicy = RollbackPolicy.OnFailure });
        world.RunUntil(() => world.Count(kind) == 1, kind);
        world.RunFor(TimeSpan.FromSeconds(5));
        world["oms-a"].RestartDockerd();
        world.RunToRolledBack();

        RollbackTests.AsBefore(world);
        world.Count(kind).ShouldBe(1);
        world.Rules.Broken.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("jar")]
    [InlineData("init")]
    public void Unreachable_host_causes_no_rollback(string kind)
    {
        var world = new OmsWorld(new WorldSetup { RealJson = false }).Apply(
            s => s with { RollbackPolicy = RollbackPolicy.OnFailure });
        world.RunUntil(() => world.Count(kind) == 1, kind);
        world["oms-a"].Cut(off: true);
        world.RunUntil(() => world.ReasonOf("Stalled") == "OutcomeUnknown", "unreadable");
        world.RunFor(TimeSpan.FromMinutes(20));
        world.Status.RollbackPlan.ShouldBeNull();

        world["oms-a"].Cut(off: false);
        world.RunToSuccess();
        world.Rules.Broken.ShouldBeEmpty();
        (world.Count("jar"), world.Count("init"), world.Count("restore")).ShouldBe((2, 1, 0));
    }

    [Fact]
    public void Failed_dump_is_rolled_back_without_a_restore()
    {
        var world = new OmsWorld(new WorldSetup { RealJson = false }).Apply(
            s => s with { RollbackPolicy = RollbackPolicy.OnFailure });
        for (var i = 0; i < 3; i++)
        {
            world.Snapshots.Failures.Enqueue("no trailer");
        }

        world.RunToRolledBack();
        RollbackTests.AsBefore(world);
        (world.Count("restore"), world.Metadata.HeartbeatRows["cm_hb_340"]).ShouldBe((0, 1));
        world.Status.RollbackPlan!.Notes.ShouldContain(n => n.Contains("heatbeat_sequence"));
    }

    [Fact]
    public void Missing_image_is_rolled_back_only_after_a_pull_attempt()
    {
        var world = new OmsWorld(new WorldSetup { ImageInRegistry = true, RealJson = false }).Apply(
            s => s with { RollbackPolicy = RollbackPolicy.OnFailure, HoldBefore = ["PrepareImage"] });
        world.RunUntil(() => world.Is("Held"), "held");
        world.Registry.Clear();
        world.EditSpec(s => s with { HoldBefore = [] });
        world.RunUntil(() => world.Is("Failed"), "failed");
        world.RunFor(TimeSpan.FromHours(1));

        world.Is("RolledBack").ShouldBe(
            world.Plan.Steps.Exists(s => s.Action == "PrepareImage" && s.Attempt > 0),
            "an image that may have been pulled is taken away again");
    }

    [Fact]
    public void Changed_target_causes_no_rollback()
    {
        var world = new OmsWorld(new WorldSetup { RealJson = false, PeopleMayStartOld = true }).Apply(
            s => s with { RollbackPolicy = RollbackPolicy.OnFailure });
        world.RunUntil(() => world.Count("snapshot") == 1, "the dump");
        world.Old("oms-b").Start();
        world.RunToStall();
        world.RunFor(TimeSpan.FromHours(1));

        (world.ReasonOf("Stalled"), world.Status.RollbackPlan is null).ShouldBe(("TargetChanged", true));
    }

    [Fact]
    public void Late_manual_high_availability_change_causes_no_rollback()
    {
        var world = new OmsWorld(new WorldSetup { RealJson = false })
            .Apply(s => s with
            {
                RollbackPolicy = RollbackPolicy.OnFailure,
                HighAvailability = s.HighAvailability with { Method = HighAvailabilityMethod.Manual }
            });
        world.RunUntil(() => world.Is("Held"), "held before the downtime");
        world.RunFor(TimeSpan.FromHours(1));
        world.Metadata.HaConfig = """{"enable":false}""";
        world.RunUntil(() => world.Count("jar") == 2 && world.Is("Held"), "held after it");
        world.RunFor(TimeSpan.FromHours(1));

        (world.ReasonOf("Held"), world.Is("Failed"), world.Status.RollbackPlan is null)
            .ShouldBe(("AwaitingManualChange", false, true));
        world.Metadata.HaConfig = """{"enable":true,"perceiveStoreClientCheckpoint":true}""";
        world.RunToSuccess();
    }

    [Fact]
    public void Unavailable_rollback_names_the_abandon_annotation()
    {
        var setup = new WorldSetup { RealJson = false };
        var world = new OmsWorld(setup);
        setup.Jar = (node, number) =>
        {
            world["oms-b"].Containers.Remove(world.Old("oms-b"));
            return RollbackTests.FailingJar(node, number);
        };
        world.Apply(s => s with { RollbackPolicy = RollbackPolicy.OnFailure });
        world.RunUntil(() => world.ReasonOf("Stalled") == "RollbackUnavailable", "unavailable");
        world.Status.Message.ShouldNotBeNull().ShouldContain($"{Annotations.OnDelete}={Annotations.Abandon}");

        world.Annotate(Annotations.OnDelete, Annotations.Abandon);
        world.Delete();
        world.RunUntil(() => world.IsGone(), "gone");
    }

    private static OmsWorld Unmarked(Func<OmsUpgradeSpec, OmsUpgradeSpec>? change = null) =>
        new OmsWorld(new WorldSetup
        {
            Init = static (_, _) => (0, "# 【步骤六】done\ninitialisation has finished\n%done%"),
            RealJson = false
        })
            .Apply(s => (change ?? (x => x))(s with { RollbackPolicy = RollbackPolicy.OnFailure }));

    [Fact]
    public void Rolled_back_upgrade_releases_its_target()
    {
        var world = RollbackTests.Failed(change: s => s with { RollbackPolicy = RollbackPolicy.OnFailure });
        world.RunToRolledBack();
        world.Api.All<V1Lease>().ShouldBeEmpty();
        world.Status.Plan!.Steps.ShouldContain(s => s.State == StepState.Failed, "what failed can still be read");
    }
}
