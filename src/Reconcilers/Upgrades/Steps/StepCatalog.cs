namespace Drydock.Reconcilers.Upgrades;

/// <summary>The actions and guard checks that plans refer to by name, bound to the targets of one run.</summary>
internal sealed class StepCatalog(IEnumerable<IStepAction> actions, IEnumerable<IGuardCheck> guards) : IStepCatalog
{
    private readonly Dictionary<string, IStepAction> _actions =
        actions.ToDictionary(a => a.Name, StringComparer.Ordinal);

    private readonly Dictionary<string, IGuardCheck> _guards =
        guards.ToDictionary(g => g.Name, StringComparer.Ordinal);

    public IReadOnlyCollection<string> ActionNames => _actions.Keys;

    public IReadOnlyCollection<string> GuardNames => _guards.Keys;

    /// <summary>Every action and guard check of the assembly that declares <typeparamref name="TTargets"/> whose
    /// constructor takes these targets and nothing else. An action may count over several looks, so a catalogue is made
    /// once for one binding.</summary>
    public static StepCatalog Of<TTargets>(TTargets targets)
        where TTargets : class =>
        new(All<TTargets, IStepAction>(targets), All<TTargets, IGuardCheck>(targets));

    public IStepAction Action(string name) => _actions.GetValueOrDefault(name) ?? throw Unknown("action", name);

    public IGuardCheck Guard(string name) => _guards.GetValueOrDefault(name) ?? throw Unknown("guard", name);

    private static IEnumerable<TPart> All<TTargets, TPart>(TTargets targets)
        where TTargets : class =>
        Parts<TTargets, TPart>.Constructors.Select(constructor => (TPart)constructor.Invoke([targets]));

    private static KeyNotFoundException Unknown(string what, string name) => new(
        $"This operator has no {what} '{name}': the plan was made by a newer version. "
        + "Install that version again and let the run end.");

    // A catalogue is made for every advance of a run; the types of an assembly never change.
    private static class Parts<TTargets, TPart>
    {
        public static readonly ConstructorInfo[] Constructors =
        [
            .. from type in typeof(TTargets).Assembly.GetTypes()
               where !type.IsAbstract && type.IsAssignableTo(typeof(TPart))
               let constructor = type.GetConstructor(
                   BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic, [typeof(TTargets)])
               where constructor is not null
               select constructor,
        ];
    }
}
