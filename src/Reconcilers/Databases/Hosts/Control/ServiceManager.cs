namespace Drydock.Reconcilers.Databases;

/// <summary>What starts and stops processes on a host: systemd, daemontools, scripts, or nothing at all.</summary>
internal abstract class ServiceManager(InstanceTarget target)
{
    public virtual string Kind => "none";

    public bool IsSupervisor => Kind != "none";

    public virtual IReadOnlyList<string> Units => [];

    public virtual string ServiceDirectory => "";

    public virtual string ChoiceFile => "";

    protected InstanceTarget Target => target;

    /// <summary>How long the process may take to end, in seconds.</summary>
    protected string Grace =>
        $"{Math.Max(1, (long)Math.Ceiling(TimeLimit.Parse(target.Control.StopGrace).TotalSeconds))}";

    protected HostException Refused(string reason, string message) =>
        new(target.Host, reason, $"{target.Host}: {target.Name}{message}", retryable: false);

    /// <summary>The state of the process as the service manager reports it.</summary>
    /// <exception cref="HostException">The report contradicts itself or the spec, or cannot be understood.</exception>
    public virtual ManagedProcess Read(HostReport report) => new(SupervisionState.None, "");

    /// <summary>Stops the process and waits for its end. False if one of its processes is alive after the
    /// grace.</summary>
    /// <exception cref="HostException">The service manager refused.</exception>
    public virtual async Task<bool> StopAsync(
        HostChannel channel, InstanceState look, CancellationToken cancellationToken) =>
        (await channel.ActAsync(StopCall(look)!, cancellationToken)).Says("ended");

    public virtual Task StartAsync(
        HostChannel channel, InstanceState look, string directory, CancellationToken cancellationToken) =>
        channel.ActAsync(StartCall(look, follows: false)!, cancellationToken);

    /// <summary>Stops it in one call; null if that takes more.</summary>
    public virtual ScriptCall? StopCall(InstanceState look) => null;

    /// <summary>Starts it in one call; null if that takes more.</summary>
    /// <param name="follows">Whether it follows the stop in the same command.</param>
    public virtual ScriptCall? StartCall(InstanceState look, bool follows) => null;
}

/// <summary>A process as its service manager reports it.</summary>
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
