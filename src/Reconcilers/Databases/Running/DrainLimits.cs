namespace Drydock.Reconcilers.Databases;

/// <summary>The time limits of spec.drain. Pure.</summary>
internal static class DrainLimits
{
    public static TimeSpan LongestStall(this DrainSpec drain) => KubernetesDuration.Parse(drain.StalledFor);

    /// <summary>How long a drain may take although it makes progress; null for no limit.</summary>
    public static TimeSpan? UpperLimit(this DrainSpec drain) =>
        drain.Timeout is { } timeout ? KubernetesDuration.Parse(timeout) : null;

    public static TimeSpan LongestIdle(this DrainSpec drain) => KubernetesDuration.Parse(drain.IdleLimit);
}
