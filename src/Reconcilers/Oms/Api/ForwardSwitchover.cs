namespace Drydock.Reconcilers.Oms;

/// <summary>Whether a forward switchover is under way: it must have ended before the upgrade
/// (docs/research/oms.md#checks-before-an-upgrade). Unknown words count as under way.</summary>
internal static class ForwardSwitchover
{
    /// <summary>The step that is the switchover, if it has begun and not ended; null otherwise.</summary>
    public static ProjectStep? UnderWay(IEnumerable<ProjectStep> steps)
    {
        return steps.FirstOrDefault(s => IsSwitchover(s.Name) && !Is(s.Status, "INIT") && !Is(s.Status, "FINISHED"));
    }

    /// <summary>Whether a step's name is the switchover's: <c>APP_SWITCH</c> before 4.1.1, <c>TRANSFER_APP_SWITCH</c>
    /// since.</summary>
    private static bool IsSwitchover(string step) =>
        step.EndsWith("APP_SWITCH", StringComparison.OrdinalIgnoreCase);

    private static bool Is(string status, string word) =>
        string.Equals(status, word, StringComparison.OrdinalIgnoreCase);
}
