namespace Drydock.Reconcilers.Databases;

/// <summary>How instances are controlled, from the spec and the vendors' defaults.</summary>
internal static class InstanceTargets
{
    /// <summary>What a control with several ways, or none, is told.</summary>
    public const string OneControl = "A control needs exactly one of systemd, supervise, scripts and process.";

    private const string OwnUnit = "(its unit)";
    private const string Directory = "{directory}";
    private const string DataDir = "{dataDir}";

    public static InstanceTarget Of(DatabaseRollingUpgradeSpec spec, DatabaseInstance instance, IDatabaseEngine engine)
    {
        var control = spec.ControlOf(instance);
        var field = spec.ControlField(instance);
        if (control is null || Kinds(control) != 1)
        {
            var rule = control is null
                ? "There is no control. Set its own, that of its component in spec.processes, or "
                    + "spec.instanceDefaults.control."
                : OneControl;
            throw HostException.OfSpec(instance.Host, field, $"{instance.Name}: {rule}");
        }

        var swap = control.Swap
            ?? (control.Link is null ? engine.Settings.DefaultSwap(control) : SwapMethod.SwitchLink);
        return Of(spec, instance, control, field, swap);
    }

    /// <summary>How the program of an instance is replaced, as an administrator would do it; null without a
    /// control.</summary>
    public static string? Replacing(DatabaseRollingUpgradeSpec spec, string? name)
    {
        if (spec.Instances.Find(i => i.Name == name) is not { } instance || spec.ControlOf(instance) is not { } control)
        {
            return null;
        }

        var target = Of(spec, instance, control, spec.ControlField(instance), default);
        (string Stop, string Start)? calls = target.Control switch
        {
            { Systemd: { } systemd } => (
                $"{target.Systemctl} stop {systemd.Unit ?? OwnUnit}",
                $"{target.Systemctl} start {systemd.Unit ?? OwnUnit}"),
            { Supervise.Directory: { } service } => ($"svc -d {service}", $"svc -u {service}"),
            { Scripts: { } scripts } => (scripts.Stop, scripts.Start),
            { Process: { } process } => ($"kill (its process of {target.Program})", string.Join(' ', process.Command)),
            _ => null,
        };
        return calls is { } own
            ? $"{own.Stop}; (replace {target.Program} by that of {spec.Package.Directory}); {own.Start}"
            : null;
    }

    private static InstanceTarget Of(
        DatabaseRollingUpgradeSpec spec, DatabaseInstance instance, InstanceControl control, string field,
        SwapMethod swap) =>
        Fill(new InstanceTarget
        {
            Name = instance.Name,
            Host = instance.Host,
            Component = instance.Component,
            Program = ProgramNames.Of(spec, instance.Component),
            DeployDir = instance.DeployDir,
            DataDir = instance.DataDir,
            Port = DefaultPorts.Service(spec, instance),
            Control = control,
            ControlField = field,
            Swap = swap,
        });

    /// <summary>Fills {port}, {name} and {dataDir} in, and makes the link absolute. Idempotent.</summary>
    public static InstanceTarget Fill(InstanceTarget target)
    {
        var control = target.Control;
        return target with
        {
            Link = control.Link is { } link ? Below(target, In(target, link)) : null,
            Control = control with
            {
                Systemd = control.Systemd is { Unit: { } unit }
                    ? control.Systemd with { Unit = In(target, unit) }
                    : control.Systemd,
                Supervise = control.Supervise is { } supervise
                    ? new SuperviseControl { Directory = In(target, supervise.Directory) }
                    : null,
                Scripts = control.Scripts is { } scripts
                    ? new ScriptControl { Start = In(target, scripts.Start), Stop = In(target, scripts.Stop) }
                    : null,
                Process = control.Process is { } process
                    ? new ProcessControl
                    {
                        Command = [.. process.Command.Select(argument => In(target, argument))],
                        LogFile = process.LogFile is { } file ? In(target, file) : null,
                    }
                    : null,
            },
        };
    }

    internal static IReadOnlyList<string> Command(ProcessControl control, string directory) =>
        [
            .. control.Command.Select(
                argument => argument.Replace(Directory, directory.TrimEnd('/'), StringComparison.Ordinal)),
        ];

    /// <summary>Whether a command line is that of a version's directory.</summary>
    internal static bool NamesDirectory(ProcessControl control) =>
        control.Command.Exists(argument => argument.Contains(Directory, StringComparison.Ordinal));

    internal static string Below(InstanceTarget target, string path) =>
        path.StartsWith('/') ? path : $"{target.DeployDir.TrimEnd('/')}/{path}";

    internal static HostException? Problem(InstanceTarget target) => target switch
    {
        { Control.Process.Command: var command } when command.Exists(
            argument => argument.Contains(DataDir, StringComparison.Ordinal)) =>
            Wrong(
                target, $"spec.instances[{target.Name}].dataDir",
                $"The command line of {target.Name} has {{dataDir}}, "
                    + $"and spec.instances[{target.Name}].dataDir is missing. Add it."),
        { Swap: SwapMethod.NewDirectory, Control.Process: null } =>
            Wrong(
                target, target.ControlField,
                $"Swap NewDirectory of {target.Name} is only for a plain process: "
                    + $"its command line names the version's directory. Choose {Others(target)}."),
        { Swap: SwapMethod.NewDirectory, Control.Process: { } process } when !NamesDirectory(process)
            && target.Component is not null =>
            Wrong(
                target, target.ControlField,
                $"Swap NewDirectory of {target.Name} needs {{directory}} in its command line: "
                    + "without it the old program would be started again."),
        _ => null,
    };

    // A program of YugabyteDB needs the libraries of its own version beside it.
    private static string Others(InstanceTarget target) =>
        target.Component is DatabaseComponent.Master or DatabaseComponent.Tserver
            ? "SwitchLink"
            : "ReplaceBinary or SwitchLink";

    private static HostException Wrong(InstanceTarget target, string field, string message) =>
        HostException.OfSpec(target.Host, field, $"{target.Host}: {message}");

    private static int Kinds(InstanceControl control) =>
        new object?[] { control.Systemd, control.Supervise, control.Scripts, control.Process }.Count(
            kind => kind is not null);

    private static string In(InstanceTarget target, string text)
    {
        var filled = text
            .Replace("{port}", $"{target.Port}", StringComparison.Ordinal)
            .Replace("{name}", target.Name, StringComparison.Ordinal);
        return target.DataDir is { } data ? filled.Replace(DataDir, data, StringComparison.Ordinal) : filled;
    }
}

/// <summary>A process to observe, stop, replace and start.</summary>
internal sealed record InstanceTarget
{
    public required string Name { get; init; }
    public required string Host { get; init; }

    /// <summary>What it is; null for a service. Without a unit in control, units are looked for by it and by the
    /// program.</summary>
    public DatabaseComponent? Component { get; init; }

    /// <summary>The file name of its program: tikv-server, yb-master. Empty for a service whose program is not
    /// known.</summary>
    public required string Program { get; init; }

    public required string DeployDir { get; init; }
    public string? Link { get; init; }
    public string SwitchedLink => (Link ?? DeployDir).TrimEnd('/');
    public bool LinksBin => Link is not null && System.IO.Path.GetFileName(SwitchedLink) == "bin";
    public string ProgramBelowLink => LinksBin ? Program : $"bin/{Program}";

    public string Linked(string directory) => LinksBin ? $"{directory.TrimEnd('/')}/bin" : directory;

    public required int Port { get; init; }
    public string? DataDir { get; init; }

    /// <summary>How it is started and stopped; {port}, {name} and {dataDir} are filled in, {directory} is not
    /// yet.</summary>
    public required InstanceControl Control { get; init; }

    /// <summary>systemctl for its unit, in messages.</summary>
    public string Systemctl => Control.Systemd?.User == true ? "systemctl --user" : "systemctl";

    public string ControlField { get => field ?? $"spec.instances[{Name}].control"; init; }

    public required SwapMethod Swap { get; init; }

    /// <summary>The uid of the upgrade that works on it; empty if there is none.</summary>
    public string Run { get; init; } = "";
}

/// <summary>File names of the vendors' programs (docs/project/research/tidb.md#tidb-ansible).</summary>
internal static class ProgramNames
{
    public static string Of(DatabaseRollingUpgradeSpec spec, DatabaseComponent component)
    {
        var names = (spec.Yugabyte ?? new YugabyteSpec()).Names;
        return component switch
        {
            DatabaseComponent.Master => names.MasterProgram ?? (spec.IsBmdb ? "mserver" : "yb-master"),
            DatabaseComponent.Tserver => names.TserverProgram ?? (spec.IsBmdb ? "dbserver" : "yb-tserver"),
            DatabaseComponent.PD => "pd-server",
            DatabaseComponent.TiKV => "tikv-server",
            DatabaseComponent.Pump => "pump",
            DatabaseComponent.TiDB => "tidb-server",
            DatabaseComponent.Drainer => "drainer",
            _ => throw new NotSupportedException($"The program of component {component} is not known."),
        };
    }
}
