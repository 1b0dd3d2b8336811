namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>GET /pd/api/v1/members.</summary>
/// <param name="ClusterId">The cluster's id, unsigned 64 bits.</param>
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
/// <param name="Id">Its member id, unsigned 64 bits.</param>
/// <param name="ClientUrls">Where it serves.</param>
/// <param name="LeaderPriority">A value other than 0 pulls leadership back to it.</param>
internal sealed record PdMember(string Name, ulong Id, IReadOnlyList<string> ClientUrls, int LeaderPriority);

/// <summary>A member as the PD leader reports it: GET /pd/health.</summary>
/// <param name="ClientUrls">Where it serves.</param>
/// <param name="IsHealthy">Whether it answered the leader.</param>
internal sealed record PdMemberHealth(string Name, IReadOnlyList<string> ClientUrls, bool IsHealthy);

/// <summary>A TiKV as PD knows it. Absent status fields are 0 (docs/research/tidb.md#rules); PD hears of a store every
/// 10 s.</summary>
/// <param name="Id">Unsigned 64 bits.</param>
/// <param name="State">Up, Disconnected (silent for more than 20 s), Down, Offline, Tombstone.</param>
/// <param name="Version">Without a leading v. This is the source for a TiKV's version.</param>
/// <param name="Leaders">Regions it leads, as PD counts them. A new PD leader knows none for a while.</param>
/// <param name="StartedAt">When its process was started, by its own clock; PD keeps whole seconds.</param>
internal sealed record PdStore(
    ulong Id,
    string Address,
    string State,
    string Version,
    IReadOnlyDictionary<string, string> Labels,
    long Leaders,
    long Regions,
    DateTimeOffset? StartedAt)
{
    public bool IsUp => State == "Up";

    public bool IsTombstone => State == "Tombstone";
}

/// <summary>What GET /pd/api/v1/config says of scheduling. What it says counts, not the version's default: values
/// persisted in etcd win (docs/research/tidb.md#pd).</summary>
/// <param name="Evicted">Stores with an evict-leader scheduler that is persisted and not disabled, also while PD does
/// not run it yet (docs/research/tidb.md#pd-as-observed).</param>
internal sealed record PdSchedule(
    IReadOnlyDictionary<string, long> Limits,
    IReadOnlySet<ulong> Evicted,
    int EnabledSchedulers,
    long MaxReplicas,
    IReadOnlyList<string> LocationLabels)
{
    public static IReadOnlyList<string> LimitNames { get; } =
    [
        "leader-schedule-limit",
        "region-schedule-limit",
        "replica-schedule-limit",
        "merge-schedule-limit",
        "hot-region-schedule-limit",
        "max-merge-region-size",
        "max-merge-region-keys",
    ];

    public long? Limit(string name) => Limits.TryGetValue(name, out var value) ? value : null;

    public bool Merges => Limit("max-merge-region-size") is > 0 && Limit("merge-schedule-limit") is > 0;

    public string LimitsText() => Text(LimitNames.Where(Limits.ContainsKey).Select(n => (n, Limits[n])));

    public static string Text(IEnumerable<(string Name, long Value)> limits) => string.Join(
        ',', limits.Select(l => $"{l.Name}={l.Value}"));

    public static IReadOnlyDictionary<string, long> ParseLimits(string? text) =>
        (text ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries)
            .Select(p => p.Split('='))
            .Where(p => p.Length == 2)
            .ToDictionary(p => p[0], p => long.Parse(p[1], CultureInfo.InvariantCulture), StringComparer.Ordinal);
}
