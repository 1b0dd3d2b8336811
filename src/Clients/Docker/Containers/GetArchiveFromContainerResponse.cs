namespace Drydock.Clients.Docker;

/// <summary>What is at a path in a container, with a tar of it unless only the stat was requested. Disposing it ends
/// the transfer.</summary>
public sealed class GetArchiveFromContainerResponse : IAsyncDisposable
{
    private readonly IDisposable? _owner;

    public GetArchiveFromContainerResponse(ContainerPathStatResponse stat, Stream? stream, IDisposable? owner = null)
    {
        Stat = stat;
        Stream = stream;
        _owner = owner;
    }

    public ContainerPathStatResponse Stat { get; }

    public Stream? Stream { get; }

    public async ValueTask DisposeAsync()
    {
        if (Stream is not null)
        {
            await Stream.DisposeAsync().ConfigureAwait(false);
        }

        _owner?.Dispose();
    }
}

/// <summary>What is at a path in a container.</summary>
public sealed record ContainerPathStatResponse
{
    [JsonPropertyName("name")]
    public string Name { get; init => field = value ?? ""; } = "";

    [JsonPropertyName("size")]
    public long Size { get; init; }

    /// <summary>Go's os.FileMode: permissions in the low nine bits, kind in the high ones.</summary>
    [JsonPropertyName("mode")]
    public uint Mode { get; init; }

    [JsonPropertyName("mtime")]
    public DateTimeOffset? Mtime { get; init; }

    [JsonPropertyName("linkTarget")]
    public string LinkTarget { get; init => field = value ?? ""; } = "";

    private const uint ModeDirectory = 1u << 31;
    private const uint ModeSymbolicLink = 1u << 27;
    private const uint ModeNotRegular =
        ModeDirectory | ModeSymbolicLink | (1u << 26) | (1u << 25) | (1u << 24) | (1u << 21) | (1u << 19);

    [JsonIgnore]
    public bool IsDirectory => (Mode & ModeDirectory) != 0;

    [JsonIgnore]
    public bool IsSymbolicLink => (Mode & ModeSymbolicLink) != 0;

    [JsonIgnore]
    public bool IsRegularFile => (Mode & ModeNotRegular) == 0;

    [JsonIgnore]
    public UnixFileMode Permissions => (UnixFileMode)(Mode & 0x1FF);
}

/// <summary>Which path.</summary>
public sealed record GetArchiveFromContainerParameters
{
    /// <summary>A path in the container. Symbolic links inside the path are followed, a link at its end is
    /// not.</summary>
    public required string Path { get; init; }
}

/// <summary>Where to unpack.</summary>
public sealed record CopyToContainerParameters
{
    public required string Path { get; init; }

    public bool AllowOverwriteDirWithFile { get; init; }
}
