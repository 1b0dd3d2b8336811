using Drydock.Crds.Common;
using Drydock.Reconcilers.Upgrades;
using Shouldly;
using Xunit;

namespace Drydock.Tests.Unit.Upgrades;

/// <summary>The frame with a kind that brings only what every kind must.</summary>
public sealed class RunFrameTests
{
    private static readonly string[] Whole = ["Prepare/box", "Swap/one", "Swap/two", "Seal/box"];

    [Fact]
    public void A_kind_without_extras_goes_to_its_end_and_stays_there()
    {
        var world = new ToyRunWorld().Apply();
        world.RunUntil(() => world.IsOver, "Succeeded");
        world.Truth.Acts.ShouldBe(Whole);
        world.Status.Message.ShouldBe("all 5 steps succeeded, new is one and two; 1 entries in status.actionRequired are for a person");
        (world.Status.Phase, world.Status.Learned, world.Status.Target?.Identity, world.Status.Target?.Description).ShouldBe(("Succeeded", "2 parts", "the toy box", "a box of toys"));
        world.Status.Conditions.Select(c => c.Type).ShouldBe(
            ["Ready", "Reconciling", "Stalled", "Planned", "Held", "Succeeded", "Failed", "RolledBack", "PreflightPassed", "Prepared", "Swapped", "Toyish"]);
        world.Truth.Disposed.ShouldBe(world.Truth.Bound, "no connection is left");

        var requests = world.Api.Log.Count;
        world.Restart();
        world.RunFor(TimeSpan.FromDays(1));
        world.Api.Log.Skip(requests).ShouldAllBe(r => r.StartsWith("get toyruns", StringComparison.Ordinal), "only the test itself reads");
    }

    [Fact]
    public void Preflight_says_what_it_looks_at_and_lists_what_it_finds_without_secrets()
    {
        var world = new ToyRunWorld();
        world.Truth.Findings.Add(new Finding { Reason = "Loose", Message = "a part is loose: hunter2" });
        world.Apply();
        world.RunUntil(() => world.Status.Phase == "Preflight", "looking");
        world.Status.Message.ShouldBe("looking at parts; nothing is changed");
        world.RunUntil(() => world.Is("Stalled"), "Stalled");
        world.Status.Findings.Single().Message.ShouldBe("a part is loose: ***");
        world.Truth.Findings.Clear();
        world.RunUntil(() => world.IsOver, "it looks again by itself");
    }

    [Fact]
    public void A_step_that_waits_for_others_is_held_with_the_reason_of_the_kind()
    {
        var world = new ToyRunWorld { Truth = { OthersReady = false } }.Apply();
        world.RunUntil(() => world.Is("Held"), "Held");
        (world.ReasonOf("Reconciling"), world.Status.Step).ShouldBe((Reasons.AwaitingManualChange, "Await/others"));
        world.Truth.OthersReady = true;
        world.RunUntil(() => world.IsOver, "it goes on by itself");
    }

    [Fact]
    public void A_way_back_that_can_never_be_is_refused_and_the_run_goes_on_once_it_is_not_asked_for_any_more()
    {
        var world = new ToyRunWorld { Truth = { OthersReady = false, CanRollBack = false } }.Apply();
        world.RunUntil(() => world.Is("Held"), "it waits for the others");
        world.Edit(s => s with { DesiredState = DesiredState.RolledBack });
        world.RunUntil(() => world.Is("Stalled"), "Stalled");
        world.ReasonOf("Stalled").ShouldBe(Reasons.RollbackUnavailable);
        world.Status.Message.ShouldBe("there is no way back: new parts never fit old ones. Nothing is started; set spec.desiredState: Upgraded to leave it");
        world.Status.RollbackPlan.ShouldBeNull();

        world.Truth.OthersReady = true;
        world.RunFor(TimeSpan.FromMinutes(5));
        world.Truth.Acts.ShouldNotContain("Seal/box", "nothing is started");
        world.Events.All.Count(e => e.Reason == Reasons.RollbackUnavailable).ShouldBe(1, "it is said once");
        world.Edit(s => s with { DesiredState = DesiredState.Upgraded });
        world.RunUntil(() => world.IsOver, "it goes on");
        world.Truth.Acts.ShouldBe(Whole);
    }

    [Fact]
    public void After_success_a_refused_way_back_holds_nothing()
    {
        var world = new ToyRunWorld { Truth = { CanRollBack = false } }.Apply();
        world.RunUntil(() => world.IsOver, "Succeeded");
        world.Edit(s => s with { DesiredState = DesiredState.RolledBack });
        world.RunUntil(() => world.Is("Stalled"), "Stalled");
        (world.ReasonOf("Stalled"), world.Is("Succeeded"), world.Is("Ready"), world.Claims).ShouldBe((Reasons.RollbackUnavailable, true, false, 0));
        world.Edit(s => s with { DesiredState = DesiredState.Upgraded });
        world.RunUntil(() => world.IsOver, "Succeeded again");
        world.Truth.Acts.ShouldBe(Whole);
    }

    [Fact]
    public void OnFailure_leaves_a_failure_where_it_is_if_there_is_no_way_back_and_says_so()
    {
        var world = new ToyRunWorld { Truth = { CanRollBack = false } };
        world.Truth.Refusing.Add("Swap/two");
        world.Apply(s => s with { RollbackPolicy = RollbackPolicy.OnFailure });
        world.RunUntil(() => world.Is("Failed"), "Failed");
        world.Status.Message.ShouldNotBeNull().ShouldContain("spec.rollbackPolicy: OnFailure does nothing here, because there is no way back: new parts never fit old ones");
        world.Truth.Refusing.Clear();
        world.Annotate(Annotations.Retry, "again");
        world.RunUntil(() => world.IsOver, "a retry goes on");
        world.Truth.Acts.ShouldBe(Whole);
    }

    [Fact]
    public void OnFailure_takes_the_way_back_if_there_is_one()
    {
        var world = new ToyRunWorld();
        world.Truth.Refusing.Add("Swap/two");
        world.Apply(s => s with { RollbackPolicy = RollbackPolicy.OnFailure });
        world.RunUntil(() => world.Is("RolledBack"), "RolledBack");
        (world.ReasonOf("Stalled"), world.Claims).ShouldBe((Reasons.RolledBackAfterFailure, 0));
        world.Truth.Done.ShouldNotContain("Swap/one");
        (world.Is("Swapped"), world.ReasonOf("Swapped"), world.Is("SwappedBack")).ShouldBe((false, Reasons.RollingBack, true));

        world.Truth.Refusing.Clear();
        world.Truth.Done.Clear();
        world.Annotate(Annotations.Retry, "again");
        world.RunUntil(() => world.IsOver, "another attempt");
        world.Status.Attempts.Count.ShouldBe(1);
    }

    [Fact]
    public void An_abort_before_the_first_swap_undoes_and_is_told_in_the_words_of_the_kind()
    {
        var world = new ToyRunWorld().Apply(s => s with { HoldBefore = [ToyRunKind.Swap] });
        world.RunUntil(() => world.Is("Held"), "Held");
        world.Annotate(Annotations.Abort, "stop");
        world.RunUntil(() => world.Is("Failed"), "Failed");
        world.Status.Message.ShouldNotBeNull().ShouldStartWith("aborted by drydock.dev/abort=stop before a part was swapped; what was changed is undone");
        world.Truth.Acts.ShouldBe(["Prepare/box", "Undo/box"]);
    }

    [Fact]
    public void An_abort_after_it_stays_and_promises_no_way_back_that_is_not()
    {
        var world = new ToyRunWorld { Truth = { CanRollBack = false } }.Apply(s => s with { HoldBefore = ["Swap/two"] });
        world.RunUntil(() => world.Is("Held"), "Held");
        world.Annotate(Annotations.Abort, "stop");
        world.RunUntil(() => world.Is("Failed"), "Failed");
        world.Status.Message.ShouldNotBeNull().ShouldEndWith("It goes on with a new spec.retry or drydock.dev/retry=<token>; there is no way back: new parts never fit old ones");
        world.Edit(s => s with { HoldBefore = [] });
        world.Annotate(Annotations.Retry, "on");
        world.RunUntil(() => world.IsOver, "Succeeded");
        world.Truth.Acts.ShouldBe(Whole);
    }

    [Fact]
    public void A_deletion_before_the_first_swap_undoes_and_lets_go()
    {
        var world = new ToyRunWorld().Apply(s => s with { HoldBefore = [ToyRunKind.Swap] });
        world.RunUntil(() => world.Is("Held"), "Held");
        world.Delete();
        world.RunUntil(() => world.Found is null, "gone");
        world.Truth.Acts.ShouldBe(["Prepare/box", "Undo/box"]);
        world.Claims.ShouldBe(0);
    }

    [Fact]
    public void A_deletion_after_it_waits_and_abandon_says_what_is_left()
    {
        var world = new ToyRunWorld().Apply(s => s with { HoldBefore = [ToyRunKind.Seal] });
        world.RunUntil(() => world.Is("Held"), "Held");
        world.Delete();
        world.RunUntil(() => world.ReasonOf("Reconciling") == Reasons.DeletionWaits, "DeletionWaits");
        world.Status.Message.ShouldNotBeNull().ShouldStartWith("deletion waits: parts were swapped, so the plan goes on to its end first");
        world.Annotate(Annotations.OnDelete, Annotations.Abandon);
        world.RunUntil(() => world.Found is null, "gone");
        const string Left = "abandoned: 4 of 5 steps were done, the last Await/others; open: none. Parts are as these steps left them";
        world.Events.All.ShouldContain(e => e.IsWarning && e.Reason == Reasons.Abandoned && e.Message == Left);
        world.Logs.Lines.ShouldContain(l => l.Contains($"ToyRun toys/up {Left}", StringComparison.Ordinal));
        world.Claims.ShouldBe(0);
    }

    [Fact]
    public void A_process_that_takes_over_starts_nothing_before_its_trouble_is_over()
    {
        var world = new ToyRunWorld().Apply(s => s with { HoldBefore = ["Swap/two"] });
        world.RunUntil(() => world.Is("Held"), "Held");
        world.Truth.Blocker = new Blocker(Reasons.StorageLost, "the box is another one");
        world.Restart();
        world.Edit(s => s with { HoldBefore = [] });
        world.RunUntil(() => world.Is("Stalled"), "Stalled");
        (world.ReasonOf("Stalled"), world.Status.Message).ShouldBe((Reasons.StorageLost, "the box is another one"));
        world.Truth.Blocker = null;
        world.RunUntil(() => world.IsOver, "it looks again by itself");
        world.Truth.Acts.ShouldBe(Whole);
    }

    [Fact]
    public void An_identity_field_that_changes_while_a_plan_runs_is_ignored_and_said_so()
    {
        var world = new ToyRunWorld().Apply(s => s with { HoldBefore = ["Swap/two"] });
        world.RunUntil(() => world.Is("Held"), "Held");
        world.Edit(s => s with { Parts = ["three"] });
        world.RunUntil(() => world.Status.Message!.Contains(Reasons.SpecChangeIgnored, StringComparison.Ordinal), "ignored");
        world.Edit(s => s with { Parts = ["one", "two"], HoldBefore = [] });
        world.RunUntil(() => world.IsOver, "Succeeded");
        world.Truth.Acts.ShouldBe(Whole);
    }
}
