namespace Drydock.Reconcilers.Snapshots;

/// <summary>The result of a job of a restore.</summary>
/// <param name="Message">Whole sentences for status.</param>
internal abstract record RestoreOutcome(string Message)
{
    public bool MayArrive { get; init; }

    public RestoreOutcome Awaiting(DateTimeOffset ends)
    {
        var reason = this switch
        {
            Blocked blocked => blocked.Reason,
            Failed failed => failed.Reason,
            _ => Reasons.Pending,
        };
        return new Waits(reason, Sentences.Join(Message, ArrivalTime.Describe(ends)));
    }

    /// <summary>Every database was restored.</summary>
    internal sealed record Restored(string Message) : RestoreOutcome(Message);

    /// <summary>mode: Plan has ended; nothing was changed.</summary>
    internal sealed record Planned(string Message) : RestoreOutcome(Message);

    /// <summary>It was told to start no other database.</summary>
    internal sealed record Stopped(string Message) : RestoreOutcome(Message);

    /// <summary>It continues automatically when the condition in the message is met; the operator checks
    /// again.</summary>
    internal sealed record Waits(string Reason, string Message) : RestoreOutcome(Message);

    /// <summary>It needs a repair outside the object; the operator checks again automatically.</summary>
    internal sealed record Blocked(string Reason, string Message) : RestoreOutcome(Message);

    /// <summary>It ended; a change of the spec or a retry token resumes it.</summary>
    internal sealed record Failed(string Reason, string Message) : RestoreOutcome(Message);

    /// <summary>Another operator has taken over the restore.</summary>
    internal sealed record Superseded() : RestoreOutcome("Another operator has taken over the restore.");
}

/// <summary>Ends a job with an outcome, whose message it has.</summary>
internal sealed class RestoreStopException(RestoreOutcome outcome) : Exception(outcome.Message)
{
    public RestoreOutcome Outcome => outcome;
}
