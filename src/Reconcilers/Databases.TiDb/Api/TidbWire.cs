namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>Answers of TiDB's status port (docs/research/tidb.md#tidb-server). A property that is not required may be
/// absent.</summary>
internal static class TidbWire
{
    /// <summary>GET /status.</summary>
    public sealed record Status
    {
        public required string Version { get; init; }
    }

    /// <summary>GET /info, and an entry of GET /info/all.</summary>
    public sealed record Server
    {
        public required string DdlId { get; init; }

        public required string Version { get; init; }

        public bool? IsOwner { get; init; }

        public string? Ip { get; init; }

        public int? ListeningPort { get; init; }

        public int? StatusPort { get; init; }

        public string? BinlogStatus { get; init; }
    }

    /// <summary>GET /info/all.</summary>
    public sealed record Servers
    {
        public string? OwnerId { get; init; }

        public bool? IsAllServerVersionConsistent { get; init; }

        public required Dictionary<string, Server?> AllServersInfo { get; init; }
    }
}
