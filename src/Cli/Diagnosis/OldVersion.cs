namespace Drydock.Cli.Diagnosis;

/// <summary>What could start the version that an upgrade or rollback has left, as far as the status of the run tells
/// it. Pure.</summary>
internal static class OldVersion
{
    private const string Name = "old-version";

    public static IReadOnlyList<Check> Of(Run run)
    {
        if (run.Status is not { Phase: RunPhases.Succeeded or RunPhases.RolledBack } status)
        {
            return [Check.Note(Name, $"{run.FullName} has not ended ({run.Status?.Phase ?? RunPhases.Pending}).")];
        }

        var isBack = status.Phase == RunPhases.RolledBack;
        var (left, kept) = isBack ? (run.To, run.From) : (run.From, run.To);
        List<Check> found =
        [
            .. Running(run).Where(r => r.Version is { Length: > 0 } version && version != kept)
                .Select(r => Check.Broken(
                    Name,
                    $"{r.Name} runs {r.Version}, expected is {kept}.",
                    $"Stop it: {left} must not use the data of {kept}.")),
            .. run.Plans.SelectMany(p => p.Plan.Guards).SelectMany(g => g.Record.Violations).Where(v => v.To is null)
                .Select(v => Check.Broken(Name, Sentences.Close(v.Message), v.Check ?? status.NextAction ?? "")),
            .. ((status as DatabaseRollingUpgradeStatus)?.Skipped ?? [])
                .Select(s => Check.Broken(
                    Name,
                    $"{s.Name} was skipped and still has {left}.",
                    "Do not start it before you have replaced its files.")),
            .. status.ActionRequired
                .Where(a => a.Reason is Reasons.RemoveOldContainers or Reasons.RemoveNewContainers)
                .Select(a => Check.Note(Name, Sentences.Join(a.Subject, a.Message))),
        ];
        return
        [
            .. found.Count > 0
                ? found
                : [Check.Good(Name, $"The status names nothing that runs or could start {left}.")],
            Check.Note(
                Name,
                "The status does not tell of files of docker compose, systemd units, cron jobs and watchdogs: look on "
                + $"each host for those that start {left}."),
        ];
    }

    private static IEnumerable<(string Name, string? Version)> Running(Run run) => run.Status switch
    {
        OmsUpgradeStatus oms => oms.Nodes.Select(n => (n.Name, n.Version)),
        DatabaseRollingUpgradeStatus database => database.Instances.Select(i => (i.Name, i.Version)),
        _ => [],
    };
}
