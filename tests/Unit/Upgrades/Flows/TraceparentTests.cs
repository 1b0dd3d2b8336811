using System.Collections.Concurrent;
using System.Diagnostics;

namespace Drydock.Tests.Unit.Upgrades;

/// <summary>The trace of a run whose operator is killed.</summary>
public sealed class TraceparentTests : IDisposable
{
    private readonly ToyRunWorld _world = new();
    private readonly ConcurrentQueue<Activity> _sent = new();
    private readonly ActivityListener _listener = new()
    {
        ShouldListenTo = source => source.Name == RunSpans.SourceName,
        Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
    };

    private RunSpans? _spans;
    private RunSample? _seen;

    public TraceparentTests()
    {
        _listener.ActivityStopped = _sent.Enqueue;
        ActivitySource.AddActivityListener(_listener);
    }

    private string Trace => ActivityContext.Parse(_world.Status.Traceparent!, null).TraceId.ToHexString();

    private List<Activity> Sent => [.. _sent.Where(span => span.TraceId.ToHexString() == Trace)];

    public void Dispose() => _listener.Dispose();

    [Fact]
    public void Process_after_a_kill_between_two_steps_continues_the_trace_below_the_same_span()
    {
        _world.Truth.Hanging.Add("Swap/one");
        _world.Apply();
        Run(() => _world.Truth.Begun.Contains("Swap/one"));
        _world.RunFor(TimeSpan.FromMinutes(1));
        _world.Truth.Hanging.Add("Swap/two");
        _world.Truth.Hanging.Remove("Swap/one");
        Run(() => _world.Truth.Begun.Contains("Swap/two"));
        var stored = _world.Status.Traceparent;
        var first = Sent.Where(span => span.ParentId is not null).Select(span => span.DisplayName).ToList();
        first.ShouldBe(["Prepare/box", "Swap/one"]);

        _world.Restart();
        (_spans, _seen) = (null, null);
        _world.Truth.Hanging.Clear();
        Run(() => _world.IsOver);

        _world.Status.Traceparent.ShouldBe(stored);
        var steps = Sent.Where(span => span.ParentId is not null).ToList();
        steps.ShouldAllBe(span => span.ParentId == stored);
        steps.Select(span => span.DisplayName).Distinct(StringComparer.Ordinal).ShouldBe(
            ["Prepare/box", "Swap/one", "Swap/two", "Await/others", "Seal/box", "ToyRun toys/up attempt"]);
        steps.GroupBy(span => span.DisplayName, StringComparer.Ordinal).Where(same => same.Count() > 1)
            .Select(same => same.Key)
            .ShouldBe(["Swap/one"], "only the last step before the kill is sent once more");
        var root = Sent.Where(span => span.ParentId is null).ShouldHaveSingleItem();
        root.Id.ShouldBe(stored);
    }

    [Fact]
    public void Status_of_an_operator_that_had_no_traceparent_gets_one_with_the_next_write()
    {
        _world.Truth.Hanging.Add("Swap/one");
        _world.Apply();
        _world.RunUntil(() => _world.Truth.Begun.Contains("Swap/one"), "the act hangs");
        var older = _world.Found!;
        _world.Api.UpdateStatusAsync(older with { Status = older.Status! with { Traceparent = null } })
            .IsCompletedSuccessfully.ShouldBeTrue();
        _world.Restart();
        _world.Truth.Hanging.Clear();

        _world.RunUntil(() => _world.IsOver, "it goes on");

        RunSpans.Of(_world.Status).ShouldNotBeNull();
    }

    // Tells the spans each change, as the cache does.
    private void Run(Func<bool> until)
    {
        _spans ??= new RunSpans(() => true, _world.Time);
        _world.RunUntil(
            () =>
            {
                var run = _world.Found!;
                var now = RunSample.OfRun("ToyRun", run);
                if (now.Metadata.ResourceVersion != _seen?.Metadata.ResourceVersion)
                {
                    _spans.Changed(_seen, now);
                    _seen = now;
                }

                return until();
            },
            "the trace goes on");
    }
}
