namespace Drydock.Reconcilers.Upgrades;

/// <summary>The steps and guards of stored plans, read and bound to the targets of one run. Each is read
/// once.</summary>
internal sealed class StepCatalog<TTargets>(TTargets targets) : IStepCatalog
    where TTargets : class
{
    private readonly ConcurrentDictionary<string, PlannedPart<TTargets>> _read = new(StringComparer.Ordinal);

    private static StepRegistry Parts => StepRegistry.Of<TTargets>();

    /// <summary>The record of a stored step, for questions that need no targets; null if it cannot be read, and then
    /// the plan starts nothing.</summary>
    public static StepBase<TTargets>? Read(PlannedStep step) => Parts.Read(step) as StepBase<TTargets>;

    /// <exception cref="KeyNotFoundException">This operator has no such step.</exception>
    /// <exception cref="FormatException">Its arguments do not fit.</exception>
    public static StepBase<TTargets> Of(PlannedStep step) =>
        Parts.Find(step.Action) is { } type
        && StepArguments.Read(type, step.Id, StepArguments.Of(step)) is StepBase<TTargets> read
            ? read
            : throw Unknown("action", step.Action, step.Id);

    /// <summary>To be called before a rollback is compiled: a step that cannot be read may have left something that the
    /// rollback would miss.</summary>
    /// <exception cref="KeyNotFoundException">This operator has no such step.</exception>
    /// <exception cref="FormatException">The arguments of a step do not fit.</exception>
    public static void RequireBegun(PlanProgress run)
    {
        foreach (var step in run.Steps.Where(s => s.HasEverBegun))
        {
            Of(step.Planned);
        }
    }

    public IStepAction Action(PlannedStep step) =>
        Part(step.Id, step.Action, StepArguments.Of(step)) as IStepAction
        ?? throw Unknown("action", step.Action, step.Id);

    public IGuardCheck Guard(PlannedGuard guard) =>
        Part(guard.Id, guard.Check, StepArguments.Of(guard)) as IGuardCheck
        ?? throw Unknown("guard", guard.Check, guard.Id);

    private PlannedPart<TTargets>? Part(string id, string name, IReadOnlyDictionary<string, string> arguments) =>
        Parts.Find(name) is { } type
            ? _read.GetOrAdd(
                $"{id} {name} {string.Join(' ', arguments)}",
                _ => ((PlannedPart<TTargets>)StepArguments.Read(type, id, arguments)).On(targets))
            : null;

    private static KeyNotFoundException Unknown(string what, string name, string id) => new(
        $"This operator has no {what} '{name}' ({id}). Install the version that has it, and let the run end.");
}
