namespace Drydock.Reconcilers.Databases;

/// <param name="others">The other instances of the same program on the host.</param>
/// <param name="newDirectory">The new version's directory, where it may run from too.</param>
internal sealed class InstanceHost(
    HostChannel channel, HostLooks looks, InstanceTarget target, IReadOnlyList<InstanceTarget> others,
    string? newDirectory, TimeProvider time)
    : IInstanceHost
{
    // The host is read again after an observation that was too old for its action, or while an instance keeps
    // restarting.
    private const int Tries = 3;

    private const string KillSeconds = "10";
    private readonly ServiceManager _keeper = ServiceManager.Of(InstanceTargets.Fill(target));

    // The gates of instances that are stopped side by side look at the same others.
    private readonly SharedAnswer<InstanceProcess> _shared = new(time);
    private volatile InstanceState? _last;

    public InstanceTarget Target => _keeper.Target;
    private InstanceActs Acts => new(channel, _keeper);

    public Task<InstanceProcess> LookAsync(TimeSpan? maxAge, CancellationToken cancellationToken) =>
        _shared.GetAsync(maxAge, LookAnewAsync, cancellationToken);

    public async Task<string?> FindLossAsync(InstanceProcess process, CancellationToken cancellationToken) =>
        _keeper is PlainProcessManager plain && process.Pid is { } pid
            ? await plain.LossesAsync(channel, pid, cancellationToken)
            : null;

    public async Task<string?> FindMissingRightAsync(InstanceProcess process, CancellationToken cancellationToken)
    {
        if (_keeper is not SystemdManager keeper || process.Unit is not { } unit)
        {
            return null;
        }

        // With become: Sudo it runs through sudo, which is tried by that.
        var answer = await channel.LookAsync(
            new ScriptCall(
                "control-rights", $"checking the rights at {unit}", [unit, .. SudoRules.UnitVerbs], keeper.Privilege),
            cancellationToken);
        if (answer.Need("rights") == "yes")
        {
            return null;
        }

        if (keeper.IsOfAccount)
        {
            return $"{channel.Way.User} does not linger on {Target.Host}, so {unit} ends with its last login. Run "
                + $"`loginctl enable-linger {channel.Way.User}` there as root.";
        }

        var user = channel.Way.UnitsUser ?? channel.Way.User;
        var line = SudoRules.Units(user, answer.Find("systemctl") ?? SudoRules.Systemctl, [unit]);
        var advice = channel.Way switch
        {
            { UnitsUser: not null } => $"Add to sudoers there: `{line}`.",
            _ when answer.Says("sudo") => "It may do so through sudo: set spec.access.ssh.become: Sudo.",
            { IsContainer: true } => "Set spec.access.docker.become: Sudo.",
            _ =>
                $"Add to sudoers there `{line}`, and set become: Sudo and becomeFor: Units in spec.access.ssh, or "
                    + "allow it to manage units by a rule of polkit.",
        };
        return $"{user} may not start and stop {unit} on {Target.Host}. {advice}";
    }

    public Task StopAsync(Func<InstanceProcess, Task> ensureMayStop, CancellationToken cancellationToken) =>
        StopAsync(ensureMayStop, told: null, cancellationToken);

    public Task SwapAsync(InstanceGoal swap, CancellationToken cancellationToken) => AgainIfLateAsync(async () =>
    {
        var look = await SeeAsync(cancellationToken);
        await RefuseReturnedAsync(look, cancellationToken);
        await Acts.SwapAsync(look, swap, cancellationToken);
    });

    public Task StartAsync(string directory, CancellationToken cancellationToken) => AgainIfLateAsync(async () =>
    {
        var look = await SeeAsync(cancellationToken);
        if (look.Processes.Main is not null
            && look.Kept.State is SupervisionState.Active or SupervisionState.None
            && look.Processes.Strays.Count == 0)
        {
            return;
        }

        RefuseStrays(look, "was not started");
        RefuseMissing(look, "cannot be started");
        await Acts.StartAsync(look, directory, cancellationToken);
    });

    public async Task StartAsync(InstanceGoal swap, CancellationToken cancellationToken)
    {
        try
        {
            await StartAsync(swap.Directory, cancellationToken);
        }
        catch (HostException refusal) when (refusal.InnerException is ScriptRefusal { Code: ScriptAnswer.Start })
        {
            await EnsureReplacedAsync(swap, cancellationToken);
            throw;
        }

        await EnsureReplacedAsync(swap, cancellationToken);
    }

    public Task StageAsync(InstanceGoal swap, string? ask, CancellationToken cancellationToken)
    {
        var what = $"preparing the new program of {Target.Name}";
        if (Target.Swap != SwapMethod.ReplaceBinary)
        {
            return Acts.CheckAsync(swap, what, cancellationToken);
        }

        // The host refuses it if the last observation is too old.
        var look = _last;
        return AgainIfLateAsync(async () =>
        {
            look ??= await SeeAsync(cancellationToken);
            var inTime = look.InTime;
            look = null;
            var sums = channel.Sums.Ask();
            sums.Learn(await channel.ActAsync(
                new ScriptCall(
                    "stage-binary", what,
                    [.. inTime, .. Acts.Binaries(swap), sums.Having(swap.Sha256, swap.FormerSha256), ask ?? ""]),
                cancellationToken));
        });
    }

    public async Task UnstageAsync(CancellationToken cancellationToken)
    {
        if (Target.Swap == SwapMethod.ReplaceBinary)
        {
            await channel.ActAsync(
                new ScriptCall(
                    "unstage-binary", $"removing what was prepared for {Target.Name}",
                    [Acts.Place, Target.Program]),
                cancellationToken);
        }
    }

    public async Task ReplaceAsync(
        InstanceGoal swap, FileReplacement? file, Func<InstanceProcess, Task> ensureMayStop,
        CancellationToken cancellationToken)
    {
        var (isDone, told) = (false, (IReadOnlyList<ReportedProcess>?)null);
        await AgainIfLateAsync(
            async () => (isDone, told) = await TogetherAsync(swap, file, ensureMayStop, cancellationToken));
        if (isDone)
        {
            await (told is null ? Task.CompletedTask : EnsureReplacedAsync(swap, cancellationToken));
            return;
        }

        await StopAsync(ensureMayStop, told, cancellationToken);
        await SwapAsync(swap, cancellationToken);
        if (file is not null)
        {
            await channel.ActAsync(InstanceActs.WriteCall(file), cancellationToken);
        }

        await StartAsync(swap, cancellationToken);
    }

    // One stop for one answer of the gate. What was told to end and lives on is killed; any other process is one that
    // was started since.
    private Task StopAsync(
        Func<InstanceProcess, Task> ensureMayStop, IReadOnlyList<ReportedProcess>? told,
        CancellationToken cancellationToken) => AgainIfLateAsync(async () =>
    {
        if (told is null)
        {
            if (await PermittedAsync(ensureMayStop, cancellationToken) is not { } permitted)
            {
                return;
            }

            await Acts.StopAsync(permitted, cancellationToken);
            told = permitted.Processes.Own;
        }

        await EndAsync(told, cancellationToken);
    });

    // What is stopped next; null if nothing has to be.
    private async Task<InstanceState?> PermittedAsync(
        Func<InstanceProcess, Task> ensureMayStop, CancellationToken cancellationToken)
    {
        var look = await SeeAsync(cancellationToken);
        return IsDown(look) && look.Processes.Strays.Count == 0 && Target.Control.Scripts is null
            ? null
            : await PermitAsync(look, ensureMayStop, cancellationToken);
    }

    // Right before a stop, and as near to it as can be: nothing would survive it, what the start needs is there, and
    // the gate is open. Returns the look to act on.
    private async Task<InstanceState> PermitAsync(
        InstanceState look, Func<InstanceProcess, Task> ensureMayStop, CancellationToken cancellationToken)
    {
        RefuseStrays(look, "was not stopped");
        RefuseMissing(look, "cannot be stopped");
        if ((look.Kept.StartProblem ?? InstanceLayouts.Problem(Target, look.Process)) is { } problem)
        {
            throw Refused(Reasons.ControlMismatch, $"{Target.Name} was not stopped. {problem}");
        }

        if (!look.Process.IsAlive)
        {
            return look;
        }

        // A stop that a former leader has sent, of another instance too, must be over when the gate looks.
        if (LookAge.Longest - channel.Held is var early && early > TimeSpan.Zero)
        {
            await Task.Delay(early, time, cancellationToken);
            return await PermitAsync(await SeeAsync(cancellationToken), ensureMayStop, cancellationToken);
        }

        await ensureMayStop(look.Process);
        if (look.Age.EndGate() <= LookAge.Shortest)
        {
            return look;
        }

        // The cluster is slow, and the host would refuse the action as late.
        var again = await SeeAsync(cancellationToken);
        return again.Own.SequenceEqual(look.Own, StringComparer.Ordinal)
            ? again
            : await PermitAsync(again, ensureMayStop, cancellationToken);
    }

    // False if it takes several commands: other accounts stop, replace and start, or a process was told to end and
    // lives on.
    private async Task<(bool IsDone, IReadOnlyList<ReportedProcess>? Told)> TogetherAsync(
        InstanceGoal swap, FileReplacement? file, Func<InstanceProcess, Task> ensureMayStop,
        CancellationToken cancellationToken)
    {
        var look = await SeeAsync(cancellationToken);
        RefuseStrays(look, "was not stopped");
        if (look.Processes.Main?.Sha256 == swap.Sha256)
        {
            return (true, null);
        }

        if (look.Kept.State == SupervisionState.Missing
            || (_keeper.Privilege == Privilege.Units && !channel.Way.HasOneAccount))
        {
            return (false, null);
        }

        look = await PermitAsync(look, ensureMayStop, cancellationToken);

        try
        {
            var answer = await Acts.ReplaceAsync(look, swap, file, cancellationToken);
            return (!answer.Says("left"), look.Processes.Own);
        }
        catch (HostException refusal) when (refusal.InnerException is ScriptRefusal { Code: ScriptAnswer.Returned })
        {
            await RefuseReturnedAsync(await SeeAsync(cancellationToken), cancellationToken);
            throw;
        }
        catch (HostException refusal) when (refusal.InnerException is ScriptRefusal { Code: ScriptAnswer.Start })
        {
            await EnsureReplacedAsync(swap, cancellationToken);
            throw;
        }
        catch (HostException refusal)
            when (refusal.InnerException is ScriptRefusal { Code: ScriptAnswer.Apart } && channel.Way.MayBecome)
        {
            return (false, null);
        }
    }

    private async Task<InstanceProcess> LookAnewAsync(CancellationToken cancellationToken) =>
        (await SeeAsync(cancellationToken)).Process;

    private async Task<InstanceState> SeeAsync(CancellationToken cancellationToken)
    {
        if (InstanceTargets.Problem(Target) is { } problem)
        {
            throw problem;
        }

        var report = await looks.AskAsync(new LookQuestion(_keeper), cancellationToken);
        var kept = _keeper.Read(report);
        try
        {
            // A unit that is up without a main process (Type=forking) names none: then its process is found as one
            // without a supervisor is.
            var names = _keeper.IsSupervisor && !(kept.State == SupervisionState.Active && kept.Pid is null);
            var look = new InstanceState(
                Target, report, kept, InstanceProcesses.Of(report, Target, others, newDirectory, kept.Pid, names),
                new LookAge(report, time, () => channel.Lease));
            RefuseUnreadable(look);
            RefuseMainProcess(look);
            _last = look;
            return look;
        }
        catch (AmbiguousProcessException ambiguous)
        {
            throw Refused(
                Reasons.ControlMismatch,
                $"process {ambiguous.Pid} may be {Target.Name} as well as {ambiguous.Other}: its command line has "
                    + $"no port, data directory or deployDir of only one of them. "
                    + $"Put {{port}} or {{dataDir}} into the command line.");
        }
    }

    private async Task EndAsync(IReadOnlyList<ReportedProcess> told, CancellationToken cancellationToken)
    {
        var look = await SeeAsync(cancellationToken);
        while (look.Processes.Own.FirstOrDefault(p => told.Any(t => t.Identity == p.Identity)) is { } left)
        {
            var kill = new ScriptCall(
                "stop-process", $"sending SIGKILL to process {left.Pid} of {Target.Name}",
                [.. look.InTime, "KILL", KillSeconds, left.Identity], Privilege.Control);
            if (!(await channel.ActAsync(kill, cancellationToken)).Says("ended"))
            {
                throw Refused(
                    Reasons.ProcessLivesOn,
                    $"{Target.Name} did not end within {Target.Control.StopGrace}, nor {KillSeconds} s after "
                    + $"SIGKILL{Naming([left])}. It waits for its disk or is being traced. Stop it, then retry.",
                    retryable: true);
            }

            look = await SeeAsync(cancellationToken);
        }

        // The service manager has left it alone (KillMode=process), so it was not told to end.
        if (look.Processes.Strays.Any(p => told.Any(t => t.Identity == p.Identity)))
        {
            RefuseStrays(look, "is down otherwise");
        }

        if (look is { Living.Count: 0, Kept.IsEnding: true })
        {
            throw Refused(
                Reasons.ProcessLivesOn,
                $"{Target.Name} has ended, and {look.Kept.Unit} is still being stopped ({look.Kept.Text}). See "
                + $"`{Target.Systemctl} status {look.Kept.Unit}`.",
                retryable: true);
        }

        await RefuseReturnedAsync(look, cancellationToken);
    }

    // Only the start that follows a stop may start anything: a second stop would need another answer of the gate.
    private async Task RefuseReturnedAsync(InstanceState look, CancellationToken cancellationToken)
    {
        RefuseMissing(look, "was stopped and cannot be started");
        if (!IsDown(look) || look.Processes.Strays.Count > 0)
        {
            throw await ReturnedAsync(look, look.Living, cancellationToken);
        }
    }

    // A former program that something else has started keeps the new one from its port and its data.
    private async Task EnsureReplacedAsync(InstanceGoal swap, CancellationToken cancellationToken)
    {
        await LookAsync(maxAge: null, cancellationToken);
        if (_last is { Processes.Main: { } main } look && main.Runs(Target.Program) && main.Sha256 != swap.Sha256)
        {
            throw await ReturnedAsync(look, [main], cancellationToken);
        }
    }

    private async Task<HostException> ReturnedAsync(
        InstanceState look, IReadOnlyList<ReportedProcess> processes, CancellationToken cancellationToken)
    {
        var what = processes.Count == 0
            ? $"its supervisor starts it again ({look.Process.SupervisionText})"
            : $"was started again{Naming(processes)}, {await StarterAsync(processes[0], cancellationToken)}";
        return Refused(
            Reasons.ProcessLivesOn,
            $"{Target.Name} was stopped once, and {(processes.Count == 0 ? "" : "another process of it ")}{what}. It "
            + "was not stopped a second time. Find out what starts it and switch that off, then retry.");
    }

    // Program and script of a command line, not what may be secret behind them.
    private async Task<string> StarterAsync(ReportedProcess process, CancellationToken cancellationToken)
    {
        const int Shown = 2;
        try
        {
            var answer = await channel.LookAsync(
                new ScriptCall("command-line", "asking what started a process", [$"{process.Parent}"], Privilege.Look),
                cancellationToken);
            var words = answer.Text(answer.Find("command"))?.Split('\0').Take(Shown);
            return words is null
                ? $"by process {process.Parent}, which has ended"
                : $"by process {process.Parent} ({ForeignText.Words(string.Join(' ', words))})";
        }
        catch (HostException)
        {
            return $"by process {process.Parent}";
        }
    }

    private async Task AgainIfLateAsync(Func<Task> act)
    {
        _shared.Forget();
        try
        {
            for (var @try = 1; ; @try++)
            {
                try
                {
                    await act();
                    return;
                }
                catch (HostException exception)
                    when (exception.InnerException is ScriptRefusal
                    {
                        Code: ScriptAnswer.Late or ScriptAnswer.CameUp,
                    } refusal)
                {
                    // Nothing was done; the next observation decides again.
                    if (@try == Tries)
                    {
                        throw refusal.Code == ScriptAnswer.CameUp ? exception : new HostException(
                            Target.Host, exception.Reason, _last!.Age.Explain(Target.Host, refusal.Message),
                            innerException: refusal);
                    }
                }
            }
        }
        finally
        {
            _shared.Forget();
        }
    }

    private static bool IsDown(InstanceState look) => look.IsKeptDown && look.Processes.Own.Count == 0;

    private void RefuseStrays(InstanceState look, string and)
    {
        if (look.Processes.Strays.Count > 0)
        {
            throw Refused(
                Reasons.ProcessLivesOn, $"{Target.Name} has a process that its supervisor does not "
                    + $"know{Naming(look.Processes.Strays)}; {Target.Name} {and}. "
                    + "Stop that process, then retry.", retryable: true);
        }
    }

    private void RefuseMissing(InstanceState look, string what)
    {
        if (look.Kept.State == SupervisionState.Missing)
        {
            throw Refused(
                Reasons.ControlMismatch, $"{Target.Name} {what}: {look.Kept.Text}. Correct spec.processes.");
        }
    }

    // A process whose program cannot be read counts neither as the right one nor as absent.
    private void RefuseUnreadable(InstanceState look)
    {
        if (look.Processes.Own.Concat(look.Processes.Strays).FirstOrDefault(
            p => !p.IsEnding && p.Sha256 is null) is { } process)
        {
            var capability = channel.Way.IsContainer ? " (root in a container also needs `--cap-add SYS_PTRACE`)" : "";
            throw Refused(
                Reasons.AccessDenied,
                $"{look.Report.User} may not read the program of process {process.Pid} of {Target.Name}. "
                + "Set the user in spec.access (over ssh: becomeUser) to the account of the process, or set become: "
                + $"Sudo{capability}.");
        }
    }

    // The container would stop with it, and the new process could not be started.
    private void RefuseMainProcess(InstanceState look)
    {
        if (channel.Way.IsContainer && look.Processes.Own.Concat(look.Processes.Strays).Any(p => p.Pid == 1))
        {
            throw Refused(
                Reasons.ControlMismatch,
                $"{Target.Name} is the main process of its container, which would stop with it. "
                + "Make a supervisor (systemd, supervise, a shell that waits) the main process of the container and "
                + $"let it start {Target.Name}.");
        }
    }

    private static string Naming(IReadOnlyCollection<ReportedProcess> processes) => processes.Count == 0
        ? ""
        : " ("
            + string.Join(
                ", ",
                processes.Select(p => $"pid {p.Pid}, {p.Path}, since {p.StartedAt:yyyy-MM-ddTHH:mm:ssZ}"))
            + ")";

    private HostException Refused(string reason, string message, bool retryable = false) =>
        new(Target.Host, reason, $"{Target.Host}: {message}", retryable);
}
