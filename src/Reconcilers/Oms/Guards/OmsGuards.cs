namespace Drydock.Reconcilers.Oms;

/// <summary>The names of the guard checks that stand in plans of OmsUpgrade.</summary>
internal static class OmsGuards
{
    /// <summary><see cref="ContainerStaysStopped"/>.</summary>
    public const string ContainerStaysStopped = nameof(ContainerStaysStopped);

    /// <summary><see cref="HighAvailabilityStaysOff"/>.</summary>
    public const string HighAvailabilityStaysOff = nameof(HighAvailabilityStaysOff);

    /// <summary><see cref="ContainerIsAsPlanned"/>.</summary>
    public const string ContainerIsAsPlanned = nameof(ContainerIsAsPlanned);

    /// <summary><see cref="SnapshotIsThere"/>.</summary>
    public const string SnapshotIsThere = nameof(SnapshotIsThere);
}
