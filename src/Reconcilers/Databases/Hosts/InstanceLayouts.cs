namespace Drydock.Reconcilers.Databases;

/// <summary>Layouts on hosts in which one instance could not be stopped or replaced without another, or in which the
/// old program would start again. Pure.</summary>
internal static class InstanceLayouts
{
    public static string? Problem(InstanceTarget target, InstanceProcess process)
    {
        if (target.Swap != SwapMethod.SwitchLink)
        {
            return null;
        }

        var link = target.SwitchedLink;
        if (process.LinkTarget is null)
        {
            var what = target.LinksBin ? "a symbolic link to bin of a version's directory" : "a symbolic link";
            var unit = process is { Unit: { } name, StartedProgram: not null }
                ? $" Let ExecStart of {name} go through the link (`systemctl edit {name}`)."
                : "";
            return $"{link} on {target.Host} is not {what}, which swap: SwitchLink of {target.Name} needs. Make it a "
                + $"link to the old version, or name the link in control.link.{unit}";
        }

        return process is { StartedProgram: { } started, RealLinkTarget: { } real }
            && IsBelow(started, real)
            && !IsBelow(started, link)
            ? $"ExecStart of {process.Unit} on {target.Host} is {started}, inside the version's directory {real} and "
                + $"not below the link {link}: after the link is switched, {target.Name} would start the old program "
                + $"again. Run `systemctl edit {process.Unit}` and set `ExecStart=` and "
                + $"`ExecStart={link}/{target.ProgramBelowLink} ...` with the same arguments."
            : null;
    }

    public static void Compare(
        IReadOnlyCollection<(InstanceTarget Target, InstanceProcess? Process)> instances, Findings findings)
    {
        Units(instances, findings);
        Processes(instances, findings);
        Scripts(instances, findings);
        Links(instances, findings);
    }

    private static void Units(
        IEnumerable<(InstanceTarget Target, InstanceProcess? Process)> instances, Findings findings)
    {
        foreach (var shared in instances.Where(i => i.Process?.Unit is not null)
            .GroupBy(i => (i.Target.Host, i.Process!.Unit))
            .Where(g => g.Count() > 1))
        {
            Refuse(shared.Select(s => s.Target), $"are both controlled by {shared.Key.Unit}", findings);
        }
    }

    private static void Processes(
        IEnumerable<(InstanceTarget Target, InstanceProcess? Process)> instances, Findings findings)
    {
        foreach (var shared in instances.Where(i => i.Process?.Pid is not null)
            .GroupBy(i => (i.Target.Host, i.Process!.Pid))
            .Where(g => g.Count() > 1 && g.Select(i => i.Process!.Unit).Distinct(StringComparer.Ordinal).Count() > 1))
        {
            var pid = shared.Key.Pid!.Value.ToString(CultureInfo.InvariantCulture);
            Refuse(shared.Select(s => s.Target), $"are the same process (pid {pid})", findings);
        }
    }

    private static void Scripts(
        IEnumerable<(InstanceTarget Target, InstanceProcess? Process)> instances, Findings findings)
    {
        foreach (var shared in instances.Where(i => i.Target.Control.Scripts is not null)
            .GroupBy(i => (i.Target.Host, Script: InstanceTargets.Below(i.Target, i.Target.Control.Scripts!.Stop)))
            .Where(g => g.Count() > 1))
        {
            Refuse(shared.Select(s => s.Target), $"are both stopped by {shared.Key.Script}", findings);
        }
    }

    private static void Links(
        IEnumerable<(InstanceTarget Target, InstanceProcess? Process)> instances, Findings findings)
    {
        foreach (var shared in instances.Where(i => i.Target.Swap == SwapMethod.SwitchLink)
            .GroupBy(i => (i.Target.Host, i.Target.SwitchedLink))
            .Where(g => g.Count() > 1))
        {
            var (first, others) = (shared.First().Target, shared.Skip(1).Select(s => s.Target.Name));
            findings.Ask(
                Reasons.ControlMismatch,
                $"{shared.Key.Host}/link",
                $"{string.Join(" and ", shared.Select(s => s.Target.Name))} share the link {shared.Key.SwitchedLink} "
                + $"on {shared.Key.Host}. Once it is switched for {first.Name}, a crash or reboot starts "
                + $"{string.Join(" and ", others)} in the new version before its turn. Give each its own link "
                + "(`deployDir` or `control.link`).",
                shared.Last().Target.Name,
                $"spec.instances[{shared.Last().Target.Name}].deployDir");
        }
    }

    private static void Refuse(IEnumerable<InstanceTarget> targets, string what, Findings findings)
    {
        var all = targets.ToList();
        findings.Add(
            Reasons.ControlMismatch,
            $"{string.Join(" and ", all.Select(t => t.Name))} on {all[0].Host} {what}: stopping one would stop the "
            + "other. Give each instance its own control.",
            all[^1].Name,
            all[^1].ControlField);
    }

    private static bool IsBelow(string path, string directory) =>
        path.StartsWith($"{directory.TrimEnd('/')}/", StringComparison.Ordinal);
}
