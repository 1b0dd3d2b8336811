using System.Text.Json;

namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>
/// Reads the cluster configuration (src/yb/master/catalog_entity_info.proto and src/yb/cdc/cdc_consumer.proto, as the
/// masters' JSON writer prints them).
/// </summary>
internal static class YbClusterConfigReader
{
    public static YbClusterConfig Read(YbJson reader, JsonElement root)
    {
        // cluster_uuid is what every version has and what the overview calls Universe UUID; universe_uuid came later
        // and is of the same lifetime.
        var uuid = YbJson.OptionalText(root, "cluster_uuid") ?? YbJson.OptionalText(root, "universe_uuid");
        return new YbClusterConfig
        {
            UniverseUuid = uuid is { Length: > 0 } ? uuid : throw reader.Unusable("no cluster_uuid"),
            ReplicationFactor = Child(Child(root, "replication_info"), "live_replicas") is { ValueKind: JsonValueKind.Object } live ? (int?)YbJson.OptionalNumber(live, "num_replicas") : null,
            LeaderBlacklist = Hosts(reader, Child(root, "leader_blacklist"), "hosts"),
            ServerBlacklist = Hosts(reader, Child(root, "server_blacklist"), "hosts"),
            Groups = [.. Entries(reader, Child(Child(root, "consumer_registry"), "producer_map")).Select(e => Group(reader, e.Key, e.Value))],
        };
    }

    private static YbInboundGroup Group(YbJson reader, string name, JsonElement group) =>
        new(name, Child(group, "disable_stream").ValueKind == JsonValueKind.True, Hosts(reader, group, "master_addrs"));

    private static JsonElement Child(JsonElement parent, string key) =>
        parent.ValueKind == JsonValueKind.Object && parent.TryGetProperty(key, out var child) ? child : default;

    private static List<ServiceAddress> Hosts(YbJson reader, JsonElement parent, string key)
    {
        var list = Child(parent, key);
        if (list.ValueKind == JsonValueKind.Undefined)
        {
            return [];
        }

        if (list.ValueKind != JsonValueKind.Array)
        {
            throw reader.Unusable($"{key} is no list");
        }

        return
        [
            .. list.EnumerateArray().Select(host => new ServiceAddress(
                reader.Text(host, "host"),
                YbJson.OptionalNumber(host, "port") is { } port and > 0 and < 65536 ? (int)port : throw reader.Unusable($"a host of {key} without a port"))),
        ];
    }

    // A protobuf map is printed as a list of entries with key and value by the masters, and as an object by tools.
    private static IEnumerable<(string Key, JsonElement Value)> Entries(YbJson reader, JsonElement map) => map.ValueKind switch
    {
        JsonValueKind.Undefined => [],
        JsonValueKind.Object => map.EnumerateObject().Select(p => (p.Name, p.Value)),
        JsonValueKind.Array => map.EnumerateArray().Select(e => (reader.Text(e, "key"), Child(e, "value"))),
        _ => throw reader.Unusable("producer_map is no map"),
    };
}
