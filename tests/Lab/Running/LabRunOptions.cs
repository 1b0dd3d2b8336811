namespace Drydock.Lab;

/// <summary>How a lab run is set up.</summary>
public sealed record LabRunOptions
{
    /// <summary>
    /// Where the reaper copies the logs to before it removes the run; by default the value of <c>DRYDOCK_LAB_LOGS</c>,
    /// and nowhere if that is not set.
    /// </summary>
    public string? LogFolder { get; init; } = Environment.GetEnvironmentVariable("DRYDOCK_LAB_LOGS");
}
