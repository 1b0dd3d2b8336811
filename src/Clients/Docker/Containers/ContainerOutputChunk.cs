namespace Drydock.Clients.Docker;

/// <summary>A piece of output.</summary>
public sealed record ContainerOutputChunk
{
    /// <summary>Where it came from.</summary>
    public ContainerOutputSource Source { get; init; }

    /// <summary>The bytes; a character or line may be split between two pieces.</summary>
    public ReadOnlyMemory<byte> Data { get; init; }
}
