namespace Drydock.Tests.Unit.Oms;

/// <summary>The address of the metadata server leads to another server, or to a copy that lags.</summary>
public sealed class MetadataServerGuardTests
{
    private const string Guard = "MetadataServerStays";

    private static readonly Undisturbed Golden = Undisturbed.Run(Begin);

    [Theory]
    [InlineData("StartNew")]
    [InlineData("CorrectMetadata")]
    [InlineData("InitMetadata")]
    [InlineData("EnableHA")]
    public void Failover_to_a_lagging_copy_stops_the_run_until_it_leads_back(string hold)
    {
        var world = Held(hold);
        var newest = world.Metadata.NewestId;
        world.Metadata.NewestId -= 5;
        var done = Release(world);

        Stopped(world, done, $"cm_hb_340.heatbeat_sequence ends with id {newest - 5}, and ended with ");
        world.Status.Message.ShouldNotBeNull().ShouldContain("spec.desiredState: RolledBack");
        world.Metadata.NewestId += 5;
        world.RunToSuccess();
        world.Rules.Broken.ShouldBeEmpty();
        (world.Count("jar"), world.Count("init")).ShouldBe((2, 1));
        world.Status.ActionRequired.ShouldContain(a => a.Reason == Reasons.TargetChanged);
    }

    [Theory]
    [InlineData("DisableHA")]
    [InlineData("StopOld")]
    [InlineData("StartNew")]
    [InlineData("CorrectMetadata")]
    [InlineData("InitMetadata")]
    [InlineData("EnableHA")]
    public void Another_server_stops_the_run_and_can_be_accepted(string hold)
    {
        var world = Held(hold);
        world.Metadata.Identity = "uuid:other";
        var done = Release(world);

        Stopped(world, done, "which is now uuid:other and was uuid:7b1d0c3a when the plan was made");
        world.Annotate(Annotations.Approve, world.AcceptWord(Guard));
        world.RunToSuccess();
        world.Rules.Broken.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("Backup")]
    [InlineData("StartNew")]
    [InlineData("InitMetadata")]
    public void Server_that_became_a_replica_stops_the_run(string hold)
    {
        var world = Held(hold);
        world.Metadata.IsReplica = true;
        var done = Release(world);

        Stopped(world, done, "is a replica of another server now");
        Open(world).Key.ShouldBe("replica uuid:7b1d0c3a", "an administrator may know that OMS is to use it");
        world.Metadata.IsReplica = false;
        world.RunToSuccess();
    }

    [Fact]
    public void Replica_of_preflight_is_asked_about_once()
    {
        var world = Begin();
        world.Metadata.IsReplica = true;
        world.RunUntil(() => world.Is("Stalled"), "the finding");
        var finding = world.Status.Findings.ShouldHaveSingleItem();
        (finding.Reason, finding.Acknowledge).ShouldBe((Reasons.MetadataServerReplica, "MetadataServerReplica"));
        finding.Message.ShouldContain("is a replica");

        world.EditSpec(s => s with
        {
            Preflight = s.Preflight with { Acknowledge = [.. s.Preflight.Acknowledge, Reasons.MetadataServerReplica] }
        });
        world.RunToSuccess();
        world.Plan.Guards.ShouldAllBe(g => g.Record.Violations.Count == 0);
    }

    [Fact]
    public void Lag_can_be_accepted_only_before_a_command_ran()
    {
        var world = Held("StartNew");
        world.Metadata.NewestId -= 5;
        Release(world);
        world.RunUntil(() => world.ReasonOf("Stalled") == "TargetChanged", "stopped");
        world.Status.Message.ShouldBeWorded();
        world.Annotate(Annotations.Approve, world.AcceptWord(Guard));
        world.RunToSuccess();
        world.Rules.Broken.ShouldBeEmpty();

        world = Held("InitMetadata");
        world.Metadata.NewestId -= 5;
        Release(world);
        world.RunUntil(() => world.ReasonOf("Stalled") == "TargetChanged", "stopped");
        Open(world).Key.ShouldBeNull();
        world.Status.Message.ShouldBeWorded();
    }

    [Fact]
    public void Accepted_lag_of_one_server_is_not_that_of_another()
    {
        var world = Held("StartNew");
        world.Metadata.NewestId -= 5;
        world.RunUntil(() => world.ReasonOf("Stalled") == "TargetChanged", "stopped");
        world.Annotate(Annotations.Approve, world.AcceptWord(Guard));
        world.RunUntil(() => world.Is("Held"), "held again");
        world.Metadata.Identity = "uuid:third";
        var done = Release(world);

        Stopped(world, done, "which is now uuid:third");
    }

    [Fact]
    public void Rollback_starts_no_old_container_on_a_copy_without_what_was_restored()
    {
        var world = Held("CorrectMetadata");
        world.EditSpec(s => s with { DesiredState = DesiredState.RolledBack });
        world.RunUntil(
            () => world.Status.RollbackPlan?.Steps.Exists(
                s => s.Action == "RestoreDatabases" && s.State == StepState.Succeeded) == true,
            "restored");
        world.Metadata.NewestId -= 5;

        var starts = world.Count("start");
        world.RunFor(TimeSpan.FromMinutes(10));
        (world.Count("start"), world.ReasonOf("Stalled")).ShouldBe((starts, "TargetChanged"));
        world.Status.Message.ShouldBeWorded();
        world.Metadata.NewestId += 5;
        world.RunToRolledBack();
        world.Rules.Broken.ShouldBeEmpty();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Own_commands_and_restore_may_make_ids_smaller(bool fails)
    {
        var calls = 0;
        var setup = new WorldSetup { RealJson = false };
        var world = new OmsWorld(setup);
        setup.Jar = (_, _) =>
        {
            world.Metadata.NewestId = 5;
            return fails && ++calls == 1 ? (3, "failed\n") : (0, "corrected\n");
        };
        setup.Init = (_, _) =>
        {
            world.Metadata.NewestId = 3;
            return (0, "%marker%");
        };
        world.Apply();
        if (fails)
        {
            world.RunUntil(() => world.Is("Failed"), "failed");
            world.RetryOnRestoredData();
        }

        world.RunToSuccess();
        world.Rules.Broken.ShouldBeEmpty();
        world.Plan.Guards.ShouldAllBe(g => g.Record.Violations.Count == 0);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(7)]
    public void Server_that_is_away_at_the_end_of_a_command_hides_no_result(int code)
    {
        var setup = new WorldSetup { RealJson = false, Nodes = 1 };
        var world = new OmsWorld(setup);
        setup.Jar = (_, _) =>
        {
            world.Metadata.IsReachable = false;
            return (code, "said something\n");
        };
        world.Apply();
        world.RunUntil(
            () => world.Status.Plan?.Steps.Exists(
                s => s.Action == "RunCorrectionJar" && s.State is StepState.Succeeded or StepState.Failed) == true,
            "the result");
        world.Step("CorrectMetadata/oms-a/jar").Message.ShouldBeWorded();
        world.Metadata.IsReachable = true;
        if (code == 0)
        {
            world.RunToSuccess();
        }
        else
        {
            world.RunUntil(() => world.ReasonOf("Failed") == Reasons.RestoreRequired, "failed");
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    public void Nothing_is_begun_on_a_lagging_copy_at_any_point(int way)
    {
        var from = Golden.World.Points.First(p => p.What.StartsWith("trim", StringComparison.Ordinal)).Number;
        Cases.Try(Golden.World.Points.Where(p => p.Number > from && Sample.Takes(p.Number, way, 5)), point =>
        {
            var world = Begin();
            world.RunUntil(() => world.Points.Count >= point.Number || world.IsOver, point.What);
            var isUnderWay = world.Alive.Count > 0;
            world.Metadata.NewestId -= 50;
            var since = world.Time.GetUtcNow() + TimeSpan.FromSeconds(2);
            world.RunFor(TimeSpan.FromMinutes(10));
            var acts = world.Done.Where(a => a.By != 0 && a.At > since
                && a.What is "start" or "jar" or "init" or "ha on").Select(a => a.What).ToList();
            world.Metadata.NewestId += 50;
            world.RunToSuccess();

            world.Rules.Broken.ShouldBeEmpty(point.What);
            (isUnderWay || acts.Count == 0).ShouldBeTrue($"{point}: {string.Join(", ", acts)}");
        });
    }

    private static void Stopped(OmsWorld world, int done, string why)
    {
        world.RunUntil(() => world.ReasonOf("Stalled") == "TargetChanged", "stopped");
        world.RunFor(TimeSpan.FromMinutes(30));
        world.Restart();
        world.RunFor(TimeSpan.FromMinutes(30));
        world.Status.Message.ShouldNotBeNull().ShouldContain(why);
        world.Done.Skip(done).Where(a => a.By != 0
            && a.What is "stop" or "start" or "jar" or "init" or "ha on" or "ha off" or "trim").ShouldBeEmpty();
    }

    private static GuardViolation Open(OmsWorld world) =>
        world.Plan.Guards.Single(g => g.Id == Guard).Record.Violations.Last(v => v.To is null);

    private static int Release(OmsWorld world)
    {
        var done = world.Done.Count;
        world.EditSpec(s => s with { HoldBefore = [] });
        return done;
    }

    private static OmsWorld Held(string hold)
    {
        var world = new OmsWorld(new WorldSetup { RealJson = false, PeopleMayStartOld = true }).Apply(
            s => s with { HoldBefore = [hold] });
        world.RunUntil(() => world.Is("Held"), "held");
        return world;
    }

    private static OmsWorld Begin() =>
        new OmsWorld(new WorldSetup { RealJson = false, PeopleMayStartOld = true }).Apply();
}
