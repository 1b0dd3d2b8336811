using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace Drydock.Clients.Kubernetes.Runtime;

/// <summary>What the workers of a queue are occupied with, for the metrics.</summary>
/// <param name="UnfinishedSeconds">Time spent so far on all keys that are processed now.</param>
/// <param name="LongestSeconds">Time spent so far on the one that has taken longest.</param>
internal sealed record QueueLoad(double UnfinishedSeconds, double LongestSeconds)
{
    private static readonly ConcurrentDictionary<Func<QueueLoad>, KeyValuePair<string, object?>[]> Queues = new();

    /// <summary>Reports a queue until the result is disposed.</summary>
    /// <param name="tags">Its labels.</param>
    /// <param name="read">Reads its load. Called from any thread.</param>
    public static IDisposable Report(KeyValuePair<string, object?>[] tags, Func<QueueLoad> read)
    {
        Queues[read] = tags;
        return new Reported(read);
    }

    /// <summary>One measurement for each queue.</summary>
    public static IEnumerable<Measurement<double>> Measure(Func<QueueLoad, double> value) =>
        Queues.Select(queue => new Measurement<double>(value(queue.Key()), queue.Value));

    private sealed class Reported(Func<QueueLoad> read) : IDisposable
    {
        public void Dispose() => Queues.TryRemove(read, out _);
    }
}
