namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>What the steps of a run left that has to be taken back, asked of each step that began, in reverse: the
/// rollback, which exists until the first process is stopped; what is removed while the run is stopped or waits; and
/// what an administrator is told. A run that resumes later does all of it again.</summary>
/// <param name="spec">The spec with all its instances.</param>
internal sealed class TiDbUndo(DatabaseRollingUpgradeSpec spec, PlanProgress run) : IEngineUndo
{
    /// <summary>Programs first, then leaders, then settings: within a batch of instances that are stopped side by side
    /// no step comes before another, so the order of the spec decides.</summary>
    public IReadOnlyList<Leftover> Leftovers { get; } = Find(spec, run);

    public IReadOnlyList<ActionItem> Advice =>
    [
        .. Leftovers.SelectMany(l => l.Advice)
            .Select(a => ActionItems.Of(Reasons.ScheduleLimits, a.Subject, a.Message)),
    ];

    public bool IsAnyRemovable => Leftovers.Any(l => l.RemoveAsync is not null);

    /// <summary>Why there is no rollback: from the first PD on the vendor promises none
    /// (docs/project/research/tidb.md#procedure). Null before that.</summary>
    public string? Refusal => IsPast(run)
        ? $"A rollback to {spec.FromVersion} is impossible: TiDB supports none once the first PD is stopped, and the "
            + $"cluster later refuses older versions. Continue to {spec.ToVersion} with a new "
            + "`retry` token. Data can only be restored from the backup, into a new cluster."
        : null;

    public static bool IsPast(PlanProgress run) => StepRegistry.Of<TiDbTargets>().IsPastUndo(run);

    /// <summary>The rollback; without steps if nothing was changed. Packages and files beside the current ones do no
    /// harm and are kept, as are the backup and the saved configuration.</summary>
    /// <exception cref="InvalidOperationException">There is no rollback (<see cref="Refusal"/>).</exception>
    public Plan Rollback(IReadOnlyList<string> notes)
    {
        if (Refusal is { } refusal)
        {
            throw new InvalidOperationException(refusal);
        }

        StepCatalog<TiDbTargets>.RequireBegun(run);
        var plan = new PlanBuilder();
        List<string> former = [];
        foreach (var step in Leftovers.Select(l => l.Step).OfType<TiDbStep>())
        {
            former =
            [
                plan.Add(step.In(DatabaseRollingUpgradePhases.Undo, node: null, former) with
                {
                    Timeout = KubernetesDuration.Format(step.TimeLimit(spec)),
                }),
            ];
        }

        foreach (var note in notes)
        {
            plan.Note(note);
        }

        plan.Note(
            $"No process was stopped: {spec.FromVersion} keeps running. The package in {spec.Package.Directory} and "
            + $"the configuration files named after {spec.ToVersion} stay beside the current ones. Remove them if you "
            + "do not need them.");
        return plan.Build();
    }

    public async Task<ParkedStateResult> CleanUpAsync(TiDbTargets targets, CancellationToken cancellationToken)
    {
        var (gone, left) = (new List<string>(), new List<(string Name, string What)>());
        foreach (var leftover in Leftovers.Where(l => l.RemoveAsync is not null))
        {
            targets.EnsureMayAct();
            try
            {
                await leftover.RemoveAsync!(targets, cancellationToken);
                gone.Add(leftover.Name);
            }
            catch (TargetException exception)
            {
                left.Add((leftover.Name, $"{leftover.What} ({targets.Redact(exception.Message)})"));
            }
        }

        // What is left of an instance is removed together: its steps are not marked before.
        return new ParkedStateResult(
            [.. gone.Distinct(StringComparer.Ordinal).Except(left.Select(l => l.Name), StringComparer.Ordinal)],
            [.. left.Select(l => l.What)]);
    }

    // An instance that is verified left nothing.
    private static List<Leftover> Find(DatabaseRollingUpgradeSpec spec, PlanProgress run)
    {
        var places = spec.Instances.Select((instance, place) => (instance.Name, place))
            .ToDictionary(i => i.Name, i => i.place, StringComparer.Ordinal);
        foreach (var verified in run.Steps.Where(s => s.State == StepState.Succeeded && VerifyInstance.Is(s)))
        {
            places.Remove(verified.Node!);
        }

        return
        [
            .. run.Steps.AsEnumerable().Reverse()
                .Where(s => s.HasEverBegun && (s.Node is not { } node || places.ContainsKey(node)))
                .SelectMany(s => (StepCatalog<TiDbTargets>.Read(s.Planned) as TiDbStep)?.Undo(s, run, spec) ?? [])
                .OrderBy(l => l.Kind)
                .ThenBy(l => places.GetValueOrDefault(l.Name, int.MaxValue)),
        ];
    }
}
