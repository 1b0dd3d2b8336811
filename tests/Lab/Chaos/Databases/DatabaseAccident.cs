using Drydock.Lab.Accidents;

namespace Drydock.Lab.Chaos.Databases;

/// <summary>
/// An accident during the upgrade of a database. The repair undoes all its damage, so any accident may share a run.
/// </summary>
/// <param name="Id">A stable name, for ledgers and test names: <c>host-cut</c>.</param>
/// <param name="Kind">The kind of target.</param>
/// <param name="Strike">Causes the accident.</param>
/// <param name="Fix">What the administrator does; null if it ends without an intervention.</param>
/// <param name="Mend">Does what <paramref name="Fix"/> says; calling it more than once, and without a strike before, is
/// allowed.</param>
public sealed record DatabaseAccident(
    string Id, AccidentKind Kind, Func<DatabaseScene, CancellationToken, Task> Strike, string? Fix = null,
    Func<DatabaseScene, CancellationToken, Task>? Mend = null)
{
    /// <summary>Violations that the accident itself causes and not the operator.</summary>
    public IReadOnlyList<string> Permits { get; init; } = [];

    /// <summary>Whether the accident explains further starts of processes.</summary>
    public bool Restarts { get; init; }

    /// <summary>Whether it can happen in such a cluster.</summary>
    public Func<IDatabaseScenario, bool> Fits { get; init; } = static _ => true;

    /// <summary>The phases in which it is meaningful; null for the scenario's own.</summary>
    public IReadOnlyList<string>? Phases { get; init; }

    /// <inheritdoc />
    public override string ToString() => Id;
}
