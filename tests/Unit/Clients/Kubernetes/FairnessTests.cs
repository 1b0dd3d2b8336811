using System.Collections.Concurrent;
using Drydock.Clients.Kubernetes.Runtime;

namespace Drydock.Tests.Unit.Clients.Kubernetes;

/// <summary>200 objects of five namespaces at once, for 20 targets, with the options of the operator.</summary>
public sealed class FairnessTests
{
    private const int Targets = 20;

    private static readonly (string Namespace, int Objects)[] Backlogs =
        [("huge", 120), ("large", 50), ("middle", 20), ("small", 8), ("tiny", 2)];

    private readonly ManualTimeProvider _time = new();
    private readonly Steps _steps = new();

    [Fact]
    public async Task No_namespace_waits_for_the_backlog_of_another()
    {
        var options = new ControllerOptions();
        using var queue = Queue(options);
        foreach (var (space, objects) in Backlogs)
        {
            for (var i = 0; i < objects; i++)
            {
                queue.Add($"{space}/{i}");
            }
        }

        var (taken, working) = (new List<string>(), new Queue<string>());
        while (taken.Count < 200)
        {
            var next = Taken(queue);
            while (!IsReady(next))
            {
                // All workers that this namespace may have are busy, or only the rate limits it.
                if (working.TryDequeue(out var done))
                {
                    queue.Done(done);
                }
                else
                {
                    _time.Advance(TimeSpan.FromMilliseconds(50));
                }
            }

            var key = await next;
            taken.Add(key);
            working.Enqueue(key);
            if (working.Count == options.Workers)
            {
                queue.Done(working.Dequeue());
            }
        }

        foreach (var (space, objects) in Backlogs)
        {
            var turns = taken.Index().Where(t => SpaceOf(t.Item) == space).Select(t => t.Index).ToList();
            turns.Count.ShouldBe(objects);
            for (var i = 0; i < objects; i++)
            {
                // Before its turn of number i every other namespace has had at most as many.
                turns[i].ShouldBeLessThan((i + 1) * Backlogs.Length, $"{space}/{i}");
            }
        }
    }

    [Fact]
    public async Task Namespace_whose_targets_are_busy_delays_no_other()
    {
        using var queue = Queue(new ControllerOptions());
        foreach (var (space, objects) in Backlogs)
        {
            for (var i = 0; i < objects; i++)
            {
                queue.Add($"{space}/{i}");
            }
        }

        // As a run does it: it claims its target and ends after three reconciliations; meanwhile the others look again.
        var claims = new Dictionary<int, string>();
        var left = Backlogs.SelectMany(b => Enumerable.Range(0, b.Objects).Select(i => $"{b.Namespace}/{i}"))
            .ToDictionary(key => key, _ => 3, StringComparer.Ordinal);
        var lastOf = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var ended = 0; ended < 200;)
        {
            var next = Taken(queue);
            while (!IsReady(next))
            {
                _time.Advance(TimeSpan.FromSeconds(1));
            }

            var key = await next;
            var target = TargetOf(key);
            claims.TryAdd(target, key);
            if (claims[target] != key)
            {
                queue.AddAfter(key, TimeSpan.FromSeconds(5));
            }
            else if (--left[key] > 0)
            {
                queue.AddAfter(key, TimeSpan.FromSeconds(1));
            }
            else
            {
                claims.Remove(target);
                lastOf[SpaceOf(key)] = ended++;
            }

            queue.Done(key);
        }

        claims.ShouldBeEmpty();
        lastOf["tiny"].ShouldBeLessThan(lastOf["huge"] / 2);
        lastOf["small"].ShouldBeLessThan(lastOf["huge"]);
    }

    private Task<string> Taken(WorkQueue<string> queue)
    {
        var before = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(_steps);
        try
        {
            return queue.TakeAsync(default).AsTask();
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(before);
        }
    }

    // The clock goes on only when nothing else is left to do.
    private bool IsReady(Task task)
    {
        while (_steps.Next() is { } step)
        {
            step();
        }

        return task.IsCompleted;
    }

    private static string SpaceOf(string key) => key.Split('/')[0];

    private static int TargetOf(string key) =>
        int.Parse(key.Split('/')[1], System.Globalization.CultureInfo.InvariantCulture) % Targets;

    private WorkQueue<string> Queue(ControllerOptions options) =>
        new(options, _time, "test", SpaceOf);

    private sealed class Steps : SynchronizationContext
    {
        private readonly ConcurrentQueue<Action> _waiting = new();

        public override void Post(SendOrPostCallback d, object? state) => _waiting.Enqueue(() => d(state));

        public Action? Next() => _waiting.TryDequeue(out var step) ? step : null;
    }
}
