namespace Drydock.Clients.Docker;

/// <summary>Which part of the logs.</summary>
public sealed record ContainerLogsParameters
{
    /// <summary>stdout.</summary>
    public bool ShowStdout { get; init; }

    /// <summary>stderr.</summary>
    public bool ShowStderr { get; init; }

    /// <summary>Go on until the container stops.</summary>
    public bool Follow { get; init; }

    /// <summary>Each line begins with its time.</summary>
    public bool Timestamps { get; init; }

    /// <summary>Only from then on.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>Only until then.</summary>
    public DateTimeOffset? Until { get; init; }

    /// <summary>Only so many last lines.</summary>
    public int? Tail { get; init; }
}
