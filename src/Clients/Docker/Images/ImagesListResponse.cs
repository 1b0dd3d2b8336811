namespace Drydock.Clients.Docker;

/// <summary>One line of an image list.</summary>
public sealed record ImagesListResponse
{
    [JsonRequired]
    [JsonPropertyName("Id")]
    public string ID { get; init => field = value ?? ""; } = "";

    public IReadOnlyList<string> RepoTags { get; init => field = value ?? []; } = [];

    public IReadOnlyList<string> RepoDigests { get; init => field = value ?? []; } = [];

    /// <summary>Unix seconds of creation.</summary>
    public long Created { get; init; }

    public long Size { get; init; }

    public IReadOnlyDictionary<string, string> Labels
    {
        get;
        init => field = value ?? ReadOnlyDictionary<string, string>.Empty;
    } = ReadOnlyDictionary<string, string>.Empty;
}

/// <summary>Which images to list.</summary>
public sealed record ImagesListParameters
{
    public bool All { get; init; }

    /// <summary>The engine's filters, such as <c>reference</c>, <c>label</c>, <c>dangling</c>.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> Filters
    {
        get;
        init => field = value ?? ReadOnlyDictionary<string, IReadOnlyList<string>>.Empty;
    } = ReadOnlyDictionary<string, IReadOnlyList<string>>.Empty;
}
