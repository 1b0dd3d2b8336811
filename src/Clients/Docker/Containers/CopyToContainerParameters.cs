namespace Drydock.Clients.Docker;

/// <summary>Where to unpack.</summary>
public sealed record CopyToContainerParameters
{
    /// <summary>An existing directory in the container.</summary>
    public required string Path { get; init; }

    /// <summary>Whether a file may take the place of a directory and the reverse.</summary>
    public bool AllowOverwriteDirWithFile { get; init; }
}
