namespace Drydock.Reconcilers.Databases;

/// <summary>Start and stop scripts. They run as becomeUser or the login user, also where become is Sudo: those of
/// tidb-ansible refuse root.</summary>
internal sealed class ScriptManager(InstanceTarget target) : IServiceManager
{
    // A start script that takes longer is the process itself, or hangs.
    private const string StartSeconds = "120";

    public string Kind => "none";

    public bool IsSupervisor => false;

    public IReadOnlyList<string> Units => [];

    public string ServiceDirectory => "";

    public string ChoiceFile => "";

    public ManagedProcess Read(HostReport report) => new(SupervisionState.None, "");

    public async Task<bool> StopAsync(HostChannel channel, InstanceState look, CancellationToken cancellationToken)
    {
        var script = InstanceTargets.Below(target, target.Control.Scripts!.Stop);
        var grace = StopGrace.Seconds(target);
        var answer = await RunAsync(
            channel, look, $"stopping {target.Name}", script, grace, grace, look.Own, cancellationToken);

        // Where nothing ran its complaint that nothing runs is welcome; it is run all the same, because something
        // behind it may be about to restart the process.
        if (look.Processes.Own.Count > 0)
        {
            Check(channel, answer, script, grace);
        }

        return answer.Says("ended");
    }

    public async Task StartAsync(
        HostChannel channel, InstanceState look, string directory, CancellationToken cancellationToken)
    {
        var script = InstanceTargets.Below(target, target.Control.Scripts!.Start);
        Check(
            channel,
            await RunAsync(channel, look, $"starting {target.Name}", script, StartSeconds, "0", [], cancellationToken),
            script,
            StartSeconds);
    }

    private async Task<ScriptAnswer> RunAsync(
        HostChannel channel,
        InstanceState look,
        string what,
        string script,
        string limit,
        string grace,
        IEnumerable<string> processes,
        CancellationToken cancellationToken)
    {
        var output = $"{target.DeployDir.TrimEnd('/')}/.drydock-{target.Name}.out";
        return (
            await channel.ActAsync(
                "run-script",
                what,
                Privilege.Never,
                [.. look.InTime, script, target.DeployDir, output, limit, grace, .. processes],
                default,
                cancellationToken)).Answer;
    }

    private void Check(HostChannel channel, ScriptAnswer answer, string script, string limit)
    {
        var code = answer.Need("exit");
        if (code == "0")
        {
            return;
        }

        var output = answer.Bytes(answer.Need("output") is { Length: > 0 } base64 ? base64 : "-") is { } bytes
            ? Encoding.UTF8.GetString(bytes).Trim()
            : "";
        var what = code == "-"
            ? $"has not ended after {limit} s. It must return after it has started the process"
            : $"ended with {code}";
        throw new HostException(
            target.Host,
            Reasons.StepFailed,
            $"{target.Host}: {target.Name}: {script} {what}: {(output.Length > 0 ? output : "it printed nothing")}. "
            + $"Run it on the host as {channel.User} to find the cause.",
            mayHaveRun: true);
    }
}
