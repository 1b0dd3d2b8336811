namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>follower_lag_ms of the tablets of one server (docs/research/yugabytedb.md#tablet-server-pages).</summary>
/// <param name="Tablets">How many tablets told it.</param>
/// <param name="Largest">The largest of them.</param>
internal sealed record YbFollowerLag(int Tablets, TimeSpan Largest);
