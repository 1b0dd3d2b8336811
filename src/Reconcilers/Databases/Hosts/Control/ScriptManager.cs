namespace Drydock.Reconcilers.Databases;

/// <summary>Start and stop scripts. They run as becomeUser or the login user, also where become is Sudo: those of
/// tidb-ansible refuse root.</summary>
internal sealed class ScriptManager(InstanceTarget target) : ServiceManager(target)
{
    // A start script that takes longer is the process itself, or hangs.
    private const string StartSeconds = "120";

    public override async Task<bool> StopAsync(
        HostChannel channel, InstanceState look, CancellationToken cancellationToken)
    {
        var script = InstanceTargets.Below(Target, Target.Control.Scripts!.Stop);
        var answer = await RunAsync(
            channel, look, $"stopping {Target.Name}", script, Grace, Grace, look.Own, cancellationToken);

        // Where nothing ran its complaint that nothing runs is welcome; it is run all the same, because something
        // behind it may be about to restart the process.
        if (look.Processes.Own.Count > 0)
        {
            Check(channel, answer, script, Grace);
        }

        return answer.Says("ended");
    }

    public override async Task StartAsync(
        HostChannel channel, InstanceState look, string directory, CancellationToken cancellationToken)
    {
        var script = InstanceTargets.Below(Target, Target.Control.Scripts!.Start);
        Check(
            channel,
            await RunAsync(channel, look, $"starting {Target.Name}", script, StartSeconds, "0", [], cancellationToken),
            script,
            StartSeconds);
    }

    private Task<ScriptAnswer> RunAsync(
        HostChannel channel,
        InstanceState look,
        string what,
        string script,
        string limit,
        string grace,
        IEnumerable<string> processes,
        CancellationToken cancellationToken)
    {
        var output = $"{Target.DeployDir.TrimEnd('/')}/.drydock-{Target.Name}.out";
        return channel.ActAsync(
            new ScriptCall(
                "run-script", what, [.. look.InTime, script, Target.DeployDir, output, limit, grace, .. processes])
            {
                Privilege = Privilege.Never,
            },
            cancellationToken);
    }

    private void Check(HostChannel channel, ScriptAnswer answer, string script, string limit)
    {
        var code = answer.Need("exit");
        if (code == "0")
        {
            return;
        }

        var output = answer.Text(answer.Need("output"))?.Trim() ?? "";
        var what = code == "-"
            ? $"has not ended after {limit} s. It must return after it has started the process"
            : $"ended with {code}";
        throw new HostException(
            Target.Host,
            Reasons.StepFailed,
            $"{Target.Host}: {Target.Name}: {script} {what}: {(output.Length > 0 ? output : "it printed nothing")}. "
            + $"Run it on the host as {channel.User} to find the cause.",
            mayHaveRun: true);
    }
}
