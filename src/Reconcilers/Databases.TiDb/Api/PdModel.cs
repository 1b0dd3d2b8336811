namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>GET /pd/api/v1/members.</summary>
/// <param name="Leader">The PD leader; null while there is none.</param>
/// <param name="EtcdLeader">The etcd leader; differs from the PD leader while leadership moves.</param>
internal sealed record PdMembers(
    ulong ClusterId, IReadOnlyList<PdMember> Members, PdMember? Leader, PdMember? EtcdLeader)
{
    /// <summary>Whether PD and etcd are led by the same member: a move is over (docs/research/tidb.md#pd).</summary>
    public bool IsSettled => Leader is not null && Leader.Id == EtcdLeader?.Id;

    public PdMember? At(ServiceAddress endpoint) => Members.FirstOrDefault(m => endpoint.IsAmong(m.ClientUrls));
}

/// <summary>A PD member (docs/research/tidb.md#pd).</summary>
/// <param name="LeaderPriority">A value other than 0 pulls leadership back to it.</param>
internal sealed record PdMember(string Name, ulong Id, IReadOnlyList<string> ClientUrls, int LeaderPriority);

/// <summary>A member as the PD leader reports it: GET /pd/health.</summary>
/// <param name="IsHealthy">Whether it answered the leader.</param>
internal sealed record PdMemberHealth(string Name, IReadOnlyList<string> ClientUrls, bool IsHealthy);

/// <summary>A TiKV as PD knows it. Absent status fields are 0 (docs/research/tidb.md#rules); PD hears of a store every
/// 10 s.</summary>
/// <param name="State">Up, Disconnected (silent for more than 20 s), Down, Offline, Tombstone.</param>
/// <param name="Version">Without a leading v. This is the source for a TiKV's version.</param>
/// <param name="Leaders">Regions it leads, as PD counts them. A new PD leader knows none for a while.</param>
/// <param name="StartedAt">When its process was started, by its own clock; PD keeps whole seconds.</param>
internal sealed record PdStore(
    ulong Id, string Address, string State, string Version, IReadOnlyDictionary<string, string> Labels, long Leaders,
    long Regions, DateTimeOffset? StartedAt)
{
    public bool IsUp => State == "Up";
    public bool IsTombstone => State == "Tombstone";
}

/// <summary>What GET /pd/api/v1/config says of scheduling. What it says counts, not the version's default: values
/// persisted in etcd win (docs/research/tidb.md#pd).</summary>
/// <param name="Evicted">Stores with an evict-leader scheduler that is persisted and not disabled, also while PD does
/// not run it yet (docs/research/tidb.md#pd-as-observed).</param>
internal sealed record PdSchedule(
    IReadOnlyDictionary<string, long> Limits, IReadOnlySet<ulong> Evicted, int EnabledSchedulers, long MaxReplicas,
    IReadOnlyList<string> LocationLabels)
{
    public static IReadOnlyList<string> LimitNames { get; } =
    [
        "leader-schedule-limit", "region-schedule-limit", "replica-schedule-limit", "merge-schedule-limit",
        "hot-region-schedule-limit", "max-merge-region-size", "max-merge-region-keys",
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

/// <summary>Answers of PD (docs/research/tidb.md#pd). A property with a default may be absent or null; a required list
/// may be null, which is how Go writes an empty one.</summary>
internal static class PdWire
{
    /// <summary>GET /health, etcd's own.</summary>
    public sealed record Health([property: JsonPropertyName("health")] string Value);

    /// <summary>An entry of GET /pd/health.</summary>
    public sealed record MemberHealth(
        string? Name = null, List<string?>? ClientUrls = null,
        [property: JsonPropertyName("health")] bool? IsHealthy = null);

    /// <summary>GET /pd/api/v1/members.</summary>
    public sealed record Members(
        Header Header, [property: JsonPropertyName("members")] List<Member?>? All, Member? Leader = null,
        Member? EtcdLeader = null);

    public sealed record Header(ulong ClusterId);

    public sealed record Member(
        string? Name = null, ulong? MemberId = null, List<string?>? ClientUrls = null, int? LeaderPriority = null);

    /// <summary>GET /pd/api/v1/status.</summary>
    public sealed record Status(string GitHash);

    /// <summary>GET /pd/api/v1/stores.</summary>
    public sealed record Stores([property: JsonPropertyName("stores")] List<StoreInfo?>? All);

    /// <summary>GET /pd/api/v1/store/ID.</summary>
    public sealed record StoreInfo(Store Store, StoreStatus Status);

    public sealed record Store(
        ulong Id, string Address, string StateName, string? Version = null, List<Label?>? Labels = null);

    public sealed record Label(string Key, string Value);

    public sealed record StoreStatus(long? LeaderCount = null, long? RegionCount = null, string? StartTs = null);

    /// <summary>An entry of GET /pd/api/v1/regions/check/CHECK.</summary>
    public sealed record Region(
        ulong Id, List<Peer?>? Peers = null, List<DownPeer?>? DownPeers = null, List<Peer?>? PendingPeers = null);

    public sealed record Peer(ulong StoreId, bool? IsLearner = null);

    public sealed record DownPeer(Peer Peer);

    /// <summary>GET /pd/api/v1/config, as far as it is evaluated.</summary>
    public sealed record Config(Schedule Schedule, Replication Replication);

    /// <summary>GET /pd/api/v1/config, of which the text is saved.</summary>
    public sealed record SavedConfig(Dictionary<string, JsonElement> Schedule);

    public sealed record Schedule
    {
        [JsonPropertyName("schedulers-v2")]
        public required List<Scheduler?>? Schedulers { get; init; }

        [JsonExtensionData]
        public Dictionary<string, JsonElement>? Settings { get; set; }
    }

    /// <param name="Args">Store ids as texts for evict-leader; other schedulers have other arguments.</param>
    public sealed record Scheduler(string? Type = null, JsonElement? Args = null, bool? Disable = null);

    /// <param name="LocationLabels">One comma-separated text; a list in other versions.</param>
    public sealed record Replication(
        [property: JsonPropertyName("max-replicas")] long MaxReplicas,
        [property: JsonPropertyName("location-labels")] JsonElement? LocationLabels = null);
}

/// <summary>Answers of etcd's gateway for JSON (docs/research/tidb.md#tidb-servers-in-etcd): keys and values are
/// base64.</summary>
internal static class EtcdWire
{
    /// <summary>POST /v3/kv/range. Without a key in the range, kvs is absent.</summary>
    public sealed record Range(List<KeyValue?>? Kvs = null);

    /// <summary>A key with its value.</summary>
    public sealed record KeyValue(string Value);
}
