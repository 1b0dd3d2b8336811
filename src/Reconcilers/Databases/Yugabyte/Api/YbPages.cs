namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>A page that a process answered with. Answers are read strictly: status 200, complete JSON, no error in it,
/// and every key that must be there (docs/project/research/yugabytedb.md#rules). An answer that cannot be read never
/// counts as empty.</summary>
/// <typeparam name="T">The page.</typeparam>
/// <param name="what">The address and the page, for messages.</param>
internal sealed class YbPage<T>(string what, string body, T content)
{
    public T Content => content;

    /// <summary>The elements of a list; none of them may be null.</summary>
    public IEnumerable<TItem> All<TItem>(IEnumerable<TItem?> items, string key)
        where TItem : class => items.Select(i => i ?? throw Unusable($"an element of {key} is null"));

    public TPart Part<TPart>(JsonElement json, JsonTypeInfo<TPart> type) => YbPage.Deserialize(what, body, json, type);

    public YbAnswerException Unusable(string problem) => new(what, problem, body);
}

/// <summary>Reads pages.</summary>
internal static class YbPage
{
    private static readonly string[] ErrorKeys = ["error", "Error"];

    public static YbPage<T> Read<T>(string what, ServiceAnswer answer, JsonTypeInfo<T> type)
    {
        if (answer.Status != 200)
        {
            throw new YbAnswerException(what, $"status {answer.Status}", answer.Body);
        }

        JsonDocument document;
        try
        {
            document = JsonDocument.Parse(answer.Body);
        }
        catch (JsonException exception)
        {
            throw new YbAnswerException(what, $"no JSON in line {exception.LineNumber + 1}", $"({answer.Kind})");
        }

        using (document)
        {
            var root = document.RootElement;
            foreach (var key in root.ValueKind == JsonValueKind.Object ? ErrorKeys : [])
            {
                if (root.TryGetProperty(key, out var error))
                {
                    throw new YbAnswerException(what, $"it reports an error: {error}", answer.Body);
                }
            }

            return new YbPage<T>(what, answer.Body, Deserialize(what, answer.Body, root, type));
        }
    }

    /// <summary>Reads an answer that grows with the data while it arrives.</summary>
    /// <exception cref="YbAnswerException">It is not such a page.</exception>
    public static async Task<YbPage<T>> ReadAsync<T>(
        string what, ServiceStream answer, JsonTypeInfo<T> type, CancellationToken cancellationToken)
    {
        if (answer.Status != 200)
        {
            throw new YbAnswerException(what, $"status {answer.Status}", $"({answer.ContentType})");
        }

        try
        {
            var content = await JsonSerializer.DeserializeAsync(answer.Content, type, cancellationToken);
            return new YbPage<T>(
                what, "", content ?? throw new YbAnswerException(what, "it is null", $"({answer.ContentType})"));
        }
        catch (JsonException exception)
        {
            throw new YbAnswerException(
                what, $"another form is expected: {exception.Message}", $"({answer.ContentType})");
        }
    }

    internal static T Deserialize<T>(string what, string body, JsonElement json, JsonTypeInfo<T> type)
    {
        try
        {
            return json.Deserialize(type) ?? throw new YbAnswerException(what, "it is null", body);
        }
        catch (JsonException exception)
        {
            throw new YbAnswerException(what, $"another form is expected: {exception.Message}", body);
        }
    }
}

/// <summary>A process gave an answer that cannot be used: an error page with status 200, incomplete JSON, a missing key
/// (docs/project/research/yugabytedb.md#rules).</summary>
/// <param name="body">The answer; its beginning is part of the message.</param>
internal sealed class YbAnswerException(string what, string problem, string body)
    : TargetException(
        Reasons.AnswerUnusable,
        $"{what} gave an unusable answer ({problem}): "
        + $"{AdminOutputException.Quote(body.ReplaceLineEndings(" "), 200)}.")
{
    public override bool IsRequestNotTaken => true;
}

/// <summary>The JSON pages of masters and tablet servers, as far as they are read
/// (docs/project/research/yugabytedb.md#master-pages, docs/project/research/yugabytedb.md#tablet-server-pages). A
/// property without a default must be there; unknown properties are skipped.</summary>
internal static class YbPages
{
    /// <summary>version.</summary>
    internal sealed record BuildVersion(string VersionNumber, string? BuildNumber = null);

    /// <summary>varz.</summary>
    internal sealed record Flags([property: JsonPropertyName("flags")] List<Flag?> All);

    internal sealed record Flag(string Name, string Value);

    /// <summary>masters.</summary>
    internal sealed record Masters([property: JsonPropertyName("masters")] List<Master?> All);

    /// <summary>A master; one that does not answer is only an error.</summary>
    internal sealed record Master(
        InstanceId? InstanceId = null, Registration? Registration = null, string? Role = null,
        JsonElement? Error = null);

    internal sealed record InstanceId(string? PermanentUuid = null, long? StartTimeUs = null);

    internal sealed record Registration(
        List<HostPort?>? PrivateRpcAddresses = null, List<HostPort?>? HttpAddresses = null);

    internal sealed record HostPort(string? Host = null, long? Port = null);

    /// <summary>tablet-servers, by the uuid of the placement and by address.</summary>
    internal sealed record Tserver(
        string Status, double TimeSinceHbSec, ulong UptimeSeconds, ulong UserTabletsLeaders, ulong SystemTabletsLeaders,
        ulong UserTabletsTotal, ulong SystemTabletsTotal, string? PermanentUuid = null, string? Cloud = null,
        string? Region = null, string? Zone = null);

    /// <summary>health-check of a master.</summary>
    internal sealed record MasterHealth(List<string?> DeadNodes, List<string?> UnderReplicatedTablets);

    /// <summary>tablet-replication.</summary>
    internal sealed record Leaderless(List<TabletId?> LeaderlessTablets);

    /// <summary>tablet-under-replication.</summary>
    internal sealed record UnderReplicated(List<TabletId?> UnderreplicatedTablets);

    internal sealed record TabletId(string TabletUuid);

    /// <summary>/dump-entities: what the catalogue has of the tablets that run.</summary>
    internal sealed record Entities(List<TabletEntity?> Tablets);

    /// <summary>A tablet. That of the catalogue itself has no replicas here.</summary>
    internal sealed record TabletEntity(string TabletId, List<Replica?>? Replicas = null);

    /// <summary>A replica: VOTER, or another type that does not vote.</summary>
    internal sealed record Replica(string Type, string Addr);

    /// <summary>cluster-config: protobuf as JSON, in which a field without a value is absent
    /// (src/yb/master/catalog_entity_info.proto and src/yb/cdc/cdc_consumer.proto).</summary>
    internal sealed record ClusterConfig(
        string? ClusterUuid = null, string? UniverseUuid = null, ReplicationInfo? ReplicationInfo = null,
        Blacklist? LeaderBlacklist = null, Blacklist? ServerBlacklist = null,
        ConsumerRegistry? ConsumerRegistry = null);

    internal sealed record ReplicationInfo(LiveReplicas? LiveReplicas = null);

    internal sealed record LiveReplicas(int? NumReplicas = null);

    internal sealed record Blacklist(List<HostPort?>? Hosts = null);

    /// <summary>A protobuf map: masters print it as a list of entries, tools as an object.</summary>
    internal sealed record ConsumerRegistry(JsonElement? ProducerMap = null);

    internal sealed record ProducerEntry(string Key, Producer? Value = null);

    internal sealed record Producer(List<HostPort?>? MasterAddrs = null, bool? DisableStream = null);

    /// <summary>health-check of a tablet server.</summary>
    internal sealed record TserverHealth(List<string?> FailedTablets);

    /// <summary>tablets, by id.</summary>
    internal sealed record Tablet(string State);

    /// <summary>/metrics. The value of a metric that is not asked for may be of any kind.</summary>
    internal sealed record MetricEntity(List<Metric?> Metrics);

    internal sealed record Metric(string Name, JsonElement? Value = null);
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(YbPages.BuildVersion))]
[JsonSerializable(typeof(YbPages.Flags))]
[JsonSerializable(typeof(YbPages.Masters))]
[JsonSerializable(typeof(Dictionary<string, Dictionary<string, YbPages.Tserver?>?>), TypeInfoPropertyName = "Tservers")]
[JsonSerializable(typeof(YbPages.MasterHealth))]
[JsonSerializable(typeof(YbPages.Leaderless))]
[JsonSerializable(typeof(YbPages.UnderReplicated))]
[JsonSerializable(typeof(YbPages.Entities))]
[JsonSerializable(typeof(YbPages.ClusterConfig))]
[JsonSerializable(typeof(Dictionary<string, YbPages.Producer?>), TypeInfoPropertyName = "ProducersByName")]
[JsonSerializable(typeof(List<YbPages.ProducerEntry?>), TypeInfoPropertyName = "ProducerEntries")]
[JsonSerializable(typeof(YbPages.TserverHealth))]
[JsonSerializable(typeof(Dictionary<string, YbPages.Tablet?>), TypeInfoPropertyName = "Tablets")]
[JsonSerializable(typeof(List<YbPages.MetricEntity?>), TypeInfoPropertyName = "Metrics")]
internal sealed partial class YbJsonContext : JsonSerializerContext;
