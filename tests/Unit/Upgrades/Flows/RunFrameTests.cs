namespace Drydock.Tests.Unit.Upgrades;

/// <summary>The frame with a kind that brings only what every kind must.</summary>
public sealed class RunFrameTests
{
    private static readonly string[] Whole = ["Prepare/box", "Swap/one", "Swap/two", "Seal/box"];

    [Fact]
    public void Kind_without_optional_parts_succeeds_and_stays_inert()
    {
        var world = new ToyRunWorld().Apply();
        world.RunUntil(() => world.IsOver, "Succeeded");
        world.Truth.Acts.ShouldBe(Whole);
        world.Status.Message.ShouldBeWorded();
        (world.Status.Phase, world.Status.Learned, world.Status.Target?.Identity, world.Status.Target?.Description)
            .ShouldBe(("Succeeded", "2 parts", "the toy box", "a box of toys"));
        world.Status.Conditions.Select(c => c.Type).ShouldBe(["Ready", "Succeeded"]);
        world.Truth.Disposed.ShouldBe(world.Truth.Bound, "no connection is left");

        var requests = world.Api.Log.Count;
        world.Restart();
        world.RunFor(TimeSpan.FromDays(1));
        world.Api.Log.Skip(requests)
            .ShouldAllBe(r => r.StartsWith("get toyruns", StringComparison.Ordinal), "only the test itself reads");
    }

    [Fact]
    public void Preflight_lists_its_findings_without_secrets()
    {
        var world = new ToyRunWorld();
        world.Truth.Findings.Add(new Finding { Reason = "Loose", Message = "a part is loose: hunter2" });
        world.Apply();
        world.RunUntil(() => world.Status.Phase == "Preflight", "looking");
        world.Status.Message.ShouldNotBeNull().ShouldContain("Checking parts");
        world.RunUntil(() => world.Is("Stalled"), "Stalled");
        world.Status.Findings.Single().Message.ShouldBeWorded();
        world.Truth.Findings.Clear();
        world.RunUntil(() => world.IsOver, "it looks again by itself");
    }

    [Fact]
    public void Step_waiting_for_others_is_held_with_its_reason()
    {
        var world = new ToyRunWorld { Truth = { OthersReady = false } }.Apply();
        world.RunUntil(() => world.Is("Held"), "Held");
        (world.ReasonOf("Reconciling"), world.Status.Step).ShouldBe((Reasons.AwaitingManualChange, "Await/others"));
        world.Truth.OthersReady = true;
        world.RunUntil(() => world.IsOver, "it goes on by itself");
    }

    [Fact]
    public void Waiting_step_takes_up_a_changed_spec_at_once()
    {
        var world = new ToyRunWorld { Truth = { OthersReady = false, OpenDoor = "back" } }.Apply();
        world.RunUntil(() => world.Is("Held"), "it looks through the other door");
        world.RunFor(TimeSpan.FromMinutes(1));
        world.Edit(s => s with { Door = "back" });
        world.RunUntil(() => world.IsOver, "it looks through the open door", TimeSpan.FromSeconds(1));
        world.Truth.Acts.ShouldBe(Whole);
        world.Truth.Disposed.ShouldBe(world.Truth.Bound, "no connection is left");
    }

    [Fact]
    public void Act_under_way_is_not_interrupted_by_a_changed_spec()
    {
        var world = new ToyRunWorld();
        world.Truth.Hanging.Add("Swap/one");
        world.Apply();
        world.RunUntil(() => world.Truth.Begun.Contains("Swap/one"), "the act hangs");
        world.Edit(s => s with { Door = "back" });
        world.RunFor(TimeSpan.FromMinutes(1));
        world.Truth.Hanging.Clear();
        world.RunUntil(() => world.IsOver, "Succeeded");
        world.Truth.Acts.ShouldBe(Whole);
    }

    [Fact]
    public void Impossible_rollback_is_refused_and_the_run_continues_afterwards()
    {
        var world = new ToyRunWorld { Truth = { OthersReady = false, CanRollBack = false } }.Apply();
        world.RunUntil(() => world.Is("Held"), "it waits for the others");
        world.Edit(s => s with { DesiredState = DesiredState.RolledBack });
        world.RunUntil(() => world.Is("Stalled"), "Stalled");
        world.ReasonOf("Stalled").ShouldBe(Reasons.RollbackUnavailable);
        world.Status.Message.ShouldBeWorded();
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
    public void Rollback_of_a_step_that_cannot_be_read_waits_and_names_it()
    {
        var world = new ToyRunWorld { Truth = { Unreadable = "no action 'toy2' (Swap/one): hunter2" } }.Apply(
            s => s with { HoldBefore = ["Swap/two"] });
        world.RunUntil(() => world.Is("Held"), "Held");
        world.Edit(s => s with { DesiredState = DesiredState.RolledBack });
        world.RunUntil(() => world.ReasonOf("Stalled") == Reasons.RollbackUnavailable, "Stalled");
        world.Status.Message.ShouldBeWorded();
        world.RunFor(TimeSpan.FromHours(1));
        (world.Status.RollbackPlan, world.Truth.Acts.Count).ShouldBe((null, 2));

        world.Truth.Unreadable = null;
        world.RunUntil(() => world.Is("RolledBack"), "the version that can read it rolls back");
    }

    [Fact]
    public void Refused_rollback_after_success_keeps_no_claim()
    {
        var world = new ToyRunWorld { Truth = { CanRollBack = false } }.Apply();
        world.RunUntil(() => world.IsOver, "Succeeded");
        world.Edit(s => s with { DesiredState = DesiredState.RolledBack });
        world.RunUntil(() => world.Is("Stalled"), "Stalled");
        (world.ReasonOf("Stalled"), world.Is("Succeeded"), world.Is("Ready"), world.Claims)
            .ShouldBe((Reasons.RollbackUnavailable, true, false, 0));
        world.Edit(s => s with { DesiredState = DesiredState.Upgraded });
        world.RunUntil(() => world.IsOver, "Succeeded again");
        world.Truth.Acts.ShouldBe(Whole);
    }

    [Fact]
    public void OnFailure_keeps_and_explains_a_failure_without_possible_rollback()
    {
        var world = new ToyRunWorld { Truth = { CanRollBack = false } };
        world.Truth.Refusing.Add("Swap/two");
        world.Apply(s => s with { RollbackPolicy = RollbackPolicy.OnFailure });
        world.RunUntil(() => world.Is("Failed"), "Failed");
        world.Status.Message.ShouldBeWorded();
        world.Truth.Refusing.Clear();
        world.Retry();
        world.RunUntil(() => world.IsOver, "a retry goes on");
        world.Truth.Acts.ShouldBe(Whole);
    }

    [Fact]
    public void OnFailure_rolls_back_when_rollback_is_possible()
    {
        var world = new ToyRunWorld();
        world.Truth.Refusing.Add("Swap/two");
        world.Apply(s => s with { RollbackPolicy = RollbackPolicy.OnFailure });
        world.RunUntil(() => world.Is("RolledBack"), "RolledBack");
        (world.ReasonOf("Stalled"), world.Claims).ShouldBe((Reasons.RolledBackAfterFailure, 0));
        world.Truth.Done.ShouldNotContain("Swap/one");
        (world.IsPast(ToyRunKind.Swap), world.IsPast(ToyRunKind.Undo)).ShouldBe((false, true));

        world.Truth.Refusing.Clear();
        world.Truth.Done.Clear();
        world.Retry();
        world.RunUntil(() => world.IsOver, "another attempt");
        world.Status.Attempts.Count.ShouldBe(1);
    }

    [Fact]
    public void Abort_before_the_first_swap_undoes_all_changes()
    {
        var world = new ToyRunWorld().Apply(s => s with { HoldBefore = [ToyRunKind.Swap] });
        world.RunUntil(() => world.Is("Held"), "Held");
        world.Annotate(Annotations.Abort, "stop");
        world.RunUntil(() => world.Is("Failed"), "Failed");
        world.Status.Message.ShouldBeWorded();
        world.Truth.Acts.ShouldBe(["Prepare/box", "Undo/box"]);
    }

    [Fact]
    public void Claim_of_an_undone_attempt_ends_with_another_target()
    {
        var world = new ToyRunWorld().Apply(s => s with { HoldBefore = [ToyRunKind.Swap] });
        world.RunUntil(() => world.Is("Held"), "Held");
        world.Annotate(Annotations.Abort, "stop");
        world.RunUntil(() => world.Is("Failed"), "Failed");
        var former = world.Status.Target!.Claim;
        world.Claims.ShouldBe(1);

        world.Truth.Target = "another box";
        world.Retry();
        world.RunUntil(() => world.Is("Held"), "Held on the other target");
        (world.Claims, world.Status.Target!.Claim == former).ShouldBe((1, false));
        world.Edit(s => s with { HoldBefore = [] });
        world.RunUntil(() => world.IsOver, "Succeeded");
    }

    [Fact]
    public void Plan_that_is_only_shown_holds_no_claim_and_runs_only_as_approved()
    {
        var world = new ToyRunWorld().Apply(s => s with { HoldBefore = [ToyRunKind.Swap] });
        world.RunUntil(() => world.Is("Held"), "Held");
        world.Annotate(Annotations.Abort, "stop");
        world.RunUntil(() => world.Is("Failed"), "Failed");
        world.Edit(s => s with { Approval = ApprovalPolicy.Manual });
        world.Retry();
        world.RunUntil(() => world.Status.Phase == RunPhases.Planned, "Planned");
        (world.Claims, world.Status.Target!.Claim).ShouldBe((0, null));

        var acts = world.Truth.Acts.ToList();
        world.Annotate(Annotations.Approve, $"Plan@{new string('0', 8)}.1");
        world.RunUntil(() => world.Status.Approvals.Count > 0, "the approval of another plan is refused");
        world.Truth.Acts.ShouldBe(acts);
    }

    [Fact]
    public void Abort_after_the_first_swap_offers_no_impossible_rollback()
    {
        var world = new ToyRunWorld { Truth = { CanRollBack = false } }.Apply(
            s => s with { HoldBefore = ["Swap/two"] });
        world.RunUntil(() => world.Is("Held"), "Held");
        world.Annotate(Annotations.Abort, "stop");
        world.RunUntil(() => world.Is("Failed"), "Failed");
        world.Status.Message.ShouldBeWorded();
        world.Edit(s => s with { HoldBefore = [] });
        world.Retry();
        world.RunUntil(() => world.IsOver, "Succeeded");
        world.Truth.Acts.ShouldBe(Whole);
    }

    [Fact]
    public void Deletion_before_the_first_swap_undoes_and_removes_object()
    {
        var world = new ToyRunWorld().Apply(s => s with { HoldBefore = [ToyRunKind.Swap] });
        world.RunUntil(() => world.Is("Held"), "Held");
        world.Delete();
        world.RunUntil(() => world.Found is null, "gone");
        world.Truth.Acts.ShouldBe(["Prepare/box", "Undo/box"]);
        world.Claims.ShouldBe(0);
    }

    [Fact]
    public void Deletion_after_the_first_swap_waits_until_it_is_abandoned()
    {
        var world = new ToyRunWorld().Apply(s => s with { HoldBefore = [ToyRunKind.Seal] });
        world.RunUntil(() => world.Is("Held"), "Held");
        world.Delete();
        world.RunUntil(() => world.ReasonOf("Reconciling") == Reasons.DeletionWaits, "DeletionWaits");
        world.Status.Message.ShouldBeWorded();
        world.Annotate(Annotations.OnDelete, Annotations.Abandon);
        world.RunUntil(() => world.Found is null, "gone");
        const string Left = "4 of 5 steps were done (last: Await/others)";
        world.Events.All.ShouldContain(
            e => e.IsWarning && e.Reason == Reasons.Abandoned && e.Message.Contains(Left, StringComparison.Ordinal));
        world.Logs.Lines.ShouldContain(l => l.Contains(Left, StringComparison.Ordinal));
        world.Claims.ShouldBe(0);
    }

    [Theory]
    [InlineData(ToyRunKind.Swap)]
    [InlineData("Swap/two")]
    public void Deletion_changes_nothing_after_another_object_claimed_the_target(string hold)
    {
        var world = Claimed(hold, "ToyRun toys/other");
        var acts = world.Truth.Acts.ToList();
        world.Edit(s => s with { HoldBefore = [] });
        world.Delete();
        world.RunFor(TimeSpan.FromHours(1));
        (world.ReasonOf("Stalled"), world.Claims).ShouldBe((Reasons.TargetClaimLost, 1));
        world.Status.NextAction.ShouldNotBeNull().ShouldContain("drydock.dev/on-delete=Abandon");

        world.Truth.IdleLimit = TimeSpan.FromMinutes(1);
        world.Truth.Litter.Add("Swap/one");
        world.Annotate(Annotations.OnDelete, Annotations.Abandon);
        world.RunUntil(() => world.Found is null, "gone");
        world.Truth.Acts.ShouldBe(acts);
        world.Truth.CleanUpTries.ShouldBe(0, "what is parked there may be what the other object works with");
        world.Claims.ShouldBe(1, "the claim of the other object stays");
    }

    [Fact]
    public void Deletion_releases_a_claim_that_is_not_in_the_status_yet()
    {
        var world = new ToyRunWorld();
        world.Api.After = request =>
        {
            if (request is not { Verb: "create", Resource: "leases" })
            {
                return Task.CompletedTask;
            }

            // What asked for it runs no more.
            world.Api.After = null;
            world.Restart();
            world.Delete();
            return new TaskCompletionSource().Task;
        };
        world.Apply();
        world.RunUntil(() => world.Found is null, "gone");
        (world.Claims, world.Truth.Acts.Count).ShouldBe((0, 0));
    }

    [Fact]
    public void Deletion_of_an_unbegun_run_needs_no_claim()
    {
        var world = Claimed(ToyRunKind.Prepare, "ToyRun toys/other");
        world.Delete();
        world.RunUntil(() => world.Found is null, "gone");
        (world.Truth.Acts.Count, world.Claims).ShouldBe((0, 1));
    }

    [Fact]
    public void Claim_of_an_object_that_is_gone_is_taken_over_on_request()
    {
        var world = Claimed(ToyRunKind.Swap, "OmsUpgrade toys/former");
        world.RunUntil(() => world.ReasonOf("Stalled") == Reasons.HolderGone, "HolderGone");
        world.Status.NextAction.ShouldNotBeNull().ShouldContain(Annotations.Adopt);
        world.Edit(s => s with { HoldBefore = [] });
        world.Annotate(Annotations.Adopt, "another");
        world.RunUntil(() => world.IsOver, "Succeeded");
        world.Truth.Acts.ShouldBe(Whole);
    }

    [Fact]
    public void Blocker_found_after_takeover_prevents_further_acts_until_resolved()
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
    public void Blocker_also_stops_the_plan_that_a_deletion_waits_for()
    {
        var world = new ToyRunWorld().Apply(s => s with { HoldBefore = ["Swap/two"] });
        world.RunUntil(() => world.Is("Held"), "Held");
        world.Truth.Blocker = new Blocker(Reasons.StorageLost, "the box is another one");
        world.Restart();
        world.Edit(s => s with { HoldBefore = [] });
        world.Delete();
        world.RunUntil(() => world.ReasonOf("Stalled") == Reasons.StorageLost, "Stalled");
        world.RunFor(TimeSpan.FromMinutes(5));
        world.Truth.Acts.ShouldNotContain("Swap/two");
        world.Truth.Blocker = null;
        world.RunUntil(() => world.Found is null, "the plan finishes and the object is gone");
        world.Truth.Acts.ShouldBe(Whole);
    }

    [Fact]
    public void Blocker_is_looked_for_when_a_paused_rollback_is_cancelled()
    {
        var world = new ToyRunWorld().Apply(s => s with { HoldBefore = ["Swap/two"] });
        world.RunUntil(() => world.Is("Held"), "Held");
        world.Edit(s => s with { Paused = true, DesiredState = DesiredState.RolledBack });
        world.RunUntil(() => world.Status.RollbackPlan is not null, "the rollback is paused");
        world.Truth.Blocker = new Blocker(Reasons.StorageLost, "the box is another one");
        world.Restart();
        world.RunFor(TimeSpan.FromMinutes(1));
        world.Edit(s => s with { Paused = false, DesiredState = DesiredState.Upgraded, HoldBefore = [] });
        world.RunUntil(() => world.ReasonOf("Stalled") == Reasons.StorageLost, "Stalled");
        world.Truth.Acts.ShouldNotContain("Swap/two");
        world.Truth.Blocker = null;
        world.RunUntil(() => world.IsOver, "Succeeded");
        world.Truth.Acts.ShouldBe(Whole);
    }

    [Fact]
    public void Nothing_is_started_while_an_identity_field_differs_from_the_plan()
    {
        var world = new ToyRunWorld().Apply(s => s with { HoldBefore = ["Swap/two"] });
        world.RunUntil(() => world.Is("Held"), "Held");
        world.Edit(s => s with { Parts = ["three"], HoldBefore = [] });
        world.RunUntil(() => world.ReasonOf("Stalled") == Reasons.SpecChangeIgnored, "it waits");
        world.RunFor(TimeSpan.FromHours(1));
        world.Truth.Acts.ShouldNotContain(a => a.Contains("three", StringComparison.Ordinal));
        world.IsOver.ShouldBeFalse();
        world.Edit(s => s with { Parts = ["one", "two"], HoldBefore = [] });
        world.RunUntil(() => world.IsOver, "Succeeded");
        world.Truth.Acts.ShouldBe(Whole);
    }

    [Theory]
    [InlineData("Prepare/box")]
    [InlineData("Swap/one")]
    public void Spec_is_corrected_after_an_abort_that_undid_everything(string held)
    {
        var world = new ToyRunWorld().Apply(s => s with { HoldBefore = [held] });
        world.RunUntil(() => world.Is("Held"), "Held");
        world.Annotate(Annotations.Abort, "stop");
        world.RunUntil(
            () => world.ReasonOf("Failed") == Reasons.Aborted && world.Status.RollbackPlan is not null, "it is undone");
        RunPhases.IsIdle(world.Status.Phase).ShouldBeTrue("then the API server takes the change");
        world.Status.Message.ShouldBeWorded();
        Done().ShouldBeEmpty();

        world.Edit(s => s with { Parts = ["three"], HoldBefore = [] });
        world.RunFor(TimeSpan.FromHours(1));
        (world.ReasonOf("Stalled"), Done().Count()).ShouldBe((Reasons.Aborted, 0));
        world.Restart();
        world.RunFor(TimeSpan.FromHours(1));
        world.Retry();
        world.RunUntil(() => world.IsOver, "Succeeded");
        Done().ShouldBe(["Prepare/box", "Swap/three", "Seal/box"], ignoreOrder: true);

        IEnumerable<string> Done() => world.Truth.Done.Where(id => !id.StartsWith("Undo/", StringComparison.Ordinal));
    }

    [Fact]
    public void Identity_field_changed_after_success_is_reported_and_starts_nothing()
    {
        var world = new ToyRunWorld().Apply();
        world.RunUntil(() => world.IsOver, "Succeeded");
        world.Edit(s => s with { Parts = ["three"] });
        world.RunUntil(() => world.ReasonOf("Stalled") == Reasons.SpecChangeIgnored, "it is said");
        world.Status.Message.ShouldBeWorded();
        (world.Is("Ready"), world.Is("Succeeded"), world.Inertness().StaysInert).ShouldBe((false, true, true));
        world.Edit(s => s with { DesiredState = DesiredState.RolledBack });
        world.RunFor(TimeSpan.FromHours(1));
        (world.Status.Phase, world.Status.RollbackPlan, world.Claims).ShouldBe((RunPhases.Succeeded, null, 0));
        world.Truth.Acts.ShouldBe(Whole);

        world.Edit(s => s with { Parts = ["one", "two"] });
        world.RunUntil(
            () => world.Is("Held") && world.Status.RollbackPlan is not null, "the rollback waits for its approval");
    }

    // Held, and then its claim belongs to another object when the next process takes over.
    private static ToyRunWorld Claimed(string hold, string owner)
    {
        var world = new ToyRunWorld().Apply(s => s with { HoldBefore = [hold] });
        world.RunUntil(() => world.Is("Held"), "Held");
        world.Release(world.Status.Target!.Claim!);
        world.Claim(ToyRunDiscovery.Target, owner);
        world.Restart();
        return world;
    }
}
