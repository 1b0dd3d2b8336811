namespace Drydock.Tests.Unit.Databases.Hosts;

/// <summary>When one look at an instance answers several who ask.</summary>
public sealed class SharedLookTests
{
    private static readonly TimeSpan Age = TimeSpan.FromSeconds(2);

    private readonly ManualTimeProvider _time = new();
    private readonly List<TaskCompletionSource<InstanceProcess>> _looks = [];
    private readonly SharedAnswer<InstanceProcess> _shared;

    public SharedLookTests() => _shared = new SharedAnswer<InstanceProcess>(_time);

    [Fact]
    public async Task Those_who_ask_within_the_age_share_a_look()
    {
        var first = _shared.GetAsync(Age, LookAsync, CancellationToken.None);
        _time.Advance(Age);
        var second = _shared.GetAsync(Age, LookAsync, CancellationToken.None);
        _looks[0].SetResult(Process(17));

        (await first).Pid.ShouldBe(17);
        (await second).Pid.ShouldBe(17);
        _looks.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Look_that_began_too_long_ago_is_not_shared()
    {
        _ = _shared.GetAsync(Age, LookAsync, CancellationToken.None);
        _time.Advance(Age + TimeSpan.FromMilliseconds(1));
        var second = _shared.GetAsync(Age, LookAsync, CancellationToken.None);
        _looks[0].SetResult(Process(17));
        _looks[1].SetResult(Process(18));

        (await second).Pid.ShouldBe(18);
    }

    [Fact]
    public async Task Look_from_before_an_action_is_not_shared()
    {
        _ = _shared.GetAsync(Age, LookAsync, CancellationToken.None);
        _looks[0].SetResult(Process(17));
        _shared.Forget();
        var second = _shared.GetAsync(Age, LookAsync, CancellationToken.None);
        _looks[1].SetResult(Process(18));

        (await second).Pid.ShouldBe(18);
    }

    [Fact]
    public async Task Look_that_failed_is_not_shared_with_later_askers()
    {
        var first = _shared.GetAsync(Age, LookAsync, CancellationToken.None);
        _looks[0].SetException(new IOException("The connection was cut."));
        await Should.ThrowAsync<IOException>(first);
        var second = _shared.GetAsync(Age, LookAsync, CancellationToken.None);
        _looks[1].SetResult(Process(17));

        (await second).Pid.ShouldBe(17);
    }

    [Fact]
    public async Task One_who_leaves_does_not_end_the_look_of_others()
    {
        using var leaves = new CancellationTokenSource();
        var first = _shared.GetAsync(Age, LookAsync, leaves.Token);
        var second = _shared.GetAsync(Age, LookAsync, CancellationToken.None);
        await leaves.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(first);
        _looks[0].SetResult(Process(17));

        (await second).Pid.ShouldBe(17);
        _looks.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Look_for_which_nobody_waits_is_cancelled_and_not_shared()
    {
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var begun = 0;
        using var leaves = new CancellationTokenSource();
        var first = _shared.GetAsync(null, HangAsync, leaves.Token);
        var second = _shared.GetAsync(Age, HangAsync, leaves.Token);
        begun.ShouldBe(1);
        await leaves.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(first);
        await Should.ThrowAsync<OperationCanceledException>(second);
        await ended.Task;

        using var other = new CancellationTokenSource();
        var third = _shared.GetAsync(Age, HangAsync, other.Token);
        begun.ShouldBe(2);
        await other.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(third);

        async Task<InstanceProcess> HangAsync(CancellationToken token)
        {
            begun++;
            await using var registration = token.Register(() => ended.TrySetResult());
            await Task.Delay(Timeout.InfiniteTimeSpan, token);
            return Process(17);
        }
    }

    [Fact]
    public async Task New_look_is_shared_with_those_who_ask_next()
    {
        var first = _shared.GetAsync(null, LookAsync, CancellationToken.None);
        var second = _shared.GetAsync(null, LookAsync, CancellationToken.None);
        var third = _shared.GetAsync(Age, LookAsync, CancellationToken.None);
        _looks[0].SetResult(Process(17));
        _looks[1].SetResult(Process(18));

        (await first).Pid.ShouldBe(17);
        (await second).Pid.ShouldBe(18);
        (await third).Pid.ShouldBe(18);
    }

    private Task<InstanceProcess> LookAsync(CancellationToken token)
    {
        _looks.Add(new TaskCompletionSource<InstanceProcess>(TaskCreationOptions.RunContinuationsAsynchronously));
        return _looks[^1].Task.WaitAsync(token);
    }

    private static InstanceProcess Process(int pid) => new()
    {
        Supervision = SupervisionState.Active,
        SupervisionText = "active (running)",
        Pid = pid,
    };
}
