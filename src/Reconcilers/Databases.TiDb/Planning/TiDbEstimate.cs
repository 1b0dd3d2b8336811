namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>The vendor's rule of thumb for how long a roll takes. Pure.</summary>
internal static class TiDbEstimate
{
    /// <summary>Number of TiKV × 5 min + 10 min (docs/research/tidb.md#procedure).</summary>
    public static TimeSpan Of(DatabaseRollingUpgradeSpec spec) =>
        TimeSpan.FromMinutes((5 * spec.Of(DatabaseComponent.TiKV).Count()) + 10);
}
