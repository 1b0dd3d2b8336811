namespace Drydock.Reconcilers.Databases;

/// <summary>Nothing keeps it: it is found by its program and command line, ended by a signal to its pid, and started
/// detached. It is started as becomeUser or the login user, also where become is Sudo: as root it would make its data
/// unreadable for the account it runs as.</summary>
internal sealed class PlainProcessManager(InstanceTarget target) : IServiceManager
{
    public string Kind => "none";

    public bool IsSupervisor => false;

    public IReadOnlyList<string> Units => [];

    public string ServiceDirectory => "";

    public string ChoiceFile => "";

    public ManagedProcess Read(HostReport report) => new(SupervisionState.None, "");

    public async Task<bool> StopAsync(HostChannel channel, InstanceState look, CancellationToken cancellationToken)
    {
        if (look.Processes.Main is not { } main)
        {
            return true;
        }

        if (await LossesAsync(channel, main.Pid, cancellationToken) is { Count: > 0 } losses)
        {
            throw new HostException(
                target.Host,
                Reasons.ControlMismatch,
                $"{target.Host}: {target.Name} was not stopped: {Losses(channel.User, losses)}",
                retryable: false);
        }

        await channel.ActAsync(
            "record-process",
            $"recording limits and environment of {target.Name}",
            Privilege.Never,
            [.. look.InTime, Record, main.Identity],
            default,
            cancellationToken);
        return await SignalAsync(channel, look, main, "TERM", StopGrace.Seconds(target), cancellationToken);
    }

    /// <summary>What the process has that one started by the operator's account could not have: limits and the score
    /// for the OOM killer.</summary>
    public async Task<IReadOnlyList<string>> LossesAsync(
        HostChannel channel, int pid, CancellationToken cancellationToken) =>
    [
        .. (await channel.LookAsync(
            "process-losses",
            $"reading the limits of {target.Name}",
            Privilege.Never,
            [pid.ToString(CultureInfo.InvariantCulture)],
            cancellationToken)).All("loss"),
    ];

    public static string Losses(string user, IReadOnlyList<string> losses) =>
        $"a process that {user} starts would lose {string.Join(", ", losses)}. Give {user} these limits "
        + "(/etc/security/limits.d, with pam_limits for sshd and sudo), or control the process by a systemd unit.";

    // Below deployDir, which belongs to the account of the process.
    private string Record => $"{target.DeployDir.TrimEnd('/')}/.drydock-{target.Name}.process";

    public Task StartAsync(
        HostChannel channel, InstanceState look, string directory, CancellationToken cancellationToken)
    {
        var control = target.Control.Process!;
        var command = InstanceTargets.Command(control, directory);
        if (InstanceTargets.NamesDirectory(control) && !directory.StartsWith('/'))
        {
            throw HostException.OfSpec(
                target.Host,
                target.ControlField,
                $"{target.Host}: {target.Name}: its command line needs a version's directory, and '{directory}' is not "
                + "an absolute path.");
        }

        return channel.ActAsync(
            "start-process",
            $"starting {target.Name}",
            Privilege.Never,
            [
                .. look.InTime,
                InstanceTargets.NamesDirectory(control) ? directory : target.DeployDir,
                control.LogFile is { } log ? InstanceTargets.Below(target, log) : "",
                target.DataDir ?? "",
                Record,
                .. command,
            ],
            default,
            cancellationToken);
    }

    /// <summary>Sends a signal to exactly one process and waits for its end. False if it still lives then.</summary>
    internal static async Task<bool> SignalAsync(
        HostChannel channel,
        InstanceState look,
        ReportedProcess process,
        string signal,
        string seconds,
        CancellationToken cancellationToken)
    {
        var what = string.Create(
            CultureInfo.InvariantCulture, $"sending SIG{signal} to process {process.Pid} of {look.Target.Name}");
        return (
            await channel.ActAsync(
                "stop-process",
                what,
                Privilege.Control,
                [.. look.InTime, signal, seconds, process.Identity],
                default,
                cancellationToken)).Answer.Says("ended");
    }
}
