namespace Drydock.Reconcilers.Upgrades;

/// <summary>What an approval agrees to: what the steps between a hold and the next one destroy and take down, after
/// which step no rollback is possible, and where the run waits then. At most six lines. Pure.</summary>
internal sealed class Consents(RunKind kind, RunSpec spec, RunStatus status)
{
    private const int MostOfSteps = 4;

    /// <returns>The lines, and whether data are dropped.</returns>
    public (string Text, bool Destroys) Of(PlanProgress plan, string hold)
    {
        var registry = kind.Steps(spec);
        var approved = RunTokens.Approved(status, plan);
        approved.Add(hold);
        var holds = kind.Holds.Of(spec, plan);
        var isUpgrade = plan.Plan.Kind is PlanKind.Upgrade or PlanKind.Redo;
        holds.UnionWith(isUpgrade && kind.Holds.Implied(spec, plan) is { } implied ? [implied.Step] : []);
        var left = plan.Steps.FindAll(s => s.State == StepState.Pending);
        var next = left.Find(s => HoldMatcher.Holding(s.Planned, holds, approved) is not null);
        var steps = next is null ? left : left.GetRange(0, left.IndexOf(next));
        var asking = steps.Select(s => (Step: s, Own: registry.Own<IConsent>(s))).ToList();
        IEnumerable<string?> lines =
        [
            .. asking.Select(s => s.Own?.ConsentTo(plan, s.Step)).OfType<string>()
                .Distinct(StringComparer.Ordinal).Take(MostOfSteps),
            steps.Find(s => s.PointOfNoReturn) is { } final
                ? $"From {final.Id} on a rollback loses data, or is impossible."
                : null,
            next is null ? null : $"It waits again before {next.Id}.",
        ];
        return (string.Join('\n', lines.OfType<string>()), asking.Exists(s => s.Own?.Destroys == true));
    }
}

/// <summary>A step that destroys something or takes something down.</summary>
internal interface IConsent
{
    /// <summary>What an administrator agrees to who lets it run, one line; steps that say the same are told once. Null
    /// where this one does nothing of the kind.</summary>
    string? ConsentTo(PlanProgress plan, Step own);

    /// <summary>Whether it drops data.</summary>
    bool Destroys => false;
}
