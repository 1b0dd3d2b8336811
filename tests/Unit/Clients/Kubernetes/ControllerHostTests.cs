using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Drydock.Crds.Controllers;
using Drydock.Clients.Kubernetes.Leadership;
using Drydock.Clients.Kubernetes.Runtime;

namespace Drydock.Tests.Unit.Clients.Kubernetes;

public sealed class ControllerHostTests : IAsyncDisposable
{
    private static readonly ControllerOptions OneWorker =
        new() { Workers = 1, Backoff = new() { First = TimeSpan.FromSeconds(1), Jitter = 0 } };
    private readonly RuntimeWorld _world = new();

    public ValueTask DisposeAsync() => _world.DisposeAsync();

    [Fact]
    public async Task Everything_there_at_the_start_is_looked_at()
    {
        await _world.Api.CreateAsync(Widget.Named("a"));
        await _world.Api.CreateAsync(Widget.Named("b"));
        _world.Start(options: OneWorker);

        new[] { await _world.NextAsync(), await _world.NextAsync() }.Order().ShouldBe(["a@101", "b@102"]);
    }

    [Fact]
    public async Task Both_objects_of_one_name_are_reported_deleted()
    {
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var deleted = new ConcurrentQueue<string?>();
        _world.OnReconcile = async (w, _) =>
        {
            await gate.Task;
            return ReconciliationResult<Widget>.Success(w);
        };
        _world.OnDeleted = w =>
        {
            deleted.Enqueue(w.Metadata.Uid);
            return Task.FromResult(ReconciliationResult<Widget>.Success(w));
        };
        _world.Start(options: OneWorker);
        var first = await _world.Api.CreateAsync(Widget.Named("a"));
        await Wait.UntilAsync(() => _world.Watcher.Cache.Get(new("default", "a")) is not null);
        await _world.Api.DeleteAsync<Widget>("a");
        var second = await _world.Api.CreateAsync(Widget.Named("a"));
        await _world.Api.DeleteAsync<Widget>("a");
        await Wait.UntilAsync(() => _world.Watcher.Cache.Get(new("default", "a")) is null);
        gate.SetResult();

        await _world.NextAfterMarkerAsync("marker");
        await Wait.UntilAsync(() => deleted.Count == 2);
        deleted.ShouldBe([first.Metadata.Uid, second.Metadata.Uid]);
    }

    [Theory]
    [InlineData("""{"metadata":{"annotations":{"drydock.dev/approve":"x"}}}""")]
    [InlineData("""{"metadata":{"labels":{"a":"b"}}}""")]
    [InlineData("""{"spec":{"size":9}}""")]
    [InlineData("""{"status":{"phase":"written by somebody else"}}""")]
    [InlineData("deletion")]
    public async Task Any_change_by_others_wakes_an_object(string patch)
    {
        _world.Start(options: OneWorker);
        await _world.Api.CreateAsync(
            Widget.Named("a") with { Metadata = new() { Name = "a", Finalizers = ["drydock.dev/x"] } });
        (await _world.NextAsync()).ShouldBe("a@101");

        Task change = patch == "deletion" ? (Task)_world.Api.DeleteAsync<Widget>("a") : Patch("a", patch);
        await change;

        (await _world.NextAsync()).ShouldBe("a@102");
    }

    [Fact]
    public async Task Own_status_write_does_not_wake_and_is_seen_next()
    {
        _world.OnReconcile = async (w, token) => w.Metadata.Name != "a" || w.Status?.Phase == "seen"
            ? ReconciliationResult<Widget>.Success(w)
            : ReconciliationResult<Widget>.Success(
                await _world.Writer.UpdateStatusAsync(w with { Status = new() { Phase = "seen" } }, token));
        _world.Start(options: OneWorker);
        await _world.Api.CreateAsync(Widget.Named("a"));
        (await _world.NextAsync()).ShouldBe("a@101");

        (await _world.NextAfterMarkerAsync("marker")).ShouldBe("marker@103");
        _world.Host.Wake("default", "a");
        (await _world.NextAsync()).ShouldBe("a@102");
        _world.Watcher.Cache.Get(new("default", "a"))!.Status!.Phase.ShouldBe("seen");
    }

    [Fact]
    public async Task A_thousand_own_writes_wake_nothing()
    {
        _world.OnReconcile = async (w, token) =>
        {
            for (var i = 0; w.Metadata.Name == "a" && i < 1000; i++)
            {
                w = await _world.Writer.UpdateStatusAsync(w with { Status = new() { Phase = $"{i}" } }, token);
            }

            return ReconciliationResult<Widget>.Success(w);
        };
        _world.Start(options: OneWorker);
        await _world.Api.CreateAsync(Widget.Named("a"));
        await _world.NextAsync();

        (await _world.NextAfterMarkerAsync("marker")).ShouldBe("marker@1102");
    }

    [Fact]
    public async Task Foreign_change_during_own_write_is_not_hidden()
    {
        // Another's annotation lands just before our write: the write conflicts, we read again and write blindly on top
        // of what we have not looked at.
        var disturbed = false;
        _world.OnReconcile = async (w, token) =>
        {
            if (w.Metadata.Name != "a" || disturbed)
            {
                return ReconciliationResult<Widget>.Success(w);
            }

            disturbed = true;
            await Patch("a", """{"metadata":{"annotations":{"drydock.dev/approve":"x"}}}""");
            await Should.ThrowAsync<KubernetesConflictException>(
                () => _world.Writer.UpdateStatusAsync(w with { Status = new() { Phase = "1" } }, token));
            var again = await _world.Writer.ReadAsync(w, token);
            return ReconciliationResult<Widget>.Success(
                await _world.Writer.UpdateStatusAsync(again! with { Status = new() { Phase = "2" } }, token));
        };
        _world.Start(options: OneWorker);
        await _world.Api.CreateAsync(Widget.Named("a"));

        (await _world.NextAsync()).ShouldBe("a@101");
        (await _world.NextAsync()).ShouldBe("a@103");
    }

    [Fact]
    public async Task Early_event_of_own_write_is_ignored_but_foreign_wakes(
        )
    {
        _world.Start(options: OneWorker);
        var a = await _world.Api.CreateAsync(Widget.Named("a"));
        (await _world.NextAsync()).ShouldBe("a@101");
        var answer = new TaskCompletionSource();
        _world.Api.After = r => r.Resource == "widgets/status" ? answer.Task : Task.CompletedTask;

        var first = _world.Writer.UpdateStatusAsync(a with { Status = new() { Phase = "1" } });
        await Wait.UntilAsync(() => _world.Watcher.Cache.Get(new("default", "a"))!.Metadata.ResourceVersion == "102");
        answer.SetResult();
        var written = await first.Bounded();
        (await _world.NextAfterMarkerAsync("marker")).ShouldBe("marker@103");

        answer = new TaskCompletionSource();
        var second = _world.Writer.UpdateStatusAsync(written with { Status = new() { Phase = "2" } });
        await Patch("a", """{"spec":{"size":9}}""");
        await Wait.UntilAsync(() => _world.Watcher.Cache.Get(new("default", "a"))!.Metadata.ResourceVersion == "105");
        answer.SetResult();
        await second.Bounded();
        (await _world.NextAsync()).ShouldBe("a@105");
    }

    [Fact]
    public async Task Write_of_unknown_outcome_wakes_object_by_its_event()
    {
        _world.Start(options: OneWorker);
        var a = await _world.Api.CreateAsync(Widget.Named("a"));
        await _world.NextAsync();
        _world.Api.After = r =>
            r.Resource == "widgets/status" ? throw new KubernetesOutcomeUnknownException(r, "cut") : Task.CompletedTask;

        await Should.ThrowAsync<KubernetesOutcomeUnknownException>(
            () => _world.Writer.UpdateStatusAsync(a with { Status = new() { Phase = "1" } }));

        (await _world.NextAsync()).ShouldBe("a@102");
    }

    [Fact]
    public async Task An_object_comes_back_after_the_time_it_asked_for()
    {
        _world.OnReconcile = (w, _) =>
            Task.FromResult(ReconciliationResult<Widget>.Success(w, requeueAfter: TimeSpan.FromSeconds(77)));
        _world.Start(options: OneWorker);
        await _world.Api.CreateAsync(Widget.Named("a"));
        await _world.NextAsync();

        await _world.Time.AdvanceToTimerAsync(due => due == TimeSpan.FromSeconds(77)).Bounded();

        (await _world.NextAsync()).ShouldBe("a@101");
    }

    [Fact]
    public async Task A_failure_comes_back_after_growing_pauses()
    {
        _world.OnReconcile = (_, _) => throw new InvalidOperationException("fault");
        _world.Start(options: OneWorker);
        await _world.Api.CreateAsync(Widget.Named("a"));
        await _world.NextAsync();

        foreach (var seconds in new[] { 1, 2, 4, 8 })
        {
            await _world.Time.AdvanceToTimerAsync(due => due == TimeSpan.FromSeconds(seconds)).Bounded();
            (await _world.NextAsync()).ShouldBe("a@101");
        }
    }

    [Fact]
    public async Task Failed_result_with_requeue_time_returns_after_it()
    {
        _world.OnReconcile = (w, _) =>
            Task.FromResult(ReconciliationResult<Widget>.Failure(w, "not yet", requeueAfter: TimeSpan.FromSeconds(33)));
        _world.Start(options: OneWorker);
        await _world.Api.CreateAsync(Widget.Named("a"));
        await _world.NextAsync();

        await _world.Time.AdvanceToTimerAsync(due => due == TimeSpan.FromSeconds(33)).Bounded();

        (await _world.NextAsync()).ShouldBe("a@101");
    }

    [Fact]
    public async Task Object_is_reconciled_serially_and_no_wake_is_lost()
    {
        var release = new SemaphoreSlim(0);
        var running = 0;
        _world.OnReconcile = async (w, token) =>
        {
            Interlocked.Increment(ref running).ShouldBe(1);
            await release.WaitAsync(token);
            Interlocked.Decrement(ref running);
            return ReconciliationResult<Widget>.Success(w);
        };
        _world.Start(options: OneWorker with { Workers = 8 });
        await _world.Api.CreateAsync(Widget.Named("a"));
        await Wait.UntilAsync(() => Volatile.Read(ref running) == 1);

        _world.Host.Wake("default", "a");
        _world.Host.Wake("default", "a");
        release.Release(2);

        await _world.NextAsync();
        await _world.NextAsync();
        release.Release();
        (await _world.NextAfterMarkerAsync("marker")).ShouldStartWith("marker");
    }

    [Fact]
    public async Task An_object_that_blocks_does_not_hold_up_others()
    {
        var never = new TaskCompletionSource<ReconciliationResult<Widget>>();
        _world.OnReconcile = (w, token) =>
            w.Metadata.Name == "a"
                ? never.Task.WaitAsync(token)
                : Task.FromResult(ReconciliationResult<Widget>.Success(w));
        _world.Start(options: OneWorker with { Workers = 2 });
        await _world.Api.CreateAsync(Widget.Named("a"));

        (await _world.NextAfterMarkerAsync("b")).ShouldStartWith("b@");
    }

    [Fact]
    public async Task An_object_that_is_gone_is_told_until_that_succeeds()
    {
        var attempts = 0;
        _world.OnDeleted = w =>
            Task.FromResult(
                ++attempts == 1
                    ? ReconciliationResult<Widget>.Failure(w, "not yet")
                    : ReconciliationResult<Widget>.Success(w));
        _world.Start(options: OneWorker);
        await _world.Api.CreateAsync(Widget.Named("a"));
        await _world.NextAsync();

        await _world.Api.DeleteAsync<Widget>("a");
        (await _world.NextAsync()).ShouldBe("-a");
        await _world.Time.AdvanceToTimerAsync(due => due == TimeSpan.FromSeconds(1)).Bounded();
        (await _world.NextAsync()).ShouldBe("-a");
        (await _world.NextAfterMarkerAsync("marker")).ShouldStartWith("marker");
    }

    [Fact]
    public async Task Lost_leadership_starts_nothing_and_cancels_running_work()
    {
        var started = new TaskCompletionSource();
        var told = new TaskCompletionSource();
        _world.OnReconcile = async (w, token) =>
        {
            started.SetResult();
            await Task.Delay(Timeout.Infinite, token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            told.SetResult();
            return ReconciliationResult<Widget>.Success(w);
        };
        _world.Start(options: OneWorker);
        await _world.Api.CreateAsync(Widget.Named("a"));
        await started.Task.Bounded();
        await _world.Api.CreateAsync(Widget.Named("b"));

        await _world.StopLeadingAsync();

        told.Task.IsCompleted.ShouldBeTrue();
        _world.Ended.ShouldBe(["a@101"]);
        _world.Host.Wake("default", "b");
        _world.Ended.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Not_being_leader_for_long_enough_is_tried_again_later()
    {
        _world.OnReconcile = (_, _) => throw new NotLeaderException("margin");
        _world.Start(options: OneWorker);
        await _world.Api.CreateAsync(Widget.Named("a"));
        await _world.NextAsync();

        await _world.Time.AdvanceToTimerAsync(due => due == TimeSpan.FromSeconds(1)).Bounded();

        (await _world.NextAsync()).ShouldBe("a@101");
    }

    [Fact]
    public async Task Wakes_of_objects_that_do_not_exist_are_ignored()
    {
        _world.Start(options: OneWorker);
        _world.Host.Wake("default", "nobody");

        (await _world.NextAfterMarkerAsync("marker")).ShouldStartWith("marker");
    }

    [Fact]
    public async Task Reconciliations_are_counted_under_the_names_that_dashboards_know()
    {
        var controller = $"c{Guid.NewGuid():N}";
        var counted = new ConcurrentQueue<string>();
        var born = new ConcurrentQueue<string>();
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, l) =>
        {
            if (instrument.Meter.Name == KubernetesMetrics.MeterName
                && instrument.Name
                    is "controller_runtime_reconcile_total" or "controller_runtime_reconcile_errors_total")
            {
                l.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) =>
        {
            if (tags[0].Value is string name && name == controller)
            {
                (value == 0 ? born : counted).Enqueue(
                    $"{instrument.Name} {(tags.Length > 1 ? tags[1].Value : "")}".TrimEnd());
            }
        });
        listener.Start();
        _world.OnReconcile = (w, _) =>
            w.Metadata.Name == "bad"
                ? throw new InvalidOperationException("fault")
                : Task.FromResult(ReconciliationResult<Widget>.Success(w));
        _world.Start(options: OneWorker with { Name = controller });

        await _world.Api.CreateAsync(Widget.Named("good"));
        await _world.NextAsync();
        await _world.Api.CreateAsync(Widget.Named("bad"));
        await _world.NextAsync();
        await Wait.UntilAsync(() => counted.Count == 3);

        counted.ShouldBe([
            "controller_runtime_reconcile_total success", "controller_runtime_reconcile_total error",
            "controller_runtime_reconcile_errors_total"]);
        counted.ShouldBeSubsetOf(born, "a rate does not see the first increase of a counter that is new");
    }

    private Task<Widget> Patch(string name, string patch) =>
        _world.Api.PatchAsync<Widget>(
            JsonNode.Parse(patch)!.AsObject(), name,
            subresource: patch.StartsWith("{\"status", StringComparison.Ordinal) ? "status" : null);
}
