using Drydock.Clients.Docker;
using Drydock.Tests.Unit.Fakes;
using Shouldly;
using Xunit;

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
