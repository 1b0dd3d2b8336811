namespace Drydock.Reconcilers.Upgrades;

/// <summary>One sentence that an administrator can be woken with: whether users can work, and whether the run needs
/// one. Pure.</summary>
internal static class Headline
{
    public static string Of(RunStatus status, RunOutcome summary) => status.System is { } system
        ? $"{Of(system, status)}{Of(summary, status.Progress)}."
        : Ended(status, summary);

    private static string Of(SystemStatus system, RunStatus status) => system.State switch
    {
        SystemState.Up => "The system is up",
        SystemState.UpWithoutHA => "The system is up without high availability",
        SystemState.Rolling => "The system is up while its processes are replaced",
        SystemState.Down => $"The system is down since {system.Since?.UtcDateTime:yyyy-MM-dd HH:mm}Z",
        _ when status.Plan is null && !RunMessages.IsOutdated(status.Findings) => "Nothing was changed so far",
        _ => "Whether the system is up is not known",
    };

    private static string Of(RunOutcome summary, string? progress) => summary switch
    {
        { IsStalled: true, StepId: { } step } => $", and the run stopped at {step} ({summary.Reason}): it needs you",
        { IsStalled: true } => $", and the run stopped ({summary.Reason}): it needs you",
        { Holds: [var hold, ..] } => $", and the run waits for your approval of {hold.Name}",
        { Held: true } => $", and the run waits for you ({summary.Reason})",
        { State: RunState.Paused } => ", and the run is paused",
        { State: RunState.OutsideWindow } => ", and the run waits for its window",
        _ => $"; {summary.Phase} runs{(progress is null ? "" : $", {progress} steps are done")}",
    };

    private static string Ended(RunStatus status, RunOutcome summary)
    {
        var left = status.ActionRequired.Count is var things and > 0
            ? $"; {Sentences.Count(things, "thing is", "things are")} left to do"
            : "";
        var down = status.Downtime is { } time ? $", users could not work for {time}" : "";
        return summary switch
        {
            { IsStalled: true } => $"The run ended {summary.Phase} and needs you ({summary.Reason}){left}.",
            { Phase: RunPhases.RolledBack } or { State: RunState.RolledBack } =>
                $"The former version runs again{down}{left}.",
            { Held: true } => $"The upgrade succeeded{down}{Of(summary, null)}.",
            { Phase: RunPhases.RollingBack } => $"The upgrade succeeded{down}, and its rollback is prepared.",
            _ => $"The upgrade succeeded{down}{left}.",
        };
    }
}
