namespace Drydock.Lab.Accidents;

/// <summary>An accident of the operator or of Kubernetes: it can happen to any kind of upgrade.</summary>
/// <param name="Kind">The kind of target.</param>
/// <param name="Strike">Causes the accident.</param>
/// <param name="Fix">What the administrator does; null if nothing is needed.</param>
/// <param name="Mend">Does what <paramref name="Fix"/> says.</param>
internal sealed record SharedAccident(
    string Id, AccidentKind Kind, Func<OperatorScene, CancellationToken, Task> Strike, string? Fix = null,
    Func<OperatorScene, CancellationToken, Task>? Mend = null)
{
    /// <summary>Counts and lines of the end state of an OmsUpgrade that it changes permanently; none if null.</summary>
    public Func<string, bool>? Changes { get; init; }

    /// <summary>The same as an accident of OmsUpgrade.</summary>
    public IAccident OfOms() => new Accident(Id, Kind, Strike, Fix, Mend) { Changes = Changes };
}
