namespace Drydock.Reconcilers.Upgrades;

/// <summary>The removal of the items that a rollback would need, after a success that was accepted. Pure. An interface,
/// because the frame must not know the one kind that has it.</summary>
internal interface IRunCleanup
{
    /// <summary>Continues "The upgrade is accepted: ": <c>the old files are being removed</c>.</summary>
    string Begins { get; }

    string Stops { get; }

    /// <summary>What an approval of the plan that has succeeded names to ask for it at once.</summary>
    string Word { get; }

    /// <summary>How long after the success it is asked for; null if it is not.</summary>
    string? After(RunSpec spec);

    /// <summary>When the success was seen, by the API server's clock; null if it was not seen by that.</summary>
    DateTimeOffset? From(RunStatus status);

    /// <summary>The announced time (<see cref="DueTime"/>); null if there is none.</summary>
    DateTimeOffset? AnnouncedAt(RunStatus status);

    RunStatus Announce(RunStatus status, DateTimeOffset? from, DateTimeOffset? at);

    Plan Compile(RunSpec spec, PlanProgress done);
}

/// <summary>How a retry continues after a step that may run again only on restored data: the plan is compiled again,
/// with the restore in it. Pure. An interface for the same reason as <see cref="IRunCleanup"/>.</summary>
internal interface IRunRedo
{
    /// <summary>The phase that restores.</summary>
    string Phase { get; }

    /// <summary>The id of the step or guard after which only restored data may be used; null if there is
    /// none.</summary>
    string? FindLost(PlanProgress plan);

    /// <summary>The plan once more, with the records of what it does not repeat.</summary>
    PlanProgress Compile(RunSpec spec, PlanProgress plan);

    string Describe(string lost, PlanProgress plan);
}

/// <summary>What a run that stopped in the middle (failed, aborted or released), or waits for long (paused, held, a
/// guard that does not hold), must not leave in its targets. <see cref="IRunTargets.CleanUpAsync"/> removes it; the run
/// can continue later all the same. Pure. An interface, because the frame must not know the kind.</summary>
internal interface IParkedStateCleanup
{
    bool MayRemain(RunSpec spec, RunStatus status);

    /// <summary>When it is removed; null if it may stay.</summary>
    /// <param name="isStopped">Whether the run has stopped; otherwise it waits for something.</param>
    DateTimeOffset? RemoveAt(RunSpec spec, RunStatus status, bool isStopped);

    RunStatus MarkRemoved(RunSpec spec, RunStatus status, IReadOnlyCollection<string> names, DateTimeOffset at);
}

/// <summary>The result of one attempt to remove what a stopped run must not leave.</summary>
/// <param name="Removed">Names of items that no longer exist, removed now or before.</param>
/// <param name="Remaining">Descriptions of remaining items, with the reason.</param>
internal sealed record ParkedStateResult(IReadOnlyCollection<string> Removed, IReadOnlyCollection<string> Remaining)
{
    public static ParkedStateResult Nothing { get; } = new([], []);
}
