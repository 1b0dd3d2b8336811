namespace Drydock.Lab.Databases.Yugabyte;

/// <summary>The part of yugabyte.json that is read when a cluster is made.</summary>
internal sealed record YugabyteSettings
{
    public int ReplicationFactor { get; init; }

    public int Tservers { get; init; }

    public int Tables { get; init; }

    public int TabletsPerTable { get; init; }

    public IReadOnlyList<string> Extensions { get; init; } = [];

    public IReadOnlyDictionary<string, YugabyteGroupSettings> Groups { get; init; } =
        new Dictionary<string, YugabyteGroupSettings>(StringComparer.Ordinal);

    // Names of the servers by RPC address.
    public IReadOnlyDictionary<string, string> Names { get; init; } = new Dictionary<string, string>(
        StringComparer.Ordinal);
}
