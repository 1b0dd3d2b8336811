namespace Drydock.Reconcilers.Oms;

/// <summary>What OMS's words for the status of a project mean (docs/project/research/oms.md#project-status). An unknown
/// word counts as neither running nor stopped.</summary>
internal static class ProjectStatuses
{
    /// <summary>It works; being modified or merged counts as that.</summary>
    public static bool IsRunning(string status) =>
        Is(status, "RUNNING") || Is(status, "RUNNING_MODIFYING") || Is(status, "RUNNING_MERGING");

    public static bool IsSuspended(string status) => Is(status, "SUSPEND");

    public static bool IsFailed(string status) => Is(status, "FAILED");

    /// <summary>It was deleted; OMS keeps it with this status.</summary>
    public static bool IsDeleted(string status) => Is(status, "DELETED");

    public static bool IsLive(string status) =>
        !Is(status, "INIT") && !Is(status, "FINISHED") && !Is(status, "RELEASING") && !Is(status, "RELEASED")
            && !IsDeleted(status);

    public static bool IsAsBefore(string before, string now) =>
        Is(before, now)
        || (IsRunning(before) && (IsRunning(now) || Is(now, "FINISHED")))
        || (Is(before, "RELEASING") && Is(now, "RELEASED"));

    public static bool MayBeGone(string before) =>
        Is(before, "RELEASING") || Is(before, "RELEASED") || IsDeleted(before);

    internal static bool Is(string status, string word) =>
        string.Equals(status, word, StringComparison.OrdinalIgnoreCase);
}

/// <summary>Whether a forward switchover is under way: it must have ended before the upgrade
/// (docs/project/research/oms.md#checks-before-an-upgrade). Unknown words count as under way.</summary>
internal static class ForwardSwitchover
{
    /// <summary>The step that is the switchover, if it has begun and not ended; null otherwise. It is named
    /// <c>APP_SWITCH</c> before 4.1.1, <c>TRANSFER_APP_SWITCH</c> since.</summary>
    public static ProjectStep? UnderWay(IEnumerable<ProjectStep> steps) => steps.FirstOrDefault(
        s => s.Name.EndsWith("APP_SWITCH", StringComparison.OrdinalIgnoreCase)
            && !ProjectStatuses.Is(s.Status, "INIT") && !ProjectStatuses.Is(s.Status, "FINISHED"));
}
