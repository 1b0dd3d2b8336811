using System.Collections.Concurrent;
using System.Diagnostics;
using Drydock.Tests.Unit.Operator.Metrics;

namespace Drydock.Tests.Unit.Operator.Telemetry;

/// <summary>The spans that changes of a status mean.</summary>
public sealed class RunSpansTests : IDisposable
{
    private const string Traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

    private readonly string _uid = $"uid-{Guid.NewGuid():N}";
    private readonly ConcurrentQueue<Activity> _sent = new();
    private readonly ActivityListener _listener;
    private readonly RunSpans _spans;
    private bool _leads = true;

    public RunSpansTests()
    {
        _spans = new RunSpans(() => _leads, new ManualTimeProvider(MadeRuns.Start.AddMinutes(1)));
        _listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == RunSpans.SourceName,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = span =>
            {
                // Tests that run at the same time have other objects.
                if ((string?)span.GetTagItem("drydock.uid") == _uid)
                {
                    _sent.Enqueue(span);
                }
            },
        };
        ActivitySource.AddActivityListener(_listener);
    }

    public void Dispose() => _listener.Dispose();

    [Fact]
    public void Spans_of_an_attempt_are_below_its_traceparent_with_the_times_of_the_status()
    {
        Change(
            Status("StopOld/oms-a=Pending", "StopOld/oms-b=Pending"),
            Status("StopOld/oms-a=Running", "StopOld/oms-b=Running"),
            Status("StopOld/oms-a=Succeeded", "StopOld/oms-b=Running"),
            Failed("StopOld/oms-a=Succeeded", "StopOld/oms-b=Failed"));

        _sent.Select(span => span.DisplayName)
            .ShouldBe(["StopOld/oms-a", "StopOld/oms-b", "OmsUpgrade oms/night attempt"]);
        _sent.ShouldAllBe(span => span.ParentId == Traceparent);
        _sent.Select(span => span.StatusDescription).ShouldBe([null, "StepFailed", "StepFailed"]);
        var first = _sent.First();
        (first.StartTimeUtc, first.Duration).ShouldBe((MadeRuns.Start.UtcDateTime, TimeSpan.FromMinutes(1)));
        Activity.Current.ShouldBeNull();
    }

    [Fact]
    public void Span_names_things_and_no_parameter()
    {
        var (before, after) = (Status("StopOld/oms-a=Running"), Status("StopOld/oms-a=Succeeded"));
        after = after with
        {
            Plan = after.Plan!.RewrittenSteps(
                s => s with { Parameters = new Dictionary<string, string> { ["password"] = "parameter-value" } })
        };

        Change(before, after);

        var span = _sent.ShouldHaveSingleItem();
        span.TagObjects.Select(a => a.Key).ShouldBe(
        [
            "drydock.kind", "k8s.namespace.name", "drydock.name", "drydock.uid", "drydock.attempt", "drydock.phase",
            "drydock.step", "drydock.step.attempt", "drydock.action", "drydock.outcome", "drydock.node",
        ], ignoreOrder: true);
        span.TagObjects.ShouldNotContain(
            a => a.Value!.ToString()!.Contains("parameter-value", StringComparison.Ordinal));
    }

    [Fact]
    public void Step_that_ends_with_a_retry_belongs_to_the_attempt_before()
    {
        var running = Status("StopOld/oms-a=Succeeded", "StopOld/oms-b=Running");
        var again = RunTokens.TakeUp(
            Status("StopOld/oms-a=Succeeded", "StopOld/oms-b=Succeeded"), ["again"], MadeRuns.Start.AddMinutes(3));

        again.Traceparent.ShouldBeNull("the next write begins another trace");
        Change(running, (OmsUpgradeStatus)again);

        var span = _sent.ShouldHaveSingleItem();
        span.ParentId.ShouldBe(Traceparent);
        span.GetTagItem("drydock.attempt").ShouldBe("1");
    }

    [Fact]
    public void Attempt_of_a_step_that_is_repeated_has_a_span_of_its_own()
    {
        var (first, waiting) = (Status("StopOld/oms-a=Running"), Status("StopOld/oms-a=Pending"));
        waiting =
            waiting with { Plan = waiting.Plan!.With(s => s.Record with { Attempt = 1, Reason = "HostUnreachable" }) };
        var second = Status("StopOld/oms-a=Succeeded");
        second = second with { Plan = second.Plan!.With(s => s.Record with { Attempt = 2 }) };

        Change(first, waiting, second);

        _sent.Select(span => span.StatusDescription).ShouldBe(["HostUnreachable", null]);
        _sent.Select(span => span.GetTagItem("drydock.outcome")).ShouldBe(["retried", "succeeded"]);
    }

    [Fact]
    public void Rollback_has_a_span_beside_that_of_the_attempt()
    {
        var turned = MadeRuns.Start.AddMinutes(5);
        var before = Status("StopOld/oms-a=Succeeded", "StartNew/oms-a=Pending");
        var after = MadeRuns.Status("RolledBack", "RolledBack", ConditionTypes.Ready, ConditionTypes.RolledBack) with
        {
            Plan = before.Plan,
            RollbackPlan = MadeRuns.Plan("StartOld/oms-a=Succeeded")
                .Rewritten(p => p with { Acknowledged = ["other"], CompiledAt = turned }),
            Traceparent = Traceparent,
        };

        Change(before, after);

        var wholes = _sent.Where(span => span.DisplayName.StartsWith("OmsUpgrade", StringComparison.Ordinal)).ToList();
        wholes.Select(span => span.DisplayName)
            .ShouldBe(["OmsUpgrade oms/night attempt", "OmsUpgrade oms/night rollback"]);
        (wholes[0].StartTimeUtc + wholes[0].Duration).ShouldBe(turned.UtcDateTime);
        wholes[1].StartTimeUtc.ShouldBe(turned.UtcDateTime);
        wholes.ShouldAllBe(span => span.ParentId == Traceparent);
    }

    [Fact]
    public void Successor_sends_the_last_steps_once_more_and_no_other()
    {
        var status = Status("StopOld/oms-a=Succeeded", "StopOld/oms-b=Succeeded", "StartNew/oms-a=Running");

        _spans.Changed(null, Read(status));

        var span = _sent.ShouldHaveSingleItem();
        (span.DisplayName, span.ParentId).ShouldBe(("StopOld/oms-b", Traceparent));
    }

    [Fact]
    public void Ended_run_and_former_attempt_are_not_sent_once_more()
    {
        RunSpans.Resume(
            Read(MadeRuns.Status("Succeeded", "Succeeded", ConditionTypes.Ready, ConditionTypes.Succeeded) with
            {
                Plan = MadeRuns.Plan("StopOld/oms-a=Succeeded")
            }));
        RunSpans.Resume(Read(Status("StopOld/oms-a=Succeeded", "StopOld/oms-b=Running") with
        {
            Attempts = [new RunAttempt { Number = 1, FinishedAt = MadeRuns.Start.AddMinutes(2) }],
        }));

        _sent.ShouldBeEmpty();
    }

    [Fact]
    public void Process_that_does_not_lead_sends_nothing()
    {
        _leads = false;

        Change(Status("StopOld/oms-a=Running"), Status("StopOld/oms-a=Succeeded"));

        _sent.ShouldBeEmpty();
    }

    [Theory]
    [InlineData(null)]
    [InlineData("not a traceparent")]
    public void Status_without_a_usable_traceparent_fails_nothing(string? text)
    {
        Change(
            Status("StopOld/oms-a=Running") with { Traceparent = text },
            Status("StopOld/oms-a=Succeeded") with { Traceparent = text });

        _sent.ShouldHaveSingleItem().ParentId.ShouldBeNull();
    }

    [Fact]
    public void First_span_has_the_id_of_the_traceparent_and_waits_to_be_sent()
    {
        var begun = RunSpans.Begin("OmsUpgrade", Read(Status()).Metadata, Status());

        begun.ParentId.ShouldBeNull();
        RunSpans.Of(Status() with { Traceparent = begun.Id })!.Value.SpanId.ShouldBe(begun.SpanId);
        Activity.Current.ShouldBeNull("requests are no part of it");
        _sent.ShouldBeEmpty();
        begun.Stop();
        _sent.ShouldHaveSingleItem().DisplayName.ShouldBe("OmsUpgrade oms/night");
    }

    private static OmsUpgradeStatus Status(params string[] steps) =>
        MadeRuns.Status("StopOld", "StepRunning", ConditionTypes.Reconciling) with
        {
            Plan = MadeRuns.Plan(steps),
            Traceparent = Traceparent
        };

    private static OmsUpgradeStatus Failed(params string[] steps) =>
        MadeRuns.Status("Failed", "StepFailed", ConditionTypes.Stalled, ConditionTypes.Failed) with
        {
            Plan = MadeRuns.Plan(steps),
            Traceparent = Traceparent
        };

    private void Change(params OmsUpgradeStatus[] course)
    {
        foreach (var (before, now) in course.Zip(course.Skip(1)))
        {
            _spans.Changed(Read(before), Read(now));
        }
    }

    private RunSample Read(OmsUpgradeStatus status)
    {
        OmsUpgrade upgrade = MadeRuns.Upgrade("night", status);
        return MadeRuns.Read(upgrade with { Metadata = upgrade.Metadata with { Uid = _uid } });
    }
}
