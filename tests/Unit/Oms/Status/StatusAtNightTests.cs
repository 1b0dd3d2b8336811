using Drydock.Crds.Values;

namespace Drydock.Tests.Unit.Oms;

/// <summary>What the person on call reads: since when OMS is down, how long it takes, what going back costs, what to
/// do.</summary>
public sealed class StatusAtNightTests
{
    [Fact]
    public void Downtime_is_told_from_T1_to_T2()
    {
        var world = new OmsWorld().Apply();
        world.RunToSuccess();

        foreach (var status in world.StatusWrites.Select(u => u.Status!))
        {
            status.DowntimeSince.ShouldBe(status.Times is { T2: null, T1: { } t1 } ? t1.ToSeconds() : null);
            (status.Downtime is null).ShouldBe(status.Times?.T2 is null);
        }

        world.StatusWrites.ShouldContain(u => u.Status!.DowntimeSince != null);
    }

    [Fact]
    public void State_of_the_system_is_told_from_the_first_look_to_the_end()
    {
        var world = new OmsWorld().Apply();
        world.RunToSuccess();
        States(world).ShouldBe(
        [
            SystemState.Unknown, SystemState.Up, SystemState.UpWithoutHA, SystemState.Down, SystemState.Up, null,
        ]);
        foreach (var system in world.StatusWrites.Select(u => u.Status!.System).OfType<SystemStatus>()
            .Where(s => s.State != SystemState.Unknown))
        {
            system.Since.ShouldNotBeNull().Millisecond.ShouldBe(0);
            system.SeenAt.ShouldNotBeNull().ShouldBeInRange(system.Since.Value, world.Time.GetUtcNow());
        }
    }

    [Fact]
    public void Rollback_takes_the_system_down_and_up_again()
    {
        var world = RollbackTests.Golden();
        world.EditSpec(s => s with { DesiredState = DesiredState.RolledBack });
        world.RunUntil(() => world.Is("Held"), "held");
        world.Annotate(Annotations.Approve, world.BackWord("RollBack"));
        world.RunToRolledBack();
        States(world).SkipWhile(s => s is not null).Skip(1).ShouldBe(
            [SystemState.UpWithoutHA, SystemState.Down, null]);
    }

    [Fact]
    public void Upgrade_undone_before_the_downtime_has_high_availability_again()
    {
        var world = new OmsWorld().Apply(s => s with { HoldBefore = ["StopOld"] });
        world.RunUntil(() => world.Is("Held"), "held");
        world.Annotate(Annotations.Abort, "1");
        world.RunUntil(() => world.Is("RolledBack"), "undone");
        States(world).ShouldBe(
            [SystemState.Unknown, SystemState.Up, SystemState.UpWithoutHA, SystemState.Up, null]);
    }

    [Fact]
    public void System_that_cannot_be_read_is_unknown_unless_it_is_down()
    {
        var world = new OmsWorld().Apply(s => s with { HoldBefore = ["EnableHA"] });
        world.RunUntil(() => world.Count("init") == 1, "docker_init.sh");
        world.RunFor(TimeSpan.FromSeconds(5));
        world["oms-a"].Cut(off: true);
        world.RunToStall();
        (world.ReasonOf("Stalled"), world.Status.System!.State).ShouldBe(("OutcomeUnknown", SystemState.Down));
    }

    private static IEnumerable<SystemState?> States(OmsWorld world)
    {
        var all = world.StatusWrites.Select(u => u.Status!.System?.State).ToList();
        return all.Where((state, at) => at == 0 || state != all[at - 1]);
    }

    [Fact]
    public void Rollback_after_success_counts_both_outages()
    {
        var world = RollbackTests.Golden();
        world.RunFor(TimeSpan.FromHours(3));
        world.EditSpec(s => s with { DesiredState = DesiredState.RolledBack });
        world.RunUntil(() => world.Is("Held"), "held");
        world.Status.DowntimeSince.ShouldBeNull("the new version runs");
        world.Annotate(Annotations.Approve, world.BackWord("RollBack"));
        world.RunUntil(() => world.IsPast("StopNew"), "stopped");
        world.Status.DowntimeSince.ShouldNotBeNull().ShouldBeLessThanOrEqualTo(world.Status.Times!.T3!.Value);
        world.RunToRolledBack();

        var times = world.Status.Times!;
        world.Status.DowntimeSince.ShouldBeNull();
        var total = KubernetesDuration.Parse(world.Status.Downtime!);
        total.ShouldBeGreaterThan(times.T2!.Value - times.T1!.Value);
        total.ShouldBeLessThan(TimeSpan.FromHours(1), "OMS ran in between");
    }

    [Fact]
    public void Downtime_ends_with_verification_where_high_availability_stays_off()
    {
        var world = new OmsWorld(new WorldSetup { HaConfig = """{"enable":false}""" })
            .Apply(s => s with
            {
                HighAvailability = s.HighAvailability with { AfterUpgrade = HighAvailabilityAfterUpgrade.AsBefore }
            });
        world.RunToSuccess();

        (world.Status.DowntimeSince, world.Status.Times!.T2).ShouldBe((null, null));
        KubernetesDuration.Parse(world.Status.Downtime!).ShouldBeGreaterThan(TimeSpan.FromMinutes(2));
    }

    [Fact]
    public void Running_step_expects_what_its_kind_took_before()
    {
        var world = new OmsWorld(new WorldSetup { JarTakes = TimeSpan.FromMinutes(7) }).Apply();
        world.RunUntil(() => Running(world, "CorrectMetadata/oms-a/jar") is not null, "the first JAR");
        Running(world, "CorrectMetadata/oms-a/jar")!.ExpectedAt.ShouldBeNull("no JAR has run");
        world.RunUntil(() => Running(world, "CorrectMetadata/oms-b/jar") is not null, "the second JAR");

        var second = Running(world, "CorrectMetadata/oms-b/jar")!;
        var took = world.Step("CorrectMetadata/oms-a/jar").FinishedAt - world.Step(
            "CorrectMetadata/oms-a/jar").StartedAt;
        second.ExpectedAt.ShouldBe(second.Since + took);
        second.ExpectedFrom.ShouldBeWorded();
    }

    [Fact]
    public void Wait_before_initialisation_expects_what_the_version_data_asks_for()
    {
        var world = new OmsWorld(new WorldSetup
        {
            Community = true,
            FromVersion = "4.2.9",
            ToVersion = "4.2.11",
            Nodes = 1,
            NeedsJar = false,
            RealJson = false
        }).Apply();
        world.RunUntil(() => Running(world, "InitMetadata/oms-a/wait") is not null, "the wait");

        var wait = Running(world, "InitMetadata/oms-a/wait")!;
        wait.ExpectedAt.ShouldBe(wait.Since + TimeSpan.FromMinutes(5));
        wait.ExpectedFrom.ShouldBeWorded();
    }

    [Fact]
    public void Long_step_causes_no_write_while_it_runs()
    {
        var world = new OmsWorld(new WorldSetup { InitTakes = TimeSpan.FromMinutes(40) }).Apply(
            s => s with { Timeouts = s.Timeouts with { InitMetadata = "3h" } });
        world.RunUntil(() => Running(world, "InitMetadata/oms-a") is not null, "docker_init.sh");
        world.RunFor(TimeSpan.FromMinutes(1));
        var writes = world.StatusWrites.Count;
        world.RunFor(TimeSpan.FromMinutes(30));

        world.StatusWrites.Count.ShouldBe(writes);
    }

    [Fact]
    public void Rollback_cost_follows_the_state()
    {
        var world = new OmsWorld().Apply(
            s => s with { HoldBefore = ["PrepareImage", "StopOld", "Backup", "CorrectMetadata"] });
        Costs(world, "PrepareImage", "Nothing: nothing was changed.");
        Costs(world, "StopOld", "No data and no downtime");
        Costs(world, "Backup", "No data: the old containers are started again");
        Costs(world, "CorrectMetadata", "Only what the new version wrote");
        world.Status.Rollback?.Cost.ShouldBeWorded(world.Status.SnapshotRef!.Name);
        world.RunToSuccess();
        world.Status.Rollback?.Cost.ShouldBeWorded();

        world.EditSpec(s => s with { DesiredState = DesiredState.RolledBack });
        world.RunUntil(() => world.Is("Held"), "held");
        world.Annotate(Annotations.Approve, world.BackWord("RollBack"));
        world.RunToRolledBack();
        world.Status.Rollback.ShouldBeNull();
        world.Rules.Broken.ShouldBeEmpty();
    }

    [Fact]
    public void Next_action_is_the_command_that_continues()
    {
        var world = new OmsWorld(new WorldSetup { Init = static (_, _) => (1, "nothing\n") }).Apply(
            s => s with { Approval = ApprovalPolicy.Manual });
        world.RunUntil(() => world.Status.Phase == "Planned", "planned");
        Next(world).ShouldBeWorded(world.PlanWord);

        world.EditSpec(s => s with { Approval = ApprovalPolicy.Automatic, HoldBefore = ["StopOld"] });
        world.RunUntil(() => world.Status.Holds is [{ Name: "StopOld" }], "held");
        Next(world).ShouldBeWorded(world.WordFor("StopOld"));

        world.EditSpec(s => s with { Paused = true, HoldBefore = [] });
        world.RunUntil(() => world.ReasonOf("Reconciling") == "Paused", "paused");
        Next(world).ShouldBeWorded();

        world.EditSpec(s => s with { Paused = false });
        world.Retry();
        world.RunUntil(() => world.Is("Failed"), "failed");
        Next(world).ShouldBeWorded(world.RetryWord);
        world.RetryWord.ShouldNotBe(world.Upgrade.Metadata.Annotation(Annotations.Retry), "that was used");

        world.Delete();
        world.RunFor(TimeSpan.FromMinutes(1));
        Next(world).ShouldContain("drydock.dev/on-delete=Abandon");
        world.Rules.Broken.ShouldBeEmpty();
    }

    [Fact]
    public void Findings_are_what_is_to_be_corrected_next()
    {
        var world = new OmsWorld();
        world.Old("oms-b").Name = "oms_other";
        world.Apply();
        world.RunToStall();

        Next(world).ShouldBe("Correct what status.findings lists; preflight is repeated automatically.");
        var found = world.Status.Findings.ShouldHaveSingleItem();
        found.Message.ShouldBeWorded();
        world.Rules.Broken.ShouldBeEmpty();
    }

    private static string Next(OmsWorld world) => world.Status.NextAction.ShouldNotBeNull();

    private static void Costs(OmsWorld world, string phase, string cost)
    {
        world.RunUntil(
            () => world.Is("Held")
                && world.Status.Message!.Contains($": approve {phase}", StringComparison.Ordinal),
            phase);
        world.Status.Rollback?.Cost.ShouldNotBeNull().ShouldStartWith(cost);
        world.Annotate(Annotations.Approve, string.Join(
            ',', world.Status.Approvals.Select(a => a.Word).Append(world.WordFor(phase))));
    }

    private static ActiveStep? Running(OmsWorld world, string id) => world.Status.Active.Find(r => r.Id == id);
}
