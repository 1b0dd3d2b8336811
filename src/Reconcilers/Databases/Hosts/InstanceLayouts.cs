namespace Drydock.Reconcilers.Databases;

/// <summary>Layouts on hosts in which one instance could not be stopped or replaced without another, or in which the
/// old program would start again. Pure.</summary>
internal static class InstanceLayouts
{
    private const int NamedHosts = 12;

    public static string? Problem(InstanceTarget target, InstanceProcess process)
    {
        if (target.Swap != SwapMethod.SwitchLink)
        {
            var place = $"{target.DeployDir.TrimEnd('/')}/bin/{target.Program}";
            return target.Swap == SwapMethod.ReplaceBinary
                && process is { StartedProgram: { } other, StartsInstalled: false }
                && Path.GetFileName(other) == target.Program && other != place
                ? $"ExecStart of {process.Unit} on {target.Host} is {other}, expected {place}, which is replaced: "
                    + $"{target.Name} would start another program. Set `ExecStart={place} ...` by "
                    + $"`{target.Systemctl} edit {process.Unit}`, or correct deployDir of {target.Name}."
                : null;
        }

        var link = target.SwitchedLink;
        if (process.LinkTarget is null)
        {
            var what = target.LinksBin ? "a symbolic link to bin of a version's directory" : "a symbolic link";
            var how = target.LinksBin ? "It must lead to bin of the old version." : Commands(target, process);
            return $"{link} on {target.Host} is not {what}, which swap: SwitchLink of {target.Name} needs. Name the "
                + $"link in control.link. {how}";
        }

        return process is { StartedProgram: { } started, RealLinkTarget: { } real }
            && (IsBelow(started, real) || Path.GetFileName(started) == target.Program)
            && !IsBelow(started, link)
            ? $"ExecStart of {process.Unit} on {target.Host} is {started}, not below the link {link} (which leads to "
                + $"{real}): after the link is switched, {target.Name} would start the old program again. Run "
                + $"`{target.Systemctl} edit {process.Unit}` and set `ExecStart=` and "
                + $"`ExecStart={link}/{target.ProgramBelowLink} ...` with the same arguments."
            : null;
    }

    // The directory keeps its name, so nothing else that uses it is affected.
    private static string Commands(InstanceTarget target, InstanceProcess process)
    {
        var directory = target.SwitchedLink;
        var name = Path.GetFileName(directory) == target.Program ? $"{target.Program}-current" : target.Program;
        var link = $"{directory[..directory.LastIndexOf('/')]}/{name}";
        var restart = process.Unit is { } unit
            ? $"`{target.Systemctl} edit {unit}` with `ExecStart=` and `ExecStart={link}/bin/{target.Program} ...` "
                + $"(the same arguments as now), `{target.Systemctl} restart {unit}`"
            : $"start {target.Name} again from {link}";
        return $"If there is none, make one, one process at a time: `ln -s {directory} {link}`, {restart}. Then set "
            + $"deployDir of {target.Name} to {link}.";
    }

    public static void Compare(
        IReadOnlyCollection<(InstanceTarget Target, InstanceProcess? Process)> instances, Findings findings)
    {
        Shared(instances.Where(i => i.Process?.Unit is not null), i => i.Process!.Unit, findings, (unit, _) =>
            $"are both controlled by {unit}");
        Shared(instances.Where(i => i.Process?.Pid is not null), i => i.Process!.Pid, findings, (pid, shared) =>
            shared.DistinctBy(i => i.Process!.Unit, StringComparer.Ordinal).Count() > 1
                ? $"are the same process (pid {$"{pid!.Value}"})"
                : null);
        Shared(
            instances.Where(i => i.Target.Control.Scripts is not null),
            i => InstanceTargets.Below(i.Target, i.Target.Control.Scripts!.Stop),
            findings,
            (script, _) => $"are both stopped by {script}");
        Links(instances, findings);
        StopLimits(instances, findings);
    }

    private static void StopLimits(
        IEnumerable<(InstanceTarget Target, InstanceProcess? Process)> instances, Findings findings)
    {
        foreach (var alike in instances
            .Where(i => i.Process?.StopLimit < Timers.Parse(i.Target.Control.StopGrace))
            .GroupBy(i => (Limit: i.Process!.StopLimit!.Value, i.Target.Control.StopGrace)))
        {
            findings.Note(
                $"systemd kills {Sentences.List([.. alike.Select(i => i.Target.Name)], NamedHosts)} "
                + $"{KubernetesDuration.Format(alike.Key.Limit)} after the stop (TimeoutStopSec of its unit), before "
                + $"control.stopGrace ({alike.Key.StopGrace}) is over. To give it that time, run `"
                + $"{alike.First().Target.Systemctl} edit {alike.First().Process!.Unit}` with `[Service]` and "
                + $"`TimeoutStopSec={alike.Key.StopGrace}`.");
        }
    }

    private static void Shared<T>(
        IEnumerable<(InstanceTarget Target, InstanceProcess? Process)> instances,
        Func<(InstanceTarget Target, InstanceProcess? Process), T> of, Findings findings,
        Func<T, IEnumerable<(InstanceTarget Target, InstanceProcess? Process)>, string?> what)
    {
        foreach (var shared in instances.GroupBy(i => (i.Target.Host, Of: of(i))).Where(g => g.Count() > 1))
        {
            if (what(shared.Key.Of, shared) is { } problem)
            {
                var (names, last) = (string.Join(" and ", shared.Select(i => i.Target.Name)), shared.Last().Target);
                findings.Add(
                    Reasons.ControlMismatch,
                    $"{names} on {shared.Key.Host} {problem}: stopping one would stop the other. "
                    + "Give each instance its own control.",
                    last.Name, last.ControlField);
            }
        }
    }

    private static void Links(
        IEnumerable<(InstanceTarget Target, InstanceProcess? Process)> instances, Findings findings)
    {
        // The same layout on every host is one finding.
        foreach (var alike in instances.Where(i => i.Target.Swap == SwapMethod.SwitchLink)
            .Select(i => i.Target)
            .GroupBy(t => (t.Host, t.SwitchedLink))
            .Where(g => g.Count() > 1)
            .GroupBy(g => g.Key.SwitchedLink, StringComparer.Ordinal))
        {
            var targets = alike.First().ToList();
            findings.Ask(
                Reasons.ControlMismatch, "link",
                $"{string.Join(" and ", targets.Select(t => t.Name))} share the link {alike.Key} on "
                + $"{Sentences.List([.. alike.Select(g => g.Key.Host)], NamedHosts)}. Once it is switched for "
                + $"{targets[0].Name}, a crash or reboot starts "
                + $"{string.Join(" and ", targets.Skip(1).Select(t => t.Name))} in the new version before its turn. "
                + "Give each its own link (`deployDir` or `control.link`).",
                targets[^1].Name, $"spec.instances[{targets[^1].Name}].deployDir");
        }
    }

    internal static bool IsBelow(string path, string directory) =>
        path.StartsWith($"{directory.TrimEnd('/')}/", StringComparison.Ordinal);
}
