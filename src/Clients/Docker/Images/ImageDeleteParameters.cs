namespace Drydock.Clients.Docker;

/// <summary>How to remove an image.</summary>
public sealed record ImageDeleteParameters
{
    /// <summary>Also when stopped containers use it or it has several references.</summary>
    public bool Force { get; init; }

    /// <summary>Keep untagged parents.</summary>
    public bool NoPrune { get; init; }
}
