using Drydock.Clients.Kubernetes.Health;
using Drydock.Clients.Kubernetes.Leadership;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Drydock.Tests.Unit.Clients.Kubernetes;

/// <summary>How a term ends when something does not want to end.</summary>
public sealed class TermEndTests : IAsyncLifetime
{
    private readonly ManualTimeProvider _time = new();
    private LeaseServer _api = null!;
    private readonly CancellationTokenSource _stop = new();
    private readonly ManualResetEventSlim _hang = new();
    private readonly TaskCompletionSource<string> _overdue = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<CancellationToken> _leading =
        new(TaskCreationOptions.RunContinuationsAsynchronously);
    private LeaderElector? _elector;
    private Task _running = Task.CompletedTask;

    public async ValueTask InitializeAsync() => _api = await LeaseServer.StartAsync();

    public async ValueTask DisposeAsync()
    {
        _api.Before = null;
        _hang.Set();
        await _stop.CancelAsync();
        await _running.ContinueWith(static _ => { }, TaskScheduler.Default).Bounded();
        _elector?.Dispose();
        await _api.DisposeAsync();
        _stop.Dispose();
        _hang.Dispose();
    }

    [Fact]
    public async Task Lease_lost_cancels_jobs_with_the_workers()
    {
        var order = new List<string>();
        Start(async term =>
        {
            await using var worker =
                term.Register(() => order.Add($"work, jobs cancelled: {_elector!.Lost.IsCancellationRequested}"));
            await using var job = _elector!.Lost.Register(() => order.Add("jobs"));
            _leading.SetResult(term);
            await Task.Delay(Timeout.Infinite, _elector!.Lost).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        });
        await _leading.Task.Bounded();

        await LoseAsync();
        await Wait.UntilAsync(() => order.Count == 2);

        order.ShouldBe(["work, jobs cancelled: False", "jobs"]);
    }

    [Fact]
    public async Task Work_ignoring_lost_lease_is_overdue_before_takeover()
    {
        Start(BlockedAsync);
        await _leading.Task.Bounded();

        await LoseAsync();
        _overdue.Task.IsCompleted.ShouldBeFalse();
        _time.Advance(TimeSpan.FromSeconds(4));

        (await _overdue.Task.Bounded()).ShouldBeWorded();
        _api.Holder.ShouldBe("a", "what may still run keeps the lease until it expires");
    }

    [Fact]
    public async Task Lost_lease_is_not_renewed_while_its_work_hangs()
    {
        Start(BlockedAsync, watched: false);
        await _leading.Task.Bounded();
        await LoseAsync();
        _api.Before = null;
        await using var successor = new Candidate(Electors.Of(_api, _time, Electors.Options("b")));
        await _api.NextAsync("GET b");

        _time.Advance(TimeSpan.FromSeconds(15));

        await successor.Leading.Task.Bounded();
    }

    [Fact]
    public async Task Process_suspended_beyond_its_lease_is_overdue_at_once()
    {
        Start(BlockedAsync);
        await _leading.Task.Bounded();
        _api.Before = LeaseServer.Down;

        _time.Advance(TimeSpan.FromSeconds(15));

        (await _overdue.Task.Bounded()).ShouldBeWorded();
    }

    [Fact]
    public async Task Work_ending_in_time_is_not_overdue()
    {
        Start(async term =>
        {
            _leading.TrySetResult(term);
            await Task.Delay(Timeout.Infinite, term);
        });
        await _leading.Task.Bounded();
        await LoseAsync();

        _api.Before = null;
        await Wait.UntilAsync(() =>
        {
            _time.Advance(TimeSpan.FromMilliseconds(100));
            return _elector!.IsLeader;
        });

        _overdue.Task.IsCompleted.ShouldBeFalse();
        _elector!.Problem.ShouldBeNull();
    }

    [Fact]
    public async Task Failed_part_ends_others_and_hanging_one_is_overdue()
    {
        var told = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        Start(term => TermParts.RunAsync(
            [("good", BlockedAsync), ("bad", _ => throw new InvalidOperationException("it broke"))],
            (name, fault) =>
            {
                _elector!.EndTerm();
                told.TrySetResult($"{name}: {fault.Message}");
            },
            term));

        (await told.Task.Bounded()).ShouldBe("bad: it broke");
        await _leading.Task.Bounded();
        await Wait.UntilAsync(() => !_elector!.IsLeader);
        _time.Advance(TimeSpan.FromSeconds(2));
        _elector!.EndTerm();
        _time.Advance(TimeSpan.FromSeconds(2));

        await _overdue.Task.Bounded();
    }

    [Fact]
    public async Task Failed_part_is_thrown_after_all_ended_and_lease_released()
    {
        Start(term => TermParts.RunAsync(
            [
                ("good", token => Task.Delay(Timeout.Infinite, token)),
                ("bad", _ => throw new InvalidOperationException("it broke"))
            ],
            (_, _) => _elector!.EndTerm(),
            term));

        (await Should.ThrowAsync<InvalidOperationException>(_running.Bounded())).Message.ShouldBe("it broke");
        _api.Holder.ShouldBeNull();
    }

    [Fact]
    public async Task Work_returning_on_its_own_ends_the_election()
    {
        Start(_ => Task.CompletedTask);

        await _running.Bounded();

        _api.Holder.ShouldBeNull();
    }

    [Fact]
    public async Task Work_cancelled_by_something_else_ends_the_election()
    {
        Start(_ => Task.FromCanceled(new CancellationToken(canceled: true)));

        await Should.ThrowAsync<OperationCanceledException>(_running.Bounded());
    }

    [Fact]
    public async Task A_part_that_ends_before_its_term_is_a_fault()
    {
        var fault = await Should.ThrowAsync<InvalidOperationException>(
            TermParts.RunAsync(
                [("short", _ => Task.CompletedTask), ("long", token => Task.Delay(Timeout.Infinite, token))],
                (_, _) => { },
                CancellationToken.None).Bounded());

        fault.Message.ShouldBeWorded();
    }

    [Fact]
    public async Task First_fault_is_thrown_and_every_one_is_told()
    {
        var told = new List<string>();
        await Should.ThrowAsync<OperationCanceledException>(
            TermParts.RunAsync(
                [
                    ("gave up", _ => Task.FromCanceled(new CancellationToken(canceled: true))),
                    ("broke then", async token =>
                    {
                        await Task.Delay(Timeout.Infinite, token).ConfigureAwait(
                            ConfigureAwaitOptions.SuppressThrowing);
                        throw new InvalidOperationException("it broke");
                    }),
                ],
                (name, _) => told.Add(name),
                CancellationToken.None).Bounded());

        told.ShouldBe(["gave up", "broke then"]);
    }

    [Fact]
    public async Task Parts_ending_with_their_term_are_no_fault()
    {
        var told = 0;
        var running = TermParts.RunAsync(
            [
                ("throws", token => Task.Delay(Timeout.Infinite, token)),
                ("returns", async token => await Task.Delay(Timeout.Infinite, token).ConfigureAwait(
                    ConfigureAwaitOptions.SuppressThrowing)),
            ],
            (_, _) => told++,
            _stop.Token);
        running.IsCompleted.ShouldBeFalse();

        await _stop.CancelAsync();

        await running.Bounded();
        told.ShouldBe(0);
    }

    [Fact]
    public async Task A_part_that_blocks_does_not_keep_others_from_starting()
    {
        var started = new TaskCompletionSource();
        var running = Task.Run(() => TermParts.RunAsync(
            [
                ("blocks", token =>
                {
                    _hang.Wait(CancellationToken.None);
                    return Task.Delay(Timeout.Infinite, token);
                }),
                ("starts", token =>
                {
                    started.SetResult();
                    return Task.Delay(Timeout.Infinite, token);
                }),
            ],
            (_, _) => { },
            _stop.Token));

        await started.Task.Bounded();

        _hang.Set();
        await _stop.CancelAsync();
        await running.Bounded();
    }

    [Fact]
    public async Task Watchdog_waits_no_longer_than_the_time_left()
    {
        var overdue = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var looks = 0;
        using var watchdog = new TermWatchdog(
            () => TimeSpan.FromMilliseconds(looks++ == 0 ? 1 : 0), overdue.SetResult, TimeSpan.FromHours(1));

        await overdue.Task.Bounded();
    }

    [Fact]
    public async Task A_lease_that_another_has_taken_is_not_released()
    {
        Start(async term =>
        {
            _leading.TrySetResult(term);
            await Task.Delay(Timeout.Infinite, term).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        });
        await _leading.Task.Bounded();
        _api.Hold("b");

        await _stop.CancelAsync();
        await _running.Bounded();

        _api.Holder.ShouldBe("b");
    }

    [Fact]
    public async Task Unanswered_release_does_not_hold_up_the_stop()
    {
        await using var a = new Candidate(Electors.Of(_api, _time, Electors.Options("a")));
        await a.Leading.Task.Bounded();
        _api.Before = (_, _) => Task.Delay(Timeout.Infinite);

        var stopping = a.StopAsync();
        await Wait.UntilAsync(() =>
        {
            _time.Advance(TimeSpan.FromMilliseconds(1));
            return stopping.IsCompleted;
        });

        await stopping;
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Contender_that_holds_nothing_stops_without_a_request(bool led)
    {
        _api.Hold(led ? "" : "live");
        await using var b = new Candidate(Electors.Of(_api, _time, Electors.Options("b")));
        if (led)
        {
            await b.Leading.Task.Bounded();
            _api.Hold("live");
        }

        await Wait.UntilAsync(() => !b.Elector.IsLeader);
        await _api.NextAsync("GET b");
        var hangs = new TaskCompletionSource();
        _api.Before = (_, _) =>
        {
            hangs.TrySetResult();
            return Task.Delay(Timeout.Infinite);
        };
        await hangs.Task.Bounded();

        await b.StopAsync();
    }

    [Fact]
    public async Task Contender_stopped_during_its_write_releases_the_lease()
    {
        _api.Write("{}");
        var written = new TaskCompletionSource();
        _api.After = (method, _) =>
            method == "PUT" && written.TrySetResult() ? Task.Delay(Timeout.Infinite) : Task.CompletedTask;
        await using var a = new Candidate(Electors.Of(_api, _time, Electors.Options("a")));
        await written.Task.Bounded();
        _api.Holder.ShouldBe("a");

        await a.StopAsync();

        (_api.Holder, a.Terms).ShouldBe((null, 0));
    }

    [Fact]
    public async Task Liveness_fails_when_work_outlives_its_term()
    {
        Start(BlockedAsync, watched: false);
        await _leading.Task.Bounded();
        await LoseAsync();

        // Four fifths of the 5 s between deadline and duration, and 30 s.
        _time.Advance(TimeSpan.FromSeconds(33.9));
        HealthChecks.Leading(_elector).Status.ShouldBe(HealthStatus.Healthy);
        _time.Advance(TimeSpan.FromSeconds(0.2));

        var result = HealthChecks.Leading(_elector);
        result.Status.ShouldBe(HealthStatus.Unhealthy);
        result.Description.ShouldBeWorded();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Liveness_holds_while_contending_and_fails_afterwards(bool hangs)
    {
        _api.Hold("b");
        var hung = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Start(BlockedAsync, hasEnded: _ =>
        {
            if (Volatile.Read(ref hangs))
            {
                hung.TrySetResult();
                _hang.Wait();
            }

            return false;
        });
        if (!hangs)
        {
            await _api.NextAsync("GET a");
            _time.Advance(TimeSpan.FromSeconds(14));
            await _api.NextAsync("GET a");
            HealthChecks.Leading(_elector).Status.ShouldBe(HealthStatus.Healthy);
            Volatile.Write(ref hangs, true);
        }

        await hung.Task.Bounded();

        // 10 s for the attempt, 2.4 retry periods of 5 ms, and 30 s.
        _time.Advance(TimeSpan.FromSeconds(40.012));
        HealthChecks.Leading(_elector).Status.ShouldBe(HealthStatus.Healthy);
        _time.Advance(TimeSpan.FromSeconds(0.001));

        var result = HealthChecks.Leading(_elector);
        result.Status.ShouldBe(HealthStatus.Unhealthy);
        result.Description!.ShouldContain("lease ops/operator");
    }

    private async Task BlockedAsync(CancellationToken term)
    {
        await Task.Yield();
        _leading.TrySetResult(term);

        // Neither a token nor a timer reaches it, as in a call into a native library.
        await Task.Factory.StartNew(
            _hang.Wait, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    private async Task LoseAsync()
    {
        await _api.GoDownAsync();
        _time.Advance(TimeSpan.FromSeconds(10));
        await Wait.UntilAsync(() => _elector!.Lost.IsCancellationRequested);
    }

    private void Start(
        Func<CancellationToken, Task> lead, bool watched = true, Func<string, bool>? hasEnded = null)
    {
        _elector = Electors.Of(_api, _time, Electors.Options("a") with
        {
            HasEnded = hasEnded ?? (_ => false),
            OnOverdue = watched ? why => _overdue.TrySetResult(why) : null,
        });

        // A process may wait for long before it contends.
        _time.Advance(TimeSpan.FromHours(1));
        _elector.Problem.ShouldBeNull();
        _running = _elector.RunAsync(lead, _stop.Token);
    }
}
