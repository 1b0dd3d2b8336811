namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>Answers of PD (docs/research/tidb.md#pd). A property that is not required may be absent or null; a required
/// list may be null, which is how Go writes an empty one.</summary>
internal static class PdWire
{
    /// <summary>GET /health, etcd's own.</summary>
    public sealed record Health
    {
        [JsonPropertyName("health")]
        public required string Value { get; init; }
    }

    /// <summary>An entry of GET /pd/health.</summary>
    public sealed record MemberHealth
    {
        public string? Name { get; init; }

        public List<string?>? ClientUrls { get; init; }

        [JsonPropertyName("health")]
        public bool? IsHealthy { get; init; }
    }

    /// <summary>GET /pd/api/v1/members.</summary>
    public sealed record Members
    {
        public required Header Header { get; init; }

        [JsonPropertyName("members")]
        public required List<Member?>? All { get; init; }

        public Member? Leader { get; init; }

        public Member? EtcdLeader { get; init; }
    }

    public sealed record Header
    {
        public required ulong ClusterId { get; init; }
    }

    public sealed record Member
    {
        public string? Name { get; init; }

        public ulong? MemberId { get; init; }

        public List<string?>? ClientUrls { get; init; }

        public int? LeaderPriority { get; init; }
    }

    /// <summary>GET /pd/api/v1/status.</summary>
    public sealed record Status
    {
        public required string GitHash { get; init; }
    }

    /// <summary>GET /pd/api/v1/stores.</summary>
    public sealed record Stores
    {
        [JsonPropertyName("stores")]
        public required List<StoreInfo?>? All { get; init; }
    }

    /// <summary>GET /pd/api/v1/store/ID.</summary>
    public sealed record StoreInfo
    {
        public required Store Store { get; init; }

        public required StoreStatus Status { get; init; }
    }

    public sealed record Store
    {
        public required ulong Id { get; init; }

        public required string Address { get; init; }

        public required string StateName { get; init; }

        public string? Version { get; init; }

        public List<Label?>? Labels { get; init; }
    }

    public sealed record Label
    {
        public required string Key { get; init; }

        public required string Value { get; init; }
    }

    public sealed record StoreStatus
    {
        public long? LeaderCount { get; init; }

        public long? RegionCount { get; init; }

        public string? StartTs { get; init; }
    }

    /// <summary>An entry of GET /pd/api/v1/regions/check/CHECK.</summary>
    public sealed record Region
    {
        public required ulong Id { get; init; }

        public List<Peer?>? Peers { get; init; }

        public List<DownPeer?>? DownPeers { get; init; }

        public List<Peer?>? PendingPeers { get; init; }
    }

    public sealed record Peer
    {
        public required ulong StoreId { get; init; }

        public bool? IsLearner { get; init; }
    }

    public sealed record DownPeer
    {
        public required Peer Peer { get; init; }
    }

    /// <summary>GET /pd/api/v1/config, as far as it is evaluated.</summary>
    public sealed record Config
    {
        public required Schedule Schedule { get; init; }

        public required Replication Replication { get; init; }
    }

    /// <summary>GET /pd/api/v1/config, of which the text is saved.</summary>
    public sealed record SavedConfig
    {
        public required Dictionary<string, JsonElement> Schedule { get; init; }
    }

    public sealed record Schedule
    {
        [JsonPropertyName("schedulers-v2")]
        public required List<Scheduler?>? Schedulers { get; init; }

        [JsonExtensionData]
        public Dictionary<string, JsonElement>? Settings { get; set; }
    }

    public sealed record Scheduler
    {
        public string? Type { get; init; }

        /// <summary>Store ids as texts for evict-leader; other schedulers have other arguments.</summary>
        public JsonElement? Args { get; init; }

        public bool? Disable { get; init; }
    }

    public sealed record Replication
    {
        [JsonPropertyName("max-replicas")]
        public required long MaxReplicas { get; init; }

        /// <summary>One comma-separated text; a list in other versions.</summary>
        [JsonPropertyName("location-labels")]
        public JsonElement? LocationLabels { get; init; }
    }
}
