namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>How long each instance has been healthy without interruption, as far as this process of the operator knows.
/// A restart of the operator loses it, which only makes the wait longer. Another process of the instance, or one
/// unhealthy look, starts the count again.</summary>
internal sealed class SettleClock
{
    private readonly ConcurrentDictionary<string, (
        int? Pid, DateTimeOffset? StartedAt, DateTimeOffset Since)> _healthy =
        new(StringComparer.Ordinal);

    public TimeSpan Healthy(string step, InstanceProcess process, DateTimeOffset now)
    {
        var first = (process.Pid, process.StartedAt, now);
        var entry = _healthy.AddOrUpdate(
            step,
            first,
            (_, known) => (known.Pid, known.StartedAt) == (process.Pid, process.StartedAt) ? known : first);
        return now - entry.Since;
    }

    public void Forget(string step) => _healthy.TryRemove(step, out _);
}
