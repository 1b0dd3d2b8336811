namespace Drydock.Reconcilers.Upgrades;

/// <summary>The types of the steps and guards of one kind or engine, by the name under which plans store them, and the
/// answers that those types give: callers with a step of a plan ask here. Two kinds may store different types under one
/// name, so a question goes to the registry of the kind.</summary>
internal sealed class StepRegistry
{
    private readonly Dictionary<string, StepTraits> _parts = new(StringComparer.Ordinal);

    /// <exception cref="InvalidOperationException">Two types are stored under one name.</exception>
    public StepRegistry(params IEnumerable<Type> parts)
    {
        foreach (var part in parts)
        {
            var name = StoredAsAttribute.NameOf(part);
            if (!_parts.TryAdd(name, new StepTraits(part)))
            {
                throw new InvalidOperationException($"{_parts[name].Part} and {part} are both stored as {name}.");
            }
        }
    }

    public IEnumerable<string> Names => _parts.Keys;

    /// <summary>The steps and guards that are bound to these targets: every record of their assembly.</summary>
    public static StepRegistry Of<TTargets>()
        where TTargets : class => Family<TTargets>.Registry;

    /// <summary>The type that is stored under a name; null if this operator has none.</summary>
    public Type? Find(string name) => _parts.GetValueOrDefault(name)?.Part;

    /// <summary>What the type of a step says of it; nothing for a step that this operator does not have.</summary>
    public StepTraits Of(PlannedStep step) => _parts.GetValueOrDefault(step.Action, StepTraits.None);

    /// <inheritdoc cref="Of(PlannedStep)"/>
    public StepTraits Of(Step step) => Of(step.Planned);

    /// <summary>The record of a stored step; null if it cannot be read, and then the plan starts nothing.</summary>
    public object? Read(PlannedStep step)
    {
        try
        {
            return Find(step.Action) is { } type ? StepArguments.Read(type, step.Id, StepArguments.Of(step)) : null;
        }
        catch (FormatException)
        {
            return null;
        }
    }

    /// <summary>How long one attempt of a step may take now; as long as planned if it cannot be read. Called from jobs,
    /// on any thread.</summary>
    public TimeSpan TimeLimit(RunSpec spec, Step step) =>
        Own<ITimedStep>(step) is { } own
            ? own.TimeLimit(spec, step.Phase)
            : KubernetesDuration.Parse(step.Planned.Timeout);

    /// <summary>The instance that a step acts on; null if it acts on none.</summary>
    public string? InstanceOf(PlanProgress plan, Step step) =>
        Own<IInstanceStep>(step) is { } own
            ? own.InstanceOf(plan, step)
            : step.Node;

    /// <summary>The record of a step whose type answers a question; null for another type, or if it cannot be read.
    /// Only what answers is read.</summary>
    public TQuestion? Own<TQuestion>(Step step)
        where TQuestion : class =>
        Of(step).Part.IsAssignableTo(typeof(TQuestion)) ? Read(step.Planned) as TQuestion : null;

    /// <summary>Steps of one kind should take equally long.</summary>
    public string KindOf(Step step) => Of(step).DurationKey ?? StepDurations.KindOf(step);

    /// <summary>Whether the step up to which an abort or a deletion undoes everything has started, or may have started.
    /// After it a deletion lets the plan finish, an abort changes nothing more, and no phase waits for the maintenance
    /// window, only steps that ask for it (<see cref="PlannedStep.AsksWindow"/>). Once true it stays true.</summary>
    public bool IsPastUndo(PlanProgress plan) =>
        plan.Steps.Exists(s => s.HasEverBegun && Of(s).Has(Effect.EndsUndo, s.Phase));

    /// <summary>Whether a rollback would have something to undo.</summary>
    public bool Changed(PlanProgress plan) =>
        plan.Steps.Exists(s => s.HasEverBegun && Of(s).Has(Effect.Changes, s.Phase)
            && Own<IMayChange>(s) is not { Changes: false });

    private static class Family<TTargets>
        where TTargets : class
    {
        // The types of an assembly never change.
        public static readonly StepRegistry Registry = new(typeof(TTargets).Assembly.GetTypes().Where(
            type => !type.IsAbstract && type.IsAssignableTo(typeof(PlannedPart<TTargets>))));
    }
}
