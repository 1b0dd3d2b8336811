using Drydock.Clients.Kubernetes.Runtime;
using FsCheck;
using FsCheck.Fluent;

namespace Drydock.Tests.Unit.Clients.Kubernetes;

public sealed class WorkQueueTests
{
    private static readonly ControllerOptions Options =
        new() { Backoff = new() { First = TimeSpan.FromSeconds(1), Max = TimeSpan.FromSeconds(60), Jitter = 0 } };
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
    public async Task Key_added_during_work_is_returned_once_after_Done()
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
    public async Task Delay_beyond_a_timer_leaves_the_other_keys_alone()
    {
        // With the system's own timers, which refuse such a span.
        using var queue = new WorkQueue<string>(Options, TimeProvider.System, "test");
        queue.AddAfter("late", TimeSpan.FromDays(60));
        queue.AddAfter("later still", TimeSpan.MaxValue);
        queue.AddAfter("soon", TimeSpan.FromMilliseconds(10));

        (await queue.TakeAsync(default).Bounded()).ShouldBe("soon");

        // The timer is set for what is left without a fault, however often.
        queue.AddAfter("soon again", TimeSpan.FromMilliseconds(10));
        (await queue.TakeAsync(default).Bounded()).ShouldBe("soon again");
    }

    [Fact]
    public async Task Delay_beyond_timer_limit_ends_with_the_timer()
    {
        using var queue = Queue();
        queue.AddAfter("a", TimeSpan.FromDays(60));
        var next = queue.TakeAsync(default);

        _time.Advance(TimeSpan.FromDays(49) - TimeSpan.FromSeconds(1));
        next.IsCompleted.ShouldBeFalse();
        _time.Advance(TimeSpan.FromSeconds(1));

        (await next.Bounded()).ShouldBe("a");
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
    public async Task Shortest_delay_counts_and_processing_cancels_all()
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
    public async Task Event_returns_delayed_key_at_once_and_cancels_delay()
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
    public void Failure_pauses_grow_per_key_and_reset_after_success()
    {
        using var queue = Queue();

        queue.AddAfterFailure("a").ShouldBe(TimeSpan.FromSeconds(1));
        queue.AddAfterFailure("a").ShouldBe(TimeSpan.FromSeconds(2));
        queue.AddAfterFailure("b").ShouldBe(TimeSpan.FromSeconds(1));
        queue.Forget("a");
        queue.AddAfterFailure("a").ShouldBe(TimeSpan.FromSeconds(1));
    }

    [Fact]
    public async Task Namespaces_take_turns_however_many_keys_one_of_them_has()
    {
        using var queue = Shared(Options);
        for (var i = 0; i < 30; i++)
        {
            queue.Add($"big/{i}");
        }

        queue.Add("small/0");
        queue.Add("tiny/0");

        var taken = new List<string>();
        for (var i = 0; i < 4; i++)
        {
            taken.Add(await queue.TakeAsync(default).Bounded());
        }

        taken.ShouldBe(["big/0", "small/0", "tiny/0", "big/1"]);
    }

    [Fact]
    public async Task Slow_namespace_leaves_workers_to_others()
    {
        using var queue = Shared(Options with { WorkersPerNamespace = 2 });
        queue.Add("slow/0");
        queue.Add("slow/1");
        queue.Add("slow/2");
        await queue.TakeAsync(default).Bounded();
        await queue.TakeAsync(default).Bounded();
        var third = queue.TakeAsync(default).AsTask();
        third.IsCompleted.ShouldBeFalse();

        queue.Add("other/0");
        (await third.Bounded()).ShouldBe("other/0");
        var fourth = queue.TakeAsync(default).AsTask();
        fourth.IsCompleted.ShouldBeFalse();
        queue.Done("slow/0");

        (await fourth.Bounded()).ShouldBe("slow/2");
    }

    [Fact]
    public void Namespaces_that_have_come_to_rest_are_forgotten()
    {
        var lanes = new FairLanes<string>(workers: 4, key => key);
        for (var i = 0; i < 1000; i++)
        {
            lanes.Add($"n{i}");
            lanes.TryTake(out var key).ShouldBeTrue();
            lanes.Done(key!);
        }

        lanes.Count.ShouldBe(0);
    }

    [Fact]
    public async Task A_cancelled_taker_gets_nothing_even_if_keys_are_ready()
    {
        using var queue = Queue();
        queue.Add("a");

        await Should.ThrowAsync<OperationCanceledException>(
            queue.TakeAsync(new CancellationToken(canceled: true)).AsTask());

        (await queue.TakeAsync(default).Bounded()).ShouldBe("a");
    }

    /// <summary>Any sequence of operations against the plainest possible model.</summary>
    [Fact]
    public void It_behaves_as_the_model_for_any_sequence_of_operations() =>
        Prop.ForAll(
            ArbMap.Default.ArbFor<(byte Operation, byte Key)[]>(),
            operations => Check(operations)).QuickCheckThrowOnFailure();

    private WorkQueue<string> Shared(ControllerOptions options) =>
        new(options, _time, "test", laneOf: static key => key.Split('/')[0]);

    private bool Check((byte Operation, byte Key)[] operations)
    {
        var time = new ManualTimeProvider();
        using var queue = new WorkQueue<int>(
            Options with { WorkersPerNamespace = int.MaxValue }, time, "model");
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
                    if (!taking.IsCompletedSuccessfully
                        || !ready.Contains(taking.Result)
                        || working.Contains(taking.Result))
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
