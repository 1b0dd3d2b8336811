namespace Drydock.Reconcilers.Snapshots;

/// <summary>What a job of a restore came to.</summary>
/// <param name="Message">For people.</param>
internal abstract record RestoreOutcome(string Message)
{
    /// <summary>Every database is as the snapshot has it.</summary>
    internal sealed record Restored(string Message) : RestoreOutcome(Message);

    /// <summary>mode: Plan has ended; nothing was changed.</summary>
    internal sealed record Planned(string Message) : RestoreOutcome(Message);

    /// <summary>It was asked to begin no other database.</summary>
    internal sealed record Stopped(string Message) : RestoreOutcome(Message);

    /// <summary>It goes on by itself when what the message says has come; it looks again.</summary>
    internal sealed record Waits(string Reason, string Message) : RestoreOutcome(Message);

    /// <summary>It needs a repair outside the object, and looks again by itself.</summary>
    internal sealed record Blocked(string Reason, string Message) : RestoreOutcome(Message);

    /// <summary>It ended; a change of the spec or a retry token goes on.</summary>
    internal sealed record Failed(string Reason, string Message) : RestoreOutcome(Message);

    /// <summary>Another operator has taken the restore over.</summary>
    internal sealed record Superseded() : RestoreOutcome("another operator has taken the restore over");
}
