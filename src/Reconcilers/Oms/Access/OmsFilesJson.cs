namespace Drydock.Reconcilers.Oms;

/// <summary>The JSON that is read of nodes and archives. Unknown fields are ignored; field names are matched
/// exactly.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(HealthBody))]
[JsonSerializable(typeof(SupervisorFile))]
[JsonSerializable(typeof(ArchivedConfig))]
[JsonSerializable(typeof(List<ArchivedImage?>), TypeInfoPropertyName = "ArchivedImages")]
internal sealed partial class OmsFilesJson : JsonSerializerContext;

/// <summary>The answer of <c>/oms/health</c> (docs/research/oms.md#console-api).</summary>
internal sealed record HealthBody
{
    public HealthData? Data { get; init; }
}

/// <summary>The health of a node.</summary>
internal sealed record HealthData
{
    public bool? Healthy { get; init; }
}

/// <summary>supervisor.json of a container (docs/research/oms.md#programs).</summary>
internal sealed record SupervisorFile
{
    [JsonConverter(typeof(LooseText))]
    public string? ImageVersion { get; init; }
}

/// <summary>An image in the <c>manifest.json</c> that <c>docker save</c> writes.</summary>
internal sealed record ArchivedImage
{
    /// <summary>Path of the image's configuration, named after the image's id.</summary>
    [JsonPropertyName("Config")]
    public required string Config { get; init => field = value ?? ""; }

    [JsonPropertyName("RepoTags")]
    public IReadOnlyList<string> RepoTags { get; init => field = value ?? []; } = [];
}

/// <summary>The configuration of an image in an archive, as far as it is read.</summary>
internal sealed record ArchivedConfig
{
    [JsonPropertyName("rootfs")]
    public ArchivedLayers? RootFs { get; init; }
}

/// <summary>The layers of an image in an archive.</summary>
internal sealed record ArchivedLayers
{
    [JsonPropertyName("diff_ids")]
    public IReadOnlyList<string> DiffIds { get; init => field = value ?? []; } = [];
}
