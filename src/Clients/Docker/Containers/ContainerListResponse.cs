namespace Drydock.Clients.Docker;

/// <summary>One line of a container list.</summary>
public sealed record ContainerListResponse
{
    [JsonRequired]
    [JsonPropertyName("Id")]
    public string ID { get; init => field = value ?? ""; } = "";

    public IReadOnlyList<string> Names { get; init => field = value ?? []; } = [];

    public string Image { get; init => field = value ?? ""; } = "";

    public string ImageID { get; init => field = value ?? ""; } = "";

    /// <summary><c>created</c>, <c>running</c>, <c>paused</c>, <c>restarting</c>, <c>removing</c>, <c>exited</c> or
    /// <c>dead</c>.</summary>
    public string State { get; init => field = value ?? ""; } = "";

    /// <summary>The state as a text, such as <c>Up 3 hours</c>.</summary>
    public string Status { get; init => field = value ?? ""; } = "";

    /// <summary>Unix seconds of creation.</summary>
    public long Created { get; init; }

    public IReadOnlyDictionary<string, string> Labels
    {
        get;
        init => field = value ?? ReadOnlyDictionary<string, string>.Empty;
    } = ReadOnlyDictionary<string, string>.Empty;

    public IReadOnlyList<MountPoint> Mounts { get; init => field = value ?? []; } = [];
}

/// <summary>Which containers to list.</summary>
public sealed record ContainersListParameters
{
    public bool All { get; init; }

    /// <summary>The engine's filters, such as <c>name</c>, <c>label</c>, <c>status</c>, <c>ancestor</c>. Note that
    /// <c>name</c> is a substring or regular expression: <c>^/name$</c> is exact.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> Filters
    {
        get;
        init => field = value ?? ReadOnlyDictionary<string, IReadOnlyList<string>>.Empty;
    } = ReadOnlyDictionary<string, IReadOnlyList<string>>.Empty;
}

/// <summary>A file or directory of a container's own layer.</summary>
public sealed record ContainerFileSystemChangeResponse
{
    [JsonRequired]
    public string Path { get; init => field = value ?? ""; } = "";

    /// <summary>0: modified, 1: added, 2: deleted.</summary>
    public int Kind { get; init; }
}
