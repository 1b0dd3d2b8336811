namespace Drydock.Clients.Docker;

/// <summary>Which part of the logs.</summary>
public sealed record ContainerLogsParameters
{
    public bool ShowStdout { get; init; }

    public bool ShowStderr { get; init; }

    /// <summary>Continue until the container stops.</summary>
    public bool Follow { get; init; }

    /// <summary>Each line begins with its time.</summary>
    public bool Timestamps { get; init; }

    /// <summary>The earliest time.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>The latest time.</summary>
    public DateTimeOffset? Until { get; init; }

    /// <summary>The number of last lines; null: all.</summary>
    public int? Tail { get; init; }
}

/// <summary>A piece of output.</summary>
public sealed record ContainerOutputChunk
{
    /// <summary>Where it came from.</summary>
    public ContainerOutputSource Source { get; init; }

    /// <summary>The bytes; a character or line may be split between two pieces.</summary>
    public ReadOnlyMemory<byte> Data { get; init; }
}

/// <summary>Which stream a piece of output came from.</summary>
public enum ContainerOutputSource
{
    /// <summary>The daemon's echo of stdin.</summary>
    StandardInput = 0,

    /// <summary>stdout, and everything of a container with a terminal.</summary>
    StandardOutput = 1,

    /// <summary>stderr.</summary>
    StandardError = 2,
}
