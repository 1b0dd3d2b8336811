namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>A master as another one lists it.</summary>
/// <param name="Uuid">The id; null if only an error is listed.</param>
/// <param name="Rpc">The RPC address.</param>
/// <param name="Web">The address of its pages.</param>
/// <param name="Role">LEADER, FOLLOWER or another.</param>
/// <param name="StartTimeMicroseconds">When its process started, in microseconds since 1970 by its own clock.</param>
/// <param name="Error">The error; null if there is none.</param>
internal sealed record YbMaster(
    string? Uuid, ServiceAddress? Rpc, ServiceAddress? Web, string? Role, long? StartTimeMicroseconds, string? Error)
{
    public bool IsLeader => Error is null && Role == "LEADER";

    /// <summary>Whether it is a member of the group.</summary>
    public bool IsAlive => Error is null && Role is "LEADER" or "FOLLOWER";

    /// <summary>The name for messages.</summary>
    public string Display => Web?.ToString() ?? Rpc?.ToString() ?? Uuid ?? "a master without address";
}
