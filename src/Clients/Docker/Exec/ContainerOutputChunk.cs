namespace Drydock.Clients.Docker;

/// <summary>A piece of output.</summary>
public sealed record ContainerOutputChunk
{
    public ContainerOutputSource Source { get; init; }

    /// <summary>The bytes; a character or line may be split between two pieces.</summary>
    public ReadOnlyMemory<byte> Data { get; init; }
}

/// <summary>Which stream a piece of output came from.</summary>
public enum ContainerOutputSource
{
    /// <summary>The daemon's echo of stdin.</summary>
    StandardInput = 0,

    StandardOutput = 1,

    StandardError = 2,
}
