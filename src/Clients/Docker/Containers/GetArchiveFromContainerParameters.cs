namespace Drydock.Clients.Docker;

/// <summary>Which path.</summary>
public sealed record GetArchiveFromContainerParameters
{
    /// <summary>A path in the container; links on the way are followed, a link at its end is not.</summary>
    public required string Path { get; init; }
}
