namespace Drydock.Lab.Databases;

/// <summary>The counts of the client for one second.</summary>
public sealed record StandinSecond
{
    /// <summary>The end of the second.</summary>
    public DateTimeOffset At { get; init; }

    /// <summary>Name of the client.</summary>
    public string Client { get; init => field = value ?? ""; } = "";

    /// <summary>Requests that succeeded, at the first or second attempt.</summary>
    public int Ok { get; init; }

    /// <summary>Requests that failed.</summary>
    public int Failed { get; init; }

    /// <summary>Requests that succeeded at the second attempt, for example because their server ended.</summary>
    public int Retried { get; init; }

    /// <summary>Duration of the slowest request, in milliseconds.</summary>
    public long SlowestMs { get; init; }

    /// <summary>Reasons of failures.</summary>
    public IReadOnlyList<string> Errors { get; init => field = value ?? []; } = [];
}
