using Drydock.Lab.Upgrades;

namespace Drydock.Lab.Accidents;

/// <summary>
/// Something that goes wrong while an upgrade or its way back is under way. Composable: any accident can strike at any
/// <see cref="AccidentMoment"/>.
/// </summary>
public interface IAccident
{
    /// <summary>A stable name, for ledgers and test names: <c>dockerd-restart</c>.</summary>
    string Id { get; }

    /// <summary>What it happens to.</summary>
    AccidentKind Kind { get; }

    /// <summary>What it takes away for good.</summary>
    AccidentToll Toll { get; }

    /// <summary>
    /// Whether it lies in wait: it strikes at one step and is seen at a later one, so that nothing else may come
    /// between.
    /// </summary>
    bool IsDeferred { get; }

    /// <summary>Whether a count, or a line of the end state, is rightly another one because of it.</summary>
    bool IsNatural(string what);

    /// <summary>What a person does against it; null when it is over by itself, so that nothing may be needed.</summary>
    string? Fix { get; }

    /// <summary>Further flags for the operator, so that it notices within the time of a test.</summary>
    IReadOnlyList<string> Arguments { get; }

    /// <summary>Makes what it needs, on a stage that was reset, before the operator starts.</summary>
    Task PrepareAsync(UpgradeStage stage, CancellationToken cancellationToken = default);

    /// <summary>Lets it happen; ends when it has.</summary>
    Task StrikeAsync(AccidentScene scene, CancellationToken cancellationToken = default);

    /// <summary>
    /// Does what <see cref="Fix"/> says, or nothing. May be called more than once, and without a strike before.
    /// </summary>
    Task MendAsync(AccidentScene scene, CancellationToken cancellationToken = default);
}
