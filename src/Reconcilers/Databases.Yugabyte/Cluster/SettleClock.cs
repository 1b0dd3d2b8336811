using System.Collections.Concurrent;

namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>
/// Since when an instance was seen healthy without a break, for as long as this process looks. It is forgotten with the
/// process, which only makes the wait longer; another process of the instance, or one unhealthy look, begins it anew.
/// </summary>
internal sealed class SettleClock
{
    private readonly ConcurrentDictionary<string, (int? Pid, DateTimeOffset? StartedAt, DateTimeOffset Since)> _healthy = new(StringComparer.Ordinal);

    /// <summary>It is healthy now: how long it has been.</summary>
    public TimeSpan Healthy(string step, InstanceProcess process, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(process);
        var entry = _healthy.AddOrUpdate(
            step,
            _ => (process.Pid, process.StartedAt, now),
            (_, known) => (known.Pid, known.StartedAt) == (process.Pid, process.StartedAt) ? known : (process.Pid, process.StartedAt, now));
        return now - entry.Since;
    }

    /// <summary>It is not healthy now.</summary>
    public void Forget(string step) => _healthy.TryRemove(step, out _);

    /// <summary>Whether it was healthy at the last look.</summary>
    public bool IsHealthy(string step) => _healthy.ContainsKey(step);
}
