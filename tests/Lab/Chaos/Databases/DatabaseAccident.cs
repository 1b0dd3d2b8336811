using Drydock.Lab.Accidents;
using Drydock.Lab.Databases.Scenarios;

namespace Drydock.Lab.Chaos.Databases;

/// <summary>
/// Something that goes wrong while a database is being upgraded. What it takes away is given back by mending, so that
/// any may share a run.
/// </summary>
/// <param name="Id">A stable name, for ledgers and test names: <c>host-cut</c>.</param>
/// <param name="Kind">What it happens to.</param>
/// <param name="Strike">Lets it happen.</param>
/// <param name="Fix">What a person does; null when it is over by itself.</param>
/// <param name="Mend">Does it; may be called more than once, and without a strike before.</param>
public sealed record DatabaseAccident(
    string Id, AccidentKind Kind, Func<DatabaseScene, CancellationToken, Task> Strike, string? Fix = null, Func<DatabaseScene, CancellationToken, Task>? Mend = null)
{
    /// <summary>Violations that are the accident's own doing, and none of the operator's.</summary>
    public IReadOnlyList<string> Permits { get; init; } = [];

    /// <summary>Whether processes are rightly started once more because of it.</summary>
    public bool Restarts { get; init; }

    /// <summary>Whether it can happen in such a cluster.</summary>
    public Func<IDatabaseScenario, bool> Fits { get; init; } = static _ => true;

    /// <summary>The phases it says something in; null for the scenario's own.</summary>
    public IReadOnlyList<string>? Phases { get; init; }

    /// <inheritdoc />
    public override string ToString() => Id;
}
