namespace Drydock.Tests.Unit.Upgrades;

public sealed class SharedReadsTests
{
    private readonly SharedReads<string> _reads = new(TimeProvider.System);
    private readonly TaskCompletionSource<string> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _asked;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Callers_of_one_moment_share_one_read()
    {
        var callers = Enumerable.Range(0, 5).Select(_ => ReadAsync("a", Token)).ToList();
        _answer.SetResult("contents");

        (await Task.WhenAll(callers)).ShouldAllBe(c => c == "contents");
        _asked.ShouldBe(1);
    }

    [Fact]
    public async Task Other_questions_are_read_on_their_own()
    {
        var callers = new[] { ReadAsync("a", Token), ReadAsync("b", Token) };
        _answer.SetResult("contents");
        await Task.WhenAll(callers);

        _asked.ShouldBe(2);
    }

    [Fact]
    public async Task Failure_reaches_those_who_waited_and_no_later_caller()
    {
        var callers = new[] { ReadAsync("a", Token), ReadAsync("a", Token) };
        _answer.SetException(new IOException("cut"));
        foreach (var caller in callers)
        {
            await Should.ThrowAsync<IOException>(caller);
        }

        (await _reads.ReadAsync("a", _ => Task.FromResult("whole"), Token)).ShouldBe("whole");
    }

    [Fact]
    public async Task Caller_that_leaves_does_not_end_the_read_of_others()
    {
        using var stop = new CancellationTokenSource();
        var (leaves, stays) = (ReadAsync("a", stop.Token), ReadAsync("a", Token));
        await stop.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(leaves);
        _answer.SetResult("contents");

        (await stays).ShouldBe("contents");
        _asked.ShouldBe(1);
    }

    [Fact]
    public async Task Read_that_nobody_waits_for_is_cancelled()
    {
        using var stop = new CancellationTokenSource();
        var cancelled = new TaskCompletionSource();
        var read = _reads.ReadAsync(
            "a",
            async token =>
            {
                await using var told = token.Register(cancelled.SetResult);
                await Task.Delay(Timeout.InfiniteTimeSpan, token);
                return "";
            },
            stop.Token);
        await stop.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(read);

        await cancelled.Task.WaitAsync(Token);
        (await _reads.ReadAsync("a", _ => Task.FromResult("whole"), Token)).ShouldBe("whole");
    }

    private Task<string> ReadAsync(string key, CancellationToken cancellationToken) => _reads.ReadAsync(
        key,
        _ =>
        {
            Interlocked.Increment(ref _asked);
            return _answer.Task;
        },
        cancellationToken);
}
