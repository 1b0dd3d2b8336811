namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>An entry of /api/v1/masters (docs/research/yugabytedb.md#master-pages).</summary>
/// <param name="Uuid">Its id; null where it is only an error.</param>
/// <param name="Rpc">Where it says it answers to others.</param>
/// <param name="Web">Where its pages are.</param>
/// <param name="Role">LEADER, FOLLOWER or another.</param>
/// <param name="StartTimeMicroseconds">When its process started, in microseconds since 1970 by its own clock.</param>
/// <param name="Error">What is wrong with it; null if nothing is.</param>
internal sealed record YbMaster(
    string? Uuid, ServiceAddress? Rpc, ServiceAddress? Web, string? Role, long? StartTimeMicroseconds, string? Error)
{
    /// <summary>Whether it leads.</summary>
    public bool IsLeader => Error is null && Role == "LEADER";

    /// <summary>Whether it is a member of the group that answers.</summary>
    public bool IsAlive => Error is null && Role is "LEADER" or "FOLLOWER";

    /// <summary>Its name for people.</summary>
    public string Display => Web?.ToString() ?? Rpc?.ToString() ?? Uuid ?? "a master that cannot be named";
}
