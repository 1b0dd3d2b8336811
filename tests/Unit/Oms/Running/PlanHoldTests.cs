namespace Drydock.Tests.Unit.Oms;

/// <summary>The first hold of every run is its plan, the second one the first change of the system.</summary>
public sealed class PlanHoldTests
{
    [Fact]
    public void Manifest_without_an_approval_changes_nothing_and_claims_nothing()
    {
        default(ApprovalPolicy).ShouldBe(ApprovalPolicy.Manual);
        var world = Shown();
        (world.Status.Phase, world.ReasonOf("Ready"), world.ReasonOf("Held"), world.Is("Ready"))
            .ShouldBe(("Planned", Reasons.PlanReady, Reasons.PlanReady, false));
        var hold = world.Status.Holds.ShouldHaveSingleItem();
        (hold.Name, hold.Approval).ShouldBe(("Plan", world.PlanWord));
        world.Status.Message.ShouldBeWorded();
        world.Status.NextAction.ShouldBeWorded(world.PlanWord);
        world.Restart();
        world.RunFor(TimeSpan.FromHours(2));

        (world.Done.Count, world.Api.All<V1Lease>().Count, world.Upgrade.Metadata.Finalizers?.Count ?? 0)
            .ShouldBe((0, 0, 0));
        world.Status.Holds.ShouldHaveSingleItem().ShouldBe(hold, "a look leaves the hold as it is");
        world.Events.All.Count(e => e.Reason == Reasons.PlanReady).ShouldBe(2, "a plan, and that it waits");
    }

    [Fact]
    public void Plan_that_waits_is_looked_at_every_ten_minutes()
    {
        var world = Shown();
        world.RunFor(TimeSpan.FromHours(1));
        var seen = world.StatusWrites.Select(u => u.Status!.System?.SeenAt).OfType<DateTimeOffset>()
            .Distinct().ToList();
        seen.Count.ShouldBeInRange(6, 8);
        world.StatusWrites.Where(u => u.Status!.Plan is not null).ShouldAllBe(u => u.Status!.Holds.Count == 1);
    }

    [Fact]
    public void Secret_that_changes_is_followed_by_a_look_at_once()
    {
        var world = Shown();
        world.RunFor(TimeSpan.FromMinutes(1));
        var compiled = world.Plan.CompiledAt;
        SecretTouch.Rotated.Apply(world.Api, "while the plan waits");
        world.RunFor(TimeSpan.FromMinutes(1));
        world.Plan.CompiledAt.ShouldNotBe(compiled);
    }

    // The annotation raises no generation.
    [Fact]
    public void Rollback_that_is_asked_for_while_the_plan_waits_ends_at_once()
    {
        var world = Shown();
        world.RunFor(TimeSpan.FromMinutes(1));
        world.Annotate(Annotations.Rollback, "1");
        world.RunFor(TimeSpan.FromMinutes(1));
        (world.Status.Phase, world.Done.Count).ShouldBe((RunPhases.RolledBack, 0));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Approval_starts_the_plan_after_another_look(bool bySpec)
    {
        var world = Shown();
        world.RunFor(TimeSpan.FromHours(3));
        var (hash, word, before) = (world.Plan.Hash, world.PlanWord, world.Time.GetUtcNow());
        Approve(world, word, bySpec);
        world.RunUntil(() => world.Done.Count > 0, "begun");

        (world.Plan.Hash, world.PlanWord).ShouldBe((hash, word));
        world.Plan.CompiledAt.ShouldNotBeNull().ShouldBeGreaterThanOrEqualTo(before);
        (world.Time.GetUtcNow() - before).ShouldBeLessThan(TimeSpan.FromMinutes(1));
        world.RunToSuccess();
        world.Rules.Broken.ShouldBeEmpty();
    }

    [Fact]
    public void Approval_for_a_plan_that_changed_starts_nothing_and_the_new_one_says_why()
    {
        var world = Shown();
        var (hash, word) = (world.Plan.Hash, world.PlanWord);
        world.Metadata.HaConfig = """{"enable":true,"more":1}""";
        world.Annotate(Annotations.Approve, word);
        world.RunUntil(() => world.Plan.Hash != hash && world.Is("Held"), "another plan");

        world.Plan.Plan.Why.ShouldNotBeNull().ShouldContain("DisableHA/ha-config");
        world.Status.Message.ShouldBeWorded();
        world.RunFor(TimeSpan.FromHours(1));
        world.Done.ShouldBeEmpty();
        world.Plan.Plan.Why.ShouldNotBeNull("also after another look that finds the same");
        world.Annotate(Annotations.Approve, world.PlanWord);
        world.RunToSuccess();
    }

    [Fact]
    public void Plan_that_changes_while_it_waits_is_found_by_the_next_look()
    {
        var world = Shown();
        var word = world.PlanWord;
        var host = world["oms-b"];
        host.Write("/data/oms/config.yaml", world.Setup.Config(world, host) + "nginx_server_port: 8091\n");
        world.RunUntil(() => world.PlanWord != word, "another plan", TimeSpan.FromMinutes(11));
        world.Status.Message.ShouldBeWorded();
        world.Annotate(Annotations.Approve, word);
        world.RunUntil(() => world.Status.Approvals.Count > 0, "seen");
        (world.Status.Approvals[0].Accepted, world.Done.Count).ShouldBe((false, 0));
    }

    [Fact]
    public void Approval_given_ahead_counts_once_the_plan_is_there()
    {
        var shown = Shown();
        var world = new OmsWorld().Apply(s => s with
        {
            Approval = ApprovalPolicy.Manual,
            Approvals = [shown.PlanWord]
        });
        world.RunToSuccess();
        world.Status.Approvals.ShouldHaveSingleItem().Accepted.ShouldBeTrue();
    }

    [Fact]
    public void Approved_plan_whose_look_finds_something_waits_and_needs_no_second_approval()
    {
        var world = Shown();
        world["oms-b"].Cut(off: true);
        world.Annotate(Annotations.Approve, world.PlanWord);
        world.RunToStall();
        world.Done.ShouldBeEmpty();
        world["oms-b"].Cut(off: false);
        world.RunToSuccess();
    }

    [Fact]
    public void Process_that_dies_between_approval_and_claim_starts_the_plan_once()
    {
        var world = Shown();
        world.Annotate(Annotations.Approve, world.PlanWord);
        world.RunUntil(() => world.Status.Approvals.Count > 0, "recorded");
        world.Restart();
        world.RunToSuccess();
        world.Rules.Broken.ShouldBeEmpty();
    }

    [Fact]
    public void Abort_at_the_plan_stops_the_run_until_a_retry_that_shows_a_plan_again()
    {
        var world = Shown();
        var word = world.PlanWord;
        world.Annotate(Annotations.Abort, "1");
        world.RunToStall();
        world.ReasonOf("Failed").ShouldBe(Reasons.Aborted);
        world.Annotate(Annotations.Approve, word);
        world.RunFor(TimeSpan.FromHours(1));
        world.Done.ShouldBeEmpty();
        world.Retry();
        world.RunUntil(() => world.Is("Held"), "shown again");
        (world.PlanWord == word, world.Done.Count).ShouldBe((false, 0));
    }

    [Theory]
    [InlineData(true, "DisableHA")]
    [InlineData(false, "StopOld")]
    public void Second_hold_lies_before_the_first_change_of_the_system(bool hasHa, string phase)
    {
        var world = new OmsWorld(new WorldSetup { HaConfig = hasHa ? WorldSetup.PartialHa : """{"enable":false}""" })
            .Apply(s => s with { HoldBefore = null });
        world.RunUntil(() => world.Is("Held"), "held");
        world.Status.Holds.ShouldHaveSingleItem().Name.ShouldBe(phase);
        world.Done.ShouldAllBe(a => a.What == "load" || a.What == "create" || a.What == "test");
        world.Status.System!.State.ShouldBe(SystemState.Up);
        world.Annotate(Annotations.Approve, world.Status.Holds[0].Approval);
        world.RunToSuccess();
    }

    [Theory]
    [InlineData("abort")]
    [InlineData("delete")]
    public void Undo_is_not_held_by_the_default_hold(string way)
    {
        var world = new OmsWorld().Apply(s => s with { HoldBefore = null });
        world.RunUntil(() => world.Status.Holds is [{ Name: "DisableHA" }], "held");
        if (way == "abort")
        {
            world.Annotate(Annotations.Abort, "1");
            world.RunUntil(() => world.Is("RolledBack"), "undone", TimeSpan.FromMinutes(30));
        }
        else
        {
            world.Delete();
            world.RunUntil(() => world.IsGone(), "gone", TimeSpan.FromMinutes(30));
        }
    }

    [Fact]
    public void Rollback_is_not_held_by_the_default_hold_but_after_success()
    {
        var failing = new OmsWorld(new WorldSetup { RealJson = false, Jar = RollbackTests.FailingJar })
            .Apply(s => s with { HoldBefore = null, RollbackPolicy = RollbackPolicy.OnFailure });
        failing.RunUntil(() => failing.Is("Held"), "held");
        failing.Annotate(Annotations.Approve, failing.Status.Holds[0].Approval);
        failing.RunToRolledBack();

        var world = RollbackTests.Golden();
        world.EditSpec(s => s with { HoldBefore = null, DesiredState = DesiredState.RolledBack });
        world.RunUntil(() => world.Is("Held"), "held");
        world.Annotate(Annotations.Approve, world.BackWord("RollBack"));
        world.RunToRolledBack();
    }

    [Fact]
    public void Approved_plan_that_waits_for_its_target_needs_no_second_approval()
    {
        var world = Shown();
        var word = world.PlanWord;
        world.Apply(s => s with { NewContainer = "other", HoldBefore = ["StopOld"] }, "zwei");
        world.RunUntil(() => world.Api.All<V1Lease>().Count > 0, "the other has the target");
        world.Annotate(Annotations.Approve, word);
        world.RunUntil(() => world.ReasonOf("Reconciling") == Reasons.TargetBusy, "busy");
        world.PlanWord.ShouldBe(word);
        world.Delete("zwei");
        world.RunToSuccess();
        world.PlanWord.ShouldBe(word);
    }

    [Fact]
    public void Hold_of_the_annotation_comes_beside_the_default_one()
    {
        var world = new OmsWorld().Apply(s => s with { HoldBefore = null });
        world.Annotate(Annotations.Hold, "StopOld");
        world.RunUntil(() => world.Is("Held"), "held");
        world.Status.Holds.ShouldHaveSingleItem().Name.ShouldBe("DisableHA");
        world.Annotate(Annotations.Approve, world.Status.Holds[0].Approval);
        world.RunUntil(() => world.Is("Held") && world.Status.Holds[0].Name == "StopOld", "held again");
    }

    // The rows of "What they do together" in docs/explanation/how-it-works.md.
    [Theory]
    [InlineData(false, true, false, "Plan, DisableHA")]
    [InlineData(false, false, false, "Plan")]
    [InlineData(true, true, false, "DisableHA")]
    [InlineData(true, false, false, "")]
    [InlineData(false, true, true, "Plan, window, DisableHA")]
    [InlineData(false, false, true, "Plan, window")]
    [InlineData(true, true, true, "window, DisableHA")]
    [InlineData(true, false, true, "window")]
    public void Run_waits_where_approval_holds_and_window_say(
        bool automatic, bool holds, bool window, string expected)
    {
        var world = new OmsWorld().Apply(s => s with
        {
            Approval = automatic ? ApprovalPolicy.Automatic : ApprovalPolicy.Manual,
            HoldBefore = holds ? null : [],
            Window = window ? new MaintenanceWindow { Start = "03:00", End = "05:00", TimeZone = "UTC" } : null,
        });
        var waits = new List<string>();
        world.RunUntil(
            () =>
            {
                var hold = world.Status.Holds.FirstOrDefault();
                var wait = hold?.Name ?? (world.ReasonOf("Reconciling") == Reasons.OutsideWindow ? "window" : null);
                if (wait is not null && wait != waits.LastOrDefault())
                {
                    waits.Add(wait);
                    if (hold is not null)
                    {
                        world.Annotate(Annotations.Approve, hold.Approval);
                    }
                }

                return world.IsOver;
            },
            "over",
            TimeSpan.FromDays(1));
        string.Join(", ", waits).ShouldBe(expected);
        world.Is("Succeeded").ShouldBeTrue();
    }

    [Fact]
    public void Phase_that_is_approved_after_the_window_waits_for_the_next_one()
    {
        var world = new OmsWorld().Apply(s => s with
        {
            HoldBefore = null,
            Window = new MaintenanceWindow { Start = "03:00", End = "05:00", TimeZone = "UTC" },
        });
        world.RunUntil(() => world.Is("Held"), "held");
        world.RunUntil(() => world.Time.GetUtcNow().TimeOfDay.Hours == 6, "after the window", TimeSpan.FromHours(5));
        var before = world.Done.Count;
        world.Annotate(Annotations.Approve, world.Status.Holds[0].Approval);
        world.RunUntil(() => world.ReasonOf("Reconciling") == Reasons.OutsideWindow, "outside");
        world.RunUntil(() => world.Done.Count > before, "begun", TimeSpan.FromDays(1));
        world.Time.GetUtcNow().TimeOfDay.Hours.ShouldBe(3);
    }

    private static OmsWorld Shown()
    {
        var world = new OmsWorld().Apply(s => s with { Approval = ApprovalPolicy.Manual });
        world.RunUntil(() => world.Is("Held"), "the plan waits");
        return world;
    }

    private static void Approve(OmsWorld world, string word, bool bySpec)
    {
        if (bySpec)
        {
            world.EditSpec(s => s with { Approvals = [word] });
        }
        else
        {
            world.Annotate(Annotations.Approve, word);
        }
    }
}
