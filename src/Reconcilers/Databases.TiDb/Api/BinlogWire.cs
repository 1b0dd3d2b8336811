namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>Answers of pumps and drainers (docs/research/tidb.md#pump-and-drainer).</summary>
internal static class BinlogWire
{
    /// <summary>GET /status of a pump.</summary>
    public sealed record Pumps
    {
        [JsonPropertyName("ErrMsg")]
        public string? Error { get; init; }

        [JsonPropertyName("status")]
        public Dictionary<string, Node?>? Nodes { get; init; }
    }

    public sealed record Node
    {
        [JsonPropertyName("nodeId")]
        public required string NodeId { get; init; }

        public required string Host { get; init; }

        public required string State { get; init; }
    }

    /// <summary>GET /status of a drainer.</summary>
    public sealed record Drainer
    {
        [JsonPropertyName("Synced")]
        public required bool IsSynced { get; init; }

        [JsonPropertyName("LastTS")]
        public required ulong LastTs { get; init; }
    }
}
