using Drydock.Clients.Kubernetes.Runtime;
using Drydock.Tests.Unit.Kubernetes.Support;
using Drydock.Tests.Unit.Support;
using FsCheck;
using FsCheck.Fluent;
using Shouldly;
using Xunit;

namespace Drydock.Tests.Unit.Kubernetes;

public sealed class WorkQueueTests
{
    private static readonly ControllerOptions Options = new() { Backoff = new() { First = TimeSpan.FromSeconds(1), Max = TimeSpan.FromSeconds(60), Jitter = 0 } };
    private readonly ManualTimeProvider _time = new();

    [Fact]
    public async Task Repeats_are_merged_while_a_key_waits()
    {
        using var queue = Queue();
        queue.Add("a");
        queue.Add("a");

        (await queue.TakeAsync(default).Bounded()).ShouldBe("a");
        queue.Done("a");

        queue.Depth.ShouldBe(0);
    }

    [Fact]
    public async Task A_key_added_while_worked_on_is_handed_out_once_more_and_only_after_Done()
    {
        using var queue = Queue();
        queue.Add("a");
        await queue.TakeAsync(default).Bounded();
        queue.Add("a");
        queue.Add("a");
        queue.Add("b");

        (await queue.TakeAsync(default).Bounded()).ShouldBe("b");
        var next = queue.TakeAsync(default);
        next.IsCompleted.ShouldBeFalse();
        queue.Done("a");
        (await next.Bounded()).ShouldBe("a");
        queue.Done("a");
        queue.Depth.ShouldBe(0);
    }

    [Fact]
    public async Task A_delayed_key_comes_at_its_time_and_not_before()
    {
        using var queue = Queue();
        queue.AddAfter("a", TimeSpan.FromSeconds(30));
        var next = queue.TakeAsync(default);

        _time.Advance(TimeSpan.FromSeconds(29));
        next.IsCompleted.ShouldBeFalse();
        _time.Advance(TimeSpan.FromSeconds(1));

        (await next.Bounded()).ShouldBe("a");
    }

    [Fact]
    public async Task Of_several_delays_the_shortest_counts_and_being_handed_out_ends_them_all()
    {
        using var queue = Queue();
        queue.AddAfter("a", TimeSpan.FromSeconds(30));
        queue.AddAfter("a", TimeSpan.FromSeconds(10));
        queue.AddAfter("a", TimeSpan.FromSeconds(20));

        _time.Advance(TimeSpan.FromSeconds(10));
        await queue.TakeAsync(default).Bounded();
        queue.Done("a");
        _time.Advance(TimeSpan.FromHours(1));

        queue.Depth.ShouldBe(0);
    }

    [Fact]
    public async Task An_event_hands_a_delayed_key_out_at_once_and_the_delay_is_over()
    {
        using var queue = Queue();
        queue.AddAfter("a", TimeSpan.FromSeconds(30));
        queue.Add("a");

        await queue.TakeAsync(default).Bounded();
        queue.Done("a");
        _time.Advance(TimeSpan.FromHours(1));

        queue.Depth.ShouldBe(0);
    }

    [Fact]
    public async Task A_delay_asked_for_while_worked_on_survives_Done()
    {
        using var queue = Queue();
        queue.Add("a");
        await queue.TakeAsync(default).Bounded();
        queue.AddAfter("a", TimeSpan.FromSeconds(5));
        queue.Done("a");

        _time.Advance(TimeSpan.FromSeconds(5));

        (await queue.TakeAsync(default).Bounded()).ShouldBe("a");
    }

    [Fact]
    public void Pauses_after_failures_grow_for_each_key_apart_and_start_anew_after_success()
    {
        using var queue = Queue();

        queue.AddAfterFailure("a").ShouldBe(TimeSpan.FromSeconds(1));
        queue.AddAfterFailure("a").ShouldBe(TimeSpan.FromSeconds(2));
        queue.AddAfterFailure("b").ShouldBe(TimeSpan.FromSeconds(1));
        queue.Forget("a");
        queue.AddAfterFailure("a").ShouldBe(TimeSpan.FromSeconds(1));
    }

    [Fact]
    public async Task The_overall_rate_holds_back_takers_and_loses_nothing_when_one_gives_up()
    {
        using var queue = new WorkQueue<string>(Options with { MaxPerSecond = 1, Burst = 1 }, _time, "test");
        queue.Add("a");
        queue.Add("b");
        await queue.TakeAsync(default).Bounded();
        using var impatient = new CancellationTokenSource();
        var given = queue.TakeAsync(impatient.Token).AsTask();
        given.IsCompleted.ShouldBeFalse();
        await impatient.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(given);

        _time.Advance(TimeSpan.FromSeconds(10));

        (await queue.TakeAsync(default).Bounded()).ShouldBe("b");
    }

    [Fact]
    public async Task A_cancelled_taker_gets_nothing_even_if_keys_are_ready()
    {
        using var queue = Queue();
        queue.Add("a");

        await Should.ThrowAsync<OperationCanceledException>(queue.TakeAsync(new CancellationToken(canceled: true)).AsTask());

        (await queue.TakeAsync(default).Bounded()).ShouldBe("a");
    }

    /// <summary>Any sequence of operations against the plainest possible model.</summary>
    [Fact]
    public void It_behaves_as_the_model_for_any_sequence_of_operations() =>
        Prop.ForAll(ArbMap.Default.ArbFor<(byte Operation, byte Key)[]>(), operations => Check(operations)).QuickCheckThrowOnFailure();

    private bool Check((byte Operation, byte Key)[] operations)
    {
        var time = new ManualTimeProvider();
        using var queue = new WorkQueue<int>(Options with { Burst = int.MaxValue, MaxPerSecond = 1e9 }, time, "model");
        var ready = new HashSet<int>();
        var working = new HashSet<int>();
        var due = new Dictionary<int, DateTimeOffset>();
        foreach (var (operation, k) in operations)
        {
            var key = k % 4;
            switch (operation % 5)
            {
                case 0:
                    queue.Add(key);
                    ready.Add(key);
                    due.Remove(key);
                    break;
                case 1:
                    queue.AddAfter(key, TimeSpan.FromSeconds(k));
                    Delay(key, k);
                    break;
                case 2 when ready.Except(working).Any():
                    var taking = queue.TakeAsync(default).AsTask();
                    if (!taking.IsCompletedSuccessfully || !ready.Contains(taking.Result) || working.Contains(taking.Result))
                    {
                        return false;
                    }

                    ready.Remove(taking.Result);
                    due.Remove(taking.Result);
                    working.Add(taking.Result);
                    break;
                case 3 when working.Count > 0:
                    queue.Done(working.First());
                    working.Remove(working.First());
                    break;
                case 4:
                    time.Advance(TimeSpan.FromSeconds(k / 8));
                    foreach (var key2 in due.Where(d => d.Value <= time.GetUtcNow()).Select(d => d.Key).ToList())
                    {
                        due.Remove(key2);
                        ready.Add(key2);
                    }

                    break;
            }

            if (queue.Depth != ready.Count)
            {
                return false;
            }
        }

        return true;

        void Delay(int key, int seconds)
        {
            if (seconds == 0)
            {
                ready.Add(key);
                due.Remove(key);
            }
            else if (!ready.Contains(key))
            {
                var at = time.GetUtcNow() + TimeSpan.FromSeconds(seconds);
                due[key] = due.TryGetValue(key, out var earlier) && earlier < at ? earlier : at;
            }
        }
    }

    private WorkQueue<string> Queue() => new(Options, _time, "test");
}
