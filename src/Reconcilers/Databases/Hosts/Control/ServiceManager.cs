namespace Drydock.Reconcilers.Databases;

/// <summary>What starts and stops processes on a host: systemd, daemontools, scripts, or nothing at all.</summary>
internal abstract class ServiceManager(InstanceTarget target)
{
    public InstanceTarget Target => target;
    public virtual string Kind => "none";
    public bool IsSupervisor => Kind != "none";
    public virtual IReadOnlyList<string> Units => [];
    public virtual string ServiceDirectory => "";
    public virtual string ChoiceFile => "";

    public static ServiceManager Of(InstanceTarget target) => target.Control switch
    {
        { Systemd: not null } => new SystemdManager(target),
        { Supervise: not null } => new SuperviseManager(target),
        { Scripts: not null } => new ScriptManager(target),
        { Process: not null } => new PlainProcessManager(target),
        _ => throw HostException.OfSpec(
            target.Host, target.ControlField, $"{target.Name}: {InstanceTargets.OneControl}"),
    };

    /// <summary>How long the process may take to end, in seconds.</summary>
    protected string Grace =>
        $"{Math.Max(1, (long)Math.Ceiling(Timers.Parse(target.Control.StopGrace).TotalSeconds))}";

    protected HostException Refused(string reason, string message) =>
        new(target.Host, reason, $"{target.Host}: {target.Name}{message}", retryable: false);

    /// <summary>The state of the process as the service manager reports it.</summary>
    /// <exception cref="HostException">The report contradicts itself or the spec, or cannot be understood.</exception>
    public virtual ManagedProcess Read(HostReport report) => new(SupervisionState.None, "");

    /// <summary>What stops and starts the process.</summary>
    public abstract Privilege Privilege { get; }

    /// <summary>Stops the process once and waits for its end, up to its grace; empty if nothing has to be
    /// stopped.</summary>
    public abstract IReadOnlyList<ScriptCall> StopCalls(InstanceState look);

    /// <param name="follows">Whether it follows the stop in the same command.</param>
    public abstract ScriptCall StartCall(InstanceState look, string directory, bool follows);

    /// <summary>Judges the answer to these calls.</summary>
    /// <exception cref="HostException">The process cannot be stopped or started.</exception>
    public virtual void Check(HostChannel channel, ScriptAnswer answer)
    {
    }
}

/// <summary>A process as its service manager reports it.</summary>
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

    public bool IsEnding => Word == "deactivating";

    /// <summary>Why the service manager could not start it again, a whole sentence with the remedy; null if it
    /// could.</summary>
    public string? StartProblem { get; init; }
}

/// <summary>A systemd unit: the one that control names, or the active one of the names tidb-ansible has had (pd.service
/// and pd-2379.service; docs/project/research/tidb.md#tidb-ansible).</summary>
internal sealed class SystemdManager(InstanceTarget target) : ServiceManager(target)
{
    // How long systemctl start may take: a unit of Type=notify says when it is up, and has 90 s of its own for it.
    private const string StartSeconds = "120";

    private static readonly Dictionary<string, double> SecondsOf = new(StringComparer.Ordinal)
    {
        ["us"] = 0.000_001,
        ["ms"] = 0.001,
        ["s"] = 1,
        ["min"] = 60,
        ["h"] = 3600,
        ["d"] = 86400,
    };

    public override string Kind => "systemd";
    public bool IsOfAccount => Target.Control.Systemd!.User;
    public override Privilege Privilege => IsOfAccount ? Privilege.OwnUnits : Privilege.Units;
    public override IReadOnlyList<string> Units { get; } =
        target.Control.Systemd!.Unit is { } unit ? [unit] : [.. Names(target)];

    // Instances of several databases may share a name, but not a port.
    public override string ChoiceFile =>
        $"/var/lib/drydock/units/{(Target.Program.Length > 0 ? Target.Program : Target.Name)}-{Target.Port}";

    public override ManagedProcess Read(HostReport report)
    {
        if (report.Units.Count != Units.Count)
        {
            throw report.Answer.Unreadable(
                $"systemctl show reported {report.Units.Count} units, expected {Units.Count}");
        }

        // An alias shows its target unit.
        var units = report.Units.DistinctBy(u => Property(report, u, "Id"), StringComparer.Ordinal).ToList();
        var masked = units.FirstOrDefault(u => Property(report, u, "LoadState") == "masked");
        var there = units.Where(
            u => Property(report, u, "LoadState") is not ("not-found" or "masked") || IsUp(report, u)).ToList();
        var up = there.Where(u => IsUp(report, u)).ToList();
        if (up.Count > 1)
        {
            throw Mismatch(
                $"{Ids(up)} are both active. Stop and disable the unused one, or name the other in "
                + "control.systemd.unit.");
        }

        if (masked is not null && (there.Count == 0 || IsUp(report, masked)))
        {
            throw Mismatch(
                $"{masked["Id"]} is masked, so systemd would not start it again. Unmask it (`systemctl unmask "
                + $"{masked["Id"]}`), or name the unit in use in control.systemd.unit.");
        }

        if (there.Count == 0)
        {
            return new ManagedProcess(SupervisionState.Missing, $"no unit {string.Join(" or ", Units)} exists");
        }

        var unit = up.Count == 1 ? up[0] : there.Count == 1 ? there[0] : there.Find(u => u["Id"] == report.Choice)
            ?? throw Mismatch(
                $"{Ids(there)} exist and none is active, so the unit in use is unknown. "
                + "Start the right one, or name it in control.systemd.unit.");
        return Read(report, unit, there.Count > 1);
    }

    public override IReadOnlyList<ScriptCall> StopCalls(InstanceState look) =>
    [
        new(
            "stop-systemd", $"stopping {look.Kept.Unit}",
            [
                .. look.InTime, look.Kept.Unit!, Grace, look.Kept.NeedsChoice ? ChoiceFile : "", look.Seen,
                .. look.Own,
            ],
            Privilege),
    ];

    public override ScriptCall StartCall(InstanceState look, string directory, bool follows) => new(
        "start-systemd", $"starting {look.Kept.Unit}",
        [
            .. follows ? look.Afterwards : look.InTime,
            look.Kept.Unit!,
            follows ? "" : look.Kept.Word,
            StartSeconds,
        ],
        Privilege);

    internal static IEnumerable<string> Names(InstanceTarget target)
    {
        string[] stems =
        [
            .. new[] { target.Component?.ToString().ToLowerInvariant(), Stem(target) }.OfType<string>().Distinct(
                StringComparer.Ordinal),
        ];
        return [
            .. stems.Select(stem => $"{stem}-{target.Port}.service"),
            .. stems.Select(stem => $"{stem}.service"),
        ];
    }

    private static string Stem(InstanceTarget target)
    {
        const string Server = "-server";
        var name = target.Program.Length > 0 ? target.Program : target.Name;
        return name.EndsWith(Server, StringComparison.Ordinal) ? name[..^Server.Length] : name;
    }

    private ManagedProcess Read(HostReport report, IReadOnlyDictionary<string, string> unit, bool needsChoice)
    {
        var (id, load, active, sub) = (
            unit["Id"], unit["LoadState"], Property(report, unit, "ActiveState"), Property(report, unit, "SubState"));
        if (load is not ("loaded" or "not-found"))
        {
            throw Mismatch($"{id} is {load}; make it a unit that systemctl starts");
        }

        var state = active switch
        {
            "active" or "reloading" or "refreshing" => SupervisionState.Active,
            "activating" or "deactivating" => SupervisionState.Restarting,
            "inactive" or "failed" => SupervisionState.Inactive,
            _ => throw report.Answer.Unreadable($"{id} is '{active}', which is not a state of a unit"),
        };
        return new ManagedProcess(state, $"{active} ({sub})")
        {
            Unit = id,
            Pid = Number(report, unit, "MainPID") is > 0 and var pid ? pid : null,
            Restarts = unit.ContainsKey("NRestarts") ? Number(report, unit, "NRestarts") : null,
            NeedsChoice = needsChoice,
            Program = Started(unit),
            StopLimit = unit.GetValueOrDefault("SendSIGKILL") == "no"
                ? null
                : Span(unit.GetValueOrDefault("TimeoutStopUSec")),
            Word = active,
            StartProblem = load == "loaded"
                ? null
                : $"{id} on {Target.Host} has no unit file any more, so systemd could not start it again. Restore the "
                    + $"file, and run `{Target.Systemctl} daemon-reload`.",
        };
    }

    // "1min 30s"; "infinity" has no number.
    private static TimeSpan? Span(string? text)
    {
        var parts = (text ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(part =>
        {
            var digits = new string([.. part.TakeWhile(c => char.IsAsciiDigit(c) || c == '.')]);
            return double.TryParse(digits, CultureInfo.InvariantCulture, out var number)
                && SecondsOf.TryGetValue(part[digits.Length..], out var seconds)
                ? TimeSpan.FromSeconds(number * seconds)
                : (TimeSpan?)null;
        }).ToList();
        return parts.Count > 0 && parts.TrueForAll(p => p is not null)
            ? parts.Aggregate(TimeSpan.Zero, (sum, part) => sum + part!.Value)
            : null;
    }

    // ExecStart={ path=/usr/bin/numactl ; argv[]=/usr/bin/numactl -i all /opt/yb/bin/yb-master … ; … }: what another
    // program starts counts if it has the name of ours. Absent in a unit without a command.
    private string? Started(IReadOnlyDictionary<string, string> unit)
    {
        var parts = (unit.GetValueOrDefault("ExecStart") ?? "").Split(" ;");
        var ours = Part("argv[]=")?.Split(' ')
            .FirstOrDefault(w => w.EndsWith($"/{Target.Program}", StringComparison.Ordinal));
        return ours ?? Part("path=");

        string? Part(string name) => parts.Select(p => p.TrimStart('{', ' '))
            .FirstOrDefault(p => p.StartsWith(name, StringComparison.Ordinal))?[name.Length..];
    }

    private static bool IsUp(HostReport report, IReadOnlyDictionary<string, string> unit) =>
        Property(report, unit, "ActiveState") is not ("inactive" or "failed");

    private static int Number(HostReport report, IReadOnlyDictionary<string, string> unit, string name) =>
        int.TryParse(Property(report, unit, name), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw report.Answer.Unreadable($"{name} is '{unit[name]}'");

    private static string Property(HostReport report, IReadOnlyDictionary<string, string> unit, string name) =>
        unit.GetValueOrDefault(name) ?? throw report.Answer.Unreadable($"systemctl show did not say {name}");

    private static string Ids(IEnumerable<IReadOnlyDictionary<string, string>> units) =>
        string.Join(" and ", units.Select(u => u["Id"]));

    private HostException Mismatch(string what) => Refused(Reasons.ControlMismatch, $": {what}");
}

/// <summary>A service of daemontools. Its svstat says "up (pid 17) 3 seconds"; tidb-ansible's own says "up pid 17,
/// …".</summary>
internal sealed partial class SuperviseManager(InstanceTarget target) : ServiceManager(target)
{
    public override string Kind => "supervise";
    public override string ServiceDirectory { get; } =
        InstanceTargets.Below(target, target.Control.Supervise!.Directory);

    public override ManagedProcess Read(HostReport report)
    {
        var text = report.Svstat ?? throw report.Answer.Unreadable("svstat said nothing");
        if (Up().Match(text) is { Success: true } up)
        {
            return new ManagedProcess(SupervisionState.Active, text)
            {
                Unit = ServiceDirectory,
                Pid = int.Parse(up.Groups["pid"].Value, CultureInfo.InvariantCulture),
            };
        }

        if (Down().IsMatch(text))
        {
            return new ManagedProcess(
                text.Contains("want up", StringComparison.Ordinal)
                    ? SupervisionState.Restarting
                    : SupervisionState.Inactive,
                text)
            { Unit = ServiceDirectory };
        }

        if (text.EndsWith("file does not exist", StringComparison.Ordinal)
            || text.Contains("supervise not running", StringComparison.Ordinal))
        {
            return new ManagedProcess(SupervisionState.Missing, text);
        }

        throw text.EndsWith("access denied", StringComparison.Ordinal)
            ? Refused(
                Reasons.AccessDenied,
                $": {report.User} may not read {ServiceDirectory}: {text}. "
                + "Use the account that runs supervise, or set become: Sudo in spec.access.")
            : report.Answer.Unreadable($"svstat of {ServiceDirectory} printed '{text}'");
    }

    public override Privilege Privilege => Privilege.Control;

    public override IReadOnlyList<ScriptCall> StopCalls(InstanceState look) =>
    [
        Call(
            "stop-supervise", "stopping",
            [.. look.InTime, ServiceDirectory, Grace, look.Target.DeployDir, look.Seen, .. look.Own]),
    ];

    public override ScriptCall StartCall(InstanceState look, string directory, bool follows) => Call(
        "start-supervise", "starting",
        [
            .. follows ? look.Afterwards : look.InTime, ServiceDirectory, look.Target.DeployDir,
            follows ? "stopped" : "",
        ]);

    private ScriptCall Call(string script, string what, IReadOnlyList<string> arguments) =>
        new(script, $"{what} {ServiceDirectory}", arguments, Privilege);

    [GeneratedRegex(
        @"^up \(?pid (?<pid>[1-9][0-9]{0,8})\b", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Up();

    [GeneratedRegex(@"^down\b", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Down();
}

/// <summary>Start and stop scripts. They run as becomeUser or the login user, also where become is Sudo: those of
/// tidb-ansible refuse root.</summary>
internal sealed class ScriptManager(InstanceTarget target) : ServiceManager(target)
{
    private const string Stop = "stop";

    // A start script that takes longer is the process itself, or hangs.
    private const string StartSeconds = "120";

    public override Privilege Privilege => Privilege.Never;

    // Where nothing runs its complaint that nothing runs is welcome; it is run all the same, because something behind
    // it may be about to restart the process.
    public override IReadOnlyList<ScriptCall> StopCalls(InstanceState look) =>
    [
        Call(
            look.InTime, $"stopping {Target.Name}", Target.Control.Scripts!.Stop, Grace, Grace,
            [look.Seen, look.Processes.Own.Count > 0 ? Stop : "", .. look.Own]),
    ];

    public override ScriptCall StartCall(InstanceState look, string directory, bool follows) => Call(
        follows ? look.Afterwards : look.InTime, $"starting {Target.Name}", Target.Control.Scripts!.Start, StartSeconds,
        "0", ["", "start"]);

    public override void Check(HostChannel channel, ScriptAnswer answer)
    {
        if (answer.Find("broken") is not { } which)
        {
            return;
        }

        var (path, limit) = which == Stop
            ? (Target.Control.Scripts!.Stop, Grace)
            : (Target.Control.Scripts!.Start, StartSeconds);
        var script = InstanceTargets.Below(Target, path);
        var code = answer.Need("exit");
        var output = answer.Text(answer.Need("output"))?.Trim() ?? "";
        var what = code == "-"
            ? $"has not ended after {limit} s. It must return after it has started the process"
            : $"ended with {code}";
        throw new HostException(
            Target.Host, Reasons.StepFailed,
            $"{Target.Host}: {Target.Name}: {script} {what}: {(output.Length > 0 ? output : "it printed nothing")}. "
            + $"Run it on the host as {channel.Way.User} to find the cause.",
            mayHaveRun: true);
    }

    private ScriptCall Call(
        string[] inTime, string what, string script, string limit, string grace, IEnumerable<string> more) => new(
        "run-script", what,
        [
            .. inTime, InstanceTargets.Below(Target, script), Target.DeployDir,
            $"{Target.DeployDir.TrimEnd('/')}/.drydock-{Target.Name}.out", limit, grace, .. more,
        ],
        Privilege);
}

/// <summary>Nothing keeps it: it is found by its program and command line, ended by a signal to its pid, and started
/// detached. It is started as becomeUser or the login user, also where become is Sudo: as root it would make its data
/// unreadable for the account it runs as.</summary>
internal sealed class PlainProcessManager(InstanceTarget target) : ServiceManager(target)
{
    // Below a directory of the account of the process. What is below a link that is switched belongs to one version;
    // beside it the account may have no right.
    private string Record
    {
        get
        {
            var link = Target.SwitchedLink;
            string?[] places = [Target.DeployDir, Target.DataDir, Path.GetDirectoryName(link)];
            var place = places.First(p => p is not null
                && (Target.Swap != SwapMethod.SwitchLink || !InstanceLayouts.IsBelow($"{p}/", link)));
            return $"{place!.TrimEnd('/')}/.drydock-{Target.Name}.process";
        }
    }

    // What it reads of the process only the account of the process can: so that may end it, too.
    public override Privilege Privilege => Privilege.Never;

    public override IReadOnlyList<ScriptCall> StopCalls(InstanceState look) =>
        look.Processes.Main is not { } main ? [] :
        [
            LossesCall(main.Pid),
            Call(
                "record-process", $"recording limits and environment of {Target.Name}",
                [.. look.InTime, Record, main.Identity, Target.Run]),
            Call(
                "stop-process", $"sending SIGTERM to process {main.Pid} of {Target.Name}",
                [.. look.InTime, "TERM", Grace, .. look.Own]),
        ];

    public override void Check(HostChannel channel, ScriptAnswer answer)
    {
        if (Losses(channel, answer) is { } losses)
        {
            throw Refused(Reasons.ControlMismatch, $" was not stopped: {losses}");
        }
    }

    /// <summary>Why a process that the operator's account starts could not have what this one has (limits, the score
    /// for the OOM killer, its environment), and the remedy; null if it could.</summary>
    public async Task<string?> LossesAsync(HostChannel channel, int pid, CancellationToken cancellationToken) =>
        Losses(channel, await channel.LookAsync(LossesCall(pid), cancellationToken));

    private ScriptCall LossesCall(int pid) =>
        Call("process-losses", $"reading the limits of {Target.Name}", [$"{pid}", Record]);

    private string? Losses(HostChannel channel, ScriptAnswer answer)
    {
        var user = channel.Way.User;
        return answer.All("loss").ToList() is { Count: > 0 } losses
            ? $"a process that {user} starts would lose {string.Join(", ", losses)}. Give {user} these limits "
                + "(/etc/security/limits.d, with pam_limits for sshd and sudo), or control the process by a systemd "
                + "unit."
            : answer.Text(answer.Find("closed")) is { } place
            ? $"its limits and its environment cannot be recorded: {user} may not write in {place}. Allow it, set "
                + $"dataDir of {Target.Name}, or control the process by a systemd unit."
            : null;
    }

    public override ScriptCall StartCall(InstanceState look, string directory, bool follows)
    {
        var control = Target.Control.Process!;
        var command = InstanceTargets.Command(control, directory);
        if (InstanceTargets.NamesDirectory(control) && !directory.StartsWith('/'))
        {
            throw HostException.OfSpec(
                Target.Host, Target.ControlField,
                $"{Target.Host}: {Target.Name}: its command line needs a version's directory, and '{directory}' is not "
                + "an absolute path.");
        }

        return Call(
            "start-process", $"starting {Target.Name}",
            [
                .. follows ? look.Afterwards : look.InTime,
                InstanceTargets.NamesDirectory(control) ? directory : Target.DeployDir,
                control.LogFile is { } log ? InstanceTargets.Below(Target, log) : "",
                Target.DataDir ?? "",
                Record,
                Target.Run,
                .. command,
            ]);
    }

    private ScriptCall Call(string script, string what, IReadOnlyList<string> arguments) =>
        new(script, what, arguments, Privilege);
}
