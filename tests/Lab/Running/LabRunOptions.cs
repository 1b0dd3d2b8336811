namespace Drydock.Lab;

/// <summary>Settings of a lab run.</summary>
public sealed record LabRunOptions
{
    /// <summary>
    /// The folder to which the reaper copies the logs before it removes the run; by default the value of
    /// <c>DRYDOCK_LAB_LOGS</c>. Logs are not copied if it is not set.
    /// </summary>
    public string? LogFolder { get; init; } = Environment.GetEnvironmentVariable("DRYDOCK_LAB_LOGS");
}
