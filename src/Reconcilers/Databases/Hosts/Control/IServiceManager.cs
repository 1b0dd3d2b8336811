namespace Drydock.Reconcilers.Databases;

/// <summary>What starts and stops processes on a host: systemd, daemontools, scripts, or nothing at all.</summary>
internal interface IServiceManager
{
    string Kind { get; }

    bool IsSupervisor { get; }

    IReadOnlyList<string> Units { get; }

    string ServiceDirectory { get; }

    string ChoiceFile { get; }

    /// <summary>The state of the process as the service manager reports it.</summary>
    /// <exception cref="HostException">The report contradicts itself or the spec, or cannot be understood.</exception>
    ManagedProcess Read(HostReport report);

    /// <summary>Stops the process and waits for its end. False if one of its processes is alive after the
    /// grace.</summary>
    /// <exception cref="HostException">The service manager refused.</exception>
    Task<bool> StopAsync(HostChannel channel, InstanceState look, CancellationToken cancellationToken);

    ScriptCall? StopCall(InstanceState look) => null;

    ScriptCall? StartCall(InstanceState look) => null;

    Task StartAsync(HostChannel channel, InstanceState look, string directory, CancellationToken cancellationToken);
}

/// <summary>A process as its service manager reports it.</summary>
/// <param name="State">Its state.</param>
/// <param name="Text">The state as the service manager reports it.</param>
internal sealed record ManagedProcess(SupervisionState State, string Text)
{
    public string? Unit { get; init; }

    public string? Program { get; init; }

    public TimeSpan? StopLimit { get; init; }

    public int? Pid { get; init; }

    public int? Restarts { get; init; }

    /// <summary>Whether there are two units, so that the choice must be recorded before the one in charge is
    /// stopped.</summary>
    public bool NeedsChoice { get; init; }

    /// <summary>The name of a state that must be cleared before a start, such as failed.</summary>
    public string Word { get; init; } = "";
}
