using Drydock.Cli.Changes;
using Drydock.Cli.Dashboard;
using Drydock.Cli.Views;
using Drydock.Tests.Unit.Oms;

namespace Drydock.Tests.Unit.Plugin;

/// <summary>Attempts, tokens and approvals by time.</summary>
public sealed class HistoryViewTests
{
    [Fact]
    public void History_is_whole_without_events()
    {
        var world = CliRuns.Held();
        world.Write(Approval.Of(world.Run(), null, all: false).Annotations);
        world.RunUntil(() => world.Is(ConditionTypes.Succeeded), "it succeeds");
        var plan = world.Run().Status!.Plan!;

        var entries = HistoryView.Of(world.Run()).Entries;

        entries.Select(e => e.What).Distinct().ShouldBe(
            ["Attempt 1", "Plan", "Approval", "Downtime", "End", .. plan.Steps.Select(s => s.Phase).Distinct()],
            ignoreOrder: true);
        entries.Where(e => e.What == "Downtime").Select(e => e.Text.Split(" after")[0])
            .ShouldBe(["The system went down.", "The system is up again"]);
        entries[^1].What.ShouldBe("End");
        entries[^1].Text.ShouldStartWith("Succeeded. ");
        entries.ShouldAllBe(e => e.At != null);
    }

    [Fact]
    public void End_comes_last_of_what_happened_in_its_second()
    {
        var world = CliRuns.Held();
        world.Write(Approval.Of(world.Run(), null, all: false).Annotations);
        world.RunUntil(() => world.Is(ConditionTypes.Succeeded), "it succeeds");
        var run = world.Run();
        var last = run.Status!.Plan!.Steps.Max(s => s.StartedAt)!.Value;
        var early = run with
        {
            Status = run.Status with { FinishedAt = DateTimeOffset.FromUnixTimeSeconds(last.ToUnixTimeSeconds()) }
        };

        HistoryView.Of(early).Entries[^1].What.ShouldBe("End");
    }

    [Fact]
    public void Misspelt_approval_is_told_as_ignored()
    {
        var world = CliRuns.Held();
        world.Annotate(Annotations.Approve, world.WordFor("stopold"));
        world.RunUntil(() => world.Status.Approvals.Count > 0, "seen");

        HistoryView.Of(world.Run()).Entries.Single(e => e.What == "Approval").Text
            .ShouldEndWith("ignored. The plan has no hold, phase or step stopold. Did you mean StopOld?");
    }

    [Fact]
    public void Failed_step_is_told_with_its_reason() =>
        HistoryView.Of(RollbackTests.Failed().Run()).Entries.ShouldContain(e => e.What == "CorrectMetadata"
            && e.Text.StartsWith("CorrectMetadata/oms-a/jar failed: ", StringComparison.Ordinal));

    [Fact]
    public void Retry_is_told_with_the_attempt_that_it_begins()
    {
        var world = RollbackTests.Failed();
        var token = world.RestoreWord;
        world.Write(TokenChange.Retry(world.Run()).Annotations);
        world.RunUntil(() => !world.Is(ConditionTypes.Stalled), "it continues");

        var entries = HistoryView.Of(world.Run()).Entries;

        entries.Where(e => e.What == "Attempt 1").Select(e => e.Text.Split(':')[0])
            .ShouldBe([
                "Began.", $"Ended by retry {token}. It had stopped with RestoreRequired at CorrectMetadata/oms-a/jar"]);
        entries.Single(e => e.What == "Attempt 2").Text.ShouldBeWorded(token);

        // The redo tells nothing of the steps that failed; the page keeps the attempt.
        var ended = RunReader.Page(world.Run(), [], world.Time.GetUtcNow()).Attempts.ShouldHaveSingleItem();
        ended.Number.ShouldBe(1);
        ended.To.ShouldBeGreaterThan(ended.From);
        ended.Text.ShouldBeWorded(token);
    }
}
