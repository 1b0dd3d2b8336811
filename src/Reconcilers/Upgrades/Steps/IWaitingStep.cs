using System.Collections.Frozen;
using Drydock.Abstractions.Plans;

namespace Drydock.Reconcilers.Upgrades;

/// <summary>
/// Marks an action that only waits for or reads something: a step that is interrupted leaves nothing half done.
/// </summary>
internal interface IWaitingStep;

/// <summary>The names of the actions of an assembly that carry a marker, for code that has only the stored plan.</summary>
/// <typeparam name="TMarker">The marker, an interface without members.</typeparam>
internal static class MarkedSteps<TMarker>
{
    /// <summary>The names of the marked actions of the assembly that declares <typeparamref name="TTargets"/>.</summary>
    public static bool Contain<TTargets>(PlanStep step) => Of<TTargets>.Names.Contains(step.Action);

    private static class Of<TTargets>
    {
        public static readonly FrozenSet<string> Names = typeof(TTargets).Assembly.GetTypes()
            .Where(t => !t.IsAbstract && t.IsAssignableTo(typeof(TMarker)))
            .Select(t => t.Name)
            .ToFrozenSet(StringComparer.Ordinal);
    }
}
