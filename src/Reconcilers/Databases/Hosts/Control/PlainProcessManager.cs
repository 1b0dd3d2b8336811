namespace Drydock.Reconcilers.Databases;

/// <summary>Nothing keeps it: it is found by its program and command line, ended by a signal to its pid, and started
/// detached. It is started as becomeUser or the login user, also where become is Sudo: as root it would make its data
/// unreadable for the account it runs as.</summary>
internal sealed class PlainProcessManager(InstanceTarget target) : ServiceManager(target)
{
    // Below deployDir, which belongs to the account of the process.
    private string Record => $"{Target.DeployDir.TrimEnd('/')}/.drydock-{Target.Name}.process";

    public override async Task<bool> StopAsync(
        HostChannel channel, InstanceState look, CancellationToken cancellationToken)
    {
        if (look.Processes.Main is not { } main)
        {
            return true;
        }

        if (await LossesAsync(channel, main.Pid, cancellationToken) is { Count: > 0 } losses)
        {
            throw Refused(Reasons.ControlMismatch, $" was not stopped: {Losses(channel.User, losses)}");
        }

        await channel.ActAsync(
            Call(
                "record-process",
                $"recording limits and environment of {Target.Name}",
                [.. look.InTime, Record, main.Identity]),
            cancellationToken);
        return await SignalAsync(channel, look, main, "TERM", Grace, cancellationToken);
    }

    /// <summary>What the process has that one started by the operator's account could not have: limits and the score
    /// for the OOM killer.</summary>
    public async Task<IReadOnlyList<string>> LossesAsync(
        HostChannel channel, int pid, CancellationToken cancellationToken) =>
    [
        .. (await channel.LookAsync(
            Call(
                "process-losses",
                $"reading the limits of {Target.Name}",
                [$"{pid}"]),
            cancellationToken)).All("loss"),
    ];

    public static string Losses(string user, IReadOnlyList<string> losses) =>
        $"a process that {user} starts would lose {string.Join(", ", losses)}. Give {user} these limits "
        + "(/etc/security/limits.d, with pam_limits for sshd and sudo), or control the process by a systemd unit.";

    public override Task StartAsync(
        HostChannel channel, InstanceState look, string directory, CancellationToken cancellationToken)
    {
        var control = Target.Control.Process!;
        var command = InstanceTargets.Command(control, directory);
        if (InstanceTargets.NamesDirectory(control) && !directory.StartsWith('/'))
        {
            throw HostException.OfSpec(
                Target.Host,
                Target.ControlField,
                $"{Target.Host}: {Target.Name}: its command line needs a version's directory, and '{directory}' is not "
                + "an absolute path.");
        }

        return channel.ActAsync(
            Call(
                "start-process",
                $"starting {Target.Name}",
                [
                    .. look.InTime,
                    InstanceTargets.NamesDirectory(control) ? directory : Target.DeployDir,
                    control.LogFile is { } log ? InstanceTargets.Below(Target, log) : "",
                    Target.DataDir ?? "",
                    Record,
                    .. command,
                ]),
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
        var what = $"sending SIG{signal} to process {process.Pid} of {look.Target.Name}";
        var call = new ScriptCall("stop-process", what, [.. look.InTime, signal, seconds, process.Identity])
        {
            Privilege = Privilege.Control,
        };
        return (await channel.ActAsync(call, cancellationToken)).Says("ended");
    }

    private static ScriptCall Call(string script, string what, IReadOnlyList<string> arguments) =>
        new(script, what, arguments) { Privilege = Privilege.Never };
}
