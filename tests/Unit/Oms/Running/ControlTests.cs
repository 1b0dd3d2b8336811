namespace Drydock.Tests.Unit.Oms;

/// <summary>paused, holdBefore and the approve annotation.</summary>
public sealed class ControlTests
{
    [Fact]
    public void Plan_hash_changes_only_with_the_planned_work()
    {
        var world = new OmsWorld();
        var first = Planned(world, "first");
        world.RunFor(TimeSpan.FromHours(1));
        world.Metadata.DatabaseBytes *= 2;
        world.Metadata.Projects.Clear();
        world.Hosts[0].FreeBytes /= 2;
        Planned(world, "second").Hash.ShouldBe(first.Hash);

        world.Metadata.HaConfig = """{"enable":true}""";
        var third = Planned(world, "third");
        third.Hash.ShouldNotBe(first.Hash);
        Planned(world, "fourth", s => s with { NewContainer = "another" }).Hash.ShouldNotBe(third.Hash);
        Planned(world, "fifth", s =>
            s with { Timeouts = s.Timeouts with { Backup = "8h" }, Paused = true, HoldBefore = ["Backup"] }).Hash
            .ShouldBe(third.Hash);
    }

    [Fact]
    public void Unknown_hold_is_named_in_the_plan_notes()
    {
        var world = new OmsWorld().Apply(s => s with
        {
            Approval = ApprovalPolicy.Manual,
            HoldBefore =
            [
                "StopOId", "StopOld", "InitMetadata/oms-a", "PointOfNoReturn", "RestoreDatabases",
                "StartOld/oms-a/start"
            ]
        });
        world.RunUntil(() => world.HasPlan, "plan ready");
        world.Plan.Notes.Where(n => n.Contains("holdBefore", StringComparison.Ordinal)).ShouldHaveSingleItem()
            .ShouldContain("'StopOId'");
    }

    [Fact]
    public void Paused_upgrade_finishes_running_step_and_starts_no_other()
    {
        var world = new OmsWorld().Apply();
        world.RunUntil(() => world.Count("jar") == 1, "the first JAR");
        world.EditSpec(s => s with { Paused = true });
        world.RunUntil(() => world.ReasonOf("Reconciling") == "Paused", "paused");

        world.Step("CorrectMetadata/oms-a/jar").State.ShouldBe(StepState.Succeeded);
        (world.Is("Reconciling"), world.Is("Stalled"), world.Is("Ready")).ShouldBe((true, false, false));
        var done = world.Done.Count;
        world.RunFor(TimeSpan.FromDays(1));
        world.Restart();
        world.RunFor(TimeSpan.FromDays(1));
        world.Done.Count.ShouldBe(done);

        world.EditSpec(s => s with { Paused = false });
        world.RunToSuccess();
        world.Rules.Broken.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("StopOld", "stop")]
    [InlineData("Backup/snapshot", "snapshot")]
    [InlineData("PointOfNoReturn", "jar")]
    [InlineData("EnableHA/ha-config", "ha on")]
    public void Hold_waits_for_approval_with_hash_of_this_plan(string hold, string before)
    {
        var world = new OmsWorld().Apply(s => s with { HoldBefore = [hold] });
        world.RunUntil(() => world.Is("Held"), "held");

        (world.ReasonOf("Held"), world.Is("Reconciling"), world.Is("Stalled")).ShouldBe(("Held", true, false));
        var approval = world.WordFor(hold);
        world.Status.NextAction.ShouldNotBeNull().ShouldContain(approval);
        world.Annotate(Annotations.Approve, $"{hold}@00000000.1");
        world.RunFor(TimeSpan.FromDays(1));
        world.Restart();
        world.RunFor(TimeSpan.FromHours(1));
        world.Count(before).ShouldBe(0);
        world.Is("Held").ShouldBeTrue();
        world.Status.Approvals.Select(a => (a.Parsed?.What ?? a.Word, a.Accepted)).ShouldBe([(hold, false)]);
        world.Events.All.Where(e => e.Reason == "ApprovalIgnored").ShouldHaveSingleItem().Message.ShouldContain(hold);

        world.Annotate(Annotations.Approve, approval);
        world.RunToSuccess();
        world.Rules.Broken.ShouldBeEmpty();
        world.Status.Approvals.ShouldContain(a => a.Parsed!.What == hold && a.Accepted);
    }

    [Fact]
    public void Hold_before_phase_that_the_plan_lacks_stands_before_the_next_one()
    {
        var world = new OmsWorld(new WorldSetup { RealJson = false, HaConfig = """{"enable":false}""" }).Apply(
            s => s with { HoldBefore = ["DisableHA"] });
        world.RunUntil(() => world.Is("Held"), "held");

        world.Plan.Steps.ShouldNotContain(s => s.Phase == "DisableHA");
        var hold = world.Status.Holds.ShouldHaveSingleItem();
        world.Plan.Notes.ShouldContain(
            $"spec.holdBefore: this plan has no phase DisableHA, so it is held before {hold.Name}.");
        world.Status.Message.ShouldBeWorded();
        world.Count("stop").ShouldBe(0);

        world.Annotate(Annotations.Approve, hold.Approval);
        world.RunToSuccess();
        world.Rules.Broken.ShouldBeEmpty();
    }

    [Fact]
    public void Hold_removed_from_spec_lets_upgrade_continue()
    {
        var world = new OmsWorld().Apply(s => s with { HoldBefore = ["InitMetadata"] });
        world.RunUntil(() => world.Is("Held"), "held");
        world.Count("jar").ShouldBe(2);
        world.Count("init").ShouldBe(0);

        world.EditSpec(s => s with { HoldBefore = [] });
        world.RunToSuccess();
    }

    [Fact]
    public void Nothing_is_started_while_an_identity_field_differs_from_the_plan()
    {
        var world = new OmsWorld().Apply();
        world.RunUntil(() => world.Count("snapshot") == 1, "backup");
        var former = world.Upgrade.Spec;
        world.EditSpec(s => s with { NewContainer = "another", Image = "registry.example/oms:other" });
        world.RunUntil(() => world.ReasonOf("Stalled") == Reasons.SpecChangeIgnored, "it is said");
        world.Status.Message.ShouldBeWorded(former.Image, former.NewContainer);
        world.Status.ObservedGeneration.ShouldBe(world.Upgrade.Metadata.Generation);
        var done = world.Done.Count;
        world.RunFor(TimeSpan.FromHours(1));
        world.Done.Skip(done).Where(a => a.By != 0 && a.What is "start" or "stop" or "jar" or "init").ShouldBeEmpty();

        world.EditSpec(_ => former);
        world.RunToSuccess();
        world.Rules.Broken.ShouldBeEmpty();
        world.New("oms-a")!.IsRunning.ShouldBeTrue();
    }

    [Fact]
    public void Plan_hash_ignores_titles_and_timeouts()
    {
        var plan = Planned(new OmsWorld(), "first");
        var told = plan.Steps.ConvertAll(s => s with { Title = "another title", Timeout = "9h" });

        (plan with { Steps = told }).Hash.ShouldBe(plan.Hash);
    }

    private static Plan Planned(
        OmsWorld world,
        string name,
        Func<Drydock.Crds.OmsUpgrades.OmsUpgradeSpec, Drydock.Crds.OmsUpgrades.OmsUpgradeSpec>? change = null)
    {
        world.Apply(s => (change is null ? s : change(s)) with { Approval = ApprovalPolicy.Manual }, name);
        world.RunUntil(
            () => world.Api.Find<Drydock.Crds.OmsUpgrades.OmsUpgrade>(
                OmsWorld.Namespace, name)?.Status?.Phase == "Planned",
            "planned");
        return world.Api.Find<Drydock.Crds.OmsUpgrades.OmsUpgrade>(OmsWorld.Namespace, name)!.Status!.Plan!.Plan;
    }
}
