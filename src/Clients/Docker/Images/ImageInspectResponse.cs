namespace Drydock.Clients.Docker;

/// <summary>Details of an image.</summary>
public sealed record ImageInspectResponse
{
    /// <summary>The image ID (<c>sha256:…</c>): the same for the same image on every host that stores images the same
    /// way (the classic store: checksum of the configuration; containerd's: of the manifest).</summary>
    [JsonRequired]
    [JsonPropertyName("Id")]
    public string ID { get; init => field = value ?? ""; } = "";

    public IReadOnlyList<string> RepoTags { get; init => field = value ?? []; } = [];

    /// <summary>References by digest; a loaded image has none.</summary>
    public IReadOnlyList<string> RepoDigests { get; init => field = value ?? []; } = [];

    public DateTimeOffset? Created { get; init; }

    public long Size { get; init; }

    /// <summary><c>amd64</c>, <c>arm64</c> …</summary>
    public string Architecture { get; init => field = value ?? ""; } = "";

    public string Os { get; init => field = value ?? ""; } = "";

    public ContainerConfig? Config { get; init; }

    public ImageRootFS? RootFS { get; init; }
}

/// <summary>The layers of an image.</summary>
public sealed record ImageRootFS
{
    public IReadOnlyList<string> Layers { get; init => field = value ?? []; } = [];
}
