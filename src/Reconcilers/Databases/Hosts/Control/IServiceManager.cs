namespace Drydock.Reconcilers.Databases;

/// <summary>What starts and stops processes on a host: systemd, daemontools, scripts, or nothing at all.</summary>
internal interface IServiceManager
{
    /// <summary>The kind that the observation script asks: systemd, supervise or none.</summary>
    string Kind { get; }

    /// <summary>Whether it reports a process as its own.</summary>
    bool IsSupervisor { get; }

    /// <summary>The units to ask for.</summary>
    IReadOnlyList<string> Units { get; }

    /// <summary>The service directory; empty if there is none.</summary>
    string ServiceDirectory { get; }

    /// <summary>
    /// The file on the host that records which of two units is used while neither is running; empty if there is none.
    /// </summary>
    string ChoiceFile { get; }

    /// <summary>The state of the process as the service manager reports it.</summary>
    /// <exception cref="HostException">
    /// The report contradicts itself or the spec, or cannot be understood.
    /// </exception>
    ManagedProcess Read(HostReport report);

    /// <summary>
    /// Stops the process and waits for its end. False if one of its processes is alive after the grace.
    /// </summary>
    /// <exception cref="HostException">The service manager refused.</exception>
    Task<bool> StopAsync(HostChannel channel, InstanceState look, CancellationToken cancellationToken);

    /// <summary>
    /// The call that stops the process, to be run together with others in one command; null if it cannot be.
    /// </summary>
    ScriptCall? StopCall(InstanceState look) => null;

    /// <summary>
    /// The call that starts the process after such a stop; null if it cannot be run together with others.
    /// </summary>
    ScriptCall? StartCall(InstanceState look) => null;

    /// <summary>Starts the process.</summary>
    /// <exception cref="HostException">The service manager refused.</exception>
    Task StartAsync(HostChannel channel, InstanceState look, string directory, CancellationToken cancellationToken);
}

/// <summary>A process as its service manager reports it.</summary>
/// <param name="State">Its state.</param>
/// <param name="Text">The state as the service manager reports it.</param>
internal sealed record ManagedProcess(SupervisionState State, string Text)
{
    /// <summary>The unit or service directory in charge.</summary>
    public string? Unit { get; init; }

    /// <summary>The program that it starts, as it is written there; null if it does not say so.</summary>
    public string? Program { get; init; }

    /// <summary>The process id that it reports.</summary>
    public int? Pid { get; init; }

    /// <summary>How often it has restarted the process.</summary>
    public int? Restarts { get; init; }

    /// <summary>
    /// Whether there are two units, so that the choice must be recorded before the one in charge is stopped.
    /// </summary>
    public bool NeedsChoice { get; init; }

    /// <summary>The name of a state that must be cleared before a start, such as failed.</summary>
    public string Word { get; init; } = "";
}
