namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>How long an instance has been healthy without interruption, as far as this process of the operator knows. A
/// restart of the operator loses it, which only makes the wait longer. Another process of the instance, or one
/// unhealthy look, starts the count again.</summary>
internal sealed class SettleClock
{
    private (int? Pid, DateTimeOffset? StartedAt, DateTimeOffset Since)? _healthy;

    public TimeSpan Healthy(InstanceProcess process, DateTimeOffset now)
    {
        if (_healthy is not { } known || (known.Pid, known.StartedAt) != (process.Pid, process.StartedAt))
        {
            _healthy = known = (process.Pid, process.StartedAt, now);
        }

        return now - known.Since;
    }

    public void Forget() => _healthy = null;
}
