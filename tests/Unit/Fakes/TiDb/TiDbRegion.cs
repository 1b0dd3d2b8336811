namespace Drydock.Tests.Unit.Fakes;

/// <summary>A Region that is not as it should be.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Voters">Stores with a replica that votes.</param>
internal sealed record TiDbRegion(ulong Id, params ulong[] Voters)
{
    /// <summary>Stores with a replica that does not vote.</summary>
    public ulong[] Learners { get; init; } = [];

    public ulong[] Down { get; init; } = [];

    public ulong[] Pending { get; init; } = [];

    public bool IsListed(string check, long replicas) => check switch
    {
        "down-peer" => Down.Length > 0,
        "pending-peer" => Pending.Length > 0,
        "miss-peer" => Voters.Length + Learners.Length < replicas,
        _ => false,
    };
}
