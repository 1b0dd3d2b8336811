using Drydock.Abstractions.Plans;
using Drydock.Crds.Common;
using Drydock.Crds.OmsUpgrades;
using Drydock.Reconcilers.Upgrades;
using Drydock.Tests.Unit.Operator.Metrics;
using Shouldly;
using Xunit;

namespace Drydock.Tests.Unit.Operator.Telemetry;

/// <summary>The traces that a status means.</summary>
public sealed class RunSpansTests
{
    [Fact]
    public void Spans_told_one_by_one_are_those_that_the_status_records()
    {
        OmsUpgradeStatus[] course =
        [
            Status("StopOld/oms-a=Pending", "StopOld/oms-b=Pending"),
            Status("StopOld/oms-a=Running", "StopOld/oms-b=Running"),
            Status("StopOld/oms-a=Succeeded", "StopOld/oms-b=Running"),
            Failed("StopOld/oms-a=Succeeded", "StopOld/oms-b=Failed"),
        ];

        var told = course.Zip(course.Skip(1)).SelectMany(
            change => RunSpans.EndedBetween(Read(change.First), Read(change.Second), Runs.Start)).ToList();

        var recorded = RunSpans.Recorded(Read(course[^1])).ToList();
        told.Select(Describe).ShouldBe(recorded.Select(Describe), ignoreOrder: true);
        recorded.Select(span => span.Name).ShouldBe(["StopOld/oms-a", "StopOld/oms-b", "OmsUpgrade oms/night"]);
        recorded.Select(span => span.Trace).Distinct().Count().ShouldBe(1);
        recorded.Select(span => span.Id).Distinct().Count().ShouldBe(3);
        recorded[0].Parent.ShouldBe(recorded[2].Id);
        recorded[2].Parent.ShouldBeNull();
        recorded[0].Failure.ShouldBeNull();
        recorded[1].Failure.ShouldBe("StepFailed");
        recorded[2].Failure.ShouldBe("StepFailed");
    }

    [Fact]
    public void Span_names_things_and_no_parameter()
    {
        var status = Status("StopOld/oms-a=Succeeded");
        status.Plan!.Steps[0].Parameters["password"] = "parameter-value";

        var span = RunSpans.Recorded(Read(status)).ShouldHaveSingleItem();

        span.Attributes.Select(a => a.Key).ShouldBe(
        [
            "drydock.kind", "k8s.namespace.name", "drydock.name", "drydock.uid", "drydock.attempt", "drydock.phase",
            "drydock.step", "drydock.step.attempt", "drydock.action", "drydock.outcome", "drydock.node",
        ]);
        span.Attributes.ShouldNotContain(a => a.Value.Contains("parameter-value", StringComparison.Ordinal));
        (span.StartedAt, span.EndedAt).ShouldBe((Runs.Start, Runs.Start.AddMinutes(1)));
    }

    [Fact]
    public void Step_after_a_retry_belongs_to_the_trace_of_the_next_attempt()
    {
        var status = Status("StopOld/oms-a=Succeeded", "StopOld/oms-b=Succeeded") with
        {
            Attempts = [new RunAttempt { Number = 1, FinishedAt = Runs.Start.AddSeconds(90) }],
        };

        var spans = RunSpans.Recorded(Read(status)).ToList();

        spans[0].Trace.ShouldBe(TraceIds.Trace("uid-of-night", 1));
        spans[1].Trace.ShouldBe(TraceIds.Trace("uid-of-night", 2));
    }

    [Fact]
    public void Attempt_of_a_step_that_is_repeated_has_a_span_of_its_own()
    {
        var (first, waiting) = (Status("StopOld/oms-a=Running"), Status("StopOld/oms-a=Pending"));
        waiting.Plan!.Steps[0] = waiting.Plan.Steps[0] with { Attempt = 1, Reason = "HostUnreachable" };
        var second = Status("StopOld/oms-a=Succeeded");
        second.Plan!.Steps[0] = second.Plan.Steps[0] with { Attempt = 2 };

        var repeated = RunSpans.EndedBetween(Read(first), Read(waiting), Runs.Start.AddMinutes(1)).ShouldHaveSingleItem();
        var last = RunSpans.EndedBetween(Read(waiting), Read(second), Runs.Start.AddMinutes(1)).ShouldHaveSingleItem();

        repeated.Failure.ShouldBe("HostUnreachable");
        last.Failure.ShouldBeNull();
        repeated.Id.ShouldNotBe(last.Id);
    }

    [Fact]
    public void Rollback_is_a_span_within_the_attempt()
    {
        var turned = Runs.Start.AddMinutes(5);
        var status = Runs.Status("RolledBack", "RolledBack", ConditionTypes.Ready, ConditionTypes.RolledBack) with
        {
            Plan = Runs.Plan("StopOld/oms-a=Succeeded", "StartNew/oms-a=Pending"),
            RollbackPlan = Runs.Plan("StartOld/oms-a=Succeeded") with { Hash = "sha256:2", CompiledAt = turned },
        };

        var wholes = RunSpans.Recorded(Read(status)).Where(span => span.Name.StartsWith("OmsUpgrade", StringComparison.Ordinal)).ToList();

        wholes.Select(span => span.Name).ShouldBe(["OmsUpgrade oms/night", "OmsUpgrade oms/night rollback"]);
        wholes[0].EndedAt.ShouldBe(turned);
        wholes[1].StartedAt.ShouldBe(turned);
        wholes[1].Parent.ShouldBe(wholes[0].Id);
    }

    private static OmsUpgradeStatus Status(params string[] steps) =>
        Runs.Status("StopOld", "StepRunning", ConditionTypes.Reconciling) with { Plan = Runs.Plan(steps) };

    private static OmsUpgradeStatus Failed(params string[] steps) =>
        Runs.Status("Failed", "StepFailed", ConditionTypes.Stalled, ConditionTypes.Failed) with { Plan = Runs.Plan(steps) };

    private static RunSample Read(OmsUpgradeStatus status) => Runs.Read(Runs.Upgrade("night", status));

    private static string Describe(TraceSpan span) =>
        $"{span.Trace} {span.Id} {span.Parent} {span.Name} {span.StartedAt:O} {span.EndedAt:O} {string.Join(',', span.Attributes)} {span.Failure}";
}
