using System.Text.Json.Serialization;

namespace Drydock.Clients.Docker;

/// <summary>
/// What is at a path in a container, with a tar of it unless only the stat was requested. Disposing it ends the
/// transfer.
/// </summary>
public sealed class GetArchiveFromContainerResponse : IAsyncDisposable
{
    private readonly IDisposable? _owner;

    /// <summary>Makes one; <paramref name="owner"/> is disposed after the stream.</summary>
    public GetArchiveFromContainerResponse(ContainerPathStatResponse stat, Stream? stream, IDisposable? owner = null)
    {
        Stat = stat;
        Stream = stream;
        _owner = owner;
    }

    /// <summary>What is at the path.</summary>
    public ContainerPathStatResponse Stat { get; }

    /// <summary>A tar stream; null if only the stat was requested.</summary>
    public Stream? Stream { get; }

    /// <inheritdoc/>
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
    /// <summary>The last part of the path.</summary>
    [JsonPropertyName("name")]
    public string Name { get; init => field = value ?? ""; } = "";

    /// <summary>Bytes.</summary>
    [JsonPropertyName("size")]
    public long Size { get; init; }

    /// <summary>Go's os.FileMode: permissions in the low nine bits, kind in the high ones.</summary>
    [JsonPropertyName("mode")]
    public uint Mode { get; init; }

    /// <summary>Last change.</summary>
    [JsonPropertyName("mtime")]
    public DateTimeOffset? Mtime { get; init; }

    /// <summary>Where a link points, as a path in the container.</summary>
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

    /// <summary>rwx for user, group and others.</summary>
    [JsonIgnore]
    public UnixFileMode Permissions => (UnixFileMode)(Mode & 0x1FF);
}

/// <summary>Which path.</summary>
public sealed record GetArchiveFromContainerParameters
{
    /// <summary>
    /// A path in the container. Symbolic links inside the path are followed, a link at its end is not.
    /// </summary>
    public required string Path { get; init; }
}

/// <summary>Where to unpack.</summary>
public sealed record CopyToContainerParameters
{
    /// <summary>An existing directory in the container.</summary>
    public required string Path { get; init; }

    /// <summary>Whether a file may replace a directory and the reverse.</summary>
    public bool AllowOverwriteDirWithFile { get; init; }
}
