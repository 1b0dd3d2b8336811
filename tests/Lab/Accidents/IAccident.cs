namespace Drydock.Lab.Accidents;

/// <summary>
/// An accident during an upgrade or its rollback. Any accident can strike at any <see cref="AccidentMoment"/>.
/// </summary>
public interface IAccident
{
    /// <summary>A stable name, for ledgers and test names: <c>dockerd-restart</c>.</summary>
    string Id { get; }

    /// <summary>The kind of target.</summary>
    AccidentKind Kind { get; }

    /// <summary>The permanent loss.</summary>
    AccidentToll Toll { get; }

    /// <summary>
    /// Whether its effect shows only at a later step than the strike. No other accident may come in between.
    /// </summary>
    bool IsDeferred { get; }

    /// <summary>Whether the accident itself explains a different count or line of the end state.</summary>
    bool IsNatural(string what);

    /// <summary>What the administrator does against it; null if it ends without an intervention.</summary>
    string? Fix { get; }

    /// <summary>Further flags for the operator, so that it notices the accident within the time of a test.</summary>
    IReadOnlyList<string> Arguments { get; }

    /// <summary>Prepares a stage that was reset, before the operator starts.</summary>
    Task PrepareAsync(UpgradeStage stage, CancellationToken cancellationToken = default);

    /// <summary>Causes the accident; returns when it has struck.</summary>
    Task StrikeAsync(AccidentScene scene, CancellationToken cancellationToken = default);

    /// <summary>
    /// Does what <see cref="Fix"/> says, or nothing. Calling it more than once, and without a strike before, is
    /// allowed.
    /// </summary>
    Task MendAsync(AccidentScene scene, CancellationToken cancellationToken = default);
}
