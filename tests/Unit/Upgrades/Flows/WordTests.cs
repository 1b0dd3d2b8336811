namespace Drydock.Tests.Unit.Upgrades;

/// <summary>A word counts once, for the plan and number it was given for, and leaves its mark before it
/// counts.</summary>
public sealed class WordTests
{
    [Fact]
    public void Approval_in_the_second_of_an_abort_releases_nothing_after_the_retry()
    {
        var world = Held();
        var approval = world.Status.Holds.Single().Approval;
        world.Annotate(Annotations.Approve, approval);
        world.Annotate(Annotations.Abort, "1");
        world.RunUntil(
            () => world.ReasonOf("Stalled") == Reasons.Aborted && world.Status.RollbackPlan is { } back
                && back.Steps.TrueForAll(s => s.State == StepState.Succeeded),
            "aborted");
        world.RunFor(TimeSpan.FromHours(1));
        world.Retry();
        world.RunUntil(() => world.Is("Held"), "held again");
        world.RunFor(TimeSpan.FromHours(1));

        world.Truth.Acts.ShouldNotContain("Swap/one");
        world.Status.Holds.Single().Approval.ShouldNotBe(approval);
        world.Status.Approvals.ShouldAllBe(a => !a.Accepted || a.Parsed!.Number != world.Status.Plan!.Number);
    }

    [Fact]
    public void Approval_recorded_before_an_abort_releases_nothing_after_the_retry()
    {
        var world = Held("Swap", "Seal");
        var ahead = Word.For("Seal", world.Status.Plan!);
        world.Annotate(Annotations.Approve, ahead);
        world.RunUntil(() => world.Status.Approvals is [{ Accepted: true }], "recorded");
        world.Annotate(Annotations.Abort, "1");
        world.RunUntil(() => world.ReasonOf("Stalled") == Reasons.Aborted, "aborted");
        world.Retry();
        world.RunUntil(() => world.Is("Held"), "held again");
        world.Annotate(Annotations.Approve, $"{ahead},{world.Status.Holds.Single().Approval}");
        world.RunUntil(() => world.Status.Holds is [{ Name: "Seal" }], "held at the second");
        world.RunFor(TimeSpan.FromHours(1));

        world.Is("Held").ShouldBeTrue("the approval ended with the abort");
    }

    [Fact]
    public void Retry_in_the_second_of_an_abort_resumes_nothing()
    {
        var world = Failed();
        world.Truth.Refusing.Clear();
        world.Retry();
        world.Annotate(Annotations.Abort, "1");
        world.RunFor(TimeSpan.FromHours(1));

        world.ReasonOf("Stalled").ShouldBe(Reasons.Aborted);
        world.Retry();
        world.RunUntil(() => world.IsOver, "the next one resumes");
    }

    [Fact]
    public void Approval_that_was_given_ahead_ends_with_a_retry()
    {
        var world = new ToyRunWorld();
        world.Truth.Refusing.Add("Swap/two");
        world.Apply(s => s with { HoldBefore = ["Seal"] });
        world.RunUntil(() => world.Is("Failed"), "Failed");
        world.Annotate(Annotations.Approve, Word.For("Seal", world.Status.Plan!));
        world.RunUntil(() => world.Status.Approvals is [{ Accepted: true }], "recorded");
        world.Truth.Refusing.Clear();
        world.Retry();
        world.RunUntil(() => world.Is("Held"), "held at Seal");
        world.RunFor(TimeSpan.FromHours(1));

        world.Status.Holds.Single().Name.ShouldBe("Seal");
    }

    [Fact]
    public void Rollback_by_spec_that_is_cancelled_ends_every_word_of_the_upgrade()
    {
        var world = Held("Swap", "Seal");
        world.Annotate(Annotations.Approve, Word.For("Seal", world.Status.Plan!));
        world.RunUntil(() => world.Status.Approvals is [{ Accepted: true }], "recorded");
        world.Edit(s => s with { Approval = ApprovalPolicy.Manual, DesiredState = DesiredState.RolledBack });
        world.RunUntil(() => world.Status.RollbackPlan is not null, "stored");
        world.Edit(s => s with { Approval = ApprovalPolicy.Automatic, DesiredState = DesiredState.Upgraded });
        world.RunUntil(() => world.Status.RollbackPlan is null && world.Is("Held"), "cancelled");
        world.Annotate(Annotations.Approve, world.Status.Holds.Single().Approval);
        world.RunUntil(() => world.Is("Held") && world.Status.Holds.Single().Name == "Seal", "held at Seal");
        world.RunFor(TimeSpan.FromHours(1));

        world.Is("Held").ShouldBeTrue();
    }

    [Fact]
    public void Rollback_that_is_cancelled_ends_every_word()
    {
        var world = new ToyRunWorld().Apply();
        world.RunUntil(() => world.IsOver, "Succeeded");
        world.Annotate(Annotations.Rollback, "1");
        world.RunUntil(() => world.Is("Held"), "held");
        var (hash, approval) = (world.Status.RollbackPlan!.Hash, world.Status.Holds.Single().Approval);
        world.Unannotate(Annotations.Rollback);
        world.RunUntil(() => world.IsOver, "cancelled");
        world.Annotate(Annotations.Approve, approval);
        world.Annotate(Annotations.Rollback, "2");
        world.RunUntil(() => world.Is("Held"), "held again");
        world.RunFor(TimeSpan.FromHours(1));

        world.Status.RollbackPlan!.Hash.ShouldBe(hash);
        (world.Is("Held"), world.Truth.Acts.Exists(a => a.StartsWith("Undo", StringComparison.Ordinal)))
            .ShouldBe((true, false));
        world.Status.Message.ShouldBeWorded(approval);
    }

    [Theory]
    [InlineData("again")]
    [InlineData("Retry")]
    [InlineData("Retry@{0}")]
    [InlineData("Retry@{0}.9")]
    [InlineData("Retry@{0}.1.1")]
    [InlineData("Retry@00000000.1")]
    [InlineData("Swap@{0}.1")]
    public void Retry_that_is_not_bound_to_the_plan_has_no_effect(string given)
    {
        var world = Failed();
        var plan = world.Status.Plan!;
        var text = given.Replace("{0}", Word.Prefix(plan.Hash), StringComparison.Ordinal);
        world.Annotate(Annotations.Retry, text);
        world.RunUntil(
            () => world.Events.All.Exists(e => e is { IsWarning: true, Reason: Reasons.RetryIgnored }), "reported");
        world.Truth.Refusing.Clear();
        world.RunFor(TimeSpan.FromHours(1));

        world.Is("Failed").ShouldBeTrue();
        world.Status.UsedTokens.ShouldHaveSingleItem().Message.ShouldNotBeNull();
        var word = Word.For(Word.Retry, world.Status.Plan!);
        world.Status.RetryWord.ShouldBe(word);
        world.Status.Message.ShouldNotBeNull().ShouldContain($"The retry '{text}' was ignored.");
        world.Status.Message.ShouldBeWorded();
        world.Status.NextAction.ShouldNotBeNull().ShouldContain($"drydock.dev/retry={word} ");
        world.Events.All.Count(e => e.Reason == Reasons.RetryIgnored).ShouldBe(1);

        world.Retry();
        world.RunUntil(() => world.IsOver, "the bound one counts");
    }

    [Fact]
    public void Retry_counts_once_and_its_next_one_is_another()
    {
        var world = Failed();
        var first = world.RetryWord;
        world.Retry();
        world.RunUntil(() => world.Status.Attempts.Count == 1 && world.Is("Failed"), "failed again");
        world.RunFor(TimeSpan.FromHours(1));
        world.Status.Attempts.Count.ShouldBe(1);
        world.RetryWord.ShouldNotBe(first);
        world.Truth.Refusing.Clear();
        world.Unannotate(Annotations.Retry);
        world.Annotate(Annotations.Retry, first);
        world.RunFor(TimeSpan.FromHours(1));
        world.Is("Failed").ShouldBeTrue();

        world.Retry();
        world.RunUntil(() => world.IsOver, "Succeeded");
    }

    [Fact]
    public void Retry_before_the_failure_is_used_up_and_another_one_counts()
    {
        var world = Held();
        var early = Word.For(Word.Retry, world.Status.Plan!);
        world.Annotate(Annotations.Retry, early);
        world.RunUntil(() => world.Status.UsedTokens.Count == 1, "seen");
        world.Truth.Refusing.Add("Swap/two");
        world.RunUntil(() => world.Is("Held"), "held");
        world.Annotate(Annotations.Approve, world.Status.Holds.Single().Approval);
        world.RunUntil(() => world.Is("Failed"), "Failed");
        world.Truth.Refusing.Clear();
        world.RunFor(TimeSpan.FromHours(1));
        world.Is("Failed").ShouldBeTrue();
        world.Status.RetryWord.ShouldNotBe(early);

        world.Retry();
        world.RunUntil(() => world.IsOver, "Succeeded");
    }

    [Fact]
    public void Retry_asks_nobody_again_for_what_has_begun()
    {
        var world = Held("Swap", "Seal");
        world.Truth.Refusing.Add("Swap/one");
        world.Annotate(Annotations.Approve, world.Status.Holds.Single().Approval);
        world.RunUntil(() => world.Is("Failed"), "Failed");
        world.Truth.Refusing.Clear();
        world.Retry();
        world.RunUntil(() => world.Is("Held"), "the next hold");

        world.Status.Holds.Single().Name.ShouldBe("Seal");
        world.Truth.Acts.ShouldContain("Swap/two");
    }

    [Fact]
    public void Aborted_preflight_is_retried_once_by_its_own_word()
    {
        var world = new ToyRunWorld();
        world.Truth.Findings.Add(new Finding { Reason = Reasons.HostUnreachable, Message = "no answer" });
        world.Apply();
        world.RunUntil(() => world.Is("Stalled"), "found");
        var before = world.RetryWord;
        world.Annotate(Annotations.Abort, "1");
        world.RunUntil(() => world.ReasonOf("Stalled") == Reasons.Aborted, "aborted");
        world.RetryWord.ShouldNotBe(before, "it is bound to the abort");
        world.Annotate(Annotations.Retry, before);
        world.RunFor(TimeSpan.FromMinutes(10));
        world.ReasonOf("Stalled").ShouldBe(Reasons.Aborted);
        world.Status.Message.ShouldBeWorded(world.RetryWord);

        world.Truth.Findings.Clear();
        world.Retry();
        world.RunUntil(() => world.IsOver, "Succeeded");
        world.Truth.Marks.ShouldBeEmpty("there was no plan yet");
    }

    [Fact]
    public void Word_that_was_marked_and_not_recorded_costs_a_second_one()
    {
        var world = Failed();
        var word = world.RetryWord;
        world.Truth.Refusing.Clear();
        world.Truth.Marks[$"Retry-{word}"] = "a process that was killed";
        world.Annotate(Annotations.Retry, word);
        world.RunFor(TimeSpan.FromHours(1));

        world.Is("Failed").ShouldBeTrue();
        world.Status.RetryWord.ShouldNotBeNull().ShouldNotBe(word);
        world.Status.Message.ShouldBeWorded(word);
        world.Status.NextAction.ShouldNotBeNull().ShouldContain(world.Status.RetryWord);
        world.Retry();
        world.RunUntil(() => world.IsOver, "the second one counts");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Status_put_back_lets_no_word_count_again(bool operatorLives)
    {
        var world = Failed();
        var (backup, word) = (world.Status, world.RetryWord);
        world.Retry();
        world.RunUntil(() => world.Status.Attempts.Count == 1 && world.Is("Failed"), "failed again");
        world.PutBack(backup);
        if (!operatorLives)
        {
            world.Restart();
        }

        world.Truth.Refusing.Clear();
        world.RunFor(TimeSpan.FromHours(1));
        world.Is("Failed").ShouldBeTrue(world.Status.Message);
        world.Status.UsedTokens.ShouldHaveSingleItem().Message.ShouldNotBeNull().ShouldContain("used before");

        // The number that follows may have been used as well in the time that is gone.
        world.Retry();
        world.RunFor(TimeSpan.FromHours(1));
        if (world.Is("Failed"))
        {
            world.Retry();
        }

        world.RunUntil(() => world.IsOver, "another word counts");
        world.Status.UsedTokens.Select(t => t.Token).ShouldContain(word);
    }

    [Fact]
    public void Word_waits_while_no_mark_can_be_made()
    {
        var world = Held();
        world.Truth.Unmarkable = "one: no route to host (hunter2)";
        var approval = world.Status.Holds.Single().Approval;
        world.Annotate(Annotations.Approve, approval);
        world.RunUntil(
            () => world.Status.Message!.Contains("none could be made", StringComparison.Ordinal), "it says so");
        world.RunFor(TimeSpan.FromHours(1));
        world.Status.Message.ShouldBeWorded();
        (world.Is("Held"), world.Status.Approvals.Count).ShouldBe((true, 0));

        world.Truth.Unmarkable = null;
        world.RunUntil(() => world.IsOver, "it counts");
        world.Truth.Marks.Keys.ShouldBe([$"Approval-{approval}"]);
        world.Status.Message.ShouldNotBeNull().ShouldNotContain("mark");
    }

    [Fact]
    public void Words_beyond_the_recorded_history_never_count_again()
    {
        var world = Failed();
        var first = world.RetryWord;
        for (var i = 0; i <= SchemaLimits.History; i++)
        {
            world.Retry();
            var attempts = i + 1;
            world.RunUntil(
                () => world.Status.UsedTokens.Count(t => t.Message is null) == Math.Min(attempts, SchemaLimits.History)
                    && world.Is("Failed") && world.Status.RetryWord == world.RetryWord,
                "failed again");
            world.RunFor(TimeSpan.FromMinutes(1));
        }

        world.Status.UsedTokens.Exists(t => t.Token == first).ShouldBeFalse("it is forgotten");
        world.Truth.Refusing.Clear();
        world.Annotate(Annotations.Retry, first);
        world.RunFor(TimeSpan.FromHours(1));
        world.Is("Failed").ShouldBeTrue();
    }

    [Theory]
    [InlineData("swap", "Swap")]
    [InlineData("Seal/bxo", "Seal/box")]
    [InlineData("Nothing/at.all", "status.holds")]
    public void Approval_of_a_name_that_the_plan_lacks_is_ignored_and_told(string what, string told)
    {
        var world = Held("Swap", "Seal");
        var ahead = Word.For("Seal", world.Status.Plan!);
        world.Annotate(Annotations.Approve, ahead);
        world.RunUntil(() => world.Status.Approvals is [{ Accepted: true }], "recorded");
        var misspelt = Word.For(what, world.Status.Plan!);
        world.Annotate(Annotations.Approve, misspelt);
        world.RunUntil(() => world.Status.Approvals.Count == 2, "seen");
        world.RunFor(TimeSpan.FromHours(1));

        world.Status.Approvals[^1].Ignored.ShouldNotBeNull().ShouldContain(told);
        world.Status.Message.ShouldBeWorded(misspelt);
        world.Events.All.Count(e => e.Reason == Reasons.ApprovalIgnored).ShouldBe(1);
        Word.For("Seal", world.Status.Plan!).ShouldBe(ahead, "the approvals given ahead still count");
        world.Annotate(Annotations.Approve, world.Status.Holds.Single().Approval);
        world.RunUntil(() => world.IsOver, "Succeeded");
    }

    [Theory]
    [InlineData("Plan")]
    [InlineData("PointOfNoReturn")]
    [InlineData("Swap")]
    [InlineData("Seal/box")]
    public void Approval_given_ahead_of_its_hold_is_accepted(string what)
    {
        var world = Held("Prepare");
        world.Annotate(Annotations.Approve, Word.For(what, world.Status.Plan!));
        world.RunUntil(() => world.Status.Approvals.Count == 1, "seen");
        world.RunFor(TimeSpan.FromHours(1));

        (world.Is("Held"), world.Status.Approvals[0].Ignored).ShouldBe((true, null));
    }

    [Fact]
    public void Approval_of_the_first_change_releases_its_phase()
    {
        var world = Held("FirstChange");
        world.Annotate(Annotations.Approve, Word.For("FirstChange", world.Status.Plan!));
        world.RunUntil(() => world.IsOver, "Succeeded");
    }

    [Theory]
    [InlineData(8, true)]
    [InlineData(12, false)]
    [InlineData(64, true)]
    [InlineData(0, false)]
    public void Word_spelt_otherwise_is_the_same_word(int digits, bool isUpper)
    {
        var world = Held("Swap", "Seal");
        var ahead = Word.For("Seal", world.Status.Plan!);
        world.Annotate(Annotations.Approve, ahead);
        world.RunUntil(() => world.Status.Approvals.Count == 1, "recorded");
        var hex = world.Status.Plan!.Hash["sha256:".Length..];
        hex = digits == 0 ? world.Status.Plan.Hash : isUpper ? hex[..digits].ToUpperInvariant() : hex[..digits];
        var again = $"Seal@{hex}.{world.Status.Plan.Number}";
        world.Annotate(Annotations.Approve, again);
        world.Edit(s => s with { Approvals = [again] });
        world.RunFor(TimeSpan.FromHours(1));

        world.Status.Approvals.ShouldHaveSingleItem().Accepted.ShouldBeTrue();
        world.Annotate(Annotations.Approve, world.Status.Holds.Single().Approval);
        world.RunUntil(() => world.IsOver, "the one given first counts");
    }

    [Fact]
    public void Word_with_wrong_digits_after_the_eighth_is_followed_by_another()
    {
        var world = Held();
        var approval = world.Status.Holds.Single().Approval;
        var last = world.Status.Plan!.Hash["sha256:".Length..][8] == '0' ? '1' : '0';
        world.Annotate(Annotations.Approve, approval.Replace(".", $"{last}.", StringComparison.Ordinal));
        world.RunUntil(() => world.Status.Approvals is [{ Accepted: false }], "ignored");
        world.RunFor(TimeSpan.FromHours(1));
        world.Is("Held").ShouldBeTrue();

        world.Status.Holds.Single().Approval.ShouldNotBe(approval);
        world.Annotate(Annotations.Approve, world.Status.Holds.Single().Approval);
        world.RunUntil(() => world.IsOver, "another one counts");
    }

    [Fact]
    public void Approval_of_the_upgrade_while_a_rollback_is_wanted_never_counts()
    {
        var world = new ToyRunWorld { Truth = { Unreadable = "no action 'toy2' (Swap/one)" } }.Apply(
            s => s with { HoldBefore = ["Swap/two"] });
        world.RunUntil(() => world.Is("Held"), "held");
        var approval = world.Status.Holds.Single().Approval;
        world.Edit(s => s with { DesiredState = DesiredState.RolledBack });
        world.RunUntil(() => world.ReasonOf("Stalled") == Reasons.RollbackUnavailable, "refused");
        world.Annotate(Annotations.Approve, approval);
        world.RunUntil(() => world.Status.Approvals is [{ Accepted: false }], "ignored");
        world.RunFor(TimeSpan.FromHours(1));
        world.Status.Message.ShouldBeWorded(approval);
        world.Edit(s => s with { DesiredState = DesiredState.Upgraded });
        world.RunUntil(() => world.Is("Held"), "held again");
        world.RunFor(TimeSpan.FromHours(1));

        world.Truth.Acts.ShouldNotContain("Swap/two");
        world.Status.Holds.Single().Approval.ShouldNotBe(approval);
        world.Annotate(Annotations.Approve, world.Status.Holds.Single().Approval);
        world.RunUntil(() => world.IsOver, "another one counts");
    }

    private static ToyRunWorld Held(params string[] holds)
    {
        var world = new ToyRunWorld().Apply(s => s with { HoldBefore = [.. holds.Length == 0 ? ["Swap"] : holds] });
        world.RunUntil(() => world.Is("Held"), "held");
        return world;
    }

    private static ToyRunWorld Failed()
    {
        var world = new ToyRunWorld();
        world.Truth.Refusing.Add("Swap/two");
        world.Apply();
        world.RunUntil(() => world.Is("Failed"), "Failed");
        return world;
    }
}
