using Drydock.Abstractions.Entities;
using Drydock.Abstractions.Plans;
using Drydock.Crds.Common;
using Drydock.Crds.OmsUpgrades;
using Drydock.Lab;
using Drydock.Lab.Monitoring;
using Drydock.Operator.Telemetry;
using Drydock.Reconcilers.Oms;
using Drydock.Reconcilers.Upgrades;
using Microsoft.Extensions.Logging.Abstractions;
using Shouldly;
using Xunit;
using OmsUpgrade = Drydock.Crds.OmsUpgrades.OmsUpgrade;

namespace Drydock.Tests.Integration.Operator;

/// <summary>Traces on their way to a receiver that is slow, away, or asked again by a successor.</summary>
public sealed class TraceExportTests : IRunSource
{
    private static readonly DateTimeOffset Start = TimeProvider.System.GetUtcNow().AddMinutes(-10);

    private readonly List<RunSample> _runs = [];

    public string Kind => OmsUpgrade.KindName;

    public IReadOnlyList<string> Results => RunResults.OfUpgrades;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    IEnumerable<RunSample> IRunSource.Samples() => _runs;

    [Fact]
    public async Task Spans_wait_for_a_receiver_that_is_away()
    {
        await using var receiver = await OtlpReceiver.StartAsync(Token);
        receiver.Answer = 503;
        using var export = Export(receiver);
        using var term = new CancellationTokenSource();
        var running = export.RunAsync(term.Token);
        export.Changed(Run(StepState.Running), Run(StepState.Succeeded));
        await Deadline.UntilAsync("a refused request", _ => Task.FromResult(receiver.Requests.Count > 0), cancellationToken: Token);

        receiver.Answer = 200;

        await Deadline.UntilAsync("the span", _ => Task.FromResult(receiver.Spans.Count > 0), cancellationToken: Token);
        await term.CancelAsync();
        await running;

        // If the term ends before the answer has been read, the span is sent again, with the same ids.
        receiver.Spans.DistinctBy(span => (span.Trace, span.Id)).ShouldHaveSingleItem().Name.ShouldBe("StopOld/oms-a");
    }

    [Fact]
    public async Task Successor_sends_what_the_status_records_with_the_same_ids()
    {
        await using var receiver = await OtlpReceiver.StartAsync(Token);
        for (var i = 0; i < 2; i++)
        {
            using var export = Export(receiver);
            using var term = new CancellationTokenSource();
            var before = receiver.Spans.Count;
            _runs.Clear();
            _runs.Add(Run(StepState.Succeeded));
            var running = export.RunAsync(term.Token);
            await Deadline.UntilAsync("the span", _ => Task.FromResult(receiver.Spans.Count > before), cancellationToken: Token);
            await term.CancelAsync();
            await running;
        }

        receiver.Spans.Select(s => $"{s.Trace} {s.Id} {s.StartedAt:O} {s.EndedAt:O}").Distinct(StringComparer.Ordinal).ShouldHaveSingleItem();
    }

    [Fact]
    public async Task Runs_that_ended_long_ago_are_not_sent_again()
    {
        await using var receiver = await OtlpReceiver.StartAsync(Token);
        using var export = Export(receiver);
        using var term = new CancellationTokenSource();
        var old = Run(StepState.Succeeded);
        _runs.Add(old with { HasEnded = true, Status = old.Status! with { FinishedAt = Start.AddHours(-2) } });
        _runs.Add(Run(StepState.Succeeded) with { Metadata = new V1ObjectMeta { Name = "other", Uid = "uid-2" } });
        var running = export.RunAsync(term.Token);

        await Deadline.UntilAsync("the other one", _ => Task.FromResult(receiver.Spans.Count > 0), cancellationToken: Token);
        await term.CancelAsync();
        await running;

        // A request whose answer is late is sent again, with the same ids.
        receiver.Spans.Select(span => span.Attributes["drydock.name"]).ShouldAllBe(name => name == "other");
    }

    [Fact]
    public async Task Last_spans_are_sent_when_the_term_ends()
    {
        await using var receiver = await OtlpReceiver.StartAsync(Token);
        receiver.Answer = 503;
        using var export = Export(receiver);
        using var term = new CancellationTokenSource();
        var running = export.RunAsync(term.Token);
        export.Changed(Run(StepState.Running), Run(StepState.Succeeded));
        await Deadline.UntilAsync("a refused request", _ => Task.FromResult(receiver.Requests.Count > 0), cancellationToken: Token);
        receiver.Answer = 200;
        await term.CancelAsync();

        await running;

        receiver.Spans.Count.ShouldBeGreaterThan(0);
    }

    [Fact]
    public async Task Spans_that_the_receiver_refuses_for_good_are_dropped()
    {
        await using var receiver = await OtlpReceiver.StartAsync(Token);
        receiver.Answer = 400;
        using var export = Export(receiver);
        using var term = new CancellationTokenSource();
        var running = export.RunAsync(term.Token);
        export.Changed(Run(StepState.Running), Run(StepState.Failed));
        await Deadline.UntilAsync("a refused request", _ => Task.FromResult(receiver.Requests.Count > 0), cancellationToken: Token);
        receiver.Answer = 200;

        export.Changed(Run(StepState.Running), Run(StepState.Succeeded));

        await Deadline.UntilAsync("the next span", _ => Task.FromResult(receiver.Spans.Count > 0), cancellationToken: Token);
        await term.CancelAsync();
        await running;
        receiver.Spans.ShouldAllBe(s => !s.IsFailed);
    }

    private static RunSample Run(StepState state) => OmsUpgradeSample.Sampling.Read(new OmsUpgrade
    {
        Metadata = new V1ObjectMeta { Name = "night", Namespace = "oms", Uid = "uid-1" },
        Status = new OmsUpgradeStatus
        {
            Phase = "StopOld",
            Plan = new Plan
            {
                Hash = "sha256:1",
                Steps =
                [
                    new PlanStep
                    {
                        Id = "StopOld/oms-a",
                        Action = "StopContainer",
                        State = state,
                        Attempt = 1,
                        Reason = state == StepState.Failed ? Reasons.StepFailed : null,
                        StartedAt = Start,
                        FinishedAt = state == StepState.Running ? null : Start.AddMinutes(1),
                    },
                ],
            },
        },
    });

    private TraceExport Export(OtlpReceiver receiver) => new(
        OtlpSettings.Read(name => name == "OTEL_EXPORTER_OTLP_ENDPOINT" ? receiver.Endpoint : null, "1", "a").Traces!,
        [new("service.name", "drydock")],
        [this],
        TimeProvider.System,
        NullLogger<TraceExport>.Instance);
}
