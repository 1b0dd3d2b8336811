namespace Drydock.Clients.Docker;

/// <summary>Which part of the logs.</summary>
public sealed record ContainerLogsParameters
{
    public bool ShowStdout { get; init; }

    public bool ShowStderr { get; init; }

    public bool Follow { get; init; }

    public bool Timestamps { get; init; }

    public DateTimeOffset? Since { get; init; }

    public DateTimeOffset? Until { get; init; }

    /// <summary>The number of last lines; null: all.</summary>
    public int? Tail { get; init; }
}

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
