namespace Drydock.Reconcilers.Databases;

/// <summary>A systemd unit: the one that control names, or the active one of the names tidb-ansible has had (pd.service
/// and pd-2379.service; docs/research/tidb.md#tidb-ansible).</summary>
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

    public Privilege Privilege => IsOfAccount ? Privilege.OwnUnits : Privilege.Units;

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

        if (there.Count == 0)
        {
            return masked is null
                ? new ManagedProcess(SupervisionState.Missing, $"no unit {string.Join(" or ", Units)} exists")
                : throw Mismatch(
                    $"{masked["Id"]} is masked. Unmask it, or name the unit in use in control.systemd.unit.");
        }

        var unit = up.Count == 1 ? up[0] : there.Count == 1 ? there[0] : there.Find(u => u["Id"] == report.Choice)
            ?? throw Mismatch(
                $"{Ids(there)} exist and none is active, so the unit in use is unknown. "
                + "Start the right one, or name it in control.systemd.unit.");
        return Read(report, unit, there.Count > 1);
    }

    public override ScriptCall StopCall(InstanceState look) => new(
        "stop-systemd",
        $"stopping {look.Kept.Unit}",
        [.. look.InTime, look.Kept.Unit!, Grace, look.Kept.NeedsChoice ? ChoiceFile : "", .. look.Own])
    {
        Privilege = Privilege,
    };

    public override ScriptCall StartCall(InstanceState look, bool follows) => new(
        "start-systemd",
        $"starting {look.Kept.Unit}",
        [
            .. follows ? look.Afterwards : look.InTime,
            look.Kept.Unit!,
            follows ? "" : look.Kept.Word,
            StartSeconds,
        ])
    {
        Privilege = Privilege,
    };

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
        if (load is not ("loaded" or "not-found" or "masked"))
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

    // ExecStart={ path=/opt/yb/bin/yb-master ; argv[]=… }; absent in a unit without a command.
    private static string? Started(IReadOnlyDictionary<string, string> unit)
    {
        const string Path = "path=";
        var text = unit.GetValueOrDefault("ExecStart") ?? "";
        var at = text.IndexOf(Path, StringComparison.Ordinal);
        var end = at < 0 ? -1 : text.IndexOf(" ;", at, StringComparison.Ordinal);
        return end < 0 ? null : text[(at + Path.Length)..end];
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
