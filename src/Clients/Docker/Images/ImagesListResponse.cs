using System.Collections.ObjectModel;
using System.Text.Json.Serialization;

namespace Drydock.Clients.Docker;

/// <summary>One line of an image list.</summary>
public sealed record ImagesListResponse
{
    /// <summary>The image ID.</summary>
    [JsonRequired]
    [JsonPropertyName("Id")]
    public string ID { get; init => field = value ?? ""; } = "";

    /// <summary>References by tag.</summary>
    public IReadOnlyList<string> RepoTags { get; init => field = value ?? []; } = [];

    /// <summary>References by digest; a loaded image has none.</summary>
    public IReadOnlyList<string> RepoDigests { get; init => field = value ?? []; } = [];

    /// <summary>Unix seconds of creation.</summary>
    public long Created { get; init; }

    /// <summary>Bytes.</summary>
    public long Size { get; init; }

    /// <summary>Labels.</summary>
    public IReadOnlyDictionary<string, string> Labels
    {
        get;
        init => field = value ?? ReadOnlyDictionary<string, string>.Empty;
    } = ReadOnlyDictionary<string, string>.Empty;
}

/// <summary>Which images to list.</summary>
public sealed record ImagesListParameters
{
    /// <summary>Intermediate ones too.</summary>
    public bool All { get; init; }

    /// <summary>The engine's filters, such as <c>reference</c>, <c>label</c>, <c>dangling</c>.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> Filters
    {
        get;
        init => field = value ?? ReadOnlyDictionary<string, IReadOnlyList<string>>.Empty;
    } = ReadOnlyDictionary<string, IReadOnlyList<string>>.Empty;
}
