using System.Text.Json.Serialization;

namespace Drydock.Clients.Docker;

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
    private const uint ModeNotRegular = ModeDirectory | ModeSymbolicLink | (1u << 26) | (1u << 25) | (1u << 24) | (1u << 21) | (1u << 19);

    /// <summary>A directory.</summary>
    [JsonIgnore]
    public bool IsDirectory => (Mode & ModeDirectory) != 0;

    /// <summary>A symbolic link.</summary>
    [JsonIgnore]
    public bool IsSymbolicLink => (Mode & ModeSymbolicLink) != 0;

    /// <summary>An ordinary file.</summary>
    [JsonIgnore]
    public bool IsRegularFile => (Mode & ModeNotRegular) == 0;

    /// <summary>rwx for user, group and others.</summary>
    [JsonIgnore]
    public UnixFileMode Permissions => (UnixFileMode)(Mode & 0x1FF);
}
