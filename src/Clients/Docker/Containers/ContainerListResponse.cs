using System.Collections.ObjectModel;
using System.Text.Json.Serialization;

namespace Drydock.Clients.Docker;

/// <summary>One line of a container list.</summary>
public sealed record ContainerListResponse
{
    /// <summary>The full id.</summary>
    [JsonRequired]
    [JsonPropertyName("Id")]
    public string ID { get; init => field = value ?? ""; } = "";

    /// <summary>Names, each with a leading slash.</summary>
    public IReadOnlyList<string> Names { get; init => field = value ?? []; } = [];

    /// <summary>The reference or ID it was created from.</summary>
    public string Image { get; init => field = value ?? ""; } = "";

    /// <summary>The image's ID.</summary>
    public string ImageID { get; init => field = value ?? ""; } = "";

    /// <summary>
    /// <c>created</c>, <c>running</c>, <c>paused</c>, <c>restarting</c>, <c>removing</c>, <c>exited</c> or <c>dead</c>.
    /// </summary>
    public string State { get; init => field = value ?? ""; } = "";

    /// <summary>The state as a text, such as <c>Up 3 hours</c>.</summary>
    public string Status { get; init => field = value ?? ""; } = "";

    /// <summary>Unix seconds of creation.</summary>
    public long Created { get; init; }

    /// <summary>Labels.</summary>
    public IReadOnlyDictionary<string, string> Labels
    {
        get;
        init => field = value ?? ReadOnlyDictionary<string, string>.Empty;
    } = ReadOnlyDictionary<string, string>.Empty;

    /// <summary>Mounts as they are.</summary>
    public IReadOnlyList<MountPoint> Mounts { get; init => field = value ?? []; } = [];
}

/// <summary>Which containers to list.</summary>
public sealed record ContainersListParameters
{
    /// <summary>Stopped and created ones too.</summary>
    public bool All { get; init; }

    /// <summary>
    /// The engine's filters, such as <c>name</c>, <c>label</c>, <c>status</c>, <c>ancestor</c>. Note that <c>name</c>
    /// is a substring or regular expression: <c>^/name$</c> is exact.
    /// </summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> Filters
    {
        get;
        init => field = value ?? ReadOnlyDictionary<string, IReadOnlyList<string>>.Empty;
    } = ReadOnlyDictionary<string, IReadOnlyList<string>>.Empty;
}
