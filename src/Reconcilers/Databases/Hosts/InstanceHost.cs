namespace Drydock.Reconcilers.Databases;

/// <param name="others">The other instances of the same program on the host.</param>
/// <param name="newDirectory">The new version's directory, where it may run from too.</param>
internal sealed class InstanceHost(
    HostChannel channel, InstanceTarget target, IReadOnlyList<InstanceTarget> others, string? newDirectory)
    : IInstanceHost
{
    // The host is read again after an observation that was too old for its action, or while an instance keeps
    // restarting.
    private const int Tries = 3;

    private const string KillSeconds = "10";
    private readonly ServiceManager _keeper = ServiceManager.Of(InstanceTargets.Fill(target));

    // The gates of instances that are stopped side by side look at the same others.
    private readonly SharedAnswer<InstanceProcess> _shared = new(TimeProvider.System);
    private volatile InstanceState? _last;

    public InstanceTarget Target => _keeper.Target;
    private string Place => $"{Target.DeployDir.TrimEnd('/')}/bin";

    public Task<InstanceProcess> LookAsync(CancellationToken cancellationToken) =>
        _shared.GetAsync(maxAge: null, LookAnewAsync, cancellationToken);

    public Task<InstanceProcess> LookAsync(TimeSpan maxAge, CancellationToken cancellationToken) =>
        _shared.GetAsync(maxAge, LookAnewAsync, cancellationToken);

    public async Task<string?> FindLossAsync(InstanceProcess process, CancellationToken cancellationToken) =>
        _keeper is PlainProcessManager plain
            && process.Pid is { } pid
            && await plain.LossesAsync(channel, pid, cancellationToken) is { Count: > 0 } losses
            ? PlainProcessManager.Losses(channel.Way.User, losses)
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

    public Task StopAsync(CancellationToken cancellationToken) => AgainIfLateAsync(async () =>
    {
        // A process that the supervisor does not know would survive the stop: fail while the instance still serves.
        var look = await SeeAsync(cancellationToken);
        RefuseStrays(look, "was not stopped");
        for (var @try = 1; !IsDown(look) || (@try == 1 && Target.Control.Scripts is not null); @try++)
        {
            if (look.Kept.State == SupervisionState.Missing)
            {
                throw Refused(
                    Reasons.ControlMismatch,
                    $"{Target.Name} cannot be stopped: {look.Kept.Text}. Correct spec.control.");
            }

            if (@try > Tries)
            {
                throw Refused(
                    Reasons.ProcessLivesOn,
                    $"{Target.Name} was stopped {Tries} times and is {look.Process.SupervisionText} "
                    + $"again{Naming(look.Processes.Own)}. Find out what starts it.",
                    retryable: true);
            }

            await EndAsync(look, cancellationToken);
            look = await SeeAsync(cancellationToken);
            RefuseStrays(look, "is down otherwise");
        }
    });

    public Task SwapAsync(InstanceGoal swap, CancellationToken cancellationToken) => AgainIfLateAsync(async () =>
    {
        var look = await SeeAsync(cancellationToken);
        if (!IsDown(look) || look.Processes.Strays.Count > 0)
        {
            throw Refused(
                Reasons.ProcessLivesOn,
                $"the program of {Target.Name} is not replaced while it runs: it is "
                + $"{look.Process.SupervisionText}{Naming([.. look.Processes.Own, .. look.Processes.Strays])}. "
                + "Stop it first.",
                retryable: true);
        }

        if (SwapCall(look, look.InTime, swap) is { } call)
        {
            await channel.ActAsync(call, cancellationToken);
        }
        else
        {
            await CheckAsync(swap, $"replacing the program of {Target.Name}", cancellationToken);
        }
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
        if (look.Kept.State == SupervisionState.Missing)
        {
            throw Refused(
                Reasons.ControlMismatch, $"{Target.Name} cannot be started: {look.Kept.Text}. Correct spec.control.");
        }

        await _keeper.StartAsync(channel, look, directory, cancellationToken);
    });

    public Task StageAsync(InstanceGoal swap, string? ask, CancellationToken cancellationToken)
    {
        var what = $"preparing the new program of {Target.Name}";
        if (Target.Swap != SwapMethod.ReplaceBinary)
        {
            return CheckAsync(swap, what, cancellationToken);
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
                    [.. inTime, .. Binaries(swap), sums.Having(swap.Sha256, swap.FormerSha256), ask ?? ""]),
                cancellationToken));
        });
    }

    public async Task UnstageAsync(CancellationToken cancellationToken)
    {
        if (Target.Swap == SwapMethod.ReplaceBinary)
        {
            await channel.ActAsync(
                new ScriptCall(
                    "unstage-binary", $"removing what was prepared for {Target.Name}", [Place, Target.Program]),
                cancellationToken);
        }
    }

    public async Task ReplaceAsync(InstanceGoal swap, FileReplacement? file, CancellationToken cancellationToken)
    {
        var isDone = false;
        await AgainIfLateAsync(async () => isDone = await TogetherAsync(swap, file, cancellationToken));
        if (isDone)
        {
            return;
        }

        await StopAsync(cancellationToken);
        await SwapAsync(swap, cancellationToken);
        if (file is not null)
        {
            await channel.ActAsync(WriteCall(file), cancellationToken);
        }

        await StartAsync(swap.Directory, cancellationToken);
    }

    // False if it takes several commands: other accounts stop, replace and start, or a process has to be killed.
    private async Task<bool> TogetherAsync(
        InstanceGoal swap, FileReplacement? file, CancellationToken cancellationToken)
    {
        var look = await SeeAsync(cancellationToken);
        RefuseStrays(look, "was not stopped");
        if (look.Processes.Main?.Sha256 == swap.Sha256)
        {
            return true;
        }

        if (Target.Swap != SwapMethod.ReplaceBinary
            || look.Kept.State == SupervisionState.Missing
            || (_keeper is SystemdManager { IsOfAccount: false } && !channel.Way.HasOneAccount)
            || _keeper.StopCall(look) is not { } stop
            || _keeper.StartCall(look, follows: true) is not { } start
            || SwapCall(look, look.Afterwards, swap) is not { } replace)
        {
            return false;
        }

        // In time is what comes first. Where nothing runs, a stop has no effect.
        ScriptCall[] calls = [stop, replace, .. file is null ? Array.Empty<ScriptCall>() : [WriteCall(file)], start];
        var answer = await channel.ActTogetherAsync(Place, $"replacing {Target.Name}", calls, cancellationToken);
        return !answer.Says("left");
    }

    // Null where nothing is replaced.
    private ScriptCall? SwapCall(InstanceState look, string[] inTime, InstanceGoal swap)
    {
        var what = $"replacing the program of {Target.Name}";
        return Target.Swap switch
        {
            SwapMethod.ReplaceBinary => new ScriptCall(
                "swap-binary", what,
                [.. inTime, .. Binaries(swap), channel.Sums.Ask().Having(swap.Sha256, swap.FormerSha256)]),
            SwapMethod.SwitchLink => new ScriptCall(
                "swap-link", what,
                [
                    .. inTime,
                    Target.SwitchedLink,
                    Target.Linked(swap.Directory),
                    Target.ProgramBelowLink,
                    swap.Sha256,
                    swap.FormerSha256,
                    swap.FormerDirectory is { Length: > 0 } former ? Target.Linked(former) : "",
                ]),
            _ => null,
        };
    }

    private IEnumerable<string> Binaries(InstanceGoal swap) =>
    [
        Place,
        Target.Program,
        swap.Directory.Length > 0 ? $"{swap.Directory.TrimEnd('/')}/bin/{Target.Program}" : "",
        swap.Sha256,
        swap.FormerSha256,
        swap.FormerVersion,
    ];

    private static ScriptCall WriteCall(FileReplacement file) => new(
        "write", $"writing {file.Path}", [file.Path, file.Sha256, file.FormerSha256, file.Former, file.Source]);

    private async Task<InstanceProcess> LookAnewAsync(CancellationToken cancellationToken) =>
        (await SeeAsync(cancellationToken)).Process;

    private async Task<InstanceState> SeeAsync(CancellationToken cancellationToken)
    {
        if (InstanceTargets.Problem(Target) is { } problem)
        {
            throw problem;
        }

        var sums = channel.Sums.Ask();
        var isOfAccount = _keeper is SystemdManager { IsOfAccount: true };
        var answer = await channel.LookAsync(
            new ScriptCall(
                "look", $"looking at {Target.Name}",
                [
                    _keeper.Kind,
                    string.Join(' ', _keeper.Units),
                    _keeper.ServiceDirectory,
                    Target.Program,
                    $"{Target.Port}",
                    Target.DeployDir,
                    sums.Known,
                    _keeper.ChoiceFile,
                    channel.Way.MayBecome && !isOfAccount ? "yes" : "no",
                    Target.SwitchedLink,
                    Target.ProgramBelowLink,
                ],
                isOfAccount ? Privilege.OwnUnits : Privilege.Look),
            cancellationToken);
        var report = HostReport.Read(answer, sums);
        var kept = _keeper.Read(report);
        try
        {
            // A unit that is up without a main process (Type=forking) names none: then its process is found as one
            // without a supervisor is.
            var names = _keeper.IsSupervisor && !(kept.State == SupervisionState.Active && kept.Pid is null);
            var look = new InstanceState(
                Target, report, kept, InstanceProcesses.Of(report, Target, others, newDirectory, kept.Pid, names));
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

    private async Task EndAsync(InstanceState look, CancellationToken cancellationToken)
    {
        if (await _keeper.StopAsync(channel, look, cancellationToken))
        {
            return;
        }

        // Its grace is over.
        foreach (var process in look.Processes.Own)
        {
            var again = await SeeAsync(cancellationToken);
            if (again.Processes.Own.Any(p => p.Identity == process.Identity)
                && !await PlainProcessManager.SignalAsync(
                    channel, again, process, "KILL", KillSeconds, cancellationToken))
            {
                throw Refused(
                    Reasons.ProcessLivesOn,
                    $"{Target.Name} did not end within {Target.Control.StopGrace}, nor {KillSeconds} s after "
                    + $"SIGKILL{Naming([process])}. It waits for its disk or is being traced. Stop it, then retry.",
                    retryable: true);
            }
        }
    }

    // Nothing is replaced: the new process is started from the new directory.
    private async Task CheckAsync(InstanceGoal swap, string what, CancellationToken cancellationToken)
    {
        var path = $"{swap.Directory.TrimEnd('/')}/bin/{Target.Program}";
        var sums = channel.Sums.Ask();
        var answer = await channel.LookAsync(new ScriptCall("sums", what, [sums.Known, path]), cancellationToken);
        sums.Learn(answer);
        var sha256 = sums.Of(answer.Need("file"), answer);
        if (sha256 != swap.Sha256)
        {
            throw sha256 is null
                ? Refused(Reasons.PackageMissing, $"{what}: {path} does not exist. Copy it to the host.")
                : Refused(
                    Reasons.PackageCorrupt,
                    $"{what}: {path} has SHA-256 {sha256}, expected {swap.Sha256}. Copy it again.");
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
                    when (@try < Tries && exception.InnerException is ScriptRefusal { Code: ScriptAnswer.Late })
                {
                    // Nothing was done; the next observation decides again.
                    continue;
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

/// <summary>The state of a process as its supervisor reports it.</summary>
internal enum SupervisionState
{
    Active,

    Restarting,

    /// <summary>Stopped; the supervisor does not start it.</summary>
    Inactive,

    Missing,

    /// <summary>No supervisor: a plain process or scripts. Only whether the process is alive counts.</summary>
    None,
}

/// <summary>The replacement of a text file by another that is on the same host.</summary>
/// <param name="FormerSha256">SHA-256 of the content that is replaced.</param>
/// <param name="Former">The path under which the former file is kept.</param>
internal sealed record FileReplacement(string Path, string Sha256, string FormerSha256, string Former, string Source);

/// <summary>The program that an instance is to run, and the one that it replaces. The reverse is the
/// rollback.</summary>
/// <param name="FormerVersion">Version of the one that is replaced: the suffix under which it is kept beside the new
/// one.</param>
/// <param name="FormerSha256">Empty if it is not known.</param>
/// <param name="FormerDirectory">The former target of deployDir if it is a symbolic link; null otherwise.</param>
internal sealed record InstanceGoal(
    string Directory, string Sha256, string FormerVersion, string FormerSha256, string? FormerDirectory)
{
    public string Version { get; init; } = "";

    public bool IsReached(InstanceProcess process) => process.Pid is not null && process.ExecutableSha256 == Sha256;
}

/// <summary>One process on its host. Every call reads the host first and is idempotent. None waits longer than the
/// request takes, except <see cref="StopAsync"/>, which waits for the end of the process within its grace.</summary>
internal interface IInstanceHost
{
    InstanceTarget Target { get; }

    /// <summary>Reads supervisor, process, port and installed program. Changes nothing.</summary>
    /// <exception cref="HostException">The host could not be asked.</exception>
    Task<InstanceProcess> LookAsync(CancellationToken cancellationToken);

    /// <summary>As <see cref="LookAsync(CancellationToken)"/>; shares a look that began at most so long ago, and not
    /// before the last action on the instance.</summary>
    /// <exception cref="HostException">The host could not be asked.</exception>
    Task<InstanceProcess> LookAsync(TimeSpan maxAge, CancellationToken cancellationToken) =>
        LookAsync(cancellationToken);

    /// <summary>What a plain process would lose because the login user starts the next one (limits, the score for the
    /// OOM killer), and how that is avoided: whole sentences. Null if nothing would be lost. Changes nothing.</summary>
    /// <exception cref="HostException">The host could not be asked.</exception>
    Task<string?> FindLossAsync(InstanceProcess process, CancellationToken cancellationToken) =>
        Task.FromResult<string?>(null);

    /// <summary>Why the login user may not start and stop the unit of the process, and how that is changed: whole
    /// sentences. Null if it may, or if no unit is in charge. Changes nothing.</summary>
    /// <exception cref="HostException">The host could not be asked, or sudo refuses.</exception>
    Task<string?> FindMissingRightAsync(InstanceProcess process, CancellationToken cancellationToken) =>
        Task.FromResult<string?>(null);

    /// <summary>Asks the supervisor to stop the process and to keep it stopped, and returns once no process of this
    /// instance is left (an old one may still run; docs/research/yugabytedb.md#known-failures).</summary>
    /// <exception cref="HostException">Refused, or it still runs after its grace period and SIGKILL.</exception>
    Task StopAsync(CancellationToken cancellationToken);

    /// <summary>Puts the new version's program in the old one's place
    /// (<see cref="Crds.DatabaseRollingUpgrades.SwapMethod"/>). Refused while a process of this instance runs. A new
    /// program that is already installed is kept; the old program is kept beside it.</summary>
    /// <exception cref="HostException">Refused: something else is in the place than the old or the new
    /// program.</exception>
    Task SwapAsync(InstanceGoal swap, CancellationToken cancellationToken);

    /// <summary>Prepares <see cref="SwapAsync"/> while the process serves, and proves that it can be done: where a
    /// program replaces another, the new one is copied beside it, verified, synced and run. Changes nothing that a
    /// process reads. Idempotent.</summary>
    /// <param name="ask">The argument with which the new program prints its version and ends; null does not run
    /// it.</param>
    /// <exception cref="HostException">The swap is impossible: no room, no permission, another program in the place, or
    /// a new program that is missing, different or does not run.</exception>
    Task StageAsync(InstanceGoal swap, string? ask, CancellationToken cancellationToken);

    /// <summary>Removes what <see cref="StageAsync"/> left beside the program; nothing is done if there is
    /// nothing.</summary>
    /// <exception cref="HostException">It cannot be removed.</exception>
    Task UnstageAsync(CancellationToken cancellationToken);

    /// <summary>Stops the process, replaces its program and a file of its configuration, and starts it: like
    /// <see cref="StopAsync"/>, <see cref="SwapAsync"/> and <see cref="StartAsync"/>, in as few commands as possible.
    /// Nothing is done if the new program runs. What was begun is completed by the next call.</summary>
    /// <param name="file">The file; null replaces none.</param>
    /// <exception cref="HostException">Refused. The process may be stopped then.</exception>
    Task ReplaceAsync(InstanceGoal swap, FileReplacement? file, CancellationToken cancellationToken);

    /// <summary>Starts the process through its supervisor; nothing is done if it runs.</summary>
    Task StartAsync(string directory, CancellationToken cancellationToken);
}
