using Drydock.Operator.Metrics;

namespace Drydock.Tests.Unit.Operator.Metrics;

/// <summary>What is counted when the status of an object changes.</summary>
[Collection("Scrape")]
public sealed class RunCountersTests : IDisposable
{
    private readonly ManualTimeProvider _time = new(MadeRuns.Start.AddMinutes(10));
    private readonly PrometheusMetrics _collector = new();
    private readonly RunCounters _counters;
    private readonly Dictionary<string, double> _before;
    private bool _leads = true;

    public RunCountersTests()
    {
        // The collector hears the counters of tests that run at the same time too: those have other names of steps.
        _counters = new RunCounters([new MadeRuns().Source], () => _leads, _time);
        _before = Ends();
    }

    public void Dispose()
    {
        _counters.Dispose();
        _collector.Dispose();
    }

    [Fact]
    public void Every_result_starts_at_zero() => _before.Keys.Order(StringComparer.Ordinal).ShouldBe(
        ["abandoned", "aborted", "failed", "rolled_back", "rolled_back_after_failure", "succeeded"]);

    [Theory]
    [InlineData("succeeded", "Succeeded", new[] { "Ready", "Succeeded" })]
    [InlineData("failed", "StepFailed", new[] { "Stalled", "Failed" })]
    [InlineData("aborted", "Aborted", new[] { "Stalled", "Failed" })]
    [InlineData("rolled_back", "RolledBack", new[] { "Ready", "RolledBack" })]
    [InlineData("rolled_back_after_failure", "RolledBackAfterFailure", new[] { "Stalled", "Failed", "RolledBack" })]
    public void End_is_counted_once_with_its_result(string result, string reason, string[] conditions)
    {
        var running = MadeRuns.Status("Settle", "StepRunning", "Reconciling");
        var ended = MadeRuns.Status("X", reason, conditions);

        Change(running, ended);
        Change(ended, ended with { Message = "again" });

        Ends()[result].ShouldBe(_before[result] + 1);
    }

    [Fact]
    public void Object_removed_while_its_system_is_down_is_counted_as_abandoned()
    {
        var up = MadeRuns.Status("Backup", "StepRunning", "Reconciling");
        var down = MadeRuns.Read(MadeRuns.Upgrade("night", up with { System = MadeRuns.Down(MadeRuns.Start) }));
        _counters.Gone(MadeRuns.Read(MadeRuns.Upgrade("night", up)));
        _leads = false;
        _counters.Gone(down);
        Ends()["abandoned"].ShouldBe(_before["abandoned"]);

        _leads = true;
        _counters.Gone(down);
        Ends()["abandoned"].ShouldBe(_before["abandoned"] + 1);
    }

    [Fact]
    public void Hold_is_measured_from_its_condition()
    {
        var held = MadeRuns.Status("StopOld", "Held", "Reconciling", "Held");
        var before = Sum("drydock_run_hold_seconds_sum");

        Change(held, MadeRuns.Status("StopOld", "StepRunning", "Reconciling"));

        Sum("drydock_run_hold_seconds_sum").ShouldBe(before + 600);
    }

    [Fact]
    public void Step_that_ended_is_counted_with_its_own_times()
    {
        var action = Action();

        Change(Run($"{action}/a=Running", $"{action}/b=Running"), Run($"{action}/a=Succeeded", $"{action}/b=Failed"));

        Attempts(action).ShouldBe(["failed 1", "succeeded 1"]);
        Lines("drydock_step_duration_seconds_sum", $"action=\"{action}Action\",kind=\"OmsUpgrade\",outcome=\"failed\"")
            .ShouldHaveSingleItem().ShouldEndWith(" 60");
    }

    [Fact]
    public void Attempt_that_is_followed_by_another_is_counted()
    {
        var action = Action();
        var running = Run($"{action}/a=Running");
        var waiting = Run($"{action}/a=Pending");
        waiting = waiting with { Plan = waiting.Plan!.With(s => s.Record with { Attempt = 1, Reason = "StepFailed" }) };

        Change(running, waiting);

        Attempts(action).ShouldBe(["retried 1"]);
        Lines("drydock_step_duration_seconds_sum", $"action=\"{action}Action\"")
            .ShouldHaveSingleItem().ShouldEndWith(" 600");
    }

    [Fact]
    public void Steps_done_before_this_process_saw_the_object_are_not_counted()
    {
        var action = Action();

        _counters.Changed(null, MadeRuns.Read(MadeRuns.Upgrade("night", Run($"{action}/a=Succeeded"))));

        Attempts(action).ShouldBeEmpty();
    }

    [Fact]
    public void Step_of_same_name_in_another_plan_is_counted_again()
    {
        var action = Action();
        var first = Run($"{action}/a=Succeeded");

        Change(first, first with { Plan = first.Plan!.Rewritten(p => p with { Acknowledged = ["other"] }) });

        Attempts(action).ShouldBe(["succeeded 1"]);
    }

    [Fact]
    public void Attempts_before_object_was_reduced_are_not_counted_again()
    {
        var action = Action();
        var first = Run($"{action}/a=Succeeded", $"{action}/b=Succeeded");
        var whole = MadeRuns.Upgrade("night", first);
        var before = whole with
        {
            IsReduced = true,
            Metadata = ReducedObject.Metadata(whole.Metadata),
            Status = (OmsUpgradeStatus)ReducedObject.Status(first),
        };

        _counters.Changed(MadeRuns.Read(before), MadeRuns.Read(whole));
        Attempts(action).ShouldBeEmpty();

        var other = first with
        {
            RollbackPlan = MadeRuns.Plan($"{action}/c=Succeeded").Rewritten(p => p with { Acknowledged = ["other"] })
        };
        _counters.Changed(MadeRuns.Read(before), MadeRuns.Read(whole with { Status = other }));
        Attempts(action).ShouldBe(["succeeded 1"]);
    }

    [Fact]
    public void Process_that_does_not_lead_counts_nothing()
    {
        var action = Action();
        _leads = false;

        Change(Run($"{action}/a=Running"), Run($"{action}/a=Succeeded"));

        Attempts(action).ShouldBeEmpty();
    }

    private static string Action() => $"Step{Guid.NewGuid():N}";

    private static OmsUpgradeStatus Run(params string[] steps) =>
        MadeRuns.Status("StopOld", "StepRunning", ConditionTypes.Reconciling) with { Plan = MadeRuns.Plan(steps) };

    private void Change(OmsUpgradeStatus before, OmsUpgradeStatus now) =>
        _counters.Changed(
            MadeRuns.Read(MadeRuns.Upgrade("night", before)), MadeRuns.Read(MadeRuns.Upgrade("night", now)));

    private IEnumerable<string> Attempts(string action) =>
        Lines("drydock_step_attempts_total", $"action=\"{action}Action\"").Select(
            line => $"{line.Split("outcome=\"")[1].Split('"')[0]} {Scrape.Value(line)}");

    private List<string> Lines(string metric, string label) =>
        [.. Scrape.Lines(_collector, metric).Where(line => line.Contains(label, StringComparison.Ordinal))];

    private double Sum(string metric) => Scrape.Lines(_collector, metric).Sum(Scrape.Value);

    private Dictionary<string, double> Ends() => Scrape.Lines(_collector, "drydock_runs_ended_total")
        .Where(line => line.Contains("kind=\"OmsUpgrade\"", StringComparison.Ordinal))
        .ToDictionary(line => line.Split("result=\"")[1].Split('"')[0], Scrape.Value, StringComparer.Ordinal);
}
