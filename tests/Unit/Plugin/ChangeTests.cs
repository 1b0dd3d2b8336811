using Drydock.Cli.Changes;
using Drydock.Cli.CommandLine;
using Drydock.Crds.Common;
using Drydock.Tests.Unit.Fakes;
using Drydock.Tests.Unit.Oms;
using Shouldly;
using Xunit;

namespace Drydock.Tests.Unit.Plugin;

/// <summary>
/// What a verb writes is what the operator heeds, and what the verb waits for is what the operator then reports: each
/// change is given to the operator in memory.
/// </summary>
public sealed class ChangeTests
{
    [Fact]
    public void Approved_hold_continues_and_is_reported()
    {
        var world = CliRuns.Held();
        var change = Approval.Of(world.Run(), null, all: false);

        change.Sentence.ShouldStartWith("Approves StopOld of migration/");
        change.Effect(world.Run()).ShouldBeNull("the operator has not seen it");
        TakeUp(world, change).ShouldStartWith("Approved.");
        world.RunToSuccess();
    }

    [Fact]
    public void Approval_keeps_approvals_that_were_given_before()
    {
        var world = CliRuns.Held();
        world.Annotate(Annotations.Approve, "Backup@0123abcd");

        Approval.Of(world.Run(), "StopOld", all: false).Annotations[Annotations.Approve]!
            .ShouldMatch("^Backup@0123abcd,StopOld@[0-9a-f]{8}$");
    }

    [Fact]
    public void Approval_of_what_does_not_wait_is_refused()
    {
        var world = CliRuns.Held();

        Refusal(() => Approval.Of(world.Run(), "EnableHA", all: false)).ShouldContain("It waits at StopOld.");
        var running = CliRuns.Begin();
        Refusal(() => Approval.Of(running.Run(), null, all: false)).ShouldContain("waits for no approval");
    }

    [Fact]
    public void Paused_run_reports_the_pause_and_resumes()
    {
        var world = CliRuns.Begin();
        world.RunUntil(() => world.Status.Phase == "Backup", "the backup");

        TakeUp(world, RunControl.Pause(world.Run())).ShouldStartWith("Paused.");
        Refusal(() => RunControl.Pause(world.Run())).ShouldContain("paused already");
        TakeUp(world, RunControl.Resume(world.Run())).ShouldStartWith("Resumed.");
        Refusal(() => RunControl.Resume(world.Run())).ShouldContain("is not paused");
        world.RunToSuccess();
        Refusal(() => RunControl.Pause(world.Run())).ShouldContain("has ended (Succeeded)");
    }

    [Fact]
    public void Pause_of_the_spec_is_not_ended_by_the_command()
    {
        var world = CliRuns.Begin(s => s with { Paused = true });
        world.RunUntil(() => world.ReasonOf("Ready") == Reasons.Paused, "paused");

        Refusal(() => RunControl.Resume(world.Run())).ShouldContain("""kubectl -n migration patch omsu""");
    }

    [Fact]
    public void Hold_stops_the_run_where_it_says_and_is_removed_again()
    {
        var world = CliRuns.Begin();
        world.RunUntil(() => world.Status.Plan is not null, "the plan");

        TakeUp(world, RunControl.Hold(world.Run(), ["Backup", "Verify"])).ShouldBe("Set. The run waits when it arrives there.");
        world.RunUntil(() => world.Is("Held"), "held before the backup");
        TakeUp(world, RunControl.Release(world.Run(), ["Backup"])).ShouldBe("Removed.");
        world.RunUntil(() => world.Is("Held") && world.Status.Phase != "Backup", "held before the verification");
        TakeUp(world, Approval.Of(world.Run(), "Verify", all: false)).ShouldStartWith("Approved.");
        world.RunToSuccess();
    }

    [Fact]
    public void Hold_of_what_the_plan_has_not_or_has_begun_is_refused()
    {
        var world = CliRuns.Begin();
        world.RunUntil(() => world.Count("snapshot") == 1, "the backup");

        Refusal(() => RunControl.Hold(world.Run(), ["Bakup"])).ShouldContain("has no phase or step Bakup");
        Refusal(() => RunControl.Hold(world.Run(), ["StopOld"])).ShouldContain("has begun already");
        Refusal(() => RunControl.Release(world.Run(), ["StopOld"])).ShouldContain("It has none.");
    }

    [Fact]
    public void Retry_continues_a_failed_run_and_is_refused_for_others()
    {
        var world = RollbackTests.Failed();
        var change = TokenChange.Retry(world.Run());

        change.Sentence.ShouldContain("The cause has to be repaired first");
        TakeUp(world, change).ShouldStartWith("Continued.");
        Refusal(() => TokenChange.Retry(CliRuns.Held().Run())).ShouldContain("did not fail");
    }

    [Fact]
    public void Aborted_run_says_whether_the_downtime_continues()
    {
        var world = CliRuns.Begin();
        world.RunUntil(() => world.Count("snapshot") == 1, "the backup");
        var change = TokenChange.Abort(world.Run());

        change.Sentence.ShouldContain("The downtime continues until you retry or roll back.");
        TakeUp(world, change).ShouldStartWith("Aborted.");
        world.RunUntil(() => world.Is("Stalled"), "stalled");
        TakeUp(world, TokenChange.Retry(world.Run())).ShouldStartWith("Continued.");
        world.RunToSuccess();
    }

    [Fact]
    public void Rollback_says_its_cost_and_is_cancelled_before_it_begins()
    {
        var world = CliRuns.Begin();
        world.RunToSuccess();
        var change = TokenChange.Rollback(world.Run());

        change.Sentence.ShouldContain(world.Status.RollbackCost!);
        TakeUp(world, change).ShouldStartWith("Taken up.");
        world.RunUntil(() => world.Is("Held"), "the rollback waits");
        Refusal(() => TokenChange.Rollback(world.Run())).ShouldContain("requested already");
        TakeUp(world, TokenChange.CancelRollback(world.Run())).ShouldStartWith("Cancelled.");
        Refusal(() => TokenChange.CancelRollback(world.Run())).ShouldContain("No rollback");
    }

    [Fact]
    public void Acceptance_is_offered_only_for_checks()
    {
        var world = RollbackTests.Failed();
        var failed = world.Status.Plan!.Steps.First(s => s.State == Drydock.Abstractions.Plans.StepState.Failed);

        Refusal(() => TokenChange.Accept(world.Run(), failed.Id)).ShouldContain("cannot be accepted");
        Refusal(() => TokenChange.Accept(world.Run(), "Verify/hosts")).ShouldContain("did not fail");
    }

    // Writes the change as the verb does, and lets the operator run until the verb would report it.
    private static string TakeUp(OmsWorld world, Change change)
    {
        world.Write(change.Annotations);
        world.RunUntil(() => change.Effect(world.Run()) is not null, change.Sentence);
        var effect = change.Effect(world.Run())!;
        effect.IsRefused.ShouldBeFalse(effect.Sentence);
        return effect.Sentence;
    }

    private static string Refusal(Action act)
    {
        var refused = Should.Throw<CliException>(act);
        refused.ExitCode.ShouldBe(ExitCodes.Refused);
        return refused.Message;
    }
}
