namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>Where the draining of a tablet server stands.</summary>
/// <param name="IsBlacklisted">Whether it is in the leader blacklist.</param>
/// <param name="Leaders">Tablets it leads.</param>
internal readonly record struct DrainState(bool IsBlacklisted, ulong Leaders)
{
    /// <summary>It has no leaders, and none will come.</summary>
    public bool IsDrained => IsBlacklisted && Leaders == 0;
}
