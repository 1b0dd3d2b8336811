using Drydock.Abstractions.Values;

namespace Drydock.Clients.MySql.Transport;

/// <summary>Time limits of calls.</summary>
internal static class Limits
{
    internal static CancellationTokenSource Timer(uint seconds, TimeProvider time) =>
        Timer(seconds == 0 ? Timeout.InfiniteTimeSpan : TimeSpan.FromSeconds(seconds), time);

    internal static CancellationTokenSource Timer(TimeSpan limit, TimeProvider time) => new(Timers.Clamp(limit), time);
}
