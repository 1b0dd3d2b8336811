namespace Drydock.Tests.Unit.Upgrades;

/// <summary>drydock.dev/pause, hold and rollback do what the spec does, and a GitOps tool leaves them alone.</summary>
public sealed class ControlAnnotationTests
{
    private static readonly string[] Whole = ["Prepare/box", "Swap/one", "Swap/two", "Seal/box"];

    [Fact]
    public void Pause_starts_nothing_until_it_is_removed()
    {
        var world = Held("Swap/two");
        world.Annotate(Annotations.Pause, "true");
        world.Edit(s => s with { HoldBefore = [] });
        world.RunUntil(() => world.ReasonOf("Reconciling") == Reasons.Paused, "paused");
        world.RunFor(TimeSpan.FromDays(1));

        world.Truth.Acts.ShouldBe(["Prepare/box", "Swap/one"]);
        world.Status.Message.ShouldBeWorded();
        world.Status.NextAction.ShouldBeWorded();
        world.Unannotate(Annotations.Pause);
        world.RunUntil(() => world.IsOver, "Succeeded");
        world.Truth.Acts.ShouldBe(Whole);
    }

    [Fact]
    public void Pause_in_spec_and_annotation_are_both_named()
    {
        var world = Held("Swap/two");
        world.Annotate(Annotations.Pause, "true");
        world.Edit(s => s with { HoldBefore = [], Paused = true });
        world.RunUntil(() => world.ReasonOf("Reconciling") == Reasons.Paused, "paused");

        world.Status.Message.ShouldBeWorded();
        world.Unannotate(Annotations.Pause);
        world.RunUntil(
            () => world.Status.Message!.EndsWith("Set spec.paused: false to continue.", StringComparison.Ordinal),
            "the spec remains");
        world.Truth.Acts.ShouldNotContain("Swap/two");
    }

    [Fact]
    public void Hold_waits_at_each_of_its_names_with_the_approval()
    {
        var world = new ToyRunWorld().Apply(annotations: [(Annotations.Hold, "Swap/two, Seal")]);
        world.RunUntil(() => world.Is("Held"), "held");
        var hold = world.Status.Holds.ShouldHaveSingleItem();
        (hold.Name, hold.Approval, hold.Since is not null)
            .ShouldBe(("Swap/two", $"Swap/two@{world.Status.Plan!.Hash[7..15]}.1", true));
        world.Status.Message.ShouldBeWorded();
        var since = hold.Since;
        world.RunFor(TimeSpan.FromHours(3));
        world.Status.Holds.Single().Since.ShouldBe(since);
        world.Annotate(Annotations.Approve, hold.Approval);
        world.RunUntil(() => world.Status.Holds.Exists(h => h.Name == "Seal"), "the next hold");
        world.Unannotate(Annotations.Hold);
        world.RunUntil(() => world.IsOver, "Succeeded");
        world.Truth.Acts.ShouldBe(Whole);
        world.Status.Holds.ShouldBeEmpty();
    }

    [Fact]
    public void Rollback_token_rolls_back_once_and_is_ready()
    {
        var world = Held("Seal");
        world.Annotate(Annotations.Rollback, "1");
        world.RunUntil(() => world.Is("RolledBack") && world.Claims == 0, "rolled back");

        (world.Status.Phase, world.Is("Ready"), world.ReasonOf("Ready"), world.Is("Stalled"))
            .ShouldBe(("RolledBack", true, Reasons.RolledBack, false));
        world.Status.Message.ShouldBeWorded();
        world.Status.UsedTokens.ShouldHaveSingleItem().Kind.ShouldBe(TokenKind.Rollback);
        world.Truth.Done.ShouldNotContain("Swap/one");
        world.Found!.Spec.DesiredState.ShouldBe(DesiredState.Upgraded);
        Inert(world);

        world.Truth.Done.Clear();
        world.Edit(s => s with { HoldBefore = [] });
        world.Retry();
        world.RunUntil(() => world.IsOver, "the token of the former rollback does not roll back again");
        world.Status.RolledBackBy.ShouldBeNull();
        Inert(world);
    }

    [Fact]
    public void Rollback_token_after_success_waits_for_approval_and_can_be_cancelled()
    {
        var world = new ToyRunWorld().Apply();
        world.RunUntil(() => world.IsOver, "Succeeded");
        world.Annotate(Annotations.Rollback, "1");
        world.RunUntil(() => world.Is("Held"), "held");
        world.Status.Holds.ShouldHaveSingleItem().Name.ShouldBe("RollBack");
        world.Unannotate(Annotations.Rollback);
        world.RunUntil(() => world.IsOver, "cancelled");
        world.Truth.Acts.ShouldBe(Whole);

        world.Annotate(Annotations.Rollback, "1");
        world.RunFor(TimeSpan.FromDays(1));
        world.IsOver.ShouldBeTrue("a token works once");
        world.Annotate(Annotations.Rollback, "2");
        world.RunUntil(() => world.Is("Held"), "held again");
        world.Annotate(Annotations.Approve, world.Status.Holds.Single().Approval);
        world.RunUntil(() => world.Is("RolledBack") && world.Claims == 0, "rolled back");
        world.Is("Ready").ShouldBeTrue();
        Inert(world);
    }

    [Fact]
    public void Removed_token_does_not_stop_a_rollback_that_has_begun()
    {
        var world = Held("Seal");
        world.Truth.Hanging.Add("Undo/one");
        world.Annotate(Annotations.Rollback, "1");
        world.RunUntil(() => world.Truth.Begun.Contains("Undo/one"), "begun");
        world.Unannotate(Annotations.Rollback);
        world.Truth.Hanging.Clear();
        world.Restart();
        world.RunUntil(() => world.Is("RolledBack") && world.Claims == 0, "rolled back");

        world.Is("Ready").ShouldBeTrue();
    }

    [Fact]
    public void Rollback_token_makes_an_automatic_rollback_the_wanted_one()
    {
        var world = new ToyRunWorld();
        world.Truth.Refusing.Add("Swap/two");
        world.Apply(s => s with { RollbackPolicy = RollbackPolicy.OnFailure });
        world.RunUntil(() => world.Is("RolledBack") && world.Claims == 0, "rolled back");
        world.Is("Stalled").ShouldBeTrue();

        world.Annotate(Annotations.Rollback, "accept");
        world.RunUntil(() => world.Is("Ready"), "Ready");
        world.ReasonOf("Ready").ShouldBe(Reasons.RolledBack);
        Inert(world);
    }

    [Fact]
    public void Rollback_token_of_a_new_object_changes_nothing_on_the_target()
    {
        var world = new ToyRunWorld().Apply(annotations: [(Annotations.Rollback, "1")]);
        world.RunUntil(() => world.Is("RolledBack") && world.Claims == 0, "rolled back");

        world.Truth.Acts.ShouldBeEmpty();
        world.Status.Message.ShouldBeWorded();
        world.Is("Ready").ShouldBeTrue();
    }

    [Fact]
    public void Planned_run_rolls_back_to_nothing_and_plans_again_after_retry()
    {
        var world = new ToyRunWorld().Apply(s => s with { Approval = ApprovalPolicy.Manual });
        world.RunUntil(() => world.Status.Phase == "Planned", "planned");
        world.Annotate(Annotations.Rollback, "1");
        world.RunUntil(() => world.Is("RolledBack"), "rolled back");
        world.Retry();
        world.RunUntil(() => world.Status.Phase == "Planned", "planned again");
        world.Truth.Acts.ShouldBeEmpty();
    }

    [Fact]
    public void Abort_halts_an_annotated_rollback_until_it_is_cancelled()
    {
        var world = new ToyRunWorld().Apply();
        world.RunUntil(() => world.IsOver, "Succeeded");
        world.Annotate(Annotations.Rollback, "1");
        world.RunUntil(() => world.Is("Held"), "held");
        world.Annotate(Annotations.Abort, "stop");
        world.RunUntil(() => world.ReasonOf("Stalled") == Reasons.Aborted && world.Is("Stalled"), "aborted");
        world.Unannotate(Annotations.Rollback);
        world.RunUntil(() => world.IsOver, "Succeeded again");
        world.Truth.Acts.ShouldBe(Whole);
    }

    [Theory]
    [InlineData(
        Annotations.Pause, "yes",
        "drydock.dev/pause has the value 'yes', so it does not pause. Set it to \"true\", or remove it.")]
    [InlineData(
        Annotations.Hold, "Swap two",
        "'Swap two' in the annotation drydock.dev/hold: expected a phase, a step id, FirstChange or PointOfNoReturn")]
    [InlineData(
        Annotations.Hold, "Swop", "'Swop' in the annotation drydock.dev/hold: no stored plan has such a phase or step")]
    public void Wrong_value_is_named_in_status_while_the_run_continues(string annotation, string value, string says)
    {
        var world = Held("Seal");
        world.Annotate(annotation, value);
        world.RunUntil(() => world.Status.Message!.Contains(says, StringComparison.Ordinal), says);

        world.Status.Conditions.Single(c => c.Type == "Ready").Message.ShouldContain(says);
        world.Unannotate(annotation);
        world.RunUntil(
            () => !world.Status.Message!.Contains(annotation, StringComparison.Ordinal), "it is right again");
        world.Edit(s => s with { HoldBefore = [] });
        world.RunUntil(() => world.IsOver, "Succeeded");
        world.Truth.Acts.ShouldBe(Whole);
    }

    [Fact]
    public void Hold_after_many_others_holds()
    {
        var world = Held("Swap");
        world.Annotate(
            Annotations.Hold, string.Join(',', Enumerable.Range(0, 66).Select(i => $"Phase{i}").Append("Seal")));
        world.Edit(s => s with { HoldBefore = [] });

        world.RunUntil(() => world.Status.Holds is [{ Name: "Seal" }], "it is held");
        world.Truth.Acts.ShouldNotContain("Seal/box");
    }

    // Every write of the run with one more request of the API server that the process does not survive.
    [Fact]
    public void Rollback_by_token_ends_alike_wherever_the_operator_is_killed()
    {
        var golden = RolledBack(killAt: null, out var writes);
        writes.ShouldBeGreaterThan(5);
        for (var at = 1; at <= writes; at++)
        {
            RolledBack(at, out _).ShouldBe(golden, $"killed after write {at}");
        }
    }

    private static string RolledBack(int? killAt, out int writes)
    {
        var world = Held("Seal");
        var seen = 0;
        world.Annotate(Annotations.Rollback, "1");
        world.Api.After = request =>
        {
            if (request.IsRead)
            {
                return Task.CompletedTask;
            }

            if (++seen == killAt)
            {
                world.Restart();
                throw new OperationCanceledException("the process was killed");
            }

            return Task.CompletedTask;
        };
        world.RunUntil(
            () => world.Is("RolledBack") && world.Claims == 0 && world.Found!.Metadata.Finalizers is not { Count: > 0 },
            "rolled back");
        writes = seen;
        return $"{string.Join(' ', world.Truth.Acts)}; {world.Status.Phase} {world.Is("Ready")} "
            + $"{world.ReasonOf("Ready")}; "
            + string.Join(' ', world.Status.UsedTokens.Select(t => $"{t.Kind} {t.Token}"));
    }

    private static ToyRunWorld Held(string before)
    {
        var world = new ToyRunWorld().Apply(s => s with { HoldBefore = [before] });
        world.RunUntil(() => world.Is("Held"), "held");
        return world;
    }

    private static void Inert(ToyRunWorld world)
    {
        var writes = world.Api.Log.Count(r => !r.StartsWith("get", StringComparison.Ordinal));
        world.Restart();
        world.RunFor(TimeSpan.FromDays(1));
        world.Api.Log.Count(r => !r.StartsWith("get", StringComparison.Ordinal)).ShouldBe(writes, "it is inert");
    }
}
