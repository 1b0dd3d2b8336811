namespace Drydock.Reconcilers.Databases;

internal sealed partial class InstanceHost : IInstanceHost
{
    // The host is read again after an observation that was too old for its action, or while an instance keeps
    // restarting.
    private const int Tries = 3;

    private const string KillSeconds = "10";

    private readonly HostChannel _channel;
    private readonly IServiceManager _keeper;
    private readonly IReadOnlyList<InstanceTarget> _others;
    private readonly string? _newDirectory;
    private readonly SharedLook _shared;
    private volatile InstanceState? _last;

    /// <param name="channel">The channel to the host.</param>
    /// <param name="target">The instance.</param>
    /// <param name="others">The other instances of the same program on the host.</param>
    /// <param name="newDirectory">The new version's directory, where it may run from too.</param>
    public InstanceHost(
        HostChannel channel, InstanceTarget target, IReadOnlyList<InstanceTarget> others, string? newDirectory)
    {
        _channel = channel;
        _others = others;
        _newDirectory = newDirectory;
        _shared = new SharedLook(async token => (await SeeAsync(token)).Process, TimeProvider.System);
        Target = InstanceTargets.Fill(target);
        _keeper = Target.Control switch
        {
            { Systemd: not null } => new SystemdManager(Target),
            { Supervise: not null } => new SuperviseManager(Target),
            { Scripts: not null } => new ScriptManager(Target),
            { Process: not null } => new PlainProcessManager(Target),
            _ =>
                throw HostException.OfSpec(
                    Target.Host, Target.ControlField, $"{Target.Name}: {InstanceTargets.OneControl}"),
        };
    }

    public InstanceTarget Target { get; }

    public Task<InstanceProcess> LookAsync(CancellationToken cancellationToken) => _shared.NewAsync(cancellationToken);

    public Task<InstanceProcess> LookAsync(TimeSpan maxAge, CancellationToken cancellationToken) =>
        _shared.GetAsync(maxAge, cancellationToken);

    public async Task<string?> FindLossAsync(InstanceProcess process, CancellationToken cancellationToken) =>
        _keeper is PlainProcessManager plain
            && process.Pid is { } pid
            && await plain.LossesAsync(_channel, pid, cancellationToken) is { Count: > 0 } losses
            ? PlainProcessManager.Losses(_channel.User, losses)
            : null;

    public async Task<string?> FindMissingRightAsync(InstanceProcess process, CancellationToken cancellationToken)
    {
        if (_keeper is not SystemdManager keeper || process.Unit is not { } unit)
        {
            return null;
        }

        // With become: Sudo it runs through sudo, which is tried by that.
        var answer = await _channel.LookAsync(
            "control-rights",
            $"checking the rights at {unit}",
            keeper.Privilege,
            [unit, .. SudoRules.UnitVerbs],
            cancellationToken);
        if (answer.Need("rights") == "yes")
        {
            return null;
        }

        if (keeper.IsOfAccount)
        {
            return $"{_channel.User} does not linger on {Target.Host}, so {unit} ends with its last login. Run "
                + $"`loginctl enable-linger {_channel.User}` there as root.";
        }

        var user = _channel.UnitsUser ?? _channel.User;
        var line = SudoRules.Units(user, answer.Find("systemctl") ?? SudoRules.Systemctl, [unit]);
        var advice = _channel switch
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

    public Task SwapAsync(ProgramSwap swap, CancellationToken cancellationToken) => AgainIfLateAsync(async () =>
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
            await _channel.ActAsync(
                call.Script, call.What, Privilege.WhenNeeded, call.Arguments, default, cancellationToken);
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

        await _keeper.StartAsync(_channel, look, directory, cancellationToken);
    });

    private async Task<InstanceState> SeeAsync(CancellationToken cancellationToken)
    {
        if (InstanceTargets.Problem(Target) is { } problem)
        {
            throw problem;
        }

        var sums = _channel.Sums.Ask();
        var answer = await _channel.LookAsync(
            "look",
            $"looking at {Target.Name}",
            _keeper is SystemdManager { IsOfAccount: true } ? Privilege.OwnUnits : Privilege.Look,
            [
                _keeper.Kind, string.Join(
                    ' ',
                    _keeper.Units), _keeper.ServiceDirectory, Target.Program, Target.Port.ToString(
                        CultureInfo.InvariantCulture), Target.DeployDir,
                sums.Known, _keeper.ChoiceFile,
                _channel.MayBecome && _keeper is not SystemdManager { IsOfAccount: true } ? "yes" : "no",
                Target.SwitchedLink, Target.ProgramBelowLink,
            ],
            cancellationToken);
        var report = HostReport.Read(answer, sums);
        var kept = _keeper.Read(report);
        try
        {
            // A unit that is up without a main process (Type=forking) names none: then its process is found as one
            // without a supervisor is.
            var names = _keeper.IsSupervisor && !(kept.State == SupervisionState.Active && kept.Pid is null);
            var look = new InstanceState(
                Target, report, kept, InstanceProcesses.Of(report, Target, _others, _newDirectory, kept.Pid, names));
            RefuseUnreadable(look);
            RefuseMainProcess(look);
            _last = look;
            return look;
        }
        catch (AmbiguousProcessException ambiguous)
        {
            throw Refused(
                Reasons.ControlMismatch,
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"process {ambiguous.Pid} may be {Target.Name} as well as {ambiguous.Other}: its command line has "
                    + $"no port, data directory or deployDir of only one of them. "
                    + $"Put {{port}} or {{dataDir}} into the command line."));
        }
    }

    private async Task EndAsync(InstanceState look, CancellationToken cancellationToken)
    {
        if (await _keeper.StopAsync(_channel, look, cancellationToken))
        {
            return;
        }

        // Its grace is over.
        foreach (var process in look.Processes.Own)
        {
            var again = await SeeAsync(cancellationToken);
            if (again.Processes.Own.Any(p => p.Identity == process.Identity)
                && !await PlainProcessManager.SignalAsync(
                    _channel, again, process, "KILL", KillSeconds, cancellationToken))
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
    private async Task CheckAsync(ProgramSwap swap, string what, CancellationToken cancellationToken)
    {
        var path = $"{swap.Directory.TrimEnd('/')}/bin/{Target.Program}";
        var sums = _channel.Sums.Ask();
        var answer = await _channel.LookAsync(
            "sums", what, Privilege.WhenNeeded, [sums.Known, path], cancellationToken);
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
            await TryAgainIfLateAsync(act);
        }
        finally
        {
            _shared.Forget();
        }
    }

    private static async Task TryAgainIfLateAsync(Func<Task> act)
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
            var capability = _channel.IsContainer ? " (root in a container also needs `--cap-add SYS_PTRACE`)" : "";
            throw Refused(
                Reasons.AccessDenied,
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{look.Report.User} may not read the program of process {process.Pid} of {Target.Name}. ")
                + "Set the user in spec.access (over ssh: becomeUser) to the account of the process, or set become: "
                + $"Sudo{capability}.");
        }
    }

    // The container would stop with it, and the new process could not be started.
    private void RefuseMainProcess(InstanceState look)
    {
        if (_channel.IsContainer && look.Processes.Own.Concat(look.Processes.Strays).Any(p => p.Pid == 1))
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
                processes.Select(
                    p => string.Create(
                        CultureInfo.InvariantCulture,
                        $"pid {p.Pid}, {p.Path}, since {p.StartedAt:yyyy-MM-ddTHH:mm:ssZ}")))
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
