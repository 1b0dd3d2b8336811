using Drydock.Operator.Metrics;

namespace Drydock.Tests.Unit.Operator.Metrics;

/// <summary>What a scrape shows of the objects.</summary>
[Collection("Scrape")]
public sealed class RunGaugesTests : IDisposable
{
    private readonly MadeRuns _runs = new();
    private readonly ManualTimeProvider _time = new(MadeRuns.Start);
    private readonly PrometheusMetrics _collector = new();
    private readonly RunGauges _gauges;
    private bool _leads = true;

    public RunGaugesTests() => _gauges = new RunGauges([_runs.Source], () => _leads, _time, TimeSpan.Zero);

    public void Dispose()
    {
        _gauges.Dispose();
        _collector.Dispose();
    }

    [Fact]
    public void Running_upgrade_is_described()
    {
        var since = MadeRuns.Start.AddMinutes(1);
        _runs.All.Add(
            MadeRuns.Upgrade("night", MadeRuns.Status("StopOld", "StepRunning", ConditionTypes.Reconciling) with
            {
                Plan = MadeRuns.Plan("DisableHA/oms=Succeeded", "StopOld/oms-a=Running", "StopOld/oms-b=Pending"),
                System = MadeRuns.Down(since),
                Findings = [new Finding()],
                Target = new TargetStatus { Claim = "claim-1" },
            }));

        Lines("drydock_run_info").ShouldBe(
        [
            "drydock_run_info{engine=\"\",from=\"3.2.2\",kind=\"OmsUpgrade\",name=\"night\","
            + "namespace=\"oms\",phase=\"StopOld\",reason=\"StepRunning\",to=\"4.2.2\"} 1",
        ]);
        Lines("drydock_run_condition").ShouldBe(
        [
            "drydock_run_condition{kind=\"OmsUpgrade\",name=\"night\",namespace=\"oms\",type=\"Held\"} 0",
            "drydock_run_condition{kind=\"OmsUpgrade\",name=\"night\",namespace=\"oms\",type=\"Ready\"} 0",
            "drydock_run_condition{kind=\"OmsUpgrade\",name=\"night\",namespace=\"oms\",type=\"Reconciling\"} 1",
            "drydock_run_condition{kind=\"OmsUpgrade\",name=\"night\",namespace=\"oms\",type=\"Stalled\"} 0",
        ]);
        Value("drydock_run_steps", "state=\"succeeded\"").ShouldBe(1);
        Value("drydock_run_steps", "state=\"running\"").ShouldBe(1);
        Value("drydock_run_steps", "state=\"pending\"").ShouldBe(1);
        Value("drydock_run_steps", "state=\"failed\"").ShouldBe(0);
        Value("drydock_run_start_timestamp_seconds").ShouldBe(MadeRuns.Start.ToUnixTimeSeconds());
        Value("drydock_run_phase_start_timestamp_seconds", "phase=\"StopOld\"").ShouldBe(since.ToUnixTimeSeconds());
        Value("drydock_run_downtime_start_timestamp_seconds").ShouldBe(since.ToUnixTimeSeconds());
        Lines("drydock_run_downtime_seconds").ShouldBeEmpty();
        Lines("drydock_run_end_timestamp_seconds").ShouldBeEmpty();
        Value("drydock_run_findings").ShouldBe(1);
        Value("drydock_run_action_required").ShouldBe(0);
        Value("drydock_target_claimed", "claim=\"claim-1\"").ShouldBe(1);
    }

    [Fact]
    public void Upgrade_that_ended_shows_end_and_downtime()
    {
        var ended = MadeRuns.Start.AddMinutes(40);
        _runs.All.Add(Ended("night", ended));
        _runs.All[0] = _runs.All[0] with
        {
            Status = _runs.All[0].Status! with { Downtime = "9m30s" },
        };

        Value("drydock_run_end_timestamp_seconds").ShouldBe(ended.ToUnixTimeSeconds());
        Value("drydock_run_downtime_seconds").ShouldBe(570);
        Lines("drydock_run_downtime_start_timestamp_seconds").ShouldBeEmpty();
    }

    [Fact]
    public void Steps_are_those_of_the_rollback_once_it_exists()
    {
        _runs.All.Add(
            MadeRuns.Upgrade("night", MadeRuns.Status("RollingBack", "RollingBack", ConditionTypes.Reconciling) with
            {
                Plan = MadeRuns.Plan("StopOld/oms-a=Succeeded"),
                RollbackPlan = MadeRuns.Plan("StartOld/oms-a=Pending", "Report/oms=Pending")
                    .Rewritten(p => p with { Acknowledged = ["other"], CompiledAt = MadeRuns.Start.AddMinutes(7) }),
            }));

        Value("drydock_run_steps", "state=\"pending\"").ShouldBe(2);
        Value("drydock_run_steps", "state=\"succeeded\"").ShouldBe(0);
        Value("drydock_run_phase_start_timestamp_seconds").ShouldBe(MadeRuns.Start.AddMinutes(7).ToUnixTimeSeconds());
    }

    [Theory]
    [InlineData(15, 0)]
    [InlineData(16, 1)]
    public void Step_is_late_after_one_and_a_half_times_its_expected_duration(int minutes, int late)
    {
        _runs.All.Add(
            MadeRuns.Upgrade("night", MadeRuns.Status("Backup", "StepRunning", ConditionTypes.Reconciling) with
            {
                Active =
                [
                    new ActiveStep
                    {
                        Id = "Backup/snapshot",
                        State = StepState.Running,
                        Since = MadeRuns.Start,
                        ExpectedAt = MadeRuns.Start.AddMinutes(10)
                    },
                    new ActiveStep { Id = "Backup/other", State = StepState.Running, Since = MadeRuns.Start },
                ],
            }));

        _time.Advance(TimeSpan.FromMinutes(minutes));

        Value("drydock_run_steps_late").ShouldBe(late);
    }

    [Fact]
    public void Process_that_does_not_lead_shows_no_object()
    {
        _runs.All.Add(MadeRuns.Upgrade("night", MadeRuns.Status("StopOld", "StepRunning", ConditionTypes.Reconciling)));
        _leads = false;

        Lines("drydock_run_info").ShouldBeEmpty();
    }

    [Fact]
    public void Deleted_object_has_no_series()
    {
        _runs.All.Add(MadeRuns.Upgrade("night", MadeRuns.Status("StopOld", "StepRunning", ConditionTypes.Reconciling)));
        Lines("drydock_run_info").Count.ShouldBe(1);

        _runs.All.Clear();

        Lines("drydock_run_info").ShouldBeEmpty();
    }

    [Fact]
    public void Series_end_a_day_after_the_end()
    {
        _runs.All.Add(Ended("night", MadeRuns.Start));
        _time.Advance(TimeSpan.FromHours(24) - TimeSpan.FromSeconds(1));
        Lines("drydock_run_info").Count.ShouldBe(1);

        _time.Advance(TimeSpan.FromSeconds(1));

        Lines("drydock_run_info").ShouldBeEmpty();
    }

    [Fact]
    public void Stalled_object_is_shown_until_it_is_repaired()
    {
        _runs.All.Add(MadeRuns.Upgrade(
            "night", MadeRuns.Status("Failed", "StepFailed", ConditionTypes.Stalled, ConditionTypes.Failed)));
        _time.Advance(TimeSpan.FromDays(30));

        Lines("drydock_run_info").Count.ShouldBe(1);
    }

    [Fact]
    public void Of_a_thousand_ended_objects_the_last_ones_are_shown()
    {
        for (var i = 0; i < 1000; i++)
        {
            _runs.All.Add(Ended($"night-{i}", MadeRuns.Start.AddSeconds(i)));
        }

        _runs.All.Add(MadeRuns.Upgrade("now", MadeRuns.Status("StopOld", "StepRunning", ConditionTypes.Reconciling)));
        _time.Advance(TimeSpan.FromHours(1));

        var lines = Lines("drydock_run_info");
        lines.Count.ShouldBe(RunGauges.MostEnded + 1);
        lines.ShouldContain(line => line.Contains("name=\"now\"", StringComparison.Ordinal));
        lines.ShouldContain(line => line.Contains("name=\"night-999\"", StringComparison.Ordinal));
        lines.ShouldNotContain(line => line.Contains("name=\"night-799\"", StringComparison.Ordinal));
    }

    [Fact]
    public void Of_too_many_open_objects_those_that_are_down_are_shown()
    {
        for (var i = 0; i < RunGauges.MostOpen + 5; i++)
        {
            _runs.All.Add(MadeRuns.Upgrade($"night-{i}", MadeRuns.Status(
                "Preflight", "PreflightFailed", ConditionTypes.Stalled) with
            {
                StartedAt = MadeRuns.Start.AddSeconds(i),
                System = i == 0 ? MadeRuns.Down(MadeRuns.Start) : null,
            }));
        }

        var lines = Lines("drydock_run_info");
        lines.Count.ShouldBe(RunGauges.MostOpen);
        lines.ShouldContain(line => line.Contains("name=\"night-0\"", StringComparison.Ordinal));
        lines.ShouldNotContain(line => line.Contains("name=\"night-1\"", StringComparison.Ordinal));
    }

    [Fact]
    public void No_namespace_takes_the_place_of_others()
    {
        for (var i = 0; i < RunGauges.MostOpen + 5; i++)
        {
            _runs.All.Add(In("crowd", MadeRuns.Upgrade($"new-{i}", new OmsUpgradeStatus())));
        }

        var running = MadeRuns.Status("PrepareImage", "StepRunning", ConditionTypes.Reconciling);
        _runs.All.Add(In("payments", MadeRuns.Upgrade("night", running with { StartedAt = MadeRuns.Start })));
        _runs.All.Add(In("crowd", MadeRuns.Upgrade("runs", running with { StartedAt = MadeRuns.Start })));

        var lines = Lines("drydock_run_info");
        lines.Count.ShouldBe(RunGauges.MostOpen);
        lines.ShouldContain(line => line.Contains("namespace=\"payments\"", StringComparison.Ordinal));
        lines.ShouldContain(line => line.Contains("name=\"runs\"", StringComparison.Ordinal));
        Value("drydock_runs_not_reported").ShouldBe(7);
    }

    private static OmsUpgrade In(string space, OmsUpgrade upgrade) =>
        upgrade with { Metadata = upgrade.Metadata with { Namespace = space } };

    [Fact]
    public void Object_without_status_is_shown_without_phase()
    {
        _runs.All.Add(MadeRuns.Upgrade("new", new OmsUpgradeStatus()) with { Status = null });

        Lines("drydock_run_info").ShouldHaveSingleItem().ShouldContain("phase=\"\"");
        Lines("drydock_run_steps").ShouldBeEmpty();
    }

    private static OmsUpgrade Ended(string name, DateTimeOffset at) => MadeRuns.Upgrade(
        name,
        MadeRuns.Status("Succeeded", "Succeeded", ConditionTypes.Ready, ConditionTypes.Succeeded) with
        {
            FinishedAt = at
        });

    private IReadOnlyList<string> Lines(string metric) => Scrape.Lines(_collector, metric);

    private double Value(string metric, string label = "") =>
        Scrape.Value(Lines(metric).Single(line => line.Contains(label, StringComparison.Ordinal)));
}
