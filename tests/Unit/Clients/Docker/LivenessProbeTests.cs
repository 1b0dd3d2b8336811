using Drydock.Crds.Values;

namespace Drydock.Tests.Unit.Clients.Docker;

public sealed class LivenessProbeTests : IDisposable
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(30);
    private readonly ManualTimeProvider _time = new();
    private readonly TaskCompletionSource _pinged = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<int> _operation = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _stop = new();
    private CancellationToken _ofPing;

    public void Dispose() => _stop.Dispose();

    [Fact]
    public async Task Operation_ending_during_ping_does_not_wait()
    {
        var guarded = GuardAsync(token => Task.Delay(Timeout.Infinite, token));

        _operation.SetResult(7);

        (await guarded).ShouldBe(7);
        _ofPing.IsCancellationRequested.ShouldBeTrue();
    }

    [Fact]
    public async Task A_cancellation_during_a_ping_ends_the_operation_first()
    {
        var guarded = GuardAsync(token => Task.Delay(Timeout.Infinite, token));

        await _stop.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(() => guarded);
        _operation.Task.IsCanceled.ShouldBeTrue();
    }

    [Fact]
    public async Task Ping_with_unknown_failure_ends_operation()
    {
        var guarded = GuardAsync(_ => Task.FromException(new InvalidOperationException("a defect")));

        await Should.ThrowAsync<InvalidOperationException>(() => guarded);
        _operation.Task.IsCanceled.ShouldBeTrue();
    }

    [Fact]
    public async Task Engine_is_pinged_every_five_seconds_while_a_step_waits()
    {
        var pings = 0;
        var told = new List<string?>();
        using (OpenQuestions.Listen(_time, told.Add))
        {
            var guarded = DockerApi.GuardAsync(
                "e", new DockerCall("stop"), _ => _operation.Task, PingAsync, Period, _time, _stop.Token);
            _time.Advance(TimeSpan.FromSeconds(5));
            pings.ShouldBe(1);
            _time.Advance(TimeSpan.FromSeconds(5));
            pings.ShouldBe(2);
            _time.Advance(TimeSpan.FromSeconds(5));
            pings.ShouldBe(3, "a failed ping ends nothing before the period is over");
            guarded.IsCompleted.ShouldBeFalse();
            _operation.SetResult(7);
            (await guarded).ShouldBe(7);
        }

        Task PingAsync(CancellationToken token) =>
            ++pings > 1 ? Task.FromException(new IOException("lost")) : Task.CompletedTask;
    }

    [Fact]
    public async Task Engine_without_a_good_ping_for_a_period_ends_the_operation()
    {
        using (OpenQuestions.Listen(_time, _ => { }))
        {
            var guarded = DockerApi.GuardAsync(
                "e",
                new DockerCall("stop"),
                token =>
                {
                    token.Register(() => _operation.TrySetCanceled(token));
                    return _operation.Task;
                },
                _ => Task.FromException(new DockerUnreachableException("lost", mayHaveBeenProcessed: false)),
                Period,
                _time,
                _stop.Token);
            for (var i = 0; i < 5; i++)
            {
                _time.Advance(TimeSpan.FromSeconds(5));
                guarded.IsCompleted.ShouldBeFalse();
            }

            _time.Advance(TimeSpan.FromSeconds(5));
            await Should.ThrowAsync<DockerUnreachableException>(() => guarded);
        }
    }

    private Task<int> GuardAsync(Func<CancellationToken, Task> ping)
    {
        var guarded = DockerApi.GuardAsync(
            "e",
            new DockerCall("watch events"),
            token =>
            {
                token.Register(() => _operation.TrySetCanceled(token));
                return _operation.Task;
            },
            async token =>
            {
                _ofPing = token;
                _pinged.TrySetResult();
                await ping(token);
            },
            Period,
            _time,
            _stop.Token);
        _time.Advance(Period);
        return ContinueAsync(guarded);
    }

    private async Task<int> ContinueAsync(Task<int> guarded)
    {
        await _pinged.Task;
        return await guarded;
    }
}
