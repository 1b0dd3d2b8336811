namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>Answers of etcd's gateway for JSON (docs/research/tidb.md#tidb-servers-in-etcd): keys and values are
/// base64.</summary>
internal static class EtcdWire
{
    /// <summary>POST /v3/kv/range. Without a key in the range, kvs is absent.</summary>
    public sealed record Range
    {
        public List<KeyValue?>? Kvs { get; init; }
    }

    /// <summary>A key with its value.</summary>
    public sealed record KeyValue
    {
        public required string Value { get; init; }
    }
}
