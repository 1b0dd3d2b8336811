namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>GET /pd/api/v1/members.</summary>
/// <param name="ClusterId">The cluster's id, unsigned 64 bits.</param>
/// <param name="Members">All of them.</param>
/// <param name="Leader">The PD leader; null while there is none.</param>
/// <param name="EtcdLeader">The etcd leader; differs from the PD leader while leadership moves.</param>
internal sealed record PdMembers(
    ulong ClusterId, IReadOnlyList<PdMember> Members, PdMember? Leader, PdMember? EtcdLeader)
{
    /// <summary>Whether PD and etcd are led by the same member: a move is over (docs/research/tidb.md#pd).</summary>
    public bool IsSettled => Leader is not null && Leader.Id == EtcdLeader?.Id;

    public PdMember? At(Endpoint endpoint) => Members.FirstOrDefault(m => endpoint.IsAmong(m.ClientUrls));
}

/// <summary>A PD member (docs/research/tidb.md#pd).</summary>
/// <param name="Name">Its own name.</param>
/// <param name="Id">Its member id, unsigned 64 bits.</param>
/// <param name="ClientUrls">Where it serves.</param>
/// <param name="LeaderPriority">A value other than 0 pulls leadership back to it.</param>
internal sealed record PdMember(string Name, ulong Id, IReadOnlyList<string> ClientUrls, int LeaderPriority);

/// <summary>A member as the PD leader reports it: GET /pd/health.</summary>
/// <param name="Name">The member.</param>
/// <param name="ClientUrls">Where it serves.</param>
/// <param name="IsHealthy">Whether it answered the leader.</param>
internal sealed record PdMemberHealth(string Name, IReadOnlyList<string> ClientUrls, bool IsHealthy);
