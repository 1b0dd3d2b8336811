namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>GET /pd/api/v1/members.</summary>
/// <param name="ClusterId">The cluster's id, unsigned 64 bits.</param>
/// <param name="Members">All of them.</param>
/// <param name="Leader">Who leads PD; null while nobody does.</param>
/// <param name="EtcdLeader">Who leads etcd; differs from the leader while leadership moves.</param>
internal sealed record PdMembers(
    ulong ClusterId, IReadOnlyList<PdMember> Members, PdMember? Leader, PdMember? EtcdLeader)
{
    /// <summary>Whether PD and etcd are led by the same member: a move is over (docs/research/tidb.md#pd).</summary>
    public bool IsSettled => Leader is not null && Leader.Id == EtcdLeader?.Id;

    /// <summary>The member that serves at an endpoint.</summary>
    public PdMember? At(Endpoint endpoint) => Members.FirstOrDefault(m => endpoint.IsAmong(m.ClientUrls));
}
