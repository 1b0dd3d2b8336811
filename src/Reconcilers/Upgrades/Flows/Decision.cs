namespace Drydock.Reconcilers.Upgrades;

/// <summary>What a flow decides for a turn: writes and effects in their order, up to an end. The flows only decide;
/// <see cref="TurnRunner{TEntity}"/> carries it out, and hands the turn that a write returns to what follows that
/// write.</summary>
internal abstract record Decision
{
    public static Decision AtOnce { get; } = End(RunStep.AtOnce);

    public static Decision Waits { get; } = End(RunStep.Waits);

    public static Decision Over { get; } = End(new RunStep(IsOver: true, After: null));

    public static Decision Again(TimeSpan? after) => End(new RunStep(IsOver: false, after));

    public static Decision End(RunStep step) => new Ended(step);

    /// <summary>Writes a status, if it differs from the stored one.</summary>
    public static Decision Write(RunStatus status, Func<Turn, Decision> next) => new Writing(status, next);

    public static Decision TakeFinalizer(Func<Turn, Decision> next) => new Finalizing(IsWanted: true, next);

    public static Decision DropFinalizer(Func<Turn, Decision> next) => new Finalizing(IsWanted: false, next);

    /// <summary>Lets the engine advance a plan, and writes what it reports before it acts.</summary>
    public static Decision Advance(PlanAdvance work, Func<Turn, RunOutcome, Decision> next) =>
        new Advancing(work, next);

    /// <summary>An event that an administrator should check.</summary>
    public static Decision Warn(string reason, string message, Func<Decision> next) =>
        new Warning(reason, message, next);

    /// <summary>Asks or does something outside of the object.</summary>
    public static Decision Do<T>(Effect<T> effect, Func<T, Decision> next) => new Acting<T>(effect, next);

    /// <summary>What is decided when this has ended.</summary>
    public Decision Then(Func<Turn, RunStep, Decision> next) => new Followed(this, next);

    internal sealed record Ended(RunStep Step) : Decision;

    internal sealed record Followed(Decision First, Func<Turn, RunStep, Decision> Next) : Decision;

    internal sealed record Writing(RunStatus Status, Func<Turn, Decision> Next) : Decision;

    internal sealed record Finalizing(bool IsWanted, Func<Turn, Decision> Next) : Decision;

    internal sealed record Advancing(PlanAdvance Work, Func<Turn, RunOutcome, Decision> Next) : Decision;

    internal sealed record Warning(string Reason, string Message, Func<Decision> Next) : Decision;

    internal abstract record Acting : Decision
    {
        public abstract Task<Decision> CarryOutAsync(RunFrame frame, Turn turn, CancellationToken cancellationToken);
    }

    internal sealed record Acting<T>(Effect<T> Effect, Func<T, Decision> Next) : Acting
    {
        public override async Task<Decision> CarryOutAsync(
            RunFrame frame, Turn turn, CancellationToken cancellationToken) =>
            Next(await Effect.DoAsync(frame, turn, cancellationToken));
    }
}
