namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>Answers of PD (docs/research/tidb.md#pd). A property with a default may be absent or null; a required list
/// may be null, which is how Go writes an empty one.</summary>
internal static class PdWire
{
    /// <summary>GET /health, etcd's own.</summary>
    public sealed record Health([property: JsonPropertyName("health")] string Value);

    /// <summary>An entry of GET /pd/health.</summary>
    public sealed record MemberHealth(
        string? Name = null,
        List<string?>? ClientUrls = null,
        [property: JsonPropertyName("health")] bool? IsHealthy = null);

    /// <summary>GET /pd/api/v1/members.</summary>
    public sealed record Members(
        Header Header,
        [property: JsonPropertyName("members")] List<Member?>? All,
        Member? Leader = null,
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
